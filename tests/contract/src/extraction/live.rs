//! Against a real server of a real model that cannot look: what is read here goes to it as text.

use std::path::Path;
use std::time::Duration;

use contract::Credits;
use hosted::{Hosted, HostedConfig};
use serde_json::{Value, json};

use super::{IMAGE, asking, hosting};
use crate::subject::bounded;

#[path = "../../../../shared/hosted/tests/support/llama.rs"]
mod llama;

use llama::Llama;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_read_here_and_its_text_answered_by_llama_cpp() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/hosted/tests/llama/serve");
    let llama = Llama::start(&script);
    bounded(400, async {
        let config = HostedConfig {
            model: "SmolLM2-135M-Instruct".to_owned(),
            vision: false,
            // It works on one core beside other tests.
            attempt: Duration::from_secs(50),
            total: Duration::from_secs(50),
            ..llama.config()
        };
        let harness = hosting(Hosted::over_http(config).expect("a client")).await;
        // Short strings: a model of this size goes on and on.
        let schema = json!({"type": "object", "properties": {"shop": {"type": "string", "maxLength": 40}},
            "required": ["shop"], "additionalProperties": false});
        let more = json!({"schema": schema, "prompt": "Which shop is this receipt of?"});
        let answer = harness.call("POST", IMAGE).json(asking(1, more)).send().await.expect(200).json();
        println!("{answer}");
        let results = answer["results"].as_str().expect("a text");
        let data: Value = serde_json::from_str(results).expect("JSON");
        assert!(
            data["shop"].as_str().is_some_and(|shop| !shop.is_empty() && shop.chars().count() <= 40),
            "{answer}"
        );
        assert_eq!((&data, &answer["model"]), (&answer["data"], &json!("SmolLM2-135M-Instruct")));
        assert_eq!(answer["images"], json!([{"index": 0, "error": null}]));
        assert_eq!(harness.balance("default").await.spent, Credits::whole(11));
        harness.assert_books().await;
    })
    .await;
}
