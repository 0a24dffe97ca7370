//! The door for other processes: DynamoDB, SQS and S3 over HTTP. A request is answered only with a valid
//! signature of the credentials of this start, and nothing is looked up before that.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use s3s::StdError;
use time::OffsetDateTime;

use crate::connector::AMZ_JSON;
use crate::signature::{Claim, Refusal};
use crate::{Embedded, PublicBody, PublicS3, Services};

/// Largest body of a DynamoDB request in bytes: a batch of 16 MB, and its JSON.
const MOST_DYNAMODB_BYTES: usize = 24 << 20;
/// Largest body of an SQS request in bytes: messages of 1 MiB together, and their JSON.
const MOST_SQS_BYTES: usize = 4 << 20;
/// How long a client may take to send the body of a DynamoDB or SQS request.
const BODY: Duration = Duration::from_secs(60);

/// Answers requests of the AWS protocols, each checked for its signature first. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    services: Arc<Services>,
    s3: PublicS3,
}

impl Embedded {
    /// The stores as other processes reach them.
    pub fn gateway(&self) -> Gateway {
        Gateway { services: Arc::clone(self.services()), s3: self.s3_public_service() }
    }
}

impl Gateway {
    /// Answers a request. Path, query and headers must arrive as the client sent them: a signature covers
    /// them.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<PublicBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<StdError>,
    {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        match target {
            None => self.s3.call(request).await,
            Some(target) => {
                let is_dynamodb = target.starts_with("DynamoDB_");
                let answer = if is_dynamodb { self.dynamodb(request).await } else { self.sqs(request).await };
                answer
                    .unwrap_or_else(Denial::into_response)
                    .map(|body| Full::new(body).map_err(|never| match never {}).boxed_unsync())
            }
        }
    }

    async fn dynamodb<B>(&self, request: Request<B>) -> Result<Response<Bytes>, Denial>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<StdError>,
    {
        let request = self.verified(request, "dynamodb", MOST_DYNAMODB_BYTES).await?;
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let answer = self.services.dynamodb.call(target.unwrap_or_default(), request.body()).await;
        Ok(json(StatusCode::from_u16(answer.status).unwrap_or_default(), answer.body))
    }

    async fn sqs<B>(&self, request: Request<B>) -> Result<Response<Bytes>, Denial>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<StdError>,
    {
        let request = self.verified(request, "sqs", MOST_SQS_BYTES).await?;
        Ok(self.services.sqs.call(request.headers(), request.body()).await)
    }

    /// The request with its whole body, if it is signed. What the head alone gives away is refused before the
    /// body is read.
    async fn verified<B>(
        &self,
        request: Request<B>,
        service: &str,
        most_bytes: usize,
    ) -> Result<Request<Bytes>, Denial>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<StdError>,
    {
        let (parts, body) = request.into_parts();
        let identity = &self.services.identity;
        let claim = Claim::read(&parts.headers, identity, service, OffsetDateTime::now_utc())?;
        if parts.uri.path() != "/" || parts.uri.query().is_some() {
            return Err(Refusal::Mismatch.into());
        }
        let body = tokio::time::timeout(BODY, Limited::new(body, most_bytes).collect());
        let body = body.await.map_err(|_| Denial::Broken)?.map_err(|error| {
            if error.is::<LengthLimitError>() { Denial::TooLarge } else { Denial::Broken }
        })?;
        let body = body.to_bytes();
        claim.verify(identity, &parts.method, &parts.headers, &body)?;
        Ok(Request::from_parts(parts, body))
    }
}

/// Why a DynamoDB or SQS request did not get to its store.
enum Denial {
    Unsigned(Refusal),
    TooLarge,
    /// The client broke off or was too slow.
    Broken,
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        Self::Unsigned(refusal)
    }
}

impl Denial {
    /// In the shape of both services' JSON protocol.
    fn into_response(self) -> Response<Bytes> {
        let (status, kind, message) = match self {
            Self::Unsigned(refusal) => {
                let (kind, message) = words(refusal);
                (StatusCode::FORBIDDEN, kind, message)
            }
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", "The request is too large.")
            }
            Self::Broken => {
                (StatusCode::BAD_REQUEST, "SerializationException", "The body did not arrive whole.")
            }
        };
        let body =
            serde_json::json!({"__type": format!("com.amazon.coral.service#{kind}"), "message": message});
        json(status, body.to_string().into_bytes())
    }
}

fn words(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::Missing => {
            ("MissingAuthenticationTokenException", "Request is missing Authentication Token")
        }
        Refusal::Incomplete => {
            ("IncompleteSignatureException", "The Authorization header or X-Amz-Date is not complete.")
        }
        Refusal::UnknownKey => {
            ("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
        Refusal::Skewed => {
            ("InvalidSignatureException", "Signature expired or not yet current: compare the clocks.")
        }
        Refusal::Mismatch => (
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.",
        ),
    }
}

fn json(status: StatusCode, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(AMZ_JSON));
    response
}
