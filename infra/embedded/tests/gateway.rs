//! The stores over a loopback socket: the SDK's own clients as other processes use them, and everybody else.
#![allow(clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use embedded::{Embedded, EmbeddedError, LoopbackServer};
use support::{bounded, bytes, make_table, text};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BUCKET: &str = "results";

/// What a process is told that shall reach the stores by way of the socket.
struct Door {
    stores: Embedded,
    server: LoopbackServer,
}

/// With a table `things`, a queue `jobs` and a bucket `results`, each of them empty.
async fn door() -> Door {
    let stores = Embedded::temporary().unwrap();
    make_table(&stores, "things").await;
    stores.sqs_client().create_queue().queue_name("jobs").send().await.unwrap();
    stores.s3_client().create_bucket().bucket(BUCKET).send().await.unwrap();
    let server = stores.serve_loopback(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    Door { stores, server }
}

fn sockets() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

impl Door {
    fn dynamodb(&self) -> aws_sdk_dynamodb::config::Builder {
        aws_sdk_dynamodb::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_dynamodb::config::Region::new(self.stores.region()))
            .endpoint_url(self.server.url())
            .credentials_provider(self.stores.credentials())
            .retry_config(RetryConfig::disabled())
            .http_client(sockets())
    }

    fn sqs(&self) -> aws_sdk_sqs::config::Builder {
        aws_sdk_sqs::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_sqs::config::Region::new(self.stores.region()))
            .endpoint_url(self.server.url())
            .credentials_provider(self.stores.credentials())
            .retry_config(RetryConfig::disabled())
            .http_client(sockets())
    }

    fn s3(&self) -> aws_sdk_s3::config::Builder {
        aws_sdk_s3::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_s3::config::Region::new(self.stores.region()))
            .endpoint_url(self.server.url())
            .force_path_style(true)
            .credentials_provider(self.stores.credentials())
            .retry_config(RetryConfig::disabled())
            .http_client(sockets())
    }

    async fn nothing_was_written(&self) {
        let scan = self.stores.dynamodb_client().scan().table_name("things").send().await.unwrap();
        assert_eq!(scan.count, 0);
        let queue = self.queue().await;
        let received = self.stores.sqs_client().receive_message().queue_url(queue).send().await.unwrap();
        assert_eq!(received.messages(), []);
        let listed = self.stores.s3_client().list_objects_v2().bucket(BUCKET).send().await.unwrap();
        assert_eq!(listed.contents(), []);
    }

    async fn queue(&self) -> String {
        let found = self.stores.sqs_client().get_queue_url().queue_name("jobs").send().await.unwrap();
        found.queue_url.unwrap()
    }
}

/// Changes what has been signed already.
#[derive(Debug)]
struct Tamper(fn(&mut HttpRequest));

impl Intercept for Tamper {
    fn name(&self) -> &'static str {
        "Tamper"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        (self.0)(context.request_mut());
        Ok(())
    }
}

/// Status and code of a refusal.
fn refusal<E: ProvideErrorMetadata>(
    error: SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>,
) -> (u16, String) {
    let status = error.raw_response().expect("an answer").status().as_u16();
    (status, error.code().unwrap_or_default().to_owned())
}

async fn put(config: aws_sdk_dynamodb::config::Builder) -> Result<(), (u16, String)> {
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let put = client.put_item().table_name("things").item("pk", text("a")).item("sk", text("b"));
    put.send().await.map(|_| ()).map_err(refusal)
}

async fn send(door: &Door, config: aws_sdk_sqs::config::Builder) -> Result<(), (u16, String)> {
    let client = aws_sdk_sqs::Client::from_conf(config.build());
    let send = client.send_message().queue_url(door.queue().await).message_body("hello");
    send.send().await.map(|_| ()).map_err(refusal)
}

async fn store(config: aws_sdk_s3::config::Builder) -> Result<(), (u16, String)> {
    let client = aws_sdk_s3::Client::from_conf(config.build());
    let put = client.put_object().bucket(BUCKET).key("a").body(b"hello".to_vec().into());
    put.send().await.map(|_| ()).map_err(refusal)
}

#[tokio::test]
async fn the_sdks_own_clients_reach_dynamodb_and_sqs() {
    bounded(async {
        let door = door().await;
        put(door.dynamodb()).await.unwrap();
        let client = aws_sdk_dynamodb::Client::from_conf(door.dynamodb().build());
        let get = client.get_item().table_name("things").key("pk", text("a")).key("sk", text("b"));
        assert_eq!(get.send().await.unwrap().item.unwrap()["pk"], text("a"));
        let again = client.put_item().table_name("things").item("pk", text("a")).item("sk", text("b"));
        let refused = again.condition_expression("attribute_not_exists(pk)").send().await.unwrap_err();
        assert!(refused.into_service_error().is_conditional_check_failed_exception());

        send(&door, door.sqs()).await.unwrap();
        let client = aws_sdk_sqs::Client::from_conf(door.sqs().build());
        let queue = door.queue().await;
        let received = client.receive_message().queue_url(&queue).send().await.unwrap();
        let [message] = received.messages() else { panic!("{received:?}") };
        assert_eq!(message.body(), Some("hello"));
        let receipt = message.receipt_handle().unwrap();
        client.delete_message().queue_url(&queue).receipt_handle(receipt).send().await.unwrap();
        let missing = client.get_queue_url().queue_name("missing").send().await.unwrap_err();
        assert!(missing.into_service_error().is_queue_does_not_exist());
    })
    .await;
}

#[tokio::test]
async fn the_sdks_own_client_reaches_s3() {
    bounded(async {
        let door = door().await;
        let client = aws_sdk_s3::Client::from_conf(door.s3().build());
        let content = bytes(3_000_000);
        let key = "in/a b+c=ü.png";
        let object = client.put_object().bucket(BUCKET).key(key).content_type("image/png");
        object.body(content.clone().into()).send().await.unwrap();
        let got = client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
        assert_eq!(got.content_type(), Some("image/png"));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), content);
        let listed = client.list_objects_v2().bucket(BUCKET).prefix("in/").send().await.unwrap();
        assert_eq!(listed.contents()[0].key(), Some(key));
        client.delete_object().bucket(BUCKET).key(key).send().await.unwrap();
        let gone = client.head_object().bucket(BUCKET).key(key).send().await.unwrap_err();
        assert!(gone.into_service_error().is_not_found());
    })
    .await;
}

#[tokio::test]
async fn other_credentials_are_403_and_write_nothing() {
    bounded(async {
        let door = door().await;
        let known = door.stores.credentials();
        let other_secret = Credentials::from_keys(known.access_key_id(), "x".repeat(40), None);
        let other_key = Credentials::from_keys("AKIAELSEWHERE", known.secret_access_key(), None);
        for (credentials, code) in
            [(other_secret, "InvalidSignatureException"), (other_key, "UnrecognizedClientException")]
        {
            let refused = Err((403, code.to_owned()));
            assert_eq!(put(door.dynamodb().credentials_provider(credentials.clone())).await, refused);
            assert_eq!(send(&door, door.sqs().credentials_provider(credentials.clone())).await, refused);
            assert_eq!(store(door.s3().credentials_provider(credentials)).await.unwrap_err().0, 403);
        }
        let elsewhere = Embedded::temporary().unwrap().credentials();
        assert_eq!(put(door.dynamodb().credentials_provider(elsewhere)).await.unwrap_err().0, 403);
        door.nothing_was_written().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_after_signing_is_403_and_writes_nothing() {
    bounded(async {
        let door = door().await;
        let changes: [fn(&mut HttpRequest); 5] = [
            |request| {
                let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
                let changed = body.replace("\"a\"", "\"c\"").replace("hello", "HELLO");
                assert_ne!(changed, body);
                *request.body_mut() = SdkBody::from(changed);
            },
            |request| {
                request.headers_mut().insert("x-amz-date", "20260101T000000Z");
            },
            |request| {
                request.headers_mut().insert("x-amz-extra", "1");
            },
            |request| {
                let changed = format!("{}?a=b", request.uri());
                request.set_uri(changed).unwrap();
            },
            |request| {
                let changed =
                    request.headers().get("authorization").unwrap().replace("/us-east-1/", "/eu-west-1/");
                request.headers_mut().insert("authorization", changed);
            },
        ];
        for change in changes {
            let refused = Err((403, "InvalidSignatureException".to_owned()));
            assert_eq!(put(door.dynamodb().interceptor(Tamper(change))).await, refused);
            assert_eq!(send(&door, door.sqs().interceptor(Tamper(change))).await, refused);
        }
        let into_delete: fn(&mut HttpRequest) = |request| {
            request.headers_mut().insert("x-amz-target", "DynamoDB_20120810.DeleteTable");
        };
        assert_eq!(put(door.dynamodb().interceptor(Tamper(into_delete))).await.unwrap_err().0, 403);
        for change in &changes[2..] {
            assert_eq!(store(door.s3().interceptor(Tamper(*change))).await.unwrap_err().0, 403);
        }
        door.nothing_was_written().await;
    })
    .await;
}

#[tokio::test]
async fn an_object_that_is_not_what_was_signed_is_not_stored() {
    bounded(async {
        let door = door().await;
        let client = aws_sdk_s3::Client::from_conf(door.s3().build());
        let lie: fn(&mut HttpRequest) = |request| {
            *request.body_mut() = SdkBody::from("HELLO");
        };
        let put = client.put_object().bucket(BUCKET).key("a").body(b"hello".to_vec().into());
        let config = aws_sdk_s3::config::Builder::new().interceptor(Tamper(lie));
        let status = put.customize().config_override(config).send().await.map_err(refusal).unwrap_err().0;
        assert!((400..500).contains(&status), "{status}");
        door.nothing_was_written().await;
    })
    .await;
}

/// Status and body of the answer to a request as it stands.
async fn raw(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[tokio::test]
async fn what_is_not_signed_is_403_in_the_services_shape_and_writes_nothing() {
    bounded(async {
        let door = door().await;
        let put = r#"{"TableName":"things","Item":{"pk":{"S":"a"},"sk":{"S":"b"}}}"#;
        let queue = door.queue().await;
        let send = format!(r#"{{"QueueUrl":"{queue}","MessageBody":"hello"}}"#);
        let calls = [("DynamoDB_20120810.PutItem", put), ("AmazonSQS.SendMessage", &send), ("Unknown.Call", "{}")];
        for (target, body) in calls {
            let head = format!(
                "POST / HTTP/1.1\r\nHost: {}\r\nX-Amz-Target: {target}\r\nConnection: close\r\nContent-Length: {}\r\n",
                door.server.address(),
                body.len()
            );
            let (status, answer) = raw(door.server.address(), &format!("{head}\r\n{body}")).await;
            assert_eq!(status, 403, "{target}");
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(answer["__type"], "com.amazon.coral.service#MissingAuthenticationTokenException");
            let bearer = format!("{head}Authorization: Bearer x\r\n\r\n{body}");
            let (status, answer) = raw(door.server.address(), &bearer).await;
            assert_eq!((status, answer.contains("IncompleteSignatureException")), (403, true), "{answer}");
        }
        for line in ["GET /", "GET /results", "GET /results/a", "GET /missing/a", "PUT /results/a", "DELETE /results"] {
            let host = door.server.address();
            let request = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            let (status, answer) = raw(host, &request).await;
            assert_eq!((status, answer.contains("<Code>AccessDenied</Code>")), (403, true), "{line}: {answer}");
        }
        door.nothing_was_written().await;
    })
    .await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    bounded(async {
        let door = door().await;
        let client = aws_sdk_sqs::Client::from_conf(door.sqs().build());
        let send = client.send_message().queue_url(door.queue().await).message_body("x".repeat(5 << 20));
        // The rest of the body is not read, so a client may see the connection end before it sees the answer.
        match send.send().await.unwrap_err() {
            SdkError::DispatchFailure(_) => {}
            error => assert_eq!(refusal(error), (413, "RequestEntityTooLargeException".to_owned())),
        }
        door.nothing_was_written().await;
    })
    .await;
}

#[tokio::test]
async fn only_loopback_is_listened_on_and_not_after_the_end() {
    bounded(async {
        let door = door().await;
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
            let refused = door.stores.serve_loopback(address.parse().unwrap()).await;
            assert!(matches!(refused, Err(EmbeddedError::NotLoopback { .. })), "{address}");
        }
        let address = door.server.address();
        let mut open = TcpStream::connect(address).await.unwrap();
        drop(door.server);
        assert_eq!(open.read(&mut [0]).await.unwrap_or(0), 0);
        assert!(TcpStream::connect(address).await.is_err());
    })
    .await;
}
