//! Form uploads on the public listener.
#![allow(clippy::unwrap_used)]

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use embedded::{Embedded, FormGrant};
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use http_body_util::Full;
use sha2::Sha256;
use support::public::{BUCKET, Setting, answer, setting};
use support::{bounded, bytes};

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The fields of a form that may upload up to 1000 bytes to `key`, signed.
fn signed_fields(stores: &Embedded, key: &str, expiration: &str) -> Vec<(String, String)> {
    let credentials = stores.credentials();
    let scope = format!("{}/20260101/us-east-1/s3/aws4_request", credentials.access_key_id());
    let policy = format!(
        r#"{{"expiration":"{expiration}","conditions":[{{"bucket":"{BUCKET}"}},["eq","$key","{key}"],
        ["starts-with","$Content-Type","text/"],["content-length-range",2,1000],
        {{"x-amz-credential":"{scope}"}},{{"x-amz-algorithm":"AWS4-HMAC-SHA256"}},{{"x-amz-date":"20260101T000000Z"}}]}}"#
    );
    let policy = STANDARD.encode(policy);
    let mut signing_key = format!("AWS4{}", credentials.secret_access_key()).into_bytes();
    for step in ["20260101", "us-east-1", "s3", "aws4_request"] {
        signing_key = hmac(&signing_key, step);
    }
    let signature: String = hmac(&signing_key, &policy).iter().map(|byte| format!("{byte:02x}")).collect();
    [
        ("key", key),
        ("Content-Type", "text/csv"),
        ("x-amz-credential", &scope),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-date", "20260101T000000Z"),
        ("policy", &policy),
        ("x-amz-signature", &signature),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn form(fields: &[(String, String)], file: &[u8]) -> Request<Full<Bytes>> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let file_head = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\n";
    body.extend_from_slice(file_head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    Request::builder()
        .method("POST")
        .uri(format!("/{BUCKET}"))
        .header("host", "127.0.0.1:9000")
        .header("content-type", "multipart/form-data; boundary=edge")
        .header("content-length", body.len())
        .body(Full::new(Bytes::from(body)))
        .unwrap()
}

const FAR: &str = "2100-01-01T00:00:00.000Z";

#[tokio::test]
async fn a_form_with_a_signed_policy_uploads_within_its_limits() {
    bounded(async {
        let Setting { stores, client, public, .. } = setting().await;
        let fields = signed_fields(&stores, "jobs/1", FAR);
        let content = bytes(1000);
        assert_eq!(answer(public.call(form(&fields, &content)).await).await.0, 204);
        let read = client.get_object().bucket(BUCKET).key("jobs/1").send().await.unwrap();
        assert_eq!(read.content_type(), Some("text/csv"));
        assert_eq!(read.body.collect().await.unwrap().to_vec(), content);

        let (status, body) = answer(public.call(form(&fields, &bytes(1001))).await).await;
        assert_eq!(status, 400);
        assert!(body.contains("<Code>EntityTooLarge</Code>"), "{body}");
        let (status, body) = answer(public.call(form(&fields, b"1")).await).await;
        assert_eq!(status, 400);
        assert!(body.contains("<Code>EntityTooSmall</Code>"), "{body}");
        let read = client.get_object().bucket(BUCKET).key("jobs/1").send().await.unwrap();
        assert_eq!(read.content_length(), Some(1000), "a refused upload leaves the old object");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_departs_from_its_policy_is_403() {
    bounded(async {
        let Setting { stores, client, public, .. } = setting().await;
        let signed = signed_fields(&stores, "jobs/1", FAR);
        let with = |name: &str, value: &str| {
            let mut fields = signed.clone();
            fields.retain(|(other, _)| other != name);
            fields.push((name.to_owned(), value.to_owned()));
            fields
        };
        let without = |name: &str| {
            let mut fields = signed.clone();
            fields.retain(|(other, _)| other != name);
            fields
        };
        let refused = [
            with("key", "jobs/2"),
            with("Content-Type", "image/png"),
            with("x-amz-meta-extra", "not mentioned"),
            with("x-amz-signature", &"0".repeat(64)),
            with("x-amz-credential", "AKIAOTHER/20260101/us-east-1/s3/aws4_request"),
            with("bucket", "other"),
            without("policy"),
            without("x-amz-signature"),
            vec![("key".to_owned(), "jobs/1".to_owned())],
            signed_fields(&stores, "jobs/1", "2020-01-01T00:00:00.000Z"),
        ];
        for fields in refused {
            let (status, body) = answer(public.call(form(&fields, b"content")).await).await;
            assert_eq!(status, 403, "{fields:?} {body}");
        }
        assert_eq!(client.list_objects_v2().bucket(BUCKET).send().await.unwrap().key_count(), Some(0));
    })
    .await;
}

#[tokio::test]
async fn a_granted_form_needs_nothing_but_key_and_file() {
    bounded(async {
        let Setting { client, public, .. } = setting().await;
        let grant = FormGrant {
            bucket: BUCKET.to_owned(),
            key: "jobs/1".to_owned(),
            least_bytes: 1,
            most_bytes: 2_000_000,
        };
        let key = |key: &str| [("key".to_owned(), key.to_owned())];
        let content = bytes(1_900_000);
        let received = public.receive_form(&grant, form(&key("jobs/1"), &content)).await;
        assert!(received.headers().contains_key("etag"));
        assert_eq!(answer(received).await, (204, String::new()));
        let read = client.get_object().bucket(BUCKET).key("jobs/1").send().await.unwrap();
        assert_eq!(read.body.collect().await.unwrap().to_vec(), content);
        assert_eq!(answer(public.receive_form(&grant, form(&key("jobs/2"), b"x")).await).await.0, 403);
        assert_eq!(answer(public.receive_form(&grant, form(&key("jobs/1"), b"")).await).await.0, 400);
        assert_eq!(
            answer(public.receive_form(&grant, form(&key("jobs/1"), &bytes(2_000_001))).await).await.0,
            400
        );
        let listed = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
        assert_eq!(listed.contents()[0].size(), Some(1_900_000));
    })
    .await;
}
