//! The embedded DynamoDB, SQS and S3 behind a loopback port, for processes that reach them as they reach AWS.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use embedded::Embedded;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tokio::task::JoinHandle;

use super::{Failure, serve};

/// Serves until it is dropped. The stores check the signatures, so only who has their credentials is answered.
#[derive(Debug)]
pub struct AwsListener {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl AwsListener {
    pub async fn start(stores: &Embedded) -> Self {
        let connector = connector(stores).await;
        let (address, task) = serve(move |request| forward(connector.clone(), request)).await;
        Self { address, task }
    }

    /// For `AWS_ENDPOINT_URL_DYNAMODB` and its like.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for AwsListener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a client of the SDK sends its requests through.
///
/// Why by way of a client: only the SDK itself can make the components that a connector is asked with.
async fn connector(stores: &Embedded) -> SharedHttpConnector {
    let seen = Arc::new(OnceLock::new());
    let spy = Spy { inner: stores.http_client(), seen: Arc::clone(&seen) };
    let client = stores.dynamodb_client();
    let config = client.config().to_builder().http_client(SharedHttpClient::new(spy)).build();
    let tables = aws_sdk_dynamodb::Client::from_conf(config).list_tables().send().await;
    tables.expect("the names of the embedded tables");
    seen.get().cloned().expect("a client that was called has a connector")
}

#[derive(Debug)]
struct Spy {
    inner: SharedHttpClient,
    seen: Arc<OnceLock<SharedHttpConnector>>,
}

impl HttpClient for Spy {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.seen.get_or_init(|| self.inner.http_connector(settings, components)).clone()
    }
}

async fn forward(
    connector: SharedHttpConnector,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Failure> {
    let (mut parts, body) = request.into_parts();
    let host = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("stores");
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    parts.uri = format!("http://{host}{target}").parse()?;
    let body = SdkBody::from(body.collect().await?.to_bytes());
    let answer = connector.call(HttpRequest::try_from(Request::from_parts(parts, body))?).await?;
    let (parts, body) = answer.try_into_http1x()?.into_parts();
    Ok(Response::from_parts(parts, Full::new(body.collect().await?.to_bytes())))
}
