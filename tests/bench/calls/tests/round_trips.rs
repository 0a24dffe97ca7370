//! How many requests reach DynamoDB before the handler of an image call that costs, counted where the SDK hands them to
//! its HTTP client. Settings as on AWS: rate limits on, rows written within the call.

use std::sync::{Arc, Mutex, PoisonError};

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
use common::{ApiError, Config, Cx, Function, Origin, Platform, Request, Response, Work};
use contract::endpoints::IMAGE_EDIT_ASYNC;
use contract::images::EditRequest;
use contract::price::PRICES;
use contract::tasks::{Task, TaskStatus};
use contract::{Credits, Scope};
use embedded::Embedded;

const HANDLER: &str = "handler";

/// What happened, in order: operations of DynamoDB, and where the handler began.
#[derive(Debug, Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    fn add(&self, event: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.to_owned());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Notes every request and passes it on.
#[derive(Debug, Clone)]
struct Counting<T> {
    inner: T,
    events: Events,
}

impl HttpClient for Counting<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Counting { inner, events: self.events.clone() })
    }
}

impl HttpConnector for Counting<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or("unknown");
        self.events.add(target.rsplit('.').next().unwrap_or(target));
        self.inner.call(request)
    }
}

/// The endpoint's own pipeline and price, with a handler that notes when it begins.
fn marked() -> Function {
    let load =
        |_: &Platform| -> Result<Events, ApiError> { Err(ApiError::internal("the events are provided")) };
    Function::with(IMAGE_EDIT_ASYNC, load, handle).quoted(|_: &EditRequest| PRICES.image_edit)
}

async fn handle(events: Arc<Events>, _: Cx, _: Request<EditRequest>) -> Result<Response<Task>, ApiError> {
    events.add(HANDLER);
    let task = Task {
        id: 1,
        status: TaskStatus::Accepted,
        result_url: String::new(),
        created_at: String::new(),
        request: serde_json::json!({}),
    };
    Ok(task.into())
}

struct Api {
    platform: Arc<Platform>,
    events: Events,
    key: String,
    _embedded: Embedded,
}

impl Api {
    /// With an account, its credits and its key, and nothing in any cache.
    async fn cold() -> Self {
        let embedded = Embedded::temporary().expect("the embedded stores");
        let (mut store, _) = open_store(&embedded, "http://localhost").await.expect("tables and queues");
        accounts::create_account(&store, "acme").await.expect("an account");
        accounts::grant(&store, "acme", Credits::whole(10), "test").await.expect("a grant");
        let key = accounts::create_key(&store, "acme", "test", &[Scope::ImageEditing]).await.expect("a key");
        let events = Events::default();
        let client = Counting { inner: embedded.http_client(), events: events.clone() };
        let config = store.dynamodb.config().to_builder().http_client(SharedHttpClient::new(client)).build();
        store.dynamodb = aws_sdk_dynamodb::Client::from_conf(config);
        let config = Config { rate_limits: true, in_lambda: true, ..Config::default() };
        let platform = Platform::new(config, store, Arc::new(SystemClock), FileKeys::new(&[[1; 32]]));
        platform.provide(events.clone());
        Self { platform: Arc::new(platform), events, key: key.expose().to_owned(), _embedded: embedded }
    }

    /// What one POST did.
    async fn post(&self, function: &Function) -> Vec<String> {
        let Work::Http(http) = &function.work else { panic!("{} is no endpoint", function.name) };
        let request = http::Request::post("/v1-beta1/image/edit/async")
            .header("Authorization", format!("Bearer {}", self.key))
            .header("Content-Type", "application/json")
            .body(Bytes::from_static(
                br#"{"input":"https://example.com/a.jpg","operations":{"resizing":{"width":1000}}}"#,
            ))
            .expect("a request");
        let origin = Origin { scheme: "https".into(), host: "localhost".into(), client: String::new() };
        let answer = common::run(self.platform.clone(), http, request, origin).await;
        let status = answer.status();
        let body = answer.into_body().collect().await.expect("a body");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        self.events.take()
    }
}

fn before_handler(events: &[String]) -> &[String] {
    let at = events.iter().position(|event| event == HANDLER).expect("the handler");
    &events[..at]
}

#[tokio::test]
async fn at_most_three_calls_reach_dynamodb_before_the_handler_and_two_with_a_cached_key() {
    let api = Api::cold().await;
    let function = marked();
    let (cold, cached) = (api.post(&function).await, api.post(&function).await);
    println!("before the handler, cold: {}", before_handler(&cold).join(", "));
    println!("before the handler, cached key: {}", before_handler(&cached).join(", "));
    assert_eq!(before_handler(&cold), ["GetItem", "UpdateItem", "TransactWriteItems"]);
    assert_eq!(before_handler(&cached), ["UpdateItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn the_real_function_begins_with_the_same_calls() {
    let api = Api::cold().await;
    let function = image_edit_async::function();
    let (cold, cached) = (api.post(&function).await, api.post(&function).await);
    println!("whole call, cold: {}", cold.join(", "));
    println!("whole call, cached key: {}", cached.join(", "));
    // The handler itself reads nothing: after the hold comes the settlement.
    assert_eq!(cold[..4], ["GetItem", "UpdateItem", "TransactWriteItems", "TransactWriteItems"]);
    assert_eq!(cached[..3], ["UpdateItem", "TransactWriteItems", "TransactWriteItems"]);
}
