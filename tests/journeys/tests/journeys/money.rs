//! Credits that run out in the middle.

use contract::Credits;
use harness::{Harness, picture};
use journeys::{accepted, edit};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credits_run_out_in_the_middle_and_only_what_was_delivered_is_charged() {
    let harness = Harness::start().await;
    let key = harness.account("thin", 3).await;
    let good = harness.files().add("cat.jpg", "image/jpeg", picture(40, 30));
    let text = harness.files().add("text.jpg", "image/jpeg", "no picture");
    let missing = harness.files().url("missing.jpg");
    let task = async |input: &str| {
        harness.call("POST", "/v1/image/edit/async").key(&key).json(edit(input)).send().await
    };
    let balance = async || {
        let sheet = harness.call("GET", "/v1/balance").key(&key).send().await.expect(200).json();
        json!([sheet["balance"], sheet["held"], sheet["spent"]])
    };

    // Two that fail and one that works: the failed ones give their credits back.
    let tasks = [task(&missing).await, task(&text).await, task(&good).await].map(accepted);
    let mut ends = Vec::new();
    for id in tasks {
        ends.push(harness.wait_task(&key, id).await["status"].as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(ends, ["ERROR", "ERROR", "DONE"]);
    assert_eq!(balance().await, json!([2, 0, 1]));

    // An edit that waits and fails is free too; the last two credits buy two edits, and then it is over everywhere.
    let failed = harness.call("POST", "/v1/image/edit").key(&key).json(edit(&text)).send().await;
    assert_eq!(failed.status, 400);
    harness.call("POST", "/v1/image/edit").key(&key).json(edit(&good)).send().await.expect(200);
    let last = accepted(task(&good).await);
    for _ in 0..3 {
        let refused = task(&good).await;
        assert_eq!((refused.status, &refused.json()["error_code"]), (402, &json!("4001")));
        let refused = harness.call("POST", "/v1/image/edit").key(&key).json(edit(&good)).send().await;
        assert_eq!(refused.status, 402);
        let call = harness.call("POST", "/v1/image/edit/upload").key(&key);
        let refused = call.multipart(Some(json!({})), Some(("p.jpg", picture(40, 30)))).send().await;
        assert_eq!(refused.status, 402);
    }
    assert_eq!(harness.wait_task(&key, last).await["status"], "DONE");
    assert_eq!(balance().await, json!([0, 0, 3]));

    // More credits, and the next call works.
    harness.grant("thin", Credits::whole(1)).await;
    harness.call("POST", "/v1/image/edit").key(&key).json(edit(&good)).send().await.expect(200);
    assert_eq!(balance().await, json!([0, 0, 4]));
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keys_spend_cap_ends_before_the_accounts_credits_do() {
    let harness = Harness::start().await;
    let body = json!({"name": "capped", "scopes": ["image_editing"], "spend_cap": 2});
    let made = harness.call("POST", "/v1/keys").json(body).send().await.expect(201).json();
    let key = made["key"].as_str().expect("a secret");
    let good = harness.files().add("cat.jpg", "image/jpeg", picture(40, 30));
    let text = harness.files().add("text.jpg", "image/jpeg", "no picture");
    let mut statuses = Vec::new();
    for input in [&text, &good, &text, &good, &good] {
        statuses.push(harness.call("POST", "/v1/image/edit").key(key).json(edit(input)).send().await.status);
    }
    assert_eq!(statuses, [400, 200, 400, 200, 402]);
    let others = harness.call("POST", "/v1/image/edit").json(edit(&good)).send().await;
    assert_eq!(others.status, 200, "the account itself has plenty");
    harness.assert_books().await;
}
