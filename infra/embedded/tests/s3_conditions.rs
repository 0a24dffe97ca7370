//! Reads and writes of S3 objects under a condition.
#![allow(clippy::unwrap_used)]

mod support;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use embedded::Embedded;
use support::bounded;

const BUCKET: &str = "results";

async fn stores() -> (Embedded, Client) {
    let stores = Embedded::temporary().unwrap();
    let client = stores.s3_client();
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    (stores, client)
}

async fn put(client: &Client, key: &str, content: &[u8]) -> String {
    let put = client.put_object().bucket(BUCKET).key(key).body(ByteStream::from(content.to_vec()));
    put.send().await.unwrap().e_tag.unwrap()
}

async fn read(client: &Client, key: &str) -> Vec<u8> {
    let object = client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
    object.body.collect().await.unwrap().to_vec()
}

fn status<E: std::fmt::Debug>(error: &SdkError<E, HttpResponse>) -> u16 {
    error.raw_response().unwrap().status().as_u16()
}

#[tokio::test]
async fn conditional_reads_answer_304_and_412() {
    bounded(async {
        let (_stores, client) = stores().await;
        let etag = put(&client, "file", b"content").await;
        let get = || client.get_object().bucket(BUCKET).key("file");
        get().if_match(&etag).send().await.unwrap();
        get().if_none_match("\"other\"").send().await.unwrap();
        assert_eq!(status(&get().if_none_match(&etag).send().await.unwrap_err()), 304);
        assert_eq!(status(&get().if_match("\"other\"").send().await.unwrap_err()), 412);
        let head =
            client.head_object().bucket(BUCKET).key("file").if_none_match(&etag).send().await.unwrap_err();
        assert_eq!(status(&head), 304);
        let future = DateTime::from_secs(4_000_000_000);
        assert_eq!(status(&get().if_modified_since(future).send().await.unwrap_err()), 304);
        get().if_modified_since(DateTime::from_secs(1)).send().await.unwrap();
        assert_eq!(status(&get().if_unmodified_since(DateTime::from_secs(1)).send().await.unwrap_err()), 412);
        // The tag decides where both are given.
        get().if_match(&etag).if_unmodified_since(DateTime::from_secs(1)).send().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_parallel_puts_that_want_a_new_object_exactly_one_succeeds() {
    bounded(async {
        let (_stores, client) = stores().await;
        let tasks: Vec<_> = (0..16_u8)
            .map(|task| {
                let put =
                    client.put_object().bucket(BUCKET).key("once").if_none_match("*").body(vec![task].into());
                tokio::spawn(async move { put.send().await.map_err(|error| status(&error)) })
            })
            .collect();
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(task.await.unwrap().map(drop));
        }
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(412)).count(), 15);
    })
    .await;
}

#[tokio::test]
async fn a_put_with_a_tag_replaces_only_that_version() {
    bounded(async {
        let (_stores, client) = stores().await;
        let put_if = |key: &str, tag: &str| {
            client
                .put_object()
                .bucket(BUCKET)
                .key(key)
                .if_match(tag)
                .body(ByteStream::from_static(b"new"))
                .send()
        };
        let etag = put(&client, "file", b"old").await;
        assert_eq!(status(&put_if("file", "\"other\"").await.unwrap_err()), 412);
        assert_eq!(status(&put_if("missing", &etag).await.unwrap_err()), 404);
        assert_eq!(read(&client, "file").await, b"old");
        put_if("file", &etag).await.unwrap();
        assert_eq!(read(&client, "file").await, b"new");
    })
    .await;
}
