//! Size, type and syntax of bodies.

use contract::{ErrorKind, Input, Route};
use harness::{Call, picture};

use super::{on_the_server, routes};
use crate::check::Check;
use crate::sample::{FILE_NAME, Payload, SIDES, Sample};

on_the_server! {
    a_body_over_the_limit_is_413_and_names_the_way_round: 120, too_large;
    a_body_that_is_not_what_its_type_says_is_400: 60, malformed;
    another_content_type_is_415_and_every_json_type_is_taken: 60, content_types;
    a_body_on_a_get_is_ignored: 60, ignored;
}

/// Whether the route has a body, with the sample of it.
async fn samples(check: &Check<'_>) -> Vec<(&'static Route, Sample)> {
    let mut all = Vec::new();
    for route in routes().filter(|route| route.input != Input::Parameters) {
        all.push((route, Sample::of(check.subject, route).await));
    }
    all
}

fn raw(check: &Check<'_>, sample: &Sample, media: &str, body: impl Into<bytes::Bytes>) -> Call {
    check.subject.call(sample.method, &sample.path).body(media, body)
}

pub async fn too_large(check: &mut Check<'_>) {
    let operator = check.subject.harness.operator_key().await;
    for (route, sample) in samples(check).await {
        // Why less: a sample brings no picture, and only with one a body may be larger than other JSON.
        let most = match route.max_body() {
            contract::limits::MAX_MEDIA_BODY => contract::limits::MAX_JSON_BODY,
            most => most,
        };
        let key = key(route, check, &operator);
        let (call, within) = match &sample.payload {
            // Why not behind a gateway: there a body of this size never arrives.
            _ if check.subject.is_behind_gateway() && most > contract::limits::MAX_JSON_BODY => continue,
            Payload::Multipart(data) => {
                let file = |bytes| Some((FILE_NAME, vec![0; bytes]));
                let call = sample.call(check.subject);
                (
                    call.clone().multipart(Some(data.clone()), file(most)),
                    call.multipart(None, file(most - 1000)),
                )
            }
            _ => {
                let padded = |bytes: usize| {
                    let body = sample.body().to_string();
                    format!("{body}{}", " ".repeat(bytes - body.len()))
                };
                let call = |bytes| raw(check, &sample, "application/json", padded(bytes));
                (call(most + 1), call(most))
            }
        };
        let answer = check.refuse(route, "over the limit", call.key(&key), ErrorKind::BodyTooLarge).await;
        check.expect(answer.text().contains("URL"), || format!("no way round: {}", answer.text()));
        // A file of zeros is no picture.
        let status = if matches!(sample.payload, Payload::Multipart(_)) { 400 } else { route.status };
        check.accept(route, "at the limit", within.key(&key), status).await;
    }
}

fn key(route: &Route, check: &Check<'_>, operator: &str) -> String {
    match route.scope {
        Some(contract::Scope::Operator) => operator.to_owned(),
        _ => check.subject.harness.key.clone(),
    }
}

pub async fn malformed(check: &mut Check<'_>) {
    let operator = check.subject.harness.operator_key().await;
    let deep = "[".repeat(100_000);
    let broken: [&[u8]; 8] =
        [b"{", b"{\"a\":", b"nothing", b"{\"a\":1,}", b"{'a':1}", b"\xff\xfe{}", b"{} {}", deep.as_bytes()];
    for (route, sample) in samples(check).await {
        let key = key(route, check, &operator);
        for body in broken {
            let shown = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
            let call = match sample.payload {
                Payload::Multipart(_) => with_data(&sample, check, body),
                _ => raw(check, &sample, "application/json", body.to_vec()),
            };
            check.refuse(route, &format!("the JSON {shown}"), call.key(&key), ErrorKind::MalformedBody).await;
        }
        if let Payload::Multipart(_) = sample.payload {
            for (media, body) in [
                ("multipart/form-data", "--x--\r\n"),
                ("multipart/form-data; boundary=x", "no part at all"),
                ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\""),
            ] {
                let call = raw(check, &sample, media, body).key(&key);
                check.refuse(route, &format!("the form {body:?}"), call, ErrorKind::MalformedBody).await;
            }
        }
    }
}

/// A form whose part `data` is these bytes.
fn with_data(sample: &Sample, check: &Check<'_>, data: &[u8]) -> Call {
    let file = picture(SIDES.0, SIDES.1);
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n".to_vec();
    body.extend(data);
    body.extend(b"\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--x--\r\n");
    check.subject.call(sample.method, &sample.path).body("multipart/form-data; boundary=x", body)
}

pub async fn content_types(check: &mut Check<'_>) {
    let operator = check.subject.harness.operator_key().await;
    for (route, sample) in samples(check).await {
        let key = key(route, check, &operator);
        let body = sample.body().to_string();
        let wrong: &[&str] = match sample.payload {
            Payload::Multipart(_) => {
                &["application/json", "text/plain", "application/octet-stream", "image/jpeg"]
            }
            _ => &[
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/xml",
                "json",
            ],
        };
        let takes_form = matches!(route.input, contract::Input::Form { .. });
        for media in wrong.iter().filter(|media| !takes_form || !media.starts_with("multipart")) {
            let call = raw(check, &sample, media, body.clone()).key(&key);
            check.refuse(route, media, call, ErrorKind::UnsupportedMediaType).await;
        }
        if let Payload::Multipart(_) = sample.payload {
            continue;
        }
        for media in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"] {
            let sample = Sample::of(check.subject, route).await;
            let call = raw(check, &sample, media, sample.body().to_string()).key(&key);
            check.accept(route, media, call, route.status).await;
        }
    }
}

pub async fn ignored(check: &mut Check<'_>) {
    for route in routes().filter(|route| route.method == contract::Method::Get) {
        let sample = Sample::of(check.subject, route).await;
        for (media, body) in
            [("application/json", "{"), ("application/json", "{\"id\":1}"), ("text/plain", "x")]
        {
            let call = sample.call(check.subject).body(media, body);
            check.accept(route, &format!("with the body {body}"), call, route.status).await;
        }
    }
}

/// The client of this test sends all of its body before it reads, as most do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_its_whole_body_first_still_reads_the_refusal() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    crate::subject::bounded(60, async {
        let subject = crate::subject::Subject::server().await;
        let length = 40_000_000;
        for _ in 0..3 {
            let mut stream =
                tokio::net::TcpStream::connect(subject.harness.server.address()).await.expect("open");
            let head = format!(
                "POST /v1/image/edit/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n",
                subject.harness.key
            );
            stream.write_all(head.as_bytes()).await.expect("a head that is taken");
            stream.write_all(&vec![b'x'; length]).await.expect("a body that is taken");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.expect("an answer");
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
            assert!(answer.contains("\"7001\""), "{answer}");
        }
    })
    .await;
}
