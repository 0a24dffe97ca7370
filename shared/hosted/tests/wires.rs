//! What goes over each wire, byte for byte of meaning, and what is read from it. A case is a file in `wires/`: the prompt by name, the
//! request that must be sent, the provider's response in the shape of its documentation, and the answer or failure read from it.

mod support;

use std::path::Path;

use hosted::{Answer, Finish, Hosted, HostedConfig, Media, Output, Part, Picture, Prompt, Wire};
use serde_json::{Value, json};
use support::{Reply, Server};

/// The prompts that cases name.
fn prompt(name: &str) -> Prompt {
    let schema = json!({"type": "object", "properties": {"total": {"type": ["string", "null"]}},
        "required": ["total"], "additionalProperties": false});
    let picture = Picture { media: Media::Jpeg, bytes: vec![0xff, 0xd8, 0xff].into() };
    let text = Prompt::text("Be exact.", "Read the total.");
    match name {
        "text" => text,
        "letter" => Prompt { max_tokens: 1, temperature: 1.0, alternatives: 20, ..text },
        "json" => Prompt { output: Output::Json, ..text },
        "schema" => Prompt { output: Output::Schema(schema), ..text },
        "picture" => Prompt {
            output: Output::Schema(schema),
            parts: vec![Part::Text("Read the total.".to_owned()), Part::Picture(picture)],
            ..text
        },
        other => panic!("no prompt is called {other}"),
    }
}

fn written(answer: &Answer) -> Value {
    let finish = match &answer.finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Refused => "refused",
        Finish::Other(word) => word,
    };
    let tokens: Vec<Vec<Value>> = answer
        .tokens
        .iter()
        .map(|place| {
            place
                .iter()
                .map(|token| json!([token.text, (f64::from(token.logprob) * 1e4).round() / 1e4]))
                .collect()
        })
        .collect();
    json!({"text": answer.text, "finish": finish, "tokens": tokens, "model": answer.model,
        "usage": [answer.usage.input_tokens, answer.usage.output_tokens]})
}

async fn check(wire: Wire, path: &Path) {
    let name = path.display();
    let case: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    let response = case["response"].clone();
    let server = Server::start(move |_, _| {
        let status =
            response["status"].as_u64().map_or(200, |status| u16::try_from(status).expect("a status"));
        Reply::Json(status, response["body"].clone())
    })
    .await;
    let config =
        HostedConfig { repeats: 0, ..HostedConfig::for_testing(wire, &format!("{}/base", server.url)) };
    let hosted = Hosted::over_http(config).expect("no certificates to read");
    let answered = hosted.complete(&prompt(case["prompt"].as_str().expect("a prompt")), None).await;

    let asked = &server.asked()[0];
    let expected = &case["request"];
    assert_eq!(asked.path, expected["path"].as_str().expect("a path"), "{name}");
    assert_eq!(asked.body, expected["body"], "{name}");
    for (header, value) in expected["headers"].as_object().expect("headers") {
        assert_eq!(asked.headers[header.as_str()], value.as_str().expect("text"), "{name}");
    }
    assert_eq!(asked.headers["content-type"], "application/json");
    match answered {
        Ok(answer) => assert_eq!(written(&answer), case["answer"], "{name}"),
        Err(failure) => assert_eq!(json!(failure.to_string()), case["failure"], "{name}"),
    }
}

async fn check_all(wire: Wire, folder: &str, least: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wires").join(folder);
    let files = std::fs::read_dir(&folder).expect("a folder");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    assert!(paths.len() >= least, "{}: {} cases", folder.display(), paths.len());
    for path in paths {
        check(wire, &path).await;
    }
}

#[tokio::test]
async fn openai_requests_and_answers_are_as_documented() {
    check_all(Wire::OpenAi, "openai", 6).await;
}

#[tokio::test]
async fn gemini_requests_and_answers_are_as_documented() {
    check_all(Wire::Gemini, "gemini", 6).await;
}

#[tokio::test]
async fn anthropic_requests_and_answers_are_as_documented() {
    check_all(Wire::Anthropic, "anthropic", 5).await;
}
