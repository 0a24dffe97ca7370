//! An API of which every request to DynamoDB is seen where the SDK hands it to its HTTP client. Settings as on AWS: rate limits on, rows
//! written within the call.

use std::fmt::Debug;
use std::sync::Arc;

use atelier::{accounts, open_store};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use bytes::Bytes;
use common::clock::SystemClock;
use common::files::FileKeys;
use common::{Config, Function, Origin, Platform, Work};
use contract::{Credits, Scope};
use embedded::Embedded;
use serde_json::Value;

/// What sees the requests.
pub trait Watch: Clone + Debug + Send + Sync + 'static {
    /// Sends a request on by `inner`.
    fn call(&self, inner: &SharedHttpConnector, request: HttpRequest) -> HttpConnectorFuture;
}

#[derive(Debug, Clone)]
struct Watched<T, W> {
    inner: T,
    watch: W,
}

impl<W: Watch> HttpClient for Watched<SharedHttpClient, W> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Watched { inner, watch: self.watch.clone() })
    }
}

impl<W: Watch> HttpConnector for Watched<SharedHttpConnector, W> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.watch.call(&self.inner, request)
    }
}

/// An account with credits and a key, and nothing in any cache.
pub struct Api<W> {
    pub platform: Arc<Platform>,
    pub watch: W,
    key: String,
    _embedded: Embedded,
}

impl<W: Watch> Api<W> {
    pub async fn new(watch: W, scope: Scope) -> Self {
        let embedded = Embedded::temporary().expect("the embedded stores");
        let (mut store, _) = open_store(&embedded, "http://localhost").await.expect("tables and queues");
        accounts::create_account(&store, "acme").await.expect("an account");
        accounts::grant(&store, "acme", Credits::whole(10_000), "test").await.expect("a grant");
        let key = accounts::create_key(&store, "acme", "test", &[scope]).await.expect("a key");
        let client = Watched { inner: embedded.http_client(), watch: watch.clone() };
        let config = store.dynamodb.config().to_builder().http_client(SharedHttpClient::new(client)).build();
        store.dynamodb = aws_sdk_dynamodb::Client::from_conf(config);
        let config = Config { rate_limits: true, in_lambda: true, ..Config::default() };
        let platform = Platform::new(config, store, Arc::new(SystemClock), FileKeys::new(&[[1; 32]]));
        Self { platform: Arc::new(platform), watch, key: key.expose().to_owned(), _embedded: embedded }
    }

    /// The answer to a call that must succeed.
    pub async fn post(&self, function: &Function, path: &str, body: &Value) -> Value {
        let Work::Http(http) = &function.work else { panic!("{} is no endpoint", function.name) };
        let request = http::Request::post(path)
            .header("Authorization", format!("Bearer {}", self.key))
            .header("Content-Type", "application/json")
            .body(Bytes::from(body.to_string()))
            .expect("a request");
        let origin = Origin { scheme: "https".into(), host: "localhost".into(), client: String::new() };
        let answer = common::run(self.platform.clone(), http, request, origin).await;
        let status = answer.status();
        let body = answer.into_body().collect().await.expect("a body");
        assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("JSON")
    }
}
