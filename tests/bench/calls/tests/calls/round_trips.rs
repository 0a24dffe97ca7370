//! How many requests reach DynamoDB before the handler of an image call that costs, counted where the SDK hands them to
//! its HTTP client.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use common::{ApiError, Cx, Function, Platform, Request, Response};
use contract::Scope;
use contract::endpoints::IMAGE_EDIT_ASYNC;
use contract::images::EditRequest;
use contract::price::PRICES;
use contract::tasks::{Task, TaskStatus};
use serde_json::json;

use crate::watched::{Api, Watch};

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
impl Watch for Events {
    fn call(&self, inner: &SharedHttpConnector, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or("unknown");
        self.add(target.rsplit('.').next().unwrap_or(target));
        inner.call(request)
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
        request: json!({}),
    };
    Ok(task.into())
}

async fn cold() -> Api<Events> {
    let api = Api::new(Events::default(), Scope::ImageEditing).await;
    api.platform.provide(api.watch.clone());
    api.watch.take();
    api
}

/// What one POST did.
async fn events(api: &Api<Events>, function: &Function) -> Vec<String> {
    let body = json!({"input": "https://example.com/a.jpg", "operations": {"resizing": {"width": 1000}}});
    api.post(function, "/v1-beta1/image/edit/async", &body).await;
    api.watch.take()
}

fn before_handler(events: &[String]) -> &[String] {
    let at = events.iter().position(|event| event == HANDLER).expect("the handler");
    &events[..at]
}

#[tokio::test]
async fn at_most_three_calls_reach_dynamodb_before_the_handler_and_two_with_a_cached_key() {
    let api = cold().await;
    let function = marked();
    let (cold, cached) = (events(&api, &function).await, events(&api, &function).await);
    println!("before the handler, cold: {}", before_handler(&cold).join(", "));
    println!("before the handler, cached key: {}", before_handler(&cached).join(", "));
    assert_eq!(before_handler(&cold), ["GetItem", "UpdateItem", "TransactWriteItems"]);
    assert_eq!(before_handler(&cached), ["UpdateItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn the_real_function_begins_with_the_same_calls() {
    let api = cold().await;
    let function = image_edit_async::function();
    let (cold, cached) = (events(&api, &function).await, events(&api, &function).await);
    println!("whole call, cold: {}", cold.join(", "));
    println!("whole call, cached key: {}", cached.join(", "));
    // The handler itself reads nothing: after the hold comes the settlement.
    assert_eq!(cold[..4], ["GetItem", "UpdateItem", "TransactWriteItems", "TransactWriteItems"]);
    assert_eq!(cached[..3], ["UpdateItem", "TransactWriteItems", "TransactWriteItems"]);
}
