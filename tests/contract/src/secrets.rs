//! No secret of a key is ever stored.

use harness::holding;

use crate::sample::{Sample, key_for};
use crate::subject::{Subject, bounded};
use crate::table::routes;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_file_of_the_data_folder_holds_a_key_although_its_answers_are_given_again() {
    bounded(60, async {
        let subject = Subject::server().await;
        let mut secrets = vec![subject.harness.key.clone()];
        let mut marks = Vec::new();
        for route in routes().filter(|route| route.secret_answer) {
            let key = key_for(&subject, route).await;
            let sample = Sample::of(&subject, route).await;
            let mark = format!("mark of {}", route.name);
            let call = || sample.call(&subject).key(&key).header("idempotency-key", &mark);
            let first = call().send().await.expect(route.status);
            let again = call().send().await.expect(route.status);
            assert_eq!(again.header("idempotent-replayed"), "true", "{}", route.name);
            assert_eq!(first.json(), again.json(), "{}", route.name);
            let body = first.json();
            // A key or the secret of a webhook, or the credential in the address of an upload.
            let whole = ["key", "secret"].into_iter().find_map(|name| body[name].as_str());
            let address = ["upload_url", "url"].into_iter().find_map(|name| body[name].as_str());
            let last = address.and_then(|address| address.rsplit('/').next());
            secrets.push(whole.or(last).expect("a secret").to_owned());
            marks.push(body["id"].as_str().or(body["job_id"].as_str()).expect("an id").to_owned());
        }
        assert!(secrets.len() >= 3, "too few endpoints were asked");
        let data = subject.harness.data();
        for secret in &secrets {
            let (hits, files) = holding(&data, secret);
            assert_eq!(hits, 0, "of {files} files");
            // Nor the part that is random, in whatever form the rest is.
            assert_eq!(holding(&data, &secret[9..]).0, 0);
        }
        // That the search finds what is there: the ids of the same keys are.
        for mark in marks {
            assert!(holding(&data, &mark).0 > 0, "{mark} was not found");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_with_a_secret_is_given_again_to_the_secret_that_made_the_call_alone() {
    bounded(60, async {
        let subject = Subject::server().await;
        let other = subject.harness.key_with("default", &[contract::Scope::Admin]).await;
        let call = || {
            let body = serde_json::json!({"name": "made once"});
            subject.call("POST", "/v1/keys").json(body).header("idempotency-key", "one")
        };
        let first = call().send().await.expect(201);
        let answer = call().key(&other).send().await;
        crate::special::assert_kind(&answer, contract::ErrorKind::IdempotencyMismatch);
        let secret = first.json()["key"].as_str().expect("a secret").to_owned();
        assert!(!answer.text().contains(&secret));
        assert_eq!(answer.json()["code"], "IDEMPOTENCY_CONFLICT");
    })
    .await;
}
