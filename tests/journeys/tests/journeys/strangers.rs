//! Two accounts on one server.

use std::time::Duration;

use contract::endpoints::ROUTES;
use contract::{Input, Method, Route};
use harness::{Answer, Harness, picture};
use journeys::{accepted, edit};
use serde_json::{Value, json};

/// Ids of one account.
struct Owned {
    secret: String,
    task: u64,
    batch: u64,
    key: String,
    classifier: String,
    job: String,
    upload: String,
    model: String,
    request: String,
    extraction: String,
    storage: u64,
    webhook: String,
}

async fn settle_in(harness: &Harness, account: &str) -> Owned {
    let secret = harness.account(account, 50).await;
    let input = harness.files().add("cat.jpg", "image/jpeg", picture(40, 30));
    let task =
        accepted(harness.call("POST", "/v1/image/edit/async").key(&secret).json(edit(&input)).send().await);
    assert_eq!(harness.wait_task(&secret, task).await["status"], "DONE");
    let body = json!({"input": [input], "operations": {}});
    let batch = accepted(harness.call("POST", "/v1/image/edit/batch").key(&secret).json(body).send().await);
    let look = format!("/v1/image/edit/batch/{batch}?wait=20");
    let look = harness.call("GET", &look).key(&secret).send().await.expect(200).json();
    assert_eq!(look["data"]["status"], "DONE");
    let made = harness.call("POST", "/v1/keys").key(&secret).json(json!({"name": account})).send().await;
    let key = made.expect(201).json()["id"].as_str().expect("an id").to_owned();
    let classifier = format!("{account}-tickets");
    let body = json!({"name": classifier, "labels": ["billing", "football"]});
    harness.call("POST", "/v1/classifiers").key(&secret).json(body).send().await.expect(201);
    let body = json!({"labels": ["billing", "football"]});
    let job = harness.call("POST", "/v1/batch").key(&secret).json(body).send().await.expect(201).json();
    let job = job["job_id"].as_str().expect("an id").to_owned();
    let body = json!({"filename": "photo.jpg"});
    let upload = harness.call("POST", "/v1/uploads").key(&secret).json(body).send().await.expect(201).json();
    let upload = upload["id"].as_str().expect("an id").to_owned();
    let model = format!("{account}-receipts");
    let body = json!({"id": model, "name": "Receipts", "prompt": "Read the total"});
    harness.call("POST", "/requests/models").key(&secret).json(body).send().await.expect(201);
    let body = json!({"model_id": model, "image": input});
    let request = harness.call("POST", "/requests").key(&secret).json(body).send().await.expect(201).json();
    let request = request["id"].as_str().expect("an id").to_owned();
    let body = json!({"inputMethod": "url", "images": [input], "prompt": "Read the total"});
    let call = harness.call("POST", "/api/v1/extract-image").key(&secret).header("prefer", "respond-async");
    let extraction = call.json(body).send().await.expect(202).json();
    let extraction = extraction["id"].as_str().expect("an id").to_owned();
    for path in [format!("/requests/{request}"), format!("/api/v1/extract-image/{extraction}")] {
        let look = async || harness.call("GET", &path).key(&secret).send().await.expect(200).json();
        while look().await["status"] != "completed" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let parameters = json!({"base_url": "https://example.com/pictures"});
    let body = json!({"name": format!("{account}-shop"), "type": "web_folder", "parameters": parameters});
    let made = harness.call("POST", "/v1/storage/storages").key(&secret).json(body).send().await;
    let storage = made.expect(200).json()["data"]["id"].as_u64().expect("an id");
    let body = json!({"url": "https://example.com/hook", "events": ["batch.failed"]});
    let webhook =
        harness.call("POST", "/v1/webhooks").key(&secret).json(body).send().await.expect(201).json();
    let webhook = webhook["id"].as_str().expect("an id").to_owned();
    Owned { secret, task, batch, key, classifier, job, upload, model, request, extraction, storage, webhook }
}

/// A path of a route with somebody's id in it, and with one that nobody has.
fn with_ids(route: &Route, path: &str, owned: &Owned) -> (String, String) {
    let (own, nobodys) = if path.contains("/image/edit/async/") {
        (owned.task.to_string(), (owned.task ^ 1).to_string())
    } else if path.contains("/image/edit/batch/") {
        (owned.batch.to_string(), (owned.batch ^ 1).to_string())
    } else if path.contains("/storages/") {
        (owned.storage.to_string(), (owned.storage ^ 1).to_string())
    } else if path.contains("/webhooks/") {
        (owned.webhook.clone(), format!("wh_{}", "0".repeat(32)))
    } else if path.contains("/keys/") {
        (owned.key.clone(), "key_00000000000000000000".to_owned())
    } else if path.contains("/classifiers/") {
        (owned.classifier.clone(), "nobodys-tickets".to_owned())
    } else if path.contains("/batch/") {
        (owned.job.clone(), format!("job_{}", "0".repeat(32)))
    } else if path.contains("/uploads/") {
        (owned.upload.clone(), format!("upload_{}", "0".repeat(32)))
    } else if path.contains("/requests/models/") {
        (owned.model.clone(), "nobodys-receipts".to_owned())
    } else if path.contains("/requests/") {
        (owned.request.clone(), "00000000-0000-4000-8000-000000000000".to_owned())
    } else if path.contains("/extract-image/") {
        (owned.extraction.clone(), "00000000-0000-4000-8000-000000000000".to_owned())
    } else {
        panic!("{} has an id that this test does not know: teach it", route.name)
    };
    let with = |id: &str| {
        let path = path.replace("{delivery}", "msg_1");
        path.replace("{id}", id).replace("{name}", id).replace("{job_id}", id).replace("{model_id}", id)
    };
    (with(&own), with(&nobodys))
}

async fn send(harness: &Harness, route: &Route, path: &str, secret: &str) -> Answer {
    let call = harness.call(route.method.name(), path).key(secret);
    match route.input {
        Input::Parameters => call.send().await,
        _ if route.method == Method::Patch => call.json(json!({"name": "stolen"})).send().await,
        _ if route.name == "classifier-evaluate" => {
            call.json(json!({"items": [{"text": "a refund", "label": "billing"}]})).send().await
        }
        _ if route.name == "upload-complete" => {
            call.json(json!({"parts": [{"number": 1, "etag": "x"}]})).send().await
        }
        _ => call.json(json!({})).send().await,
    }
}

async fn owned_state(harness: &Harness, owned: &Owned) -> [Value; 5] {
    let task = format!("/v1/image/edit/async/{}", owned.task);
    let task = harness.call("GET", &task).key(&owned.secret).send().await.expect(200).json();
    let key = harness.call("GET", &format!("/v1/keys/{}", owned.key)).key(&owned.secret).send().await;
    let classifier = format!("/v1/classifiers/{}", owned.classifier);
    let classifier = harness.call("GET", &classifier).key(&owned.secret).send().await;
    let job = harness.call("GET", &format!("/v1/batch/{}", owned.job)).key(&owned.secret).send().await;
    let upload =
        harness.call("GET", &format!("/v1/uploads/{}", owned.upload)).key(&owned.secret).send().await;
    let rest = [key, classifier, job, upload].map(|answer| answer.expect(200).json());
    let [key, classifier, job, upload] = rest;
    [task, key, classifier, job, upload]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_of_another_account_is_answered_like_one_that_nobody_has_on_every_route() {
    let harness = Harness::start().await;
    let owner = settle_in(&harness, "owner").await;
    let stranger = settle_in(&harness, "stranger").await;
    let before = owned_state(&harness, &owner).await;
    let mut routes = 0;
    for route in
        ROUTES.iter().filter(|route| route.scope.is_some() && route.path_parameters().next().is_some())
    {
        routes += 1;
        for path in route.paths() {
            let (owned, nobodys) = with_ids(route, &path, &owner);
            let foreign = send(&harness, route, &owned, &stranger.secret).await;
            let unknown = send(&harness, route, &nobodys, &stranger.secret).await;
            assert_eq!(
                (foreign.status, unknown.status),
                (404, 404),
                "{} {path}: {}",
                route.name,
                foreign.text()
            );
            assert_eq!(foreign.json(), unknown.json(), "{}", route.name);
        }
    }
    assert!(routes >= 9, "only {routes} routes with ids");
    assert_eq!(owned_state(&harness, &owner).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_and_balances_show_nothing_of_another_account() {
    let harness = Harness::start().await;
    let owner = settle_in(&harness, "owner").await;
    let balance_before = harness.balance("owner").await;
    let stranger = harness.account("stranger", 7).await;
    for path in [
        "/v1/keys",
        "/v1/balance/ledger",
        "/v1/balance",
        "/v1/classifiers",
        "/v1/logs",
        "/v1/usage",
        "/requests/models",
    ] {
        let answer = harness.call("GET", path).key(&stranger).send().await.expect(200);
        let text = answer.text();
        assert!(!text.contains(&owner.key) && !text.contains("owner"), "{path}: {text}");
        assert!(!text.contains(&owner.task.to_string()), "{path}: {text}");
    }
    let ledger = harness.call("GET", "/v1/balance/ledger").key(&stranger).send().await.json();
    assert_eq!(ledger["data"].as_array().map(Vec::len), Some(1), "only the own grant: {ledger}");
    assert_eq!(harness.call("GET", "/v1/balance").key(&stranger).send().await.json()["balance"], 7);
    assert_eq!(harness.balance("owner").await, balance_before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_accounts_may_use_the_same_idempotency_key() {
    let harness = Harness::start().await;
    let input = harness.files().add("cat.jpg", "image/jpeg", picture(40, 30));
    let mut ids = Vec::new();
    for account in ["one", "two"] {
        let secret = harness.account(account, 5).await;
        for _ in 0..2 {
            let call =
                harness.call("POST", "/v1/image/edit/async").key(&secret).header("Idempotency-Key", "same");
            ids.push(accepted(call.json(edit(&input)).send().await));
        }
        harness.wait_task(&secret, ids[ids.len() - 1]).await;
        assert_eq!(harness.balance(account).await.spent, contract::Credits::whole(1));
    }
    assert!(ids[0] == ids[1] && ids[2] == ids[3] && ids[0] != ids[2], "{ids:?}");
    harness.assert_books().await;
}
