use contract::{Credits, ErrorKind};
use harness::{Answer, Harness};
use serde_json::{Value, json};

use super::{assert_kind, faulty_fields, start_task};
use crate::subject::bounded;

async fn grant(harness: &Harness, operator: &str, body: Value) -> Answer {
    harness.call("POST", "/v1/balance/grants").key(operator).json(body).send().await
}

#[tokio::test]
async fn a_grant_raises_the_balance_and_stands_in_the_ledger() {
    bounded(60, async {
        let harness = Harness::start().await;
        let (key, operator) = (harness.account("mine", 0).await, harness.operator_key().await);
        let body = json!({"account": "mine", "credits": 12.5, "reason": "November"});
        let answer = grant(&harness, &operator, body).await.expect(201).json();
        assert_eq!((&answer["kind"], &answer["credits"]), (&json!("grant"), &json!(12.5)));
        assert_eq!(answer["reason"], "November");
        assert_eq!(harness.balance("mine").await.available, Credits::from_micro(12_500_000));
        let ledger = harness.call("GET", "/v1/balance/ledger").key(&key).send().await.expect(200).json();
        assert_eq!(ledger["data"][0], answer);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn a_negative_grant_takes_at_most_what_is_available() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let (key, operator) = (harness.account("mine", 10).await, harness.operator_key().await);
        // What a task holds is not available.
        start_task(&harness, &key).await;
        let body = |credits: f64| json!({"account": "mine", "credits": credits, "reason": "back"});
        for credits in [-10.0, -9.000001, -1e9] {
            let answer = grant(&harness, &operator, body(credits)).await.expect(409).json();
            assert_eq!(answer["code"], "CONFLICT");
        }
        assert_eq!(harness.balance("mine").await.available, Credits::whole(9));
        grant(&harness, &operator, body(-9.0)).await.expect(201);
        assert_eq!(harness.balance("mine").await.available, Credits::ZERO);
        grant(&harness, &operator, body(-0.000001)).await.expect(409);
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_404() {
    bounded(60, async {
        let harness = Harness::start().await;
        let operator = harness.operator_key().await;
        // The operator's own account has no balance.
        for account in ["nobody", "operator", "DEFAULT", "default#"] {
            let body = json!({"account": account, "credits": 1, "reason": "gift"});
            let answer = grant(&harness, &operator, body).await;
            assert_kind(&answer, ErrorKind::AccountNotFound);
        }
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn fields_have_their_bounds() {
    bounded(60, async {
        let harness = Harness::start().await;
        let operator = harness.operator_key().await;
        let cases: [(&str, Value); 9] = [
            ("credits", json!(0)),
            ("credits", json!("5")),
            ("credits", json!(0.0000001)),
            ("credits", json!(1_000_000_001)),
            ("credits", json!(-1_000_000_001)),
            ("account", json!("")),
            ("account", json!("a".repeat(65))),
            ("reason", json!("")),
            ("reason", json!("r".repeat(201))),
        ];
        for (field, value) in cases {
            let mut body = json!({"account": "default", "credits": 1, "reason": "gift"});
            body[field] = value.clone();
            let answer = grant(&harness, &operator, body).await.expect(422);
            assert_eq!(faulty_fields(&answer), [field], "{value}");
        }
        assert_eq!(harness.balance("default").await.granted, Credits::whole(10_000));
    })
    .await;
}

#[tokio::test]
async fn the_operators_key_does_nothing_but_grant() {
    bounded(60, async {
        let harness = Harness::start().await;
        let operator = harness.operator_key().await;
        for (method, path) in [("GET", "/v1/balance"), ("GET", "/v1/keys"), ("GET", "/v1/balance/ledger")] {
            harness.call(method, path).key(&operator).send().await.expect(403);
        }
        super::spend_one(&harness, &operator).await.expect(403);
    })
    .await;
}
