//! Against a real server: llama.cpp with a model of 135 million parameters, started here. It shows that the wire works and that
//! probabilities mean something, not how good a model can be. The first run downloads 130 MB.

use std::path::Path;
use std::time::Duration;

use hosted::{ConfidenceMethod, Finish, Hosted, HostedConfig, Label, Output, Prompt, Subject};
use serde_json::{Value, json};

#[path = "support/llama.rs"]
mod llama;

use llama::Llama;

fn hosted(llama: &Llama) -> Hosted {
    // A machine that is busy with other tests.
    let patience = Duration::from_secs(120);
    let config = HostedConfig { attempt: patience, total: patience, ..llama.config() };
    Hosted::over_http(config).expect("no certificates to read")
}

const MATCH: &str = "The goalkeeper saved a penalty and the team won the football cup.";
const RECIPE: &str = "Stir the butter and the flour, add milk and bake the cake for an hour.";

#[tokio::test]
async fn a_real_server_answers_with_probabilities_and_json() {
    let llama = Llama::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/llama/serve"));
    let hosted = hosted(&llama);
    labels_follow_the_text(&hosted).await;
    json_fits_its_schema(&hosted).await;
    a_limit_of_tokens_is_told(&hosted).await;
}

async fn labels_follow_the_text(hosted: &Hosted) {
    let labels = [
        Label { description: Some("football, games, teams"), ..Label::named("sport") },
        Label { description: Some("recipes, food, baking"), ..Label::named("cooking") },
    ];
    // To choose between letters is beyond this model: it prefers the first one. So no more is asked here than that it uses them.
    let judged = hosted.choose(&Subject::text(MATCH), &labels, None).await.expect("a judgement");
    println!("choose: {judged:?}");
    assert_eq!(judged.method, ConfidenceMethod::Logprob);
    assert!((judged.confidences.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{judged:?}");
    assert!(judged.confidences.iter().all(|share| *share > 0.1), "{judged:?}");
    assert!(judged.usage.input_tokens > 100 && judged.usage.output_tokens == 2, "{judged:?}");
    let mut applies = Vec::new();
    for text in [MATCH, RECIPE] {
        let judged = hosted.tag(&Subject::text(text), &labels, None).await.expect("a judgement");
        assert_eq!(judged.method, ConfidenceMethod::Logprob);
        println!("tag: {judged:?}");
        applies.push(judged.confidences);
    }
    // Of Yes and No it knows a little more: sport applies to the match rather than to the recipe.
    assert!(applies[0][0] - applies[0][1] > applies[1][0] - applies[1][1], "{applies:?}");
}

async fn json_fits_its_schema(hosted: &Hosted) {
    let schema = json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer"}},
        "required": ["name", "age"], "additionalProperties": false});
    let prompt = Prompt {
        output: Output::Schema(schema),
        max_tokens: 60,
        ..Prompt::text("You read texts.", "Anna is 31 years old. Her name and age:")
    };
    let answer = hosted.complete(&prompt, None).await.expect("an answer");
    println!("json: {answer:?}");
    let data: Value = serde_json::from_str(&answer.text).expect("JSON");
    assert!(data["name"].is_string() && data["age"].is_i64(), "{data}");
    assert_eq!(answer.finish, Finish::Stop);
}

async fn a_limit_of_tokens_is_told(hosted: &Hosted) {
    let prompt = Prompt { max_tokens: 3, ..Prompt::text("", "Count from one to one hundred.") };
    let answer = hosted.complete(&prompt, None).await.expect("an answer");
    assert_eq!((answer.finish, answer.usage.output_tokens), (Finish::Length, 3));
}
