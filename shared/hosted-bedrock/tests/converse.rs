//! What goes to Bedrock and what is read from it. A case is a file in `converse/`, as in the crate `hosted`; the SDK speaks to a server on
//! loopback.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use bytes::Bytes;
use hosted::{
    Finish, Hosted, HostedConfig, HostedError, Key, Label, Media, Output, Part, Picture, Prompt, Stage,
    Subject, Wire,
};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Path, headers and body of a request.
type Asked = (String, HeaderMap, Value);

/// A server that answers the request of each number, from 0, with a status and a body; or with nothing, ever.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    async fn start(reply: impl Fn(usize, &Value) -> Option<(u16, Value)> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (kept, reply) = (Arc::clone(&asked), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, reply) = (Arc::clone(&kept), Arc::clone(&reply));
                let service = service_fn(move |request: Request<Incoming>| {
                    let (kept, reply) = (Arc::clone(&kept), Arc::clone(&reply));
                    async move {
                        let (head, body) = request.into_parts();
                        let body = body.collect().await.expect("a whole body").to_bytes();
                        let body: Value = serde_json::from_slice(&body).expect("JSON");
                        let number = {
                            let mut kept = kept.lock().expect("no test panics in here");
                            kept.push((head.uri.path().to_owned(), head.headers, body.clone()));
                            kept.len() - 1
                        };
                        match reply(number, &body) {
                            Some((status, body)) => Ok::<_, hyper::Error>(answer(status, body)),
                            None => std::future::pending().await,
                        }
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no test panics in here").clone()
    }
}

/// `{"x-...": ...}` under `headers` of a body becomes headers.
fn answer(status: u16, mut body: Value) -> Response<Full<Bytes>> {
    let headers = body.as_object_mut().and_then(|body| body.remove("headers"));
    let mut builder = Response::builder().status(status).header("content-type", "application/json");
    for (name, value) in headers.as_ref().and_then(Value::as_object).into_iter().flatten() {
        builder = builder.header(name, value.as_str().expect("text"));
    }
    builder.body(Full::new(Bytes::from(body.to_string()))).expect("a response")
}

fn hosted(server: &Server, key: Option<&str>) -> Hosted {
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys(
            "AKIDEXAMPLE",
            "secret",
            None,
        )))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let config = HostedConfig {
        key: key.and_then(Key::new),
        model: "eu.vendor.model-v1:0".to_owned(),
        ..HostedConfig::for_testing(Wire::Bedrock, &server.url)
    };
    hosted_bedrock::connect(config, &sdk).expect("nothing to read")
}

fn prompt(name: &str) -> Prompt {
    let schema = json!({"type": "object", "properties": {"total": {"type": ["string", "null"]}},
        "required": ["total"], "additionalProperties": false});
    let picture = Picture { media: Media::Jpeg, bytes: vec![0xff, 0xd8, 0xff].into() };
    let text = Prompt::text("Be exact.", "Read the total.");
    match name {
        "text" => text,
        "json" => Prompt { output: Output::Json, ..text },
        "picture" => Prompt {
            output: Output::Schema(schema),
            parts: vec![Part::Text("Read the total.".to_owned()), Part::Picture(picture)],
            ..text
        },
        other => panic!("no prompt is called {other}"),
    }
}

fn ok(text: &str) -> Option<(u16, Value)> {
    let body = json!({"output": {"message": {"role": "assistant", "content": [{"text": text}]}}, "stopReason": "end_turn",
        "usage": {"inputTokens": 20, "outputTokens": 6, "totalTokens": 26}, "metrics": {"latencyMs": 400}});
    Some((200, body))
}

#[tokio::test]
async fn converse_requests_and_answers_are_as_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/converse");
    let mut cases = 0;
    for file in std::fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        let name = path.display();
        let case: Value = serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
        let response = case["response"].clone();
        let server = Server::start(move |_, _| {
            let status = response["status"].as_u64().expect("a status");
            Some((u16::try_from(status).expect("a status"), response["body"].clone()))
        })
        .await;
        let prompt = prompt(case["prompt"].as_str().expect("a prompt"));
        let answered = hosted(&server, None).complete(&prompt, None).await;
        let (path, headers, body) = server.asked()[0].clone();
        assert_eq!(path, "/model/eu.vendor.model-v1%3A0/converse", "{name}");
        assert_eq!(body, case["request"], "{name}");
        let signature = headers["authorization"].to_str().expect("ASCII");
        assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signature}");
        assert!(signature.contains("/eu-west-1/bedrock/aws4_request"), "{signature}");
        match answered {
            Ok(answer) => {
                let finish = match &answer.finish {
                    Finish::Stop => "stop",
                    Finish::Length => "length",
                    Finish::Refused => "refused",
                    Finish::Other(word) => word,
                };
                let written = json!({"text": answer.text, "finish": finish,
                    "usage": [answer.usage.input_tokens, answer.usage.output_tokens]});
                assert_eq!(written, case["answer"], "{name}");
            }
            Err(failure) => assert_eq!(json!(failure.to_string()), case["failure"], "{name}"),
        }
        cases += 1;
    }
    assert!(cases >= 6, "{cases}");
}

#[tokio::test]
async fn an_api_key_is_sent_in_place_of_a_signature_and_shown_nowhere() {
    let key = "bedrock-api-key-0123456789";
    let server =
        Server::start(move |_, _| Some((403, json!({"message": key, "headers": {"x-amzn-ErrorType": key}}))))
            .await;
    let failure = hosted(&server, Some(key)).complete(&prompt("text"), None).await.expect_err("a wrong key");
    assert_eq!(server.asked()[0].1["authorization"], format!("Bearer {key}"));
    assert_eq!(failure.to_string(), "the hosted model failed: status 403");
    assert!(!format!("{failure:?}").contains(key));
}

#[tokio::test]
async fn failures_are_repeated_by_the_client_alone() {
    let server = Server::start(|number, _| match number {
        0 | 1 => Some((
            500,
            json!({"message": "oops", "headers": {"x-amzn-ErrorType": "InternalServerException"}}),
        )),
        _ => ok("12.40"),
    })
    .await;
    let answer = hosted(&server, None).complete(&prompt("text"), None).await.expect("the third");
    assert_eq!((answer.text.as_str(), server.asked().len()), ("12.40", 3));
}

#[tokio::test]
async fn a_hanging_service_is_given_up_at_the_limit() {
    let server = Server::start(|_, _| None).await;
    let deadline = Some(std::time::Instant::now() + Duration::from_millis(100));
    let failure = hosted(&server, None).complete(&prompt("text"), deadline).await.expect_err("no answer");
    assert!(matches!(failure, HostedError::Timeout(Stage::Deadline)), "{failure:?}");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_a_failure() {
    let server = Server::start(|_, _| ok(&"x".repeat(100 << 10))).await;
    let failure = hosted(&server, None).complete(&prompt("text"), None).await.expect_err("too large");
    assert_eq!(failure.to_string(), "the hosted model failed: its answer is too large");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_model_without_a_temperature_is_asked_without_from_then_on() {
    let server = Server::start(|_, body| match body["inferenceConfig"]["temperature"].is_null() {
        true => ok("12.40"),
        false => Some((
            400,
            json!({"message": "`temperature` is not supported for this model.", "headers": {"x-amzn-ErrorType": "ValidationException"}}),
        )),
    })
    .await;
    let hosted = hosted(&server, None);
    for _ in 0..2 {
        hosted.complete(&prompt("text"), None).await.expect("an answer");
    }
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_label_is_chosen_by_five_votes() {
    let server = Server::start(|_, _| ok("A")).await;
    let labels = [Label::named("billing"), Label::named("bug")];
    let judged = hosted(&server, None).choose(&Subject::text("x"), &labels, None).await.expect("a judgement");
    assert_eq!(judged.method, hosted::ConfidenceMethod::Vote);
    assert_eq!(server.asked().len(), 5);
    assert!(server.asked().iter().all(|(_, _, body)| body["inferenceConfig"]["maxTokens"] == 16));
}
