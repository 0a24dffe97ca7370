//! SQS in process. Queues and messages live in memory and die with the process: whoever needs a message to
//! survive keeps its task in DynamoDB and sends it again after a start.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::BodyExt;
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_http::body::SqsResponseBody;
use rustack_sqs_http::dispatch::dispatch_operation;
use rustack_sqs_http::response::error_to_response;
use rustack_sqs_http::router::resolve_operation;
use serde_json::{Value, json};

use crate::clients::{REGION, SQS_HOST};

/// The account in queue URLs and ARNs.
pub(crate) const ACCOUNT: &str = "000000000000";

pub(crate) struct Sqs {
    handler: RustackSqsHandler,
    provider: Arc<RustackSqs>,
}

impl Sqs {
    pub(crate) fn new() -> Self {
        let provider = Arc::new(RustackSqs::new(SqsConfig {
            // Only our own connector reaches this service, and the gateway with what it has verified.
            skip_signature_validation: true,
            default_region: REGION.to_owned(),
            account_id: ACCOUNT.to_owned(),
            host: SQS_HOST.to_owned(),
            port: 443,
        }));
        Self { handler: RustackSqsHandler::new(Arc::clone(&provider)), provider }
    }

    /// Answers a request of the JSON protocol; its headers name the operation.
    pub(crate) async fn call(&self, headers: &HeaderMap, body: &[u8]) -> Response<Bytes> {
        let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (body, refused) = match target {
            "AmazonSQS.DeleteMessageBatch" => without_invalid_receipts(body),
            "AmazonSQS.CreateQueue" | "AmazonSQS.SetQueueAttributes" => {
                (with_numeric_redrive(body), Vec::new())
            }
            _ => (Bytes::copy_from_slice(body), Vec::new()),
        };
        let answer = match resolve_operation(headers) {
            Ok(operation) => dispatch_operation(&self.handler, operation, body).await,
            Err(error) => Err(error),
        };
        let response = answer.unwrap_or_else(|error| error_to_response(&error, "embedded"));
        let response = collect(response).await;
        if refused.is_empty() { response } else { with_failures(response, refused) }
    }

    /// Ends the queues' tasks. Messages are gone.
    pub(crate) async fn close(&self) {
        self.provider.shutdown_all().await;
    }
}

async fn collect(response: Response<SqsResponseBody>) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    // The body is in memory; reading it cannot fail.
    let body = body.collect().await.map(|collected| collected.to_bytes()).unwrap_or_default();
    Response::from_parts(parts, body)
}

/// AWS takes the count of a redrive policy as a number and as a string of digits; the queue takes the number
/// only.
fn with_numeric_redrive(body: &[u8]) -> Bytes {
    numeric_redrive(body).unwrap_or_else(|| Bytes::copy_from_slice(body))
}

fn numeric_redrive(body: &[u8]) -> Option<Bytes> {
    let mut request: Value = serde_json::from_slice(body).ok()?;
    let attribute = request.get_mut("Attributes")?.get_mut("RedrivePolicy")?;
    let mut policy: Value = serde_json::from_str(attribute.as_str()?).ok()?;
    let count: i32 = policy.get("maxReceiveCount")?.as_str()?.parse().ok()?;
    policy["maxReceiveCount"] = json!(count);
    *attribute = Value::String(policy.to_string());
    Some(Bytes::from(request.to_string()))
}

/// Takes entries whose receipt handle was never ours out of a batch, as the queue would accept them silently.
/// A batch of nothing else goes through as it is: an empty batch is an error.
fn without_invalid_receipts(body: &[u8]) -> (Bytes, Vec<Value>) {
    let unchanged = || (Bytes::copy_from_slice(body), Vec::new());
    let Ok(mut request) = serde_json::from_slice::<Value>(body) else { return unchanged() };
    let Some(entries) = request.get_mut("Entries").and_then(Value::as_array_mut) else { return unchanged() };
    let valid = |entry: &Value| entry["ReceiptHandle"].as_str().is_some_and(is_receipt_handle);
    if entries.iter().all(valid) {
        return unchanged();
    }
    let refused = entries.extract_if(.., |entry| !valid(entry)).map(|entry| refusal(&entry)).collect();
    match serde_json::to_vec(&request) {
        Ok(body) => (Bytes::from(body), refused),
        Err(_) => unchanged(),
    }
}

/// A handle is the base64 of `message id:time:nonce`.
fn is_receipt_handle(handle: &str) -> bool {
    STANDARD.decode(handle).is_ok_and(|raw| raw.iter().filter(|byte| **byte == b':').count() == 2)
}

fn refusal(entry: &Value) -> Value {
    json!({
        "Id": entry["Id"],
        "SenderFault": true,
        "Code": "ReceiptHandleIsInvalid",
        "Message": "The input receipt handle is invalid.",
    })
}

fn with_failures(response: Response<Bytes>, refused: Vec<Value>) -> Response<Bytes> {
    let (mut parts, body) = response.into_parts();
    let mut answer = match serde_json::from_slice::<Value>(&body) {
        Ok(answer) if parts.status.is_success() => answer,
        // Nothing but invalid handles: what was left of the batch is the error of an empty one.
        _ => json!({"Successful": [], "Failed": []}),
    };
    match answer.get_mut("Failed").and_then(Value::as_array_mut) {
        Some(failed) => failed.extend(refused),
        None => answer["Failed"] = Value::Array(refused),
    }
    parts.status = http::StatusCode::OK;
    parts.headers.remove("x-amz-crc32");
    parts.headers.remove("x-amzn-query-error");
    Response::from_parts(parts, Bytes::from(answer.to_string()))
}
