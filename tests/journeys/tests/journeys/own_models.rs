//! An operator with a text encoder or a library of their own.

use std::fs::File;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::{Scratch, ServerProcess};
use journeys::Home;
use models::{Folder, Hash};
use serde_json::json;

/// The encoder that the project ships, named as if it were the operator's: its file, its SHA-256, its tokenizer.
fn encoder() -> [(&'static str, String); 3] {
    let folder = Folder::from_env().expect("a folder of models");
    let path = |name: &str| folder.file(name).expect("a fetched model").display().to_string();
    let file = path("minilm/model.onnx");
    let hash = Hash::of_reader(File::open(&file).expect("a file")).expect("a hash").to_string();
    [
        ("ATELIER_ENCODER", file),
        ("ATELIER_ENCODER_SHA256", hash),
        ("ATELIER_ENCODER_TOKENIZER", path("minilm/tokenizer.json")),
    ]
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encoder_of_the_operators_reads_texts_and_is_named_by_its_hash() {
    let settings = encoder();
    let home = Home::new().await;
    let server = home.serve(&borrowed(&settings));
    let body = json!({"text": "I was charged twice for my invoice", "labels": ["billing", "football"]});
    let seen = server.call("POST", "/v1/classify").json(body).send().await.expect(200).json();
    assert_eq!((&seen["label"], &seen["confidence_method"]), (&json!("billing"), &json!("similarity")));
    let limits = server.call("GET", "/v1/limits").send().await.expect(200).json();
    assert_eq!(limits["models"]["classify_standard"], format!("encoder-{}", &settings[1].1[..12]));
}

#[test]
fn an_encoder_that_is_half_named_or_another_file_stops_the_start_by_name() {
    let whole = encoder();
    for (left_out, named) in
        [(0, "ATELIER_ENCODER:"), (1, "ATELIER_ENCODER_SHA256"), (2, "ATELIER_ENCODER_TOKENIZER")]
    {
        let mut settings = borrowed(&whole);
        settings.remove(left_out);
        let log = ServerProcess::try_start(Scratch::new().path(), &settings).expect_err(named);
        assert!(log.contains(named), "{log}");
    }
    let mut settings = borrowed(&whole);
    let other = "0".repeat(64);
    settings[1].1 = &other;
    let log = ServerProcess::try_start(Scratch::new().path(), &settings).expect_err("another file");
    assert!(log.contains("ATELIER_ENCODER_SHA256"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn onnx_runtime_looks_at_pictures_where_its_library_is_named() {
    let folder = Folder::from_env().expect("a folder of models");
    let library = folder.file("onnxruntime/libonnxruntime.so").expect("fetched").display().to_string();
    let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/photo.jpg");
    let home = Home::new().await;
    for (library, status) in [(library.as_str(), 200), ("/nowhere/libonnxruntime.so", 503)] {
        let server = home.serve(&[("ATELIER_ORT_LIBRARY", library)]);
        let call = server.call("POST", "/v1/classify");
        let body = json!({"image": STANDARD.encode(std::fs::read(picture).expect("a picture")), "labels": ["coffee", "spacecraft"], "cache": false});
        let answer = call.json(body).send().await.expect(status).json();
        if status == 200 {
            assert_eq!(answer["label"], "coffee", "{answer}");
        }
    }
}
