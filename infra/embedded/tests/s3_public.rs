//! Signed URLs and form uploads on the public listener.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use embedded::{Embedded, FormGrant, PublicS3};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use sha2::Sha256;
use support::{bounded, bytes};

const BUCKET: &str = "results";
const BASE: &str = "http://127.0.0.1:9000";

struct Setting {
    stores: Embedded,
    client: Client,
    presign: Client,
    public: PublicS3,
}

async fn setting() -> Setting {
    let stores = Embedded::temporary().unwrap();
    let (client, presign, public) =
        (stores.s3_client(), stores.s3_presign_client(BASE), stores.s3_public_service());
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    Setting { stores, client, presign, public }
}

fn for_an_hour() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_secs(3600)).unwrap()
}

/// Sends as a client does that opens a URL: path and query in the first line, the host in a header.
async fn send(public: &PublicS3, method: &str, url: &str, body: &[u8]) -> (StatusCode, Vec<u8>) {
    let path = url.strip_prefix(BASE).unwrap();
    assert!(public.owns_path(path.split('?').next().unwrap()));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:9000")
        .header("content-length", body.len())
        .body(Full::new(Bytes::copy_from_slice(body)))
        .unwrap();
    let response = public.call(request).await;
    (response.status(), response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

#[tokio::test]
async fn presigned_urls_put_and_get() {
    bounded(async {
        let Setting { presign, public, .. } = setting().await;
        let content = bytes(400_000);
        let put =
            presign.put_object().bucket(BUCKET).key("in/a b+c.png").presigned(for_an_hour()).await.unwrap();
        assert!(put.uri().starts_with("http://127.0.0.1:9000/results/in/"), "{}", put.uri());
        assert_eq!(send(&public, "PUT", put.uri(), &content).await.0, 200);
        let get = presign.get_object().bucket(BUCKET).key("in/a b+c.png").response_content_type("image/png");
        let get = get.presigned(for_an_hour()).await.unwrap();
        assert_eq!(send(&public, "GET", get.uri(), b"").await, (StatusCode::OK, content.clone()));
        let head =
            presign.head_object().bucket(BUCKET).key("in/a b+c.png").presigned(for_an_hour()).await.unwrap();
        assert_eq!(send(&public, "HEAD", head.uri(), b"").await, (StatusCode::OK, Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn what_was_tampered_with_or_is_unsigned_or_expired_is_403() {
    bounded(async {
        let Setting { client, presign, public, .. } = setting().await;
        for key in ["mine", "other"] {
            let put = client.put_object().bucket(BUCKET).key(key).body(b"secret".to_vec().into());
            put.send().await.unwrap();
        }
        let get = presign.get_object().bucket(BUCKET).key("mine").presigned(for_an_hour()).await.unwrap();
        let url = get.uri();
        assert_eq!(send(&public, "GET", url, b"").await.0, 200);
        let tampered = [
            ("GET", url.replace("/mine", "/other")),
            ("GET", url.replace("X-Amz-Expires=3600", "X-Amz-Expires=3601")),
            ("GET", format!("{}{}", &url[..url.len() - 64], "0".repeat(64))),
            ("GET", format!("{url}&response-content-type=text%2Fhtml")),
            ("PUT", url.to_owned()),
            ("DELETE", url.to_owned()),
            ("GET", format!("{BASE}/{BUCKET}/mine")),
            ("GET", format!("{BASE}/{BUCKET}/missing")),
            ("GET", format!("{BASE}/{BUCKET}?list-type=2")),
            ("PUT", format!("{BASE}/{BUCKET}/mine")),
            ("POST", format!("{BASE}/{BUCKET}?delete")),
        ];
        for (method, url) in tampered {
            assert_eq!(send(&public, method, &url, b"").await.0, 403, "{method} {url}");
        }
        let past = SystemTime::now() - Duration::from_secs(120);
        let expired =
            PresigningConfig::builder().start_time(past).expires_in(Duration::from_secs(60)).build();
        let expired =
            presign.get_object().bucket(BUCKET).key("mine").presigned(expired.unwrap()).await.unwrap();
        assert_eq!(send(&public, "GET", expired.uri(), b"").await.0, 403);
        let elsewhere = Embedded::temporary().unwrap().s3_presign_client(BASE);
        let foreign =
            elsewhere.get_object().bucket(BUCKET).key("mine").presigned(for_an_hour()).await.unwrap();
        assert_eq!(send(&public, "GET", foreign.uri(), b"").await.0, 403);
        let read = client.get_object().bucket(BUCKET).key("mine").send().await.unwrap();
        assert_eq!(read.body.collect().await.unwrap().to_vec(), b"secret");
    })
    .await;
}

#[tokio::test]
async fn a_header_that_the_signature_does_not_cover_cannot_change_what_a_url_does() {
    bounded(async {
        let Setting { client, presign, public, .. } = setting().await;
        let put = client.put_object().bucket(BUCKET).key("secret").body(b"secret".to_vec().into());
        put.send().await.unwrap();
        let url = presign.put_object().bucket(BUCKET).key("mine").presigned(for_an_hour()).await.unwrap();
        let request = Request::builder()
            .method("PUT")
            .uri(url.uri().strip_prefix(BASE).unwrap())
            .header("host", "127.0.0.1:9000")
            .header("x-amz-copy-source", "results/secret")
            .body(Full::new(Bytes::new()))
            .unwrap();
        let (status, body) = answer(public.call(request).await).await;
        assert_eq!(status, 403);
        assert!(body.contains("<Code>AccessDenied</Code>"), "{body}");
        assert!(client.get_object().bucket(BUCKET).key("mine").send().await.is_err());

        let signed = presign.put_object().bucket(BUCKET).key("mine").metadata("owner", "me");
        let signed = signed.presigned(for_an_hour()).await.unwrap();
        let mut request = Request::builder().method("PUT").uri(signed.uri().strip_prefix(BASE).unwrap());
        request = request.header("host", "127.0.0.1:9000").header("content-length", 1);
        for (name, value) in signed.headers() {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from_static(b"x"))).unwrap();
        assert_eq!(public.call(request).await.status(), 200);
        let head = client.head_object().bucket(BUCKET).key("mine").send().await.unwrap();
        assert_eq!(head.metadata().unwrap()["owner"], "me");
    })
    .await;
}

#[tokio::test]
async fn only_paths_of_buckets_belong_to_the_store() {
    let Setting { public, .. } = setting().await;
    assert!(public.owns_path("/results/x"));
    assert!(public.owns_path("/results"));
    for path in ["/", "/v1/image/edit", "/result", "/resultsx/y", "//results"] {
        assert!(!public.owns_path(path), "{path}");
    }
}

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

async fn answer(response: http::Response<embedded::PublicBody>) -> (u16, String) {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
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
