use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::join_all;
use harness::Harness;
use serde_json::{Value, json};

use super::request_create::{RECEIPT, ended, post, receipts};
use crate::subject::bounded;

async fn page(harness: &Harness, query: &str) -> Value {
    harness.call("GET", &format!("/requests/models/receipts{query}")).send().await.expect(200).json()
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items").iter();
    items.map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_have_every_request_once_newest_first_also_of_many_posted_at_once() {
    bounded(240, async {
        let harness = Harness::with(|options| options.workers = false).await;
        receipts(&harness, &harness.key, "receipts").await;
        assert_eq!(
            page(&harness, "").await,
            json!({"items": [], "total": 0, "page": 1, "size": 10, "pages": 0})
        );
        let mut posted = Vec::new();
        for _ in 0..4 {
            let body = json!({"model_id": "receipts", "image": "aGVsbG8="});
            let answer = post(&harness, body).await.expect(201).json();
            posted.push(answer["id"].as_str().expect("an id").to_owned());
        }
        posted.reverse();
        assert_eq!(ids(&page(&harness, "").await), posted);
        let at_once = (0..30).map(|_| post(&harness, json!({"model_id": "receipts", "image": "aGVsbG8="})));
        join_all(at_once).await.into_iter().for_each(|answer| drop(answer.expect(201)));
        let mut seen = Vec::new();
        for number in 1..=5 {
            let page = page(&harness, &format!("?page={number}&size=7")).await;
            let expected = (&json!(34), &json!(number), &json!(7), &json!(5));
            assert_eq!((&page["total"], &page["page"], &page["size"], &page["pages"]), expected);
            seen.extend(ids(&page));
        }
        assert_eq!(seen[30..], posted);
        let mut unique = seen.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), 34);
        assert_eq!(page(&harness, "?page=6&size=7").await["items"], json!([]));
        assert_eq!(page(&harness, "?page=4000000000&size=100").await["items"], json!([]));
        for query in ["?page=0", "?size=0", "?size=101", "?page=x", "?page=-1"] {
            let path = format!("/requests/models/receipts{query}");
            let answer = harness.call("GET", &path).send().await.expect(422).json();
            assert_eq!(answer["detail"][0]["loc"][0], "query", "{answer}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn q_finds_the_extracted_text_in_any_case_and_counts_what_it_found() {
    bounded(240, async {
        let harness = Harness::start().await;
        receipts(&harness, &harness.key, "receipts").await;
        let body = json!({"model_id": "receipts", "image": STANDARD.encode(RECEIPT), "payload": {"secret": "Zebra"}});
        let first = post(&harness, body).await.expect(201).json();
        ended(&harness, first["id"].as_str().expect("an id")).await;
        let blank = STANDARD.encode(harness::picture(64, 48));
        let second = post(&harness, json!({"model_id": "receipts", "image": blank})).await.expect(201).json();
        ended(&harness, second["id"].as_str().expect("an id")).await;
        for (wanted, found) in
            [("lighting", 1), ("NORVIA", 1), ("11.77", 1), ("shop", 0), ("zebra", 0), ("", 2), ("%25", 0), ("2023-02", 1)]
        {
            let page = page(&harness, &format!("?q={wanted}")).await;
            assert_eq!((page["total"].as_u64(), ids(&page).len()), (Some(found), found as usize), "{wanted}: {page}");
        }
        let one = page(&harness, "?q=norvia&size=1&page=2").await;
        assert_eq!((&one["items"], &one["total"], &one["pages"]), (&json!([]), &json!(1), &json!(1)));
    })
    .await;
}
