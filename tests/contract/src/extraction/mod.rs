//! Extraction with a hosted model on each wire, and the limits of its routes.

mod answers;
mod failures;
mod limits;
mod live;
mod questions;
mod wires;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Credits;
use harness::{Answer, Harness, ModelAnswer, ModelServer, Question};
use hosted::{Hosted, HostedConfig, Wire};
use serde_json::{Value, json};

const IMAGE: &str = "/api/v1/extract-image";
const DOCUMENT: &str = "/api/v1/extract-document";
const RECEIPT: &[u8] = include_bytes!("../../../data/receipt.png");

fn schema() -> Value {
    json!({"type": "object", "properties": {"total": {"type": "number"}, "shop": {"type": "string"}}})
}

/// A question about so many pictures.
fn asking(pictures: usize, more: Value) -> Value {
    let mut body = json!({
        "inputMethod": "base64", "images": vec![STANDARD.encode(RECEIPT); pictures], "prompt": "Read the receipt",
    });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
    body
}

/// A call, and what it came to.
struct Called {
    answer: Answer,
    spent: Credits,
    asked: Vec<Question>,
}

/// Makes a call of a server whose model is on this wire and answers so.
async fn call(
    (wire, path): (Wire, &str),
    body: Value,
    change: impl FnOnce(&mut HostedConfig),
    reply: impl Fn(&Question) -> ModelAnswer + Send + Sync + 'static,
) -> Called {
    let server = ModelServer::start(reply).await;
    let mut config = HostedConfig::for_testing(wire, &server.url());
    change(&mut config);
    let hosted = wires::connected(config);
    let harness = hosting(hosted).await;
    let answer = harness.call("POST", path).json(body).send().await;
    let sheet = harness.balance("default").await;
    assert_eq!(sheet.held, Credits::ZERO, "{wire:?}: {}", answer.text());
    harness.assert_books().await;
    Called { answer, spent: sheet.spent, asked: server.asked() }
}

async fn hosting(hosted: Hosted) -> Harness {
    Harness::with(|options| options.hosted = Some(hosted)).await
}
