//! Objects of S3 through the SDK.
#![allow(clippy::unwrap_used)]

mod support;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, MetadataDirective, ObjectIdentifier};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use embedded::Embedded;
use support::{bounded, bytes};

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
async fn an_object_comes_back_with_its_bytes_headers_and_metadata() {
    bounded(async {
        let (_stores, client) = stores().await;
        for length in [0, 1, 262_144, 262_145, 3_000_000] {
            let content = bytes(length);
            let key = format!("file-{length}");
            client
                .put_object()
                .bucket(BUCKET)
                .key(&key)
                .content_type("image/png")
                .cache_control("no-store")
                .content_disposition("attachment")
                .metadata("owner", "me")
                .body(content.clone().into())
                .send()
                .await
                .unwrap();
            let head = client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
            assert_eq!(head.content_length(), Some(i64::try_from(length).unwrap()));
            let object = client.get_object().bucket(BUCKET).key(&key).send().await.unwrap();
            assert_eq!(object.e_tag(), head.e_tag());
            assert_eq!(object.content_type(), Some("image/png"));
            assert_eq!(object.cache_control(), Some("no-store"));
            assert_eq!(object.content_disposition(), Some("attachment"));
            assert_eq!(object.metadata().unwrap()["owner"], "me");
            assert_eq!(object.body.collect().await.unwrap().to_vec(), content);
        }
        // The MD5 of nothing, as on AWS.
        assert_eq!(put(&client, "empty", b"").await, "\"d41d8cd98f00b204e9800998ecf8427e\"");
    })
    .await;
}

#[tokio::test]
async fn keys_are_any_text_of_up_to_1024_bytes_and_slashes_are_not_folders() {
    bounded(async {
        let (_stores, client) = stores().await;
        let longest = "ü/".repeat(341) + "x";
        assert_eq!(longest.len(), 1024);
        let keys = ["a", "a/b", "a/b/c", "a/", "a//b", "ä ö+%?#&=", "../up", longest.as_str()];
        for key in keys {
            put(&client, key, key.as_bytes()).await;
        }
        for key in keys {
            assert_eq!(read(&client, key).await, key.as_bytes(), "{key}");
        }
        let listed = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
        assert_eq!(listed.contents().len(), keys.len());
        let long = client.put_object().bucket(BUCKET).key("x".repeat(1025)).send().await.unwrap_err();
        assert_eq!(status(&long), 400);
    })
    .await;
}

#[tokio::test]
async fn a_range_answers_exactly_its_bytes() {
    bounded(async {
        let (_stores, client) = stores().await;
        let content = bytes(600_000);
        put(&client, "file", &content).await;
        let range = |range: &str| client.get_object().bucket(BUCKET).key("file").range(range).send();
        let cases = [
            ("bytes=0-0", 0..1),
            ("bytes=10-19", 10..20),
            ("bytes=100-599998", 100..599_999),
            ("bytes=599990-", 599_990..600_000),
            ("bytes=-5", 599_995..600_000),
            ("bytes=0-9999999", 0..600_000),
        ];
        for (text, expected) in cases {
            let object = range(text).await.unwrap();
            let described = format!("bytes {}-{}/600000", expected.start, expected.end - 1);
            assert_eq!(object.content_range(), Some(described.as_str()));
            assert_eq!(object.body.collect().await.unwrap().to_vec(), content[expected], "{text}");
        }
        assert_eq!(status(&range("bytes=600000-").await.unwrap_err()), 416);
    })
    .await;
}

#[tokio::test]
async fn deleting_is_idempotent_and_what_is_missing_has_its_own_error() {
    bounded(async {
        let (_stores, client) = stores().await;
        for key in ["a", "b", "c"] {
            put(&client, key, b"x").await;
        }
        let object = |key: &str| ObjectIdentifier::builder().key(key).build().unwrap();
        let delete = Delete::builder().objects(object("a")).objects(object("never there")).build().unwrap();
        let deleted = client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
        assert_eq!(deleted.deleted().len(), 2);
        client.delete_object().bucket(BUCKET).key("b").send().await.unwrap();
        client.delete_object().bucket(BUCKET).key("b").send().await.unwrap();
        let get = client.get_object().bucket(BUCKET).key("a").send().await.unwrap_err();
        assert!(get.into_service_error().is_no_such_key());
        let head = client.head_object().bucket(BUCKET).key("a").send().await.unwrap_err();
        assert!(head.into_service_error().is_not_found());
        let bucket = client.get_object().bucket("nothing").key("a").send().await.unwrap_err();
        assert_eq!(bucket.code(), Some("NoSuchBucket"));
        assert!(
            client
                .head_bucket()
                .bucket("nothing")
                .send()
                .await
                .unwrap_err()
                .into_service_error()
                .is_not_found()
        );
        let full = client.delete_bucket().bucket(BUCKET).send().await.unwrap_err();
        assert_eq!(full.code(), Some("BucketNotEmpty"));
        client.delete_object().bucket(BUCKET).key("c").send().await.unwrap();
        client.delete_bucket().bucket(BUCKET).send().await.unwrap();
        assert!(client.list_buckets().send().await.unwrap().buckets().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_copy_lives_on_when_its_source_is_replaced_or_deleted() {
    bounded(async {
        let (_stores, client) = stores().await;
        let content = bytes(500_000);
        client
            .put_object()
            .bucket(BUCKET)
            .key("source file")
            .metadata("kept", "yes")
            .body(content.clone().into())
            .send()
            .await
            .unwrap();
        let copy =
            |key: &str| client.copy_object().bucket(BUCKET).key(key).copy_source("results/source%20file");
        copy("copy").send().await.unwrap();
        copy("changed")
            .metadata_directive(MetadataDirective::Replace)
            .content_type("text/plain")
            .send()
            .await
            .unwrap();
        assert_eq!(status(&copy("no").copy_source_if_match("\"other\"").send().await.unwrap_err()), 412);
        put(&client, "source file", b"replaced").await;
        client.delete_object().bucket(BUCKET).key("source file").send().await.unwrap();
        assert_eq!(read(&client, "copy").await, content);
        assert_eq!(read(&client, "changed").await, content);
        let head = client.head_object().bucket(BUCKET).key("copy").send().await.unwrap();
        assert_eq!(head.metadata().unwrap()["kept"], "yes");
        let head = client.head_object().bucket(BUCKET).key("changed").send().await.unwrap();
        assert!(head.metadata().unwrap().is_empty());
        assert_eq!(head.content_type(), Some("text/plain"));
    })
    .await;
}

#[tokio::test]
async fn a_reader_gets_the_version_it_started_with() {
    bounded(async {
        let (_stores, client) = stores().await;
        let content = bytes(2_000_000);
        put(&client, "file", &content).await;
        let mut object = client.get_object().bucket(BUCKET).key("file").send().await.unwrap();
        let mut received = object.body.try_next().await.unwrap().unwrap().to_vec();
        put(&client, "file", b"replaced").await;
        while let Some(chunk) = object.body.try_next().await.unwrap() {
            received.extend_from_slice(&chunk);
        }
        assert_eq!(received, content);
    })
    .await;
}

#[tokio::test]
async fn listings_follow_prefix_delimiter_and_pages_in_byte_order() {
    bounded(async {
        let (_stores, client) = stores().await;
        for key in ["b", "a/2", "a/1", "a", "a/sub/1", "a/sub/2", "a0", "Z", "ä"] {
            put(&client, key, key.as_bytes()).await;
        }
        let list = || client.list_objects_v2().bucket(BUCKET);
        let all = list().send().await.unwrap();
        let keys: Vec<_> = all.contents().iter().map(|object| object.key().unwrap()).collect();
        assert_eq!(keys, ["Z", "a", "a/1", "a/2", "a/sub/1", "a/sub/2", "a0", "b", "ä"]);
        assert_eq!(all.contents()[2].size(), Some(3));
        let under = list().prefix("a/").start_after("a/1").send().await.unwrap();
        assert_eq!(under.key_count(), Some(3));

        let (mut names, mut token, mut pages) = (Vec::new(), None, 0);
        loop {
            let page =
                list().delimiter("/").max_keys(2).set_continuation_token(token.take()).send().await.unwrap();
            names.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
            names.extend(page.common_prefixes().iter().map(|prefix| prefix.prefix().unwrap().to_owned()));
            pages += 1;
            token = page.next_continuation_token;
            assert_eq!(page.is_truncated, Some(token.is_some()));
            if token.is_none() {
                break;
            }
        }
        names.sort();
        assert_eq!(
            (names.as_slice(), pages),
            (["Z", "a", "a/", "a0", "b", "ä"].map(String::from).as_slice(), 3)
        );
        let nested = list().prefix("a/").delimiter("/").send().await.unwrap();
        assert_eq!(nested.contents().len(), 2);
        assert_eq!(nested.common_prefixes()[0].prefix(), Some("a/sub/"));
        assert_eq!(list().prefix("nothing").send().await.unwrap().key_count(), Some(0));
    })
    .await;
}

#[tokio::test]
async fn old_objects_under_a_prefix_expire_and_others_stay() {
    bounded(async {
        let (stores, client) = stores().await;
        for key in ["temporary/1", "temporary/2", "kept/1"] {
            put(&client, key, b"x").await;
        }
        assert_eq!(stores.expire_objects(BUCKET, "temporary/", 1_000_000_000).await.unwrap(), 0);
        assert_eq!(stores.expire_objects("nothing", "", 4_000_000_000).await.unwrap(), 0);
        assert_eq!(stores.expire_objects(BUCKET, "temporary/", 4_000_000_000).await.unwrap(), 2);
        let left = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
        assert_eq!(left.contents()[0].key(), Some("kept/1"));
        assert_eq!(left.key_count(), Some(1));
    })
    .await;
}
