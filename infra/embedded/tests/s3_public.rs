//! Signed URLs on the public listener.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::PresigningConfig;
use bytes::Bytes;
use embedded::{Embedded, PublicS3};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use support::public::{BASE, BUCKET, Setting, answer, setting};
use support::{bounded, bytes};

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
