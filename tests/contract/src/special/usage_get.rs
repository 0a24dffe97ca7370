use contract::ErrorKind;
use harness::{Answer, Harness};
use serde_json::{Value, json};

use super::{assert_kind, faulty_fields, make_key, spend_one};
use crate::subject::bounded;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

async fn answer(harness: &Harness, query: &str, accept: &str) -> Answer {
    harness.server.platform().recorder.flush(harness.store()).await.expect("what waits is written");
    harness.call("GET", &format!("/v1/usage{query}")).header("accept", accept).send().await
}

async fn usage(harness: &Harness, query: &str) -> Value {
    answer(harness, query, "application/json").await.expect(200).json()
}

/// What was counted, without the calls that ask.
fn of_route<'a>(usage: &'a Value, route: &str) -> Vec<&'a Value> {
    usage["data"].as_array().expect("rows").iter().filter(|row| row["route"] == route).collect()
}

#[tokio::test]
async fn calls_are_counted_by_hour_day_and_month_with_their_credits_pictures_and_errors() {
    bounded(120, async {
        let harness = Harness::start().await;
        for _ in 0..2 {
            spend_one(&harness, &harness.key).await.expect(200);
        }
        harness.call("POST", super::EDIT).json(json!({})).send().await.expect(422);
        harness.clock.advance_ms(2 * HOUR_MS);
        spend_one(&harness, &harness.key).await.expect(200);
        for (granularity, rows) in [("hour", 2), ("month", 1)] {
            // Why the last day and not the last hours: the two calls may lie on both sides of midnight.
            let seen = usage(&harness, &format!("?granularity={granularity}&group_by=route")).await;
            let edits = of_route(&seen, "image-edit");
            let sum = |name: &str| edits.iter().map(|row| row[name].as_i64().expect("a count")).sum::<i64>();
            assert!(edits.len() >= rows, "{granularity}: {edits:?}");
            let sums = ["requests", "errors", "credits", "images", "tokens"].map(sum);
            assert_eq!(sums, [4, 1, 3, 3, 0], "{granularity}");
            assert_eq!(seen["totals"]["credits"], 3);
        }
        let daily = usage(&harness, "?group_by=route").await;
        let row = of_route(&daily, "image-edit")[0];
        assert!(row["start"].as_str().is_some_and(|start| start.ends_with("T00:00:00Z")));
        let latency = &row["latency_ms"];
        assert!(latency["p50"].as_i64() <= latency["p95"].as_i64() && latency["p50"].as_i64() > Some(0));
    })
    .await;
}

#[tokio::test]
async fn rows_are_told_apart_by_what_is_asked_and_totals_are_their_sum() {
    bounded(120, async {
        let harness = Harness::start().await;
        let other = make_key(&harness, json!({"name": "other"})).await;
        let secret = other["key"].as_str().expect("a key");
        for key in [harness.key.as_str(), secret, secret] {
            harness.call("GET", "/v1/balance").key(key).send().await.expect(200);
        }
        let seen = usage(&harness, "?group_by=route,key").await;
        let rows = of_route(&seen, "balance-get");
        let of_other = rows.iter().find(|row| row["key"] == other["id"]).expect("a row of the key");
        assert_eq!((rows.len(), &of_other["requests"]), (2, &json!(2)));
        assert!(of_other.get("model").is_none());
        let sum: i64 =
            seen["data"].as_array().expect("rows").iter().filter_map(|r| r["requests"].as_i64()).sum();
        assert_eq!(seen["totals"]["requests"], sum);
        let stranger = harness.account("stranger", 0).await;
        let theirs = harness.call("GET", "/v1/usage").key(&stranger).send().await.expect(200).json();
        assert_eq!(theirs["data"], json!([]));
        assert_eq!(theirs["totals"]["latency_ms"], json!({"p50": null, "p95": null}));
    })
    .await;
}

#[tokio::test]
async fn a_time_that_lies_in_an_hour_takes_the_whole_hour_and_nothing_beyond_it() {
    bounded(120, async {
        let harness = Harness::start().await;
        for _ in 0..3 {
            harness.call("GET", "/v1/balance").send().await.expect(200);
            harness.clock.advance_ms(HOUR_MS);
        }
        let at = contract::clock::seconds(harness.now_ms() - 2 * HOUR_MS);
        let next = contract::clock::seconds(harness.now_ms() - 2 * HOUR_MS + 1000);
        let seen = usage(&harness, &format!("?granularity=hour&group_by=route&from={at}&to={next}")).await;
        let rows = of_route(&seen, "balance-get");
        let counted: i64 = rows.iter().filter_map(|row| row["requests"].as_i64()).sum();
        assert_eq!(counted, 1, "{seen}");
        harness.clock.advance_ms(40 * DAY_MS);
        assert!(of_route(&usage(&harness, "?group_by=route").await, "balance-get").is_empty());
        let year = usage(&harness, "?granularity=month&group_by=route").await;
        let counted = of_route(&year, "balance-get");
        assert_eq!(counted.iter().filter_map(|row| row["requests"].as_i64()).sum::<i64>(), 3);
    })
    .await;
}

#[tokio::test]
async fn csv_has_the_same_rows_where_it_is_asked_for() {
    bounded(60, async {
        let harness = Harness::start().await;
        spend_one(&harness, &harness.key).await.expect(200);
        let csv = answer(&harness, "?group_by=route", "text/csv").await.expect(200);
        assert!(csv.header("content-type").starts_with("text/csv"));
        let text = csv.text();
        let mut lines = text.split("\r\n");
        assert_eq!(
            lines.next(),
            Some("start,route,requests,errors,tokens,images,credits,latency_p50_ms,latency_p95_ms")
        );
        let row = lines.find(|line| line.contains(",image-edit,")).expect("a row of the edit");
        assert!(row.contains("Z,image-edit,1,0,0,1,1,"), "{row}");
        for accept in ["application/json", "*/*", "application/json, text/csv", ""] {
            let seen = answer(&harness, "", accept).await.expect(200);
            assert!(seen.header("content-type").starts_with("application/json"), "{accept}");
        }
    })
    .await;
}

#[tokio::test]
async fn questions_that_are_too_wide_or_no_questions_are_refused_by_name() {
    bounded(60, async {
        let harness = Harness::start().await;
        for (query, field) in [
            ("?granularity=week", "granularity"),
            ("?group_by=colour", "group_by"),
            ("?group_by=route,", "group_by"),
            ("?from=never", "from"),
            ("?from=2020-01-01T00:00:00Z", "from"),
            ("?granularity=hour&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z", "from"),
            ("?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to"),
        ] {
            let refused = answer(&harness, query, "application/json").await;
            assert_kind(&refused, ErrorKind::Validation);
            assert_eq!(faulty_fields(&refused), [field], "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_edit_in_the_background_counts_as_a_picture_once_it_is_charged() {
    bounded(60, async {
        let harness = Harness::start().await;
        let picture = harness.files().add("p.jpg", "image/jpeg", harness::picture(40, 30));
        for (input, images) in [(harness.files().url("nothing.jpg"), 0), (picture, 1)] {
            let body = json!({"input": input, "operations": {}});
            let task = harness.call("POST", "/v1/image/edit/async").json(body).send().await.expect(200);
            harness.wait_task(&harness.key, task.json()["data"]["id"].as_u64().expect("an id")).await;
            let totals = usage(&harness, "").await["totals"].clone();
            assert_eq!((&totals["images"], &totals["credits"]), (&json!(images), &json!(images)));
        }
    })
    .await;
}
