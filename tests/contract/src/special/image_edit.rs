use std::time::Duration;

use harness::{FileAnswer, Harness, picture};
use serde_json::json;

use super::{EDIT, add_picture, books, credits, edit, only_fault, spend_one};
use crate::subject::bounded;

#[tokio::test]
async fn the_published_sample_makes_1000x1000_of_a_square_of_128() {
    bounded(60, async {
        let harness = Harness::start().await;
        let input = add_picture(&harness, 128, 128);
        let body =
            json!({"input": input, "operations": {"resizing": {"width": 1000}, "background": {"remove": false}}});
        let answer = harness.call("POST", EDIT).json(body).send().await.expect(200).json();
        let data = &answer["data"];
        assert_eq!(
            data["input"],
            json!({"ext": "jpeg", "mps": 0.016384, "mime": "image/jpeg", "format": "JPEG", "width": 128, "height": 128})
        );
        let output = &data["output"];
        assert_eq!((&output["width"], &output["height"]), (&json!(1000), &json!(1000)));
        assert_eq!((&output["mps"], &output["ext"]), (&json!(1.0), &json!("jpeg")));
        for absent in ["object_key", "object_bucket", "object_uri", "claid_storage_uri"] {
            assert!(output.get(absent).is_none(), "{absent} does not apply");
        }
        let url = output["tmp_url"].as_str().expect("a link");
        let file = harness.call_url("GET", url).send().await.expect(200);
        let info = imaging::probe(&file.body).expect("a picture");
        assert_eq!((info.ext.as_str(), info.width, info.height), ("jpeg", 1000, 1000));
        assert_eq!(books(&harness, "default").await, credits(9_999, 0, 1));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn a_body_that_names_every_block_and_asks_for_nothing_passes() {
    bounded(60, async {
        let harness = Harness::start().await;
        let input = add_picture(&harness, 60, 40);
        let body = json!({"input": input, "operations": {
            "restorations": {"decompress": null, "upscale": null, "polish": false},
            "adjustments": {"hdr": 0, "exposure": 0, "saturation": 0, "contrast": 0, "sharpness": 0},
            "background": {"remove": false, "blur": false, "color": "#ffffff"},
            "resizing": {"width": "auto", "height": "auto", "fit": "crop"},
            "padding": null,
            "privacy": {"blur_car_plate": false, "identity_crop": false},
            "generative": null,
        }, "output": {"format": "jpeg", "metadata": {"dpi": 72, "color_space": "RGB"}}});
        let answer = harness.call("POST", EDIT).json(body).send().await.expect(200).json();
        let output = &answer["data"]["output"];
        assert_eq!((&output["width"], &output["height"]), (&json!(60), &json!(40)));
    })
    .await;
}

#[tokio::test]
async fn the_result_has_the_format_asked_for_whatever_the_input_is_called() {
    bounded(60, async {
        let harness = Harness::start().await;
        let input = harness.files().add("lies.png", "text/html", picture(40, 30));
        for format in ["jpeg", "png", "webp", "tiff"] {
            let mut body = edit(&input);
            body["output"] = json!({"format": {"type": format}});
            let answer = harness.call("POST", EDIT).json(body).send().await.expect(200).json();
            let (input, output) = (&answer["data"]["input"], &answer["data"]["output"]);
            assert_eq!(input["ext"], "jpeg");
            assert_eq!(output["ext"], format);
            assert_eq!(output["mime"], format!("image/{format}"));
            assert_eq!(output["format"], format.to_uppercase());
            let url = output["tmp_url"].as_str().expect("a link");
            assert!(url.ends_with(&format!("/lies.{format}")), "{url}");
            let file = harness.call_url("GET", url).send().await.expect(200);
            assert_eq!(file.header("content-type"), format!("image/{format}"));
            assert_eq!(imaging::probe(&file.body).expect("a picture").ext, format);
        }
    })
    .await;
}

#[tokio::test]
async fn an_input_that_cannot_be_had_is_400_and_free() {
    bounded(60, async {
        let harness = Harness::start().await;
        let files = harness.files();
        let whole = picture(64, 64);
        let cut = whole[..whole.len() / 3].to_vec();
        let too_long = FileAnswer::new("image/jpeg", picture(8, 8)).claims(Some(50_000_001));
        let late = FileAnswer::new("image/jpeg", picture(8, 8)).after(Duration::from_secs(10));
        let cases = [
            (files.url("missing.jpg"), "3101", "dlvr"),
            (files.handle("late.jpg", move |_| late.clone()), "3101", "dlvr"),
            ("http://does-not-exist.invalid/a.jpg".to_owned(), "3101", "dlvr"),
            ("http://10.0.0.1/a.jpg".to_owned(), "3102", "dlvr"),
            (harness.url("/health"), "3102", "dlvr"),
            (files.handle("long.jpg", move |_| too_long.clone()), "3103", "dlvr"),
            (files.add("page.html", "text/html", "<p>secret words</p>"), "3201", "image"),
            (files.add("empty.jpg", "image/jpeg", ""), "3201", "image"),
            (files.add("cut.jpg", "image/jpeg", cut), "3202", "image"),
        ];
        for (input, code, kind) in cases {
            let answer = harness.call("POST", EDIT).json(edit(&input)).send().await;
            let body = answer.json();
            assert_eq!((answer.status, &body["error_code"]), (400, &json!(code)), "{input}: {body}");
            assert_eq!(body["error_type"], kind, "{input}");
            assert!(!answer.text().contains("secret words"), "a fetched body shows");
        }
        assert_eq!(books(&harness, "default").await, credits(10_000, 0, 0));
        harness.assert_books().await;
    })
    .await;
}

#[tokio::test]
async fn what_this_version_cannot_do_is_refused_with_its_path_where_it_is_active() {
    bounded(60, async {
        let harness = Harness::start().await;
        let input = add_picture(&harness, 16, 16);
        let style = json!({"style_transfer": {"style_reference_image": "https://example.com/a.jpg"}});
        let cases = [
            ("restorations.decompress", json!({"restorations": {"decompress": "auto"}})),
            ("restorations.upscale", json!({"restorations": {"upscale": "photo"}})),
            ("restorations.polish", json!({"restorations": {"polish": true}})),
            ("background.remove", json!({"background": {"remove": true}})),
            ("background.blur", json!({"background": {"blur": true}})),
            ("resizing.fit", json!({"resizing": {"width": 32, "height": 16, "fit": "outpaint"}})),
            ("resizing.fit.crop", json!({"resizing": {"width": 8, "height": 16, "fit": {"crop": "smart"}}})),
            ("privacy.blur_car_plate", json!({"privacy": {"blur_car_plate": true}})),
            ("privacy.identity_crop", json!({"privacy": {"identity_crop": true}})),
            ("generative.style_transfer", json!({"generative": style})),
        ];
        for (path, operations) in cases {
            let body = json!({"input": input, "operations": operations});
            let answer = harness.call("POST", EDIT).json(body).send().await.expect(422);
            let expected = (format!("operations.{path}"), "not available in this version".to_owned());
            assert_eq!(only_fault(&answer), expected);
        }
        for (path, input, output) in [
            ("output.destination", input.as_str(), json!({"destination": "https://example.com/out/"})),
            ("output.destination", input.as_str(), json!({"destination": "storage://mine/a/%2e%2e/b.jpg"})),
            ("output", input.as_str(), json!("storage://mine/..\\a.jpg")),
            ("output", input.as_str(), json!("upload://upload_abc")),
            ("input", "storage://mine/../a.jpg", json!(null)),
            ("input", "storage://mine/a/", json!(null)),
        ] {
            let body = json!({"input": input, "operations": {}, "output": output});
            let answer = harness.call("POST", EDIT).json(body).send().await.expect(422);
            assert_eq!(only_fault(&answer).0, path);
        }
        for (input, output) in [
            (input.as_str(), json!({"destination": "storage://mine/out/"})),
            ("storage://mine/a.jpg", json!(null)),
        ] {
            for path in [EDIT, "/v1/image/edit/async"] {
                let body = json!({"input": input, "operations": {}, "output": output});
                let answer = harness.call("POST", path).json(body).send().await;
                super::assert_images_kind(&answer, contract::ErrorKind::StorageNotFound);
            }
        }
        assert_eq!(books(&harness, "default").await, credits(10_000, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn all_faults_of_a_body_are_told_at_once_in_the_words_that_clients_know() {
    bounded(60, async {
        let harness = Harness::start().await;
        let body = json!({
            "operations": {
                "adjustments": {"sharpness": 500, "contrast": -101, "exposure": "much"},
                "resizing": {"fit": "stretch"},
                "surely": 1,
            },
            "output": {"format": {"type": "jpeg", "quality": 0}},
        });
        let answer = harness.call("POST", EDIT).json(body).send().await.expect(422).json();
        assert_eq!((&answer["error_code"], &answer["error_type"]), (&json!("9000"), &json!("validation")));
        let expected = [
            ("input", "field required"),
            ("operations.adjustments.sharpness", "ensure this value is less than or equal to 100"),
            ("operations.adjustments.contrast", "ensure this value is greater than or equal to -100"),
            ("operations.adjustments.exposure", "value is not a valid integer"),
            (
                "operations.resizing.fit",
                "unexpected value; permitted: 'crop', 'bounds', 'cover', 'canvas', 'outpaint'",
            ),
            ("operations.surely", "extra fields not permitted"),
            ("output.format.quality", "ensure this value is greater than or equal to 1"),
        ];
        let details = answer["error_details"].as_object().expect("details");
        assert_eq!(details.len(), expected.len(), "{answer}");
        let sentence = answer["error_message"].as_str().expect("a sentence");
        for (path, message) in expected {
            assert_eq!(details.get(path), Some(&json!([message])), "{path}: {answer}");
            assert!(sentence.contains(&format!("{path}: {message}")), "{sentence}");
        }
        let long = json!({"input": format!("https://example.com/{}", "a".repeat(4096)), "operations": {}});
        let answer = harness.call("POST", EDIT).json(long).send().await.expect(422);
        let message = "ensure this value has at most 4096 characters".to_owned();
        assert_eq!(only_fault(&answer), ("input".to_owned(), message));
        let answer =
            harness.call("POST", EDIT).json(edit("ftp://example.com/a.jpg")).send().await.expect(422);
        assert_eq!(only_fault(&answer).0, "input");
    })
    .await;
}

#[tokio::test]
async fn a_picture_over_the_limits_is_422_at_its_input_or_its_resizing() {
    bounded(60, async {
        let harness = Harness::start().await;
        // 8,000 x 8,000 is 64 megapixels; only its header is ever read.
        let mut bomb = picture(8, 8);
        let frame = bomb.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
        bomb[frame + 5..frame + 9].copy_from_slice(&[0x1F, 0x40, 0x1F, 0x40]);
        let bomb = harness.files().add("bomb.jpg", "image/jpeg", bomb);
        let answer = harness.call("POST", EDIT).json(edit(&bomb)).send().await.expect(422);
        assert_eq!(only_fault(&answer).0, "input");
        let mut huge = edit(&add_picture(&harness, 16, 16));
        huge["operations"] = json!({"resizing": {"width": 20_000, "height": 20_000}});
        let answer = harness.call("POST", EDIT).json(huge).send().await.expect(422);
        assert!(only_fault(&answer).0.starts_with("operations.resizing"), "{}", answer.text());
        assert_eq!(books(&harness, "default").await, credits(10_000, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn the_rate_headers_tell_the_window_in_force() {
    bounded(60, async {
        let harness = Harness::with(|options| options.config.rate_limits = true).await;
        let answer = spend_one(&harness, &harness.key).await.expect(200);
        assert_eq!(answer.header("ratelimit-limit"), "4, 120;w=60, 4;w=1");
        assert_eq!(answer.header("ratelimit-remaining"), "3");
        assert_eq!(answer.header("ratelimit-reset"), "1");
    })
    .await;
}

#[tokio::test]
async fn links_start_with_the_host_of_a_call_only_where_that_is_a_name_of_ours() {
    bounded(60, async {
        let harness = Harness::start().await;
        let port = harness.server.address().port();
        let input = add_picture(&harness, 16, 16);
        for (host, expected) in [
            (format!("localhost:{port}"), format!("http://localhost:{port}/files/")),
            ("evil.example".to_owned(), format!("http://127.0.0.1:{port}/files/")),
            (format!("evil.example:{port}"), format!("http://127.0.0.1:{port}/files/")),
        ] {
            let call = harness.call("POST", EDIT).header("host", &host).json(edit(&input));
            let answer = call.send().await.expect(200).json();
            let url = answer["data"]["output"]["tmp_url"].as_str().expect("a link").to_owned();
            assert!(url.starts_with(&expected), "{host}: {url}");
        }
    })
    .await;
}
