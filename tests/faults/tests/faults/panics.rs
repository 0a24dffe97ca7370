//! Handlers that panic.

use common::{ApiError, Commit, Cx, Function, Request, Response};
use contract::{Check, Credits, Endpoint, Family, Raw, Scope};
use faults::behind::{ledger, log_rows};
use faults::log;
use harness::Harness;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

const WORDS: &str = "an invariant that nobody may read about";

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct When {
    at_once: bool,
}

impl Check for When {}

const PANIC: Endpoint<When, Raw> = Endpoint::post("test-panic", "/v1/image/test-panic")
    .family(Family::Platform)
    .scope(Scope::ImageEditing)
    .priced();

async fn handle(_: Cx, request: Request<When>) -> Result<Response<Raw>, ApiError> {
    if request.at_once {
        panic!("{WORDS}");
    }
    tokio::task::yield_now().await;
    let commit = Commit::default().write(|_, _| panic!("{WORDS}"));
    Ok(Response::from(Raw {}).commit(commit))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panicking_handler_is_a_logged_500_that_releases_its_hold() {
    log::keep();
    let harness = Harness::with(|options| {
        options.extra.push(Function::http(PANIC, handle).quoted(|_: &When| Credits::whole(3)));
    })
    .await;
    let key = harness.account("panic", 10).await;
    for at_once in [true, false] {
        let call = harness.call("POST", "/v1/image/test-panic").key(&key).json(json!({"at_once": at_once}));
        let answer = call.header("Idempotency-Key", "again").send().await;
        assert_eq!(answer.status, 500, "{}", answer.text());
        assert!(!answer.text().contains(WORDS) && !answer.text().contains("panic"), "{}", answer.text());
        let id = answer.header("x-request-id").to_owned();
        let lines = log::lines_with(&id);
        assert!(lines.iter().any(|line| line.contains(WORDS)), "{lines:?}");
        let rows = log_rows(harness.store(), "panic").await;
        assert!(rows.contains(&(id.clone(), "500".into(), "INTERNAL".into())), "{rows:?}");
        let rows = ledger(harness.store(), "panic").await;
        let rows = rows.iter().filter(|row| row.request_id.as_ref() == Some(&id)).count();
        assert_eq!(rows, 2, "a hold and its release");
        let balance = harness.balance("panic").await;
        let left = (balance.available, balance.held, balance.spent);
        assert_eq!(left, (Credits::whole(10), Credits::ZERO, Credits::ZERO));
    }
    assert_eq!(harness.call("GET", "/health").send().await.status, 200);
    harness.assert_books().await;
}
