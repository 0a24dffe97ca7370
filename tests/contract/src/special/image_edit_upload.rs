use harness::{Answer, Harness, picture};
use serde_json::json;

use super::{UPLOAD, books, credits, only_fault};
use crate::subject::bounded;

/// A part: its name, the rest of its headers, its content.
type Part<'a> = (&'a str, &'a str, Vec<u8>);

async fn send(harness: &Harness, parts: &[Part<'_>]) -> Answer {
    let mut body = Vec::new();
    for (name, rest, content) in parts {
        let head = format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{rest}\r\n\r\n");
        body.extend(head.into_bytes());
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(b"--cut--\r\n");
    harness.call("POST", UPLOAD).body("multipart/form-data; boundary=cut", body).send().await
}

fn file() -> Part<'static> {
    ("file", "; filename=\"cat.jpg\"\r\nContent-Type: image/jpeg", picture(40, 30))
}

fn data(text: &str) -> Part<'static> {
    ("data", "", text.as_bytes().to_vec())
}

#[tokio::test]
async fn a_picture_sent_with_the_call_is_edited_and_its_name_kept() {
    bounded(60, async {
        let harness = Harness::start().await;
        let body = json!({"operations": {"resizing": {"width": 20}}, "output": {"format": "webp"}});
        let call =
            harness.call("POST", UPLOAD).multipart(Some(body), Some(("my cat.final.jpg", picture(40, 30))));
        let answer = call.send().await.expect(200).json();
        let (input, output) = (&answer["data"]["input"], &answer["data"]["output"]);
        assert_eq!((&input["width"], &input["height"]), (&json!(40), &json!(30)));
        assert_eq!((&output["width"], &output["height"]), (&json!(20), &json!(15)));
        let url = output["tmp_url"].as_str().expect("a link");
        assert!(url.ends_with("/my_cat.final.webp"), "{url}");
        let file = harness.call_url("GET", url).send().await.expect(200);
        assert_eq!(imaging::probe(&file.body).expect("a picture").ext, "webp");
        assert_eq!(books(&harness, "default").await, credits(9_999, 0, 1));
    })
    .await;
}

#[tokio::test]
async fn data_may_be_absent_empty_typed_or_come_last() {
    bounded(60, async {
        let harness = Harness::start().await;
        let typed = ("data", "\r\nContent-Type: application/json", b"{}".to_vec());
        let named = ("data", "; filename=\"data.json\"\r\nContent-Type: text/plain", b"{}".to_vec());
        let cases: [&[Part<'_>]; 8] = [
            &[file()],
            &[data(""), file()],
            &[data("{}"), file()],
            &[data("{\"operations\":null}"), file()],
            &[typed, file()],
            &[named, file()],
            &[file(), data("{\"operations\":{}}")],
            &[("other", "", b"ignored".to_vec()), data("{}"), file()],
        ];
        for parts in cases {
            let answer = send(&harness, parts).await.expect(200).json();
            assert_eq!(answer["data"]["output"]["width"], 40);
        }
    })
    .await;
}

#[tokio::test]
async fn data_that_is_all_faults_gets_a_short_answer_and_data_over_its_limit_none_of_its_own() {
    bounded(60, async {
        let harness = Harness::start().await;
        let unknown = |count: usize| {
            let fields: Vec<String> = (0..count).map(|index| format!("\"{index}\":1")).collect();
            format!("{{\"operations\":{{{}}}}}", fields.join(","))
        };
        let answer = send(&harness, &[data(&unknown(50_000)), file()]).await.expect(422);
        assert!(answer.body.len() < 30_000, "{} bytes", answer.body.len());
        let answer = send(&harness, &[data(&unknown(200_000)), file()]).await.expect(413);
        assert!(answer.body.len() < 1000);
    })
    .await;
}

#[tokio::test]
async fn sixteen_parts_are_taken_and_more_are_refused() {
    bounded(60, async {
        let harness = Harness::start().await;
        let other = || ("other", "", b"ignored".to_vec());
        let mut parts: Vec<Part<'_>> = std::iter::repeat_with(other).take(15).collect();
        parts.push(file());
        send(&harness, &parts).await.expect(200);
        parts.push(other());
        send(&harness, &parts).await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn the_content_of_the_file_decides_its_type() {
    bounded(60, async {
        let harness = Harness::start().await;
        let typed = ("file", "; filename=\"page.html\"\r\nContent-Type: text/html", picture(40, 30));
        let answer = send(&harness, &[data("{}"), typed]).await.expect(200).json();
        assert_eq!(answer["data"]["input"]["mime"], "image/jpeg");
        let lying =
            ("file", "; filename=\"cat.jpg\"\r\nContent-Type: image/jpeg", b"<p>no picture</p>".to_vec());
        let answer = send(&harness, &[data("{}"), lying]).await.expect(400).json();
        assert_eq!((&answer["error_code"], &answer["error_type"]), (&json!("3201"), &json!("image")));
        let mut cut = picture(200, 200);
        cut.truncate(900);
        let cut = ("file", "; filename=\"cat.jpg\"", cut);
        let answer = send(&harness, &[data("{}"), cut]).await.expect(400).json();
        assert_eq!(answer["error_code"], "3202");
        assert_eq!(books(&harness, "default").await, credits(9_999, 0, 1));
    })
    .await;
}

#[tokio::test]
async fn without_a_file_that_has_a_name_the_call_is_422() {
    bounded(60, async {
        let harness = Harness::start().await;
        let answer = send(&harness, &[data("{}")]).await.expect(422);
        assert_eq!(only_fault(&answer), ("file".to_owned(), "field required".to_owned()));
        for unnamed in [("file", "", picture(8, 8)), ("file", "; filename=\"\"", picture(8, 8))] {
            let answer = send(&harness, &[data("{}"), unnamed]).await.expect(422);
            assert_eq!(only_fault(&answer).0, "file");
        }
    })
    .await;
}

#[tokio::test]
async fn data_is_judged_like_an_edit_without_an_input() {
    bounded(60, async {
        let harness = Harness::start().await;
        let body = "{\"input\":\"https://example.com/a.jpg\",\"operations\":{\"adjustments\":{\"hdr\":9}}}";
        let answer = send(&harness, &[data(body), file()]).await.expect(422).json();
        let details = answer["error_details"].as_object().expect("details");
        assert_eq!(details.get("input"), Some(&json!(["extra fields not permitted"])), "{answer}");
        let body = "{\"operations\":{\"background\":{\"remove\":true},\"privacy\":{\"identity_crop\":true}}}";
        let answer = send(&harness, &[data(body), file()]).await.expect(422).json();
        let details = answer["error_details"].as_object().expect("details");
        let paths: Vec<&str> = details.keys().map(String::as_str).collect();
        assert_eq!(paths, ["operations.background.remove", "operations.privacy.identity_crop"]);
        // Both the missing file and the faults of data, in one answer.
        let answer = send(&harness, &[data("{\"operations\":1}")]).await.expect(422).json();
        let details = answer["error_details"].as_object().expect("details");
        assert!(details.contains_key("file") && details.contains_key("operations"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn a_file_name_never_leaves_its_folder() {
    bounded(60, async {
        let harness = Harness::start().await;
        for (name, expected) in [
            ("../../etc/passwd", "passwd.jpeg"),
            ("C:\\\\pictures\\\\a.b.png", "a.b.jpeg"),
            (".jpg", "image.jpeg"),
        ] {
            let rest = format!("; filename=\"{name}\"");
            let answer = send(&harness, &[("file", &rest, picture(8, 8))]).await.expect(200).json();
            let url = answer["data"]["output"]["tmp_url"].as_str().expect("a link").to_owned();
            assert!(url.ends_with(&format!("/{expected}")), "{name}: {url}");
            harness.call_url("GET", &url).send().await.expect(200);
        }
    })
    .await;
}

#[tokio::test]
async fn a_jpeg_longer_than_its_codec_takes_is_refused_before_work() {
    bounded(60, async {
        let harness = Harness::start().await;
        let body = json!({"operations": {"resizing": {"width": 65_501, "height": 1}}});
        let call = harness.call("POST", UPLOAD).multipart(Some(body), Some(("photo.jpg", picture(8, 8))));
        call.send().await.expect(422);
    })
    .await;
}
