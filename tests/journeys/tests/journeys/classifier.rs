//! Somebody sorts tickets: saves a classifier, judges it, improves it, compares, and looks at what it has cost.

use harness::ServerProcess;
use journeys::Home;
use serde_json::{Value, json};

async fn post(server: &ServerProcess, path: &str, body: Value) -> Value {
    let answer = server.call("POST", path).json(body).send().await;
    assert!(matches!(answer.status, 200 | 201), "{path}: {}", answer.text());
    answer.json()
}

async fn get(server: &ServerProcess, path: &str) -> Value {
    server.call("GET", path).send().await.expect(200).json()
}

fn tickets() -> Value {
    [
        ("I was charged twice this month", "billing"),
        ("Please refund the last invoice", "billing"),
        ("The price on my bill is wrong", "billing"),
        ("The app crashes when I open it", "technical"),
        ("I see an error message after the update", "technical"),
        ("The page does not load any more", "technical"),
    ]
    .iter()
    .map(|(text, label)| json!({"text": text, "label": label}))
    .collect()
}

#[tokio::test]
async fn a_classifier_is_saved_evaluated_improved_pinned_and_compared_and_its_cost_is_seen() {
    let home = Home::new().await;
    let server = home.serve(&[]);
    let first =
        post(&server, "/v1/classifiers", json!({"name": "tickets", "labels": ["billing", "technical"]}))
            .await;
    assert_eq!(first["version"], 1);
    let judged = post(&server, "/v1/classifiers/tickets/evaluate", json!({"items": tickets()})).await;
    assert!(judged["accuracy"].as_f64() > Some(0.6), "{judged}");

    let better = json!({
        "name": "tickets", "labels": ["billing", "technical"], "text_type": "support ticket",
        "descriptions": {"billing": "Invoices, prices, payments and refunds", "technical": "Errors, crashes and bugs"},
        "examples": {"billing": ["My card was debited twice"], "technical": ["It freezes at start"]},
    });
    assert_eq!(post(&server, "/v1/classifiers", better).await["version"], 2);
    let compared = post(
        &server,
        "/v1/classifiers/tickets/evaluate",
        json!({"items": tickets(), "compare": "tickets@v1"}),
    )
    .await;
    assert!(compared["accuracy"].as_f64() >= compared["compare"]["accuracy"].as_f64(), "{compared}");

    for name in ["tickets", "tickets@v1"] {
        let seen =
            post(&server, "/v1/classify", json!({"text": "Why is my bill so high?", "classifier": name}))
                .await;
        assert_eq!(seen["label"], "billing", "{name}");
    }

    // Counters are written every second.
    tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
    let usage = get(&server, "/v1/usage?group_by=route").await;
    let rows = usage["data"].as_array().expect("rows");
    let of = |route: &str| {
        rows.iter().find(|row| row["route"] == route).unwrap_or_else(|| panic!("{route}: {usage}"))
    };
    assert_eq!((&of("classify")["requests"], &of("classifier-evaluate")["requests"]), (&json!(2), &json!(2)));
    let balance = get(&server, "/v1/balance").await;
    assert_eq!(usage["totals"]["credits"], balance["spent"]);
    let logs = get(&server, "/v1/logs?status=2xx&limit=100").await;
    let calls = |route: &str| {
        logs["data"].as_array().expect("rows").iter().filter(|row| row["route"] == route).count()
    };
    assert_eq!((calls("classifier-create"), calls("classifier-evaluate"), calls("classify")), (2, 2, 2));
}
