use contract::ErrorKind;
use contract::limits::RESULT_SECONDS;
use harness::{Harness, picture};
use serde_json::json;

use super::{UPLOAD, assert_kind, spend_one};
use crate::subject::bounded;

/// The link of a fresh result: a PNG, so that its bytes are worth cutting into ranges.
async fn link(harness: &Harness) -> String {
    let body = json!({"output": {"format": "png"}});
    let call = harness.call("POST", UPLOAD).multipart(Some(body), Some(("photo.jpg", picture(64, 64))));
    let answer = call.send().await.expect(200).json();
    answer["data"]["output"]["tmp_url"].as_str().expect("a link").to_owned()
}

#[tokio::test]
async fn a_link_answers_the_bytes_without_a_key_and_tells_browsers_to_show_them_at_most() {
    bounded(60, async {
        let harness = Harness::start().await;
        let url = link(&harness).await;
        let answer = harness.call_url("GET", &url).send().await.expect(200);
        assert_eq!(imaging::probe(&answer.body).expect("a picture").ext, "png");
        assert_eq!(answer.header("content-type"), "image/png");
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("sandbox"));
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
        assert!(!answer.header("etag").is_empty());
        assert!(!answer.headers.contains_key("content-disposition"), "a picture is shown, not saved");
        assert!(!answer.headers.contains_key("set-cookie"));
        // Somebody else's key, or one that is none, changes nothing.
        let with_key = harness.call_url("GET", &url).key("nonsense").send().await.expect(200);
        assert_eq!(with_key.body, answer.body);
    })
    .await;
}

#[tokio::test]
async fn head_tells_the_same_without_the_bytes() {
    bounded(60, async {
        let harness = Harness::start().await;
        let url = link(&harness).await;
        let full = harness.call_url("GET", &url).send().await.expect(200);
        let head = harness.call_url("HEAD", &url).send().await.expect(200);
        assert!(head.body.is_empty());
        for name in ["content-type", "content-length", "etag", "content-security-policy", "cache-control"] {
            assert_eq!(head.header(name), full.header(name), "{name}");
            assert!(!head.header(name).is_empty(), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn ranges_are_cut_from_the_same_bytes() {
    bounded(60, async {
        let harness = Harness::start().await;
        let url = link(&harness).await;
        let whole = harness.call_url("GET", &url).send().await.expect(200);
        let size = whole.body.len();
        assert_eq!(whole.header("accept-ranges"), "bytes");
        for (range, from, to) in [
            ("bytes=0-9".to_owned(), 0, 9),
            ("bytes=10-".to_owned(), 10, size - 1),
            ("bytes=-5".to_owned(), size - 5, size - 1),
            (format!("bytes=5-{}", size * 2), 5, size - 1),
        ] {
            let part = harness.call_url("GET", &url).header("range", &range).send().await.expect(206);
            assert_eq!(part.body, whole.body[from..=to], "{range}");
            assert_eq!(part.header("content-range"), format!("bytes {from}-{to}/{size}"), "{range}");
            assert_eq!(part.header("etag"), whole.header("etag"), "{range}");
        }
        let beyond = format!("bytes={size}-");
        let answer = harness.call_url("GET", &url).header("range", &beyond).send().await;
        assert_eq!(answer.status, 416);
        assert_eq!(answer.header("content-range"), format!("bytes */{size}"));
        assert!(answer.body.len() < 500);
        let whole_again = harness.call_url("GET", &url).header("range", "bytes=0-9");
        let whole_again = whole_again.header("if-range", "\"another file\"").send().await.expect(200);
        assert_eq!(whole_again.body, whole.body, "the range of another file is not cut from this one");
        let part = harness.call_url("GET", &url).header("range", "bytes=0-9");
        let part = part.header("if-range", whole.header("etag")).send().await.expect(206);
        assert_eq!(part.body, whole.body[..10]);
        let head = harness.call_url("HEAD", &url).header("range", "bytes=0-9").send().await;
        assert!(head.body.is_empty() && matches!(head.status, 200 | 206), "{}", head.status);
    })
    .await;
}

#[tokio::test]
async fn what_a_client_has_already_is_not_sent_again() {
    bounded(60, async {
        let harness = Harness::start().await;
        let url = link(&harness).await;
        let tag = harness.call_url("GET", &url).send().await.expect(200).header("etag").to_owned();
        for method in ["GET", "HEAD"] {
            for known in [tag.clone(), format!("\"another\", {tag}"), format!("W/{tag}"), "*".into()] {
                let answer = harness.call_url(method, &url).header("if-none-match", &known).send().await;
                let answer = answer.expect(304);
                assert!(answer.body.is_empty());
                assert_eq!(
                    (answer.header("etag"), answer.header("cache-control")),
                    (tag.as_str(), "private, max-age=3600")
                );
            }
            for other in ["\"another\"", ",", "\"", "abc\"", "w/\"x\"", ",,,", &tag[1..]] {
                harness.call_url(method, &url).header("if-none-match", other).send().await.expect(200);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_link_lives_a_day() {
    bounded(60, async {
        let harness = Harness::start().await;
        let url = link(&harness).await;
        harness.clock.advance_ms((RESULT_SECONDS - 60) * 1000);
        harness.call_url("GET", &url).send().await.expect(200);
        harness.clock.advance_ms(61_000);
        assert_kind(&harness.call_url("GET", &url).send().await, ErrorKind::FileNotFound);
    })
    .await;
}

#[tokio::test]
async fn a_link_that_was_changed_anywhere_is_404() {
    bounded(60, async {
        let harness = Harness::start().await;
        let url = link(&harness).await;
        let other = spend_one(&harness, &harness.key).await.json();
        let other = other["data"]["output"]["tmp_url"].as_str().expect("a link").to_owned();
        let path = url.strip_prefix(&harness.url("/files/")).expect("a link");
        let (token, name) = path.split_once('/').expect("token and name");
        let other_token = other.rsplit('/').nth(1).expect("a token");
        let mut forged = vec![
            format!("{token}/other.png"),
            format!("{other_token}/{name}"),
            format!("{}/{name}", &token[..token.len() - 1]),
            format!("{token}A/{name}"),
            format!("{token}%00/{name}"),
            format!("{token}=/{name}"),
            format!("x/{name}"),
        ];
        for place in (0..token.len()).step_by(7) {
            let mut changed = token.as_bytes().to_vec();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            forged.push(format!("{}/{name}", String::from_utf8(changed).expect("ASCII")));
        }
        for path in forged {
            let answer = harness.call("GET", &format!("/files/{path}")).no_key().send().await;
            assert_kind(&answer, ErrorKind::FileNotFound);
        }
        harness.call_url("GET", &url).send().await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn the_store_behind_a_link_is_closed_to_whoever_has_no_signature() {
    bounded(60, async {
        let harness = Harness::start().await;
        link(&harness).await;
        let listed = harness.store().s3.list_objects_v2().bucket("atelier-results").send().await;
        let listed = listed.expect("a listing");
        let key = listed.contents().first().and_then(|object| object.key()).expect("an object").to_owned();
        for path in ["/atelier-results".to_owned(), format!("/atelier-results/{key}")] {
            for method in ["GET", "HEAD", "PUT", "DELETE"] {
                let answer = harness.call(method, &path).no_key().send().await;
                assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_range_that_is_not_understood_gives_the_whole_and_one_beyond_the_end_what_there_is() {
    bounded(60, async {
        let harness = Harness::start().await;
        let url = link(&harness).await;
        let whole = harness.call_url("GET", &url).send().await.expect(200).body;
        for range in ["bytes=0-1,3-4", "bytes=5-2", "bytes=abc", "items=0-1"] {
            let answer = harness.call_url("GET", &url).header("range", range).send().await.expect(200);
            assert_eq!(answer.body, whole, "{range}");
        }
        let beyond = "bytes=0-99999999999999999999";
        let answer = harness.call_url("GET", &url).header("range", beyond).send().await.expect(206);
        assert_eq!(answer.body, whole);
    })
    .await;
}
