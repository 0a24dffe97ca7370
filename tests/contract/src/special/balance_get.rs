use contract::Credits;
use harness::Harness;
use serde_json::{Value, json};

use super::{spend_one, start_task};
use crate::subject::bounded;

async fn balance(harness: &Harness, key: &str) -> Value {
    let mut seen = harness.call("GET", "/v1/balance").key(key).send().await.expect(200).json();
    let updated_at = seen.as_object_mut().expect("an object").remove("updated_at").expect("updated_at");
    let updated_at = updated_at.as_str().expect("a time");
    assert!(updated_at.len() == 20 && updated_at.ends_with('Z'), "{updated_at}");
    seen
}

#[tokio::test]
async fn the_numbers_follow_what_happens() {
    bounded(60, async {
        let harness = Harness::with(|options| options.workers = false).await;
        let key = harness.account("mine", 10).await;
        let of = |balance: i64, held: i64, spent: i64| {
            json!({
                "balance": balance, "held": held, "spent": spent, "spent_this_month": spent, "currency": "credits",
                "usd": {"balance": balance as f64 / 1000.0, "spent": spent as f64 / 1000.0},
            })
        };
        assert_eq!(balance(&harness, &key).await, of(10, 0, 0));
        spend_one(&harness, &key).await.expect(200);
        assert_eq!(balance(&harness, &key).await, of(9, 0, 1));
        let id = start_task(&harness, &key).await;
        assert_eq!(balance(&harness, &key).await, of(8, 1, 1));
        harness.call("DELETE", &format!("{}/{id}", super::ASYNC)).key(&key).send().await.expect(200);
        assert_eq!(balance(&harness, &key).await, of(9, 0, 1));
    })
    .await;
}

#[tokio::test]
async fn parts_of_a_credit_show_to_six_decimals() {
    bounded(60, async {
        let harness = Harness::start().await;
        let key = harness.account("mine", 0).await;
        harness.grant("mine", Credits::from_micro(1_500_001)).await;
        let seen = harness.call("GET", "/v1/balance").key(&key).send().await.expect(200);
        assert!(seen.text().contains("\"balance\":1.500001"), "{}", seen.text());
    })
    .await;
}

#[tokio::test]
async fn the_months_spending_starts_anew_and_the_total_does_not() {
    bounded(60, async {
        let harness = Harness::start().await;
        spend_one(&harness, &harness.key).await.expect(200);
        harness.clock.advance_ms(31 * 86_400_000);
        let seen = balance(&harness, &harness.key).await;
        assert_eq!((&seen["spent"], &seen["spent_this_month"]), (&json!(1), &json!(0)));
    })
    .await;
}
