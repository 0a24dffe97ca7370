use std::collections::BTreeSet;

use harness::Harness;
use serde_json::{Value, json};

use super::{ASYNC, spend_one, start_task};
use crate::subject::bounded;

async fn page(harness: &Harness, key: &str, query: &str) -> Value {
    harness.call("GET", &format!("/v1/balance/ledger?{query}")).key(key).send().await.expect(200).json()
}

fn ids(page: &Value) -> Vec<String> {
    let data = page["data"].as_array().expect("a list");
    data.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip_a_row_while_new_ones_come() {
    bounded(60, async {
        let harness = Harness::start().await;
        let key = harness.account("mine", 50).await;
        for _ in 0..6 {
            spend_one(&harness, &key).await.expect(200);
        }
        let before: BTreeSet<String> = ids(&page(&harness, &key, "limit=100").await).into_iter().collect();
        // One grant, and for each edit a hold and a charge.
        assert_eq!(before.len(), 13);
        for limit in [1, 2, 5, 13, 100] {
            let (mut seen, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let after = cursor.as_ref().map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
                let page = page(&harness, &key, &format!("limit={limit}{after}")).await;
                assert!(ids(&page).len() <= limit);
                seen.extend(ids(&page));
                if cursor.is_none() {
                    spend_one(&harness, &key).await.expect(200);
                }
                cursor = page["next_cursor"].as_str().map(str::to_owned);
                assert!(seen.len() < 100, "the pages never end");
                if cursor.is_none() {
                    break;
                }
            }
            let once: BTreeSet<String> = seen.iter().cloned().collect();
            assert_eq!(once.len(), seen.len(), "a row twice at {limit}");
            assert!(once.is_superset(&before), "a row is missing at {limit}");
            let mut sorted = seen.clone();
            sorted.sort_by(|one, other| other.cmp(one));
            assert_eq!(seen, sorted, "not newest first at {limit}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_movement_is_a_row_with_its_call_and_its_key() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let key = harness.account("mine", 5).await;
        let id = start_task(&harness, &key).await;
        harness.call("DELETE", &format!("{ASYNC}/{id}")).key(&key).send().await.expect(200);
        let call = spend_one(&harness, &key).await.expect(200);
        let request_id = call.header("x-request-id").to_owned();
        let rows = page(&harness, &key, "").await;
        let rows = rows["data"].as_array().expect("a list");
        let mut kinds: Vec<(&str, &Value)> =
            rows.iter().map(|row| (row["kind"].as_str().expect("a kind"), &row["credits"])).collect();
        kinds.sort_by_key(|(kind, _)| *kind);
        let (one, five) = (json!(1), json!(5));
        let expected =
            [("charge", &one), ("grant", &five), ("hold", &one), ("hold", &one), ("release", &one)];
        assert_eq!(kinds, expected);
        let of_call: Vec<&Value> = rows.iter().filter(|row| row["request_id"] == request_id).collect();
        assert_eq!(of_call.len(), 2, "a hold and a charge of the call");
        assert!(of_call.iter().all(|row| row["key_id"].as_str().is_some_and(|id| id.starts_with("key_"))));
        for row in rows {
            assert!(row["created_at"].as_str().is_some_and(|at| at.len() == 20), "{row}");
        }
    })
    .await;
}

#[tokio::test]
async fn another_accounts_cursor_opens_nothing_of_it() {
    bounded(60, async {
        let harness = Harness::start().await;
        let (mine, theirs) = (harness.account("mine", 5).await, harness.account("theirs", 7).await);
        for _ in 0..3 {
            spend_one(&harness, &theirs).await.expect(200);
        }
        let first = page(&harness, &theirs, "limit=2").await;
        let cursor = first["next_cursor"].as_str().expect("a cursor").to_owned();
        let foreign: BTreeSet<String> =
            ids(&page(&harness, &theirs, "limit=100").await).into_iter().collect();
        let path = format!("/v1/balance/ledger?cursor={cursor}");
        let answer = harness.call("GET", &path).key(&mine).send().await;
        assert!(matches!(answer.status, 200 | 422), "{}", answer.text());
        if answer.status == 200 {
            assert!(ids(&answer.json()).iter().all(|id| !foreign.contains(id)));
        }
        for cursor in ["surely-not", "", "%00", "%F0%9F%90%88"] {
            let answer = harness.call("GET", &format!("/v1/balance/ledger?cursor={cursor}")).send().await;
            assert!(matches!(answer.status, 200 | 422), "{cursor}: {}", answer.text());
        }
        for limit in ["0", "101", "x"] {
            harness.call("GET", &format!("/v1/balance/ledger?limit={limit}")).send().await.expect(422);
        }
    })
    .await;
}
