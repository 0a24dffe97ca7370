use contract::ErrorKind;
use contract::limits::UPLOAD_PART;
use harness::Harness;
use serde_json::{Value, json};

use super::upload_create::{PATH, make, uploaded};
use super::{assert_kind, faulty_fields};
use crate::subject::bounded;

const SIZE: usize = 100_000_001;

async fn complete(harness: &Harness, id: &Value, parts: Value) -> harness::Answer {
    let path = format!("{PATH}/{}/complete", id.as_str().expect("an id"));
    harness.call("POST", &path).json(json!({"parts": parts})).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_parts_of_a_large_file_become_one_whatever_was_tried_before() {
    bounded(120, async {
        let harness = Harness::start().await;
        let made = make(&harness, json!({"filename": "large.bin", "size": SIZE})).await;
        assert_eq!((&made["method"], &made["part_size"]), (&json!("PUT"), &json!(UPLOAD_PART)));
        assert_eq!((&made["url"], &made["fields"]), (&Value::Null, &Value::Null));
        let file: Vec<u8> = (0..SIZE).map(|place| (place / 1000) as u8).collect();
        let mut sent = Vec::new();
        let pieces = file.chunks(usize::try_from(UPLOAD_PART).expect("a size"));
        for (part, piece) in made["parts"].as_array().expect("parts").iter().zip(pieces) {
            let call = harness.call_url("PUT", part["url"].as_str().expect("an address"));
            let answer = call.body("application/octet-stream", piece.to_vec()).send().await.expect(200);
            sent.push(json!({"number": part["number"], "etag": answer.header("etag")}));
        }
        assert_eq!(sent.len(), 2);
        let last = made["parts"][1]["url"].as_str().expect("an address");
        let other = harness.call_url("PUT", last).body("application/octet-stream", vec![0; 10]);
        assert_eq!(other.send().await.status, 403);
        let preflight = harness.call_url("OPTIONS", last).header("origin", "https://example.com");
        let preflight = preflight.header("access-control-request-method", "PUT").send().await.expect(204);
        assert!(preflight.header("access-control-allow-methods").contains("PUT"));
        let id = &made["id"];
        let mut wrong = sent.clone();
        wrong[0]["etag"] = "\"00000000000000000000000000000000\"".into();
        let twice = [&sent[0], &sent[0]];
        for parts in [json!([]), json!([sent[1]]), json!([sent[0]]), json!(twice), json!(wrong)] {
            let refused = complete(&harness, id, parts).await;
            assert_kind(&refused, ErrorKind::Validation);
            assert_eq!(faulty_fields(&refused), ["parts"]);
        }
        sent.reverse();
        let done = complete(&harness, id, json!(sent)).await.expect(200).json();
        assert_eq!((&done["status"], &done["size"]), (&json!("ready"), &json!(SIZE)));
        assert_eq!(complete(&harness, id, json!(sent)).await.expect(200).json(), done);
        let key = format!("uploads/{}", id.as_str().expect("an id"));
        assert!(harness.store().batch_files().get(&key).await.expect("a file") == file);
        let body = json!({"image": made["uri"], "labels": ["a", "b"]});
        let refused = harness.call("POST", "/v1/classify").json(body).send().await;
        assert_kind(&refused, ErrorKind::InputTooLarge);
    })
    .await;
}

#[tokio::test]
async fn a_form_has_no_parts_to_put_together() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = uploaded(&harness, b"a file").await;
        let refused = complete(&harness, &made["id"], json!([{"number": 1, "etag": "x"}])).await;
        assert_kind(&refused, ErrorKind::Validation);
    })
    .await;
}
