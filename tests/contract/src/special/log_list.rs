use contract::{ErrorKind, Scope};
use harness::{Answer, Harness};
use serde_json::{Value, json};

use super::{assert_kind, faulty_fields, key_of_scopes, make_key, spend_one};
use crate::subject::bounded;

const HOUR_MS: i64 = 3_600_000;

async fn logs(harness: &Harness, query: &str) -> Answer {
    harness.server.platform().recorder.flush(harness.store()).await.expect("what waits is written");
    harness.call("GET", &format!("/v1/logs{query}")).send().await
}

async fn rows(harness: &Harness, query: &str) -> Vec<Value> {
    logs(harness, query).await.expect(200).json()["data"].as_array().expect("rows").clone()
}

fn paths(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["path"].as_str().expect("a path")).collect()
}

#[tokio::test]
async fn a_row_tells_of_its_call_what_the_answer_told() {
    bounded(60, async {
        let harness = Harness::start().await;
        let edited = spend_one(&harness, &harness.key).await.expect(200);
        let id = edited.header("x-request-id");
        let rows = rows(&harness, &format!("?request_id={id}")).await;
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        for (name, value) in [
            ("request_id", json!(id)),
            ("method", json!("POST")),
            ("path", json!("/v1-beta1/image/edit")),
            ("route", json!("image-edit")),
            ("status", json!(200)),
            ("credits", json!(1)),
            ("tokens", json!(0)),
            ("cached", json!(false)),
            ("error_code", Value::Null),
        ] {
            assert_eq!(row[name], value, "{name}");
        }
        assert!(row["key_id"].as_str().is_some_and(|id| id.starts_with("key_")));
        assert!(row["latency_ms"].is_i64() && row["at"].as_str().is_some_and(|at| at.ends_with('Z')));
        assert!(row.get("body").is_none());
    })
    .await;
}

#[tokio::test]
async fn filters_leave_what_fits_all_of_them_newest_first() {
    bounded(60, async {
        let harness = Harness::start().await;
        let other = make_key(&harness, json!({"name": "other"})).await;
        let (secret, id) = (other["key"].as_str().expect("a key"), other["id"].as_str().expect("an id"));
        harness.clock.advance_ms(HOUR_MS);
        let middle = contract::clock::seconds(harness.now_ms());
        for (path, key) in
            [("/v1/balance", secret), ("/v1/keys/none", secret), ("/v1/keys/none", harness.key.as_str())]
        {
            harness.call("GET", path).key(key).send().await;
            harness.clock.advance_ms(2000);
        }
        let all = rows(&harness, "").await;
        assert_eq!(paths(&all), ["/v1/keys/none", "/v1/keys/none", "/v1/balance", "/v1/keys"]);
        for (query, expected) in [
            ("?status=404", 2),
            ("?status=4xx", 2),
            ("?status=2xx&route=balance-get", 1),
            ("?status=5xx", 0),
            ("?route=key-create", 1),
            ("?route=nothing", 0),
            (&format!("?key={id}"), 2),
            (&format!("?key={id}&status=404&from={middle}"), 1),
        ] {
            // Why without the rows of these calls themselves: they are of another route.
            let found = rows(&harness, query).await;
            let found = found.iter().filter(|row| row["route"] != "log-list").count();
            assert_eq!(found, expected, "{query}");
        }
        let early = rows(&harness, &format!("?to={middle}")).await;
        assert_eq!(paths(&early), ["/v1/keys"]);
        let id = all[3]["request_id"].as_str().expect("an id");
        for (query, expected) in [("", 1), ("&status=404", 0), ("&route=key-create", 1)] {
            assert_eq!(rows(&harness, &format!("?request_id={id}{query}")).await.len(), expected, "{query}");
        }
        assert_eq!(rows(&harness, &format!("?request_id={id}&from={middle}")).await.len(), 0);
        assert_eq!(rows(&harness, "?request_id=nonsense").await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn pages_join_to_the_whole_without_a_row_missing_or_twice() {
    bounded(60, async {
        let harness = Harness::start().await;
        for _ in 0..7 {
            harness.call("GET", "/v1/balance").send().await.expect(200);
        }
        let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page =
                logs(&harness, &format!("?route=balance-get&limit=3{cursor}")).await.expect(200).json();
            let ids = page["data"].as_array().expect("rows").iter();
            seen.extend(ids.map(|row| row["request_id"].as_str().expect("an id").to_owned()));
            pages += 1;
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((seen.len(), unique.len(), pages), (7, 7, 3));
    })
    .await;
}

#[tokio::test]
async fn rows_of_other_accounts_and_rows_of_more_than_30_days_ago_are_not_shown() {
    bounded(60, async {
        let harness = Harness::start().await;
        let stranger = harness.account("stranger", 0).await;
        let theirs = harness.call("GET", "/v1/balance").key(&stranger).send().await.expect(200);
        let theirs = theirs.header("x-request-id");
        assert!(rows(&harness, "").await.is_empty());
        assert!(rows(&harness, &format!("?request_id={theirs}")).await.is_empty());
        let old = harness.call("GET", "/v1/balance").send().await.expect(200);
        let old = format!("?request_id={}", old.header("x-request-id"));
        assert_eq!(rows(&harness, &old).await.len(), 1);
        harness.clock.advance_ms(31 * 24 * HOUR_MS);
        assert!(rows(&harness, "?route=balance-get").await.is_empty());
        assert!(rows(&harness, &old).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_body_is_shown_where_its_key_keeps_bodies_and_cut_at_2_kb() {
    bounded(60, async {
        let harness = Harness::start().await;
        let logged = make_key(&harness, json!({"name": "logged", "log_bodies": true})).await;
        let body = json!({"name": "x".repeat(4000)});
        let call = harness.call("POST", "/v1/keys").key(logged["key"].as_str().expect("a key"));
        let refused = call.json(body.clone()).send().await.expect(422);
        let row = &rows(&harness, &format!("?request_id={}", refused.header("x-request-id"))).await[0];
        assert_eq!(row["body"].as_str(), Some(&body.to_string()[..2048]));
        assert_eq!(row["error_code"], "VALIDATION_ERROR");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_filter_is_refused_by_name() {
    bounded(60, async {
        let harness = Harness::start().await;
        for (query, field) in [
            ("?status=4x", "status"),
            ("?status=700", "status"),
            ("?from=yesterday", "from"),
            ("?from=2026-03-05T10:00:00Z&to=2026-03-05T10:00:00Z", "to"),
            ("?limit=101", "limit"),
            ("?cursor=nonsense", "cursor"),
            ("?cursor=0000000000001-0190a7c0-0000-7000-8000-000000000000", "cursor"),
        ] {
            let refused = logs(&harness, query).await;
            assert_kind(&refused, ErrorKind::Validation);
            assert_eq!(faulty_fields(&refused), [field], "{query}");
        }
        let key = key_of_scopes(&harness, &[Scope::Billing]).await;
        let refused = harness.call("GET", "/v1/logs").key(&key).send().await;
        assert_kind(&refused, ErrorKind::Forbidden);
    })
    .await;
}
