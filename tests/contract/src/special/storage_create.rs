use contract::ErrorKind;
use contract::limits::MAX_STORAGES;
use harness::Harness;
use serde_json::{Value, json};

use super::assert_images_kind;
use crate::subject::bounded;

pub const PATH: &str = "/v1-beta1/storage/storages";

/// A web folder of this name.
pub fn web(name: &str) -> Value {
    json!({"name": name, "type": "web_folder", "parameters": {"base_url": "https://example.com/pictures"}})
}

#[tokio::test]
async fn every_fault_of_a_storage_is_named_by_its_path() {
    bounded(60, async {
        let harness = Harness::start().await;
        let keys = json!({"access_key": "a", "secret_access_key": "b"});
        for (body, path, message) in [
            (json!({"type": "s3", "parameters": {}}), "name", "field required"),
            (json!({"name": "a b", "type": "web_folder", "parameters": {"base_url": "https://example.com"}}), "name", "may only have letters, digits, `_` and `-`"),
            (json!({"name": "x".repeat(51), "type": "web_folder", "parameters": {}}), "name", "ensure this value has at most 50 characters"),
            (json!({"name": "a", "type": "ftp", "parameters": {}}), "type", "unexpected value; permitted: 'web_folder', 's3', 'gcs'"),
            (json!({"name": "a", "type": "s3", "parameters": {"bucket": "abc"}}), "parameters.credentials", "field required"),
            (json!({"name": "a", "type": "s3", "parameters": {"bucket": "abc", "credentials": {"access_key": "a"}}}), "parameters.credentials.secret_access_key", "field required"),
            (json!({"name": "a", "type": "gcs", "parameters": {"credentials": keys}}), "parameters.bucket", "field required"),
            (json!({"name": "a", "type": "gcs", "parameters": {"bucket": "abc", "credentials": keys, "region": "x"}}), "parameters.region", "extra fields not permitted"),
            (json!({"name": "a", "type": "s3", "parameters": {"bucket": "abc", "credentials": keys, "external_id": "x"}}), "parameters.external_id", "extra fields not permitted"),
            (json!({"name": "a", "type": "s3", "parameters": {"bucket": "abc", "credentials": keys, "path": "a/../b"}}), "parameters.path", "has `.` or `..` as a folder, a backslash or a control character, perhaps encoded"),
        ] {
            let answer = harness.call("POST", PATH).json(body.clone()).send().await;
            assert_images_kind(&answer, ErrorKind::Validation);
            assert_eq!(answer.json()["error_details"][path], json!([message]), "{body}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_where_no_network_is_needed_to_tell() {
    bounded(60, async {
        let harness = Harness::start().await;
        let made = harness.call("POST", PATH).json(web("shop")).send().await.expect(200).json();
        let shop = format!("{PATH}/{}", made["data"]["id"]);
        let keys = json!({"access_key": "a", "secret_access_key": "b"});
        let own = harness.url("/v1/balance");
        for url in [
            "http://127.0.0.1:1",
            "http://10.1.2.3/pictures",
            "http://[::1]",
            "http://[::ffff:10.0.0.1]/",
            "http://169.254.169.254/latest",
            "https://example.com:9000",
            &own,
        ] {
            let folder = json!({"base_url": url});
            let bucket = json!({"bucket": "abc", "endpoint": url, "credentials": keys});
            let made =
                |kind: &str, parameters: &Value| json!({"name": "a", "type": kind, "parameters": parameters});
            for (method, path, body, field) in [
                ("POST", PATH, made("web_folder", &folder), "parameters.base_url"),
                ("POST", PATH, made("s3", &bucket), "parameters.endpoint"),
                ("POST", PATH, made("gcs", &bucket), "parameters.endpoint"),
                ("PATCH", &shop, json!({"parameters": folder}), "parameters.base_url"),
            ] {
                let answer = harness.call(method, path).json(body).send().await;
                assert_images_kind(&answer, ErrorKind::Validation);
                let details = &answer.json()["error_details"];
                assert!(details[field].is_array(), "{url}: {details}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_is_taken_once_an_account_also_by_calls_at_the_same_time() {
    bounded(60, async {
        let harness = Harness::start().await;
        let calls = (0..8).map(|_| harness.call("POST", PATH).json(web("shop")).send());
        let mut statuses: Vec<u16> =
            futures::future::join_all(calls).await.into_iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
        assert_images_kind(
            &harness.call("POST", PATH).json(web("shop")).send().await,
            ErrorKind::StorageExists,
        );
        let other = harness.account("other", 0).await;
        harness.call("POST", PATH).key(&other).json(web("shop")).send().await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn an_account_has_so_many_storages_and_no_more() {
    bounded(120, async {
        let harness = Harness::start().await;
        let mut ids = Vec::new();
        for number in 1..MAX_STORAGES {
            let body = web(&format!("shop-{number}"));
            let made = harness.call("POST", PATH).json(body).send().await.expect(200).json();
            ids.push(made["data"]["id"].clone());
        }
        let calls =
            (0..12).map(|number| harness.call("POST", PATH).json(web(&format!("last-{number}"))).send());
        let answers = futures::future::join_all(calls).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_images_kind(answer, ErrorKind::TooManyStorages);
        }
        // One that goes makes room for another.
        harness.call("DELETE", &format!("{PATH}/{}", ids[0])).send().await.expect(200);
        harness.call("POST", PATH).json(web("another")).send().await.expect(200);
        assert_images_kind(
            &harness.call("POST", PATH).json(web("more")).send().await,
            ErrorKind::TooManyStorages,
        );
    })
    .await;
}
