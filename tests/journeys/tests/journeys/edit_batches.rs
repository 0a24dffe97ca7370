//! A shop has a folder of its bucket edited into another one, and is told what became of every file.

use std::collections::BTreeSet;
use std::time::Duration;

use harness::{BUCKET, picture};
use journeys::{atelier, balance, path_of};
use serde_json::{Value, json};

use crate::batch_shop::{BATCH, Shop, keys, lines, pixel, sources};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_edited_into_another_in_order_with_an_error_for_every_file_that_is_no_picture() {
    let shop = Shop::new().await;
    for name in ["b.jpg", "a.jpg", "sub/c.jpg", "été 1+2 50%.jpg"] {
        shop.bucket.put(&format!("in/{name}"), picture(60, 40)).await;
    }
    shop.bucket.put("in/empty.jpg", Vec::new()).await;
    shop.bucket.put("in/readme.txt", b"no picture".to_vec()).await;
    shop.bucket.put("in/sub/", Vec::new()).await;
    let body = json!({"input": "storage://shop/in/", "operations": {"resizing": {"width": 30}},
        "output": {"format": "png", "destination": "storage://shop/out/"}});
    let done = shop.run(body.clone()).await;
    assert_eq!(done["status"], "DONE");
    assert_eq!(done["request"], body);
    assert_eq!(done["progress"], json!({"total": 5, "done": 3, "failed": 2}));
    let expected =
        ["storage://shop/in/a.jpg", "storage://shop/in/b.jpg", "storage://shop/in/été 1+2 50%.jpg"];
    assert_eq!(sources(&done["results"]), expected);
    assert_eq!(sources(&done["errors"]), ["storage://shop/in/empty.jpg", "storage://shop/in/readme.txt"]);
    assert_eq!(keys(&done), ["out/a.png", "out/b.png", "out/été 1+2 50%.png"]);
    let first = &done["results"][0];
    assert_eq!(first["input_object"]["width"], 60);
    assert_eq!(first["output_object"]["width"], 30);
    assert_eq!(first["output_object"]["object_uri"], format!("s3://{BUCKET}/out/a.png"));
    assert_eq!(first["output_object"]["claid_storage_uri"], "storage://shop/out/a.png");
    let (bytes, media) = shop.bucket.get("out/a.png").await.expect("a result");
    assert!(bytes.starts_with(b"\x89PNG") && media == "image/png");
    assert!(done.get("results_url").is_none());
    assert_eq!(balance(&shop.server).await[2], 3, "only what was edited is charged");
    let usage = shop.server.call("GET", "/v1/usage").send().await.expect(200).json();
    assert_eq!((&usage["totals"]["images"], &usage["totals"]["credits"]), (&json!(3), &json!(3)));
    let left: Vec<String> =
        shop.bucket.keys().await.into_iter().filter(|key| key.contains("atelier")).collect();
    assert_eq!(left, Vec::<String>::new(), "the test of the destination left something");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sub_folders_are_mirrored_and_names_that_meet_are_numbered_the_same_at_every_run() {
    let shop = Shop::new().await;
    for name in ["a.gif", "a.jpg", "a-1.jpg", "x/a.jpg", "x/y/a.jpg", "x/y/a.png"] {
        shop.bucket.put(&format!("in/{name}"), picture(20, 10)).await;
    }
    let body = json!({"input": {"source": "storage://shop/in", "recursive": true}, "operations": {},
        "output": "storage://shop/out/"});
    let first = shop.run(body.clone()).await;
    let expected =
        ["out/a-1.jpeg", "out/a.jpeg", "out/a-2.jpeg", "out/x/a.jpeg", "out/x/y/a.jpeg", "out/x/y/a-1.jpeg"];
    assert_eq!(keys(&first), expected);
    let again = shop.run(body).await;
    assert_eq!(keys(&again), expected);
    assert_eq!(shop.bucket.keys().await.len(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_pictures_keeps_its_order_and_each_result_says_where_it_came_from() {
    let shop = Shop::new().await;
    let mut uris: Vec<String> = (0..20)
        .map(|n| shop.home.files.add(&format!("{n}.jpg"), "image/jpeg", picture(20 + n, 20)))
        .collect();
    uris[7] = "storage://shop/nothing.jpg".to_owned();
    uris[9] = uris[8].clone();
    let done = shop.run(json!({"input": uris, "operations": {}})).await;
    assert_eq!(done["status"], "DONE");
    assert_eq!(done["progress"], json!({"total": 20, "done": 19, "failed": 1}));
    let expected: Vec<&str> =
        uris.iter().enumerate().filter(|(n, _)| *n != 7).map(|(_, uri)| &uri[..]).collect();
    assert_eq!(sources(&done["results"]), expected);
    assert_eq!(sources(&done["errors"]), ["storage://shop/nothing.jpg"]);
    let links: BTreeSet<&str> = done["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|item| item["output_object"]["tmp_url"].as_str().expect("a link"))
        .collect();
    assert_eq!(links.len(), 19);
    for link in links.iter().take(2) {
        assert!(
            shop.server
                .call("GET", &path_of(link))
                .no_key()
                .send()
                .await
                .expect(200)
                .body
                .starts_with(b"\xff\xd8")
        );
    }
    assert_eq!(done["results"][3]["output_object"]["width"], 23);
    assert_eq!(balance(&shop.server).await[2], 19);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_files_with_odd_names_are_each_told_of_once_in_order() {
    let shop = Shop::new().await;
    let mut names: Vec<String> = (0..2_480).map(|n| format!("{n:04} photo.png")).collect();
    let odd = [
        "a b+c%20d%2b.png",
        "100%.png",
        "%41.png",
        "été/写真 1.png",
        "😀🎉.png",
        "a&b=c;d,e.png",
        "quote'\"<>.png",
        "~!@#$^*().png",
        "a//b.png",
        "...png",
        "no-extension",
        "UPPER.PNG",
        "dots..in.name.png",
        "tab-free [x] {y}|`.png",
        "ß½²٣.png",
        "\u{feff}bom.png",
        "e\u{301}combined.png",
        "-1.png",
    ];
    names.extend(odd.map(str::to_owned));
    names.push(format!("long/{}.png", "é".repeat(506)));
    names.push("zero.png".to_owned());
    assert_eq!(names.len(), 2_500);
    for name in &names {
        let bytes = if name == "zero.png" { Vec::new() } else { pixel() };
        shop.bucket.put(&format!("in/{name}"), bytes).await;
    }
    assert!(names.iter().any(|name| name.len() + 3 == 1_024), "no key of the longest kind");
    let body = json!({"input": {"source": "storage://shop/in/", "recursive": true}, "operations": {},
        "output": {"format": "png", "destination": "storage://shop/o/"}});
    let done = shop.run(body).await;
    assert_eq!(done["status"], "DONE");
    let progress = &done["progress"];
    assert_eq!(progress["total"], 2_500, "{progress}");
    let lines = lines(&shop, &done).await;
    let mut expected: Vec<String> = names.iter().map(|name| format!("storage://shop/in/{name}")).collect();
    expected.sort_by(|left, right| left.as_bytes().cmp(right.as_bytes()));
    let told: Vec<&str> = lines.iter().map(|line| line["source"].as_str().expect("a source")).collect();
    assert_eq!(told, expected);
    assert!(lines.iter().zip(0..).all(|(line, index)| line["index"] == index));
    let failed: Vec<&str> = lines
        .iter()
        .filter(|line| line.get("error").is_some())
        .map(|line| line["source"].as_str().expect("a source"))
        .collect();
    assert_eq!(
        failed,
        ["storage://shop/in/zero.png"],
        "{:?}",
        lines.iter().find(|line| line.get("error").is_some())
    );
    let out: BTreeSet<String> =
        shop.bucket.keys().await.into_iter().filter(|key| key.starts_with("o/")).collect();
    let said: BTreeSet<String> = lines
        .iter()
        .filter_map(|line| line["output_object"]["object_key"].as_str().map(str::to_owned))
        .collect();
    assert_eq!((said.len(), &said), (2_499, &out), "results that are not where they are said to be");
    assert!(out.contains("o/été/写真 1.png") && out.contains("o/a//b.png") && out.contains("o/100%.png"));
    let shown =
        done["results"].as_array().expect("results").len() + done["errors"].as_array().expect("errors").len();
    assert_eq!(shown, 1_000, "an answer shows the first thousand");
    assert_eq!(progress, &json!({"total": 2_500, "done": 2_499, "failed": 1}));
    assert_eq!(balance(&shop.server).await[2], 2_499);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_ten_times_edits_and_charges_every_file_once() {
    let mut shop = Shop::new().await;
    for n in 0..2_000 {
        shop.bucket.put(&format!("in/{n:04}.png"), pixel()).await;
    }
    let body = json!({"input": "storage://shop/in/", "operations": {},
        "output": {"format": "png", "destination": "storage://shop/out/", "overwrite": false}});
    let id = shop.start(body).await;
    let mut kills = 0;
    for round in 0..10 {
        tokio::time::sleep(Duration::from_millis(120 + 60 * round)).await;
        let is_running =
            ["ACCEPTED", "PROCESSING"].contains(&shop.look(id).await["status"].as_str().expect("a status"));
        kills += usize::from(is_running);
        shop.kill();
    }
    assert!(kills >= 5, "only {kills} kills came in time");
    let done = shop.ended(id).await;
    assert_eq!(done["progress"], json!({"total": 2_000, "done": 2_000, "failed": 0}), "{}", done["errors"]);
    let lines = lines(&shop, &done).await;
    let indices: Vec<u64> = lines.iter().map(|line| line["index"].as_u64().expect("an index")).collect();
    assert_eq!(indices, (0..2_000).collect::<Vec<u64>>());
    let out = shop.bucket.keys().await.into_iter().filter(|key| key.starts_with("out/")).count();
    assert_eq!(out, 2_000);
    assert_eq!(balance(&shop.server).await, json!([8_000, 0, 2_000]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_cancelled_batch_has_done_is_kept_and_charged_and_the_rest_is_not_begun() {
    let shop = Shop::new().await;
    for n in 0..600 {
        shop.bucket.put(&format!("in/{n:04}.jpg"), picture(800, 600)).await;
    }
    let body = json!({"input": "storage://shop/in/", "operations": {}, "output": "storage://shop/out/"});
    let id = shop.start(body).await;
    while shop.look(id).await["progress"]["done"].as_u64().expect("a count") == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let path = format!("{BATCH}/{id}");
    let cancelled = shop.server.call("DELETE", &path).send().await.expect(200).json();
    assert_eq!(cancelled["data"]["status"], "CANCELLED");
    let done = shop.ended(id).await;
    assert_eq!(done["status"], "CANCELLED");
    // Chunks that were in work are settled within a few pictures.
    let held = || async { balance(&shop.server).await[1].clone() };
    for _ in 0..200 {
        if held().await == 0 && shop.server.call("DELETE", &path).send().await.status == 409 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    shop.server.call("DELETE", &path).send().await.expect(409);
    let done = shop.look(id).await;
    let edited = done["progress"]["done"].as_u64().expect("a count");
    assert!(edited > 0 && edited < 600, "{edited}");
    assert_eq!(balance(&shop.server).await, json!([10_000 - edited, 0, edited]));
    let out = shop.bucket.keys().await.into_iter().filter(|key| key.starts_with("out/")).count() as u64;
    assert_eq!((out, done["results"].as_array().expect("results").len() as u64), (edited, edited));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_balance_that_is_too_small_pays_for_as_many_pictures_as_it_can() {
    let shop = Shop::new().await;
    let key = shop.account("poor", "7").await;
    let uris: Vec<String> =
        (0..20).map(|n| shop.home.files.add(&format!("{n}.png"), "image/png", pixel())).collect();
    let call = shop.server.call("POST", BATCH).key(&key).json(json!({"input": uris, "operations": {}}));
    let id = call.send().await.expect(200).json()["data"]["id"].clone();
    let look = format!("{BATCH}/{id}?wait=20");
    let done = shop.server.call("GET", &look).key(&key).send().await.expect(200).json()["data"].clone();
    assert_eq!(done["progress"], json!({"total": 20, "done": 7, "failed": 13}), "{done}");
    assert_eq!(done["status"], "DONE");
    let sentence = "The balance or the key's spend cap does not cover this edit. Nothing was charged.";
    assert!(done["errors"].as_array().expect("errors").iter().all(|error| error["error"] == sentence));
    let sheet = shop.server.call("GET", "/v1/balance").key(&key).send().await.expect(200).json();
    assert_eq!([&sheet["balance"], &sheet["held"], &sheet["spent"]], [0, 0, 7]);
    let call = shop.server.call("POST", BATCH).key(&key).json(json!({"input": uris, "operations": {}}));
    call.send().await.expect(402);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_not_to_be_overwritten_stays_and_is_an_error_of_its_item() {
    let shop = Shop::new().await;
    for name in ["a", "b"] {
        shop.bucket.put(&format!("in/{name}.png"), pixel()).await;
    }
    shop.bucket.put("out/a.png", b"precious".to_vec()).await;
    let body = json!({"input": "storage://shop/in/", "operations": {},
        "output": {"format": "png", "destination": "storage://shop/out/", "overwrite": false}});
    let done = shop.run(body.clone()).await;
    assert_eq!(
        (sources(&done["results"]), sources(&done["errors"])),
        (vec!["storage://shop/in/b.png"], vec!["storage://shop/in/a.png"])
    );
    let sentence = "There is a file at the destination, and it is not to be overwritten.";
    assert_eq!(done["errors"][0]["error"], sentence);
    assert_eq!(shop.bucket.get("out/a.png").await.expect("the file").0, b"precious");
    let again = shop.run(body).await;
    assert_eq!((&again["status"], again["errors"].as_array().expect("errors").len()), (&json!("ERROR"), 2));
    assert_eq!(balance(&shop.server).await[2], 1);
    let single = json!({"input": "storage://shop/in/b.png", "operations": {},
        "output": {"format": "png", "destination": "storage://shop/out/", "overwrite": false}});
    let refused = shop.server.call("POST", "/v1/image/edit").json(single).send().await.expect(409).json();
    assert_eq!(refused["error_code"], "6015");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_into_a_folder_after_its_listing_is_left_and_what_goes_is_an_error() {
    let one_thread = [("ATELIER_THREADS", "1")];
    let shop = Shop::of(harness::BucketServer::start().await, &[], &one_thread).await;
    for n in 0..120 {
        shop.bucket.put(&format!("in/{n:03}.jpg"), picture(1600, 1200)).await;
    }
    let body = json!({"input": "storage://shop/in/", "operations": {}, "output": "storage://shop/out/"});
    let id = shop.start(body).await;
    while shop.look(id).await["progress"].get("total").is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    shop.bucket.put("in/000-new.jpg", picture(20, 20)).await;
    shop.bucket.put("in/zzz.jpg", picture(20, 20)).await;
    shop.bucket.delete("in/119.jpg").await;
    let done = shop.ended(id).await;
    assert_eq!(done["progress"], json!({"total": 120, "done": 119, "failed": 1}));
    assert_eq!(sources(&done["errors"]), ["storage://shop/in/119.jpg"]);
    let sentence = done["errors"][0]["error"].as_str().expect("a sentence");
    assert!(sentence.contains("there is no such object"), "{sentence}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_edits_a_folder_and_tells_what_became_of_every_file() {
    let shop = Shop::new().await;
    for name in ["a.jpg", "sub/b.jpg"] {
        shop.bucket.put(&format!("in/{name}"), picture(60, 40)).await;
    }
    shop.bucket.put("in/readme.txt", b"no picture".to_vec()).await;
    let (url, key) = (shop.server.base_url(), shop.server.key());
    let environment = [("ATELIER_URL", &url[..]), ("ATELIER_KEY", &key[..])];
    let results = shop.home.folder.join("results.ndjson").display().to_string();
    let request = r#"{"operations": {"resizing": {"width": 30}}, "output": {"format": "webp"}}"#;
    let submit = ["batch", "submit", "--source", "storage://shop/in/", "--recursive", "--request", request];
    let rest = ["--output", "storage://shop/out/", "--watch", "--results", &results];
    let run = atelier(&[&submit[..], &rest].concat(), &environment).await;
    assert!(run.success, "{run:?}");
    assert_eq!(run.stdout, "DONE: 2 done, 1 failed\n");
    assert!(run.stderr.contains("storage://shop/in/readme.txt: The input cannot be read"), "{}", run.stderr);
    assert!(shop.bucket.get("out/sub/b.webp").await.is_some());
    let lines = std::fs::read_to_string(&results).expect("a file of results");
    let sources: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON")["source"].clone())
        .collect();
    let all = ["a.jpg", "readme.txt", "sub/b.jpg"].map(|name| json!(format!("storage://shop/in/{name}")));
    assert_eq!(sources, all);
    let refused = atelier(&["batch", "submit", "--source", "storage://shop/nothing/"], &environment).await;
    assert!(!refused.success && refused.stderr.contains("the folder has no files"), "{refused:?}");
    let id = atelier(&["batch", "submit", "--source", "storage://shop/in/"], &environment).await.stdout;
    shop.ended(id.trim().parse().expect("an id")).await;
    let seen = atelier(&["batch", "get", id.trim()], &environment).await.stdout;
    assert_eq!(serde_json::from_str::<Value>(&seen).expect("JSON")["status"], "DONE");
    let late = atelier(&["batch", "cancel", id.trim()], &environment).await;
    assert!(!late.success && late.stderr.contains("The task has already ended."), "{late:?}");
}
