//! Buckets that fail, tenants that pry, and requests that make no sense: every file is told of, nothing is charged for what was not done.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use harness::{Fault, FaultyServer, FileAnswer, FileRequest, holding, picture};
use journeys::balance;
use serde_json::{Value, json};

use crate::batch_shop::{BATCH, STORAGES, Shop, pixel, sources};

/// A shop with a second storage, `faulty`: the same bucket, behind a server that fails as it is told.
async fn faulty_shop() -> (Shop, FaultyServer) {
    let bucket = harness::BucketServer::start().await;
    let faulty = FaultyServer::before(bucket.address()).await;
    let shop = Shop::of(bucket, &[faulty.address()], &[]).await;
    shop.connect("faulty", "s3", shop.bucket.s3_behind(&faulty.url())).await;
    (shop, faulty)
}

fn errors(report: &Value) -> Vec<(&str, &str)> {
    let told = sources(&report["errors"]).into_iter().zip(report["errors"].as_array().expect("errors"));
    told.map(|(source, error)| (source, error["error"].as_str().expect("a sentence"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_that_cannot_be_read_are_errors_of_their_own_and_keep_nobody_from_the_others() {
    let (shop, faulty) = faulty_shop().await;
    for name in ["a", "cut", "denied", "down", "gone", "slow", "twice", "z"] {
        shop.bucket.put(&format!("in/{name}.jpg"), picture(400, 300)).await;
    }
    let tries = AtomicUsize::new(0);
    faulty.fail(move |asked| match asked.target.split('?').next().unwrap_or_default().rsplit('/').next() {
        _ if asked.method != "GET" => Fault::Pass,
        Some("cut.jpg") => Fault::Cut(500),
        Some("denied.jpg") => Fault::Refuse(403, "AccessDenied"),
        Some("down.jpg") => Fault::Refuse(500, "InternalError"),
        Some("gone.jpg") => Fault::Refuse(404, "NoSuchKey"),
        Some("slow.jpg") => Fault::Slow(Duration::from_secs(60)),
        Some("twice.jpg") if tries.fetch_add(1, Ordering::Relaxed) < 2 => Fault::Refuse(503, "SlowDown"),
        _ => Fault::Pass,
    });
    let body = json!({"input": "storage://faulty/in/", "operations": {}, "output": "storage://shop/out/"});
    let done = shop.run(body).await;
    assert_eq!(done["progress"], json!({"total": 8, "done": 3, "failed": 5}), "{done}");
    let expected =
        ["storage://faulty/in/a.jpg", "storage://faulty/in/twice.jpg", "storage://faulty/in/z.jpg"];
    assert_eq!(sources(&done["results"]), expected);
    for ((source, sentence), (name, reason)) in errors(&done).into_iter().zip([
        ("cut", "its answer was incomplete or malformed"),
        ("denied", "its credentials do not allow this"),
        ("down", "it answered with status 500"),
        ("gone", "there is no such object"),
        ("slow", "it took too long to answer"),
    ]) {
        assert_eq!(source, format!("storage://faulty/in/{name}.jpg"));
        assert_eq!(sentence, format!("The input could not be read from the storage: {reason}."));
    }
    assert_eq!(balance(&shop.server).await, json!([9_997, 0, 3]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_are_revoked_half_way_end_the_rest_and_what_was_done_stands() {
    let (shop, faulty) = faulty_shop().await;
    for n in 0..60 {
        shop.bucket.put(&format!("in/{n:02}.png"), pixel()).await;
    }
    let writes = AtomicUsize::new(0);
    faulty.fail(move |asked| {
        // The first write is the test of the destination.
        let is_write = asked.method == "PUT";
        if is_write && writes.fetch_add(1, Ordering::Relaxed) > 30 {
            Fault::Refuse(403, "InvalidAccessKeyId")
        } else {
            Fault::Pass
        }
    });
    let body = json!({"input": "storage://shop/in/", "operations": {}, "output": "storage://faulty/out/"});
    let done = shop.run(body).await;
    assert_eq!(
        (&done["status"], &done["progress"]),
        (&json!("DONE"), &json!({"total": 60, "done": 30, "failed": 30}))
    );
    let sentence = "The result could not be written to the storage: its credentials are not accepted. Nothing was charged.";
    assert!(errors(&done).iter().all(|(_, told)| *told == sentence), "{:?}", errors(&done));
    assert_eq!(balance(&shop.server).await, json!([9_970, 0, 30]));
    let out = shop.bucket.keys().await.into_iter().filter(|key| key.starts_with("out/")).count();
    assert_eq!(out, 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_that_fails_half_way_ends_the_batch_before_anything_is_charged() {
    let (shop, faulty) = faulty_shop().await;
    for n in 0..1_100 {
        shop.bucket.put(&format!("in/{n:04}.png"), pixel()).await;
    }
    faulty.fail(|asked| match asked.target.contains("continuation-token") {
        true => Fault::Refuse(403, "AccessDenied"),
        false => Fault::Pass,
    });
    let body = json!({"input": "storage://faulty/in/", "operations": {}});
    let done = shop.run(body).await;
    assert_eq!((&done["status"], &done["progress"]), (&json!("ERROR"), &json!({"done": 0, "failed": 0})));
    let sentence = "The input could not be read from the storage: its credentials do not allow this.";
    assert_eq!(done["errors"][0]["error"], sentence);
    assert!(done["errors"][0].get("source").is_none());
    assert_eq!(balance(&shop.server).await, json!([10_000, 0, 0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_work_is_refused_before_it_is_accepted_and_costs_nothing() {
    let (shop, faulty) = faulty_shop().await;
    shop.bucket.put("in/a.png", pixel()).await;
    shop.bucket.put("in/marker/", Vec::new()).await;
    shop.connect("web", "web_folder", json!({"base_url": shop.home.files.url("pictures")})).await;
    faulty.fail(|asked| if asked.method == "PUT" { Fault::Refuse(403, "AccessDenied") } else { Fault::Pass });
    let (long, many) =
        ("https://example.com/".to_owned() + &"a".repeat(4_090), vec!["https://example.com/a"; 1_001]);
    for (input, output, status, code, path) in [
        (json!("storage://shop/nothing/"), Value::Null, 422, "9000", "input"),
        (
            json!({"source": "storage://shop/in/marker/", "recursive": true}),
            Value::Null,
            422,
            "9000",
            "input.source",
        ),
        (json!("storage://web/"), Value::Null, 422, "9000", "input"),
        (json!("storage://nobodys/in/"), Value::Null, 404, "5002", ""),
        (json!(["storage://nobodys/a.png"]), Value::Null, 404, "5002", ""),
        (json!("https://example.com/folder/"), Value::Null, 422, "9000", "input"),
        (json!("storage://shop/a/../b/"), Value::Null, 422, "9000", "input"),
        (json!({"source": "storage://shop/%2e%2e/"}), Value::Null, 422, "9000", "input.source"),
        (json!([]), Value::Null, 422, "9000", "input"),
        (json!(many), Value::Null, 422, "9000", "input"),
        (json!(["https://example.com/a", "ftp://example.com/b"]), Value::Null, 422, "9000", "input.1"),
        (json!([long]), Value::Null, 422, "9000", "input.0"),
        (json!([1]), Value::Null, 422, "9000", "input.0"),
        (json!(7), Value::Null, 422, "9000", "input"),
        (
            json!({"source": "storage://shop/in/", "recursive": "maybe"}),
            Value::Null,
            422,
            "9000",
            "input.recursive",
        ),
        (json!({"folder": "storage://shop/in/"}), Value::Null, 422, "9000", "input.folder"),
        (json!("storage://shop/in/"), json!("storage://shop/out.jpg"), 422, "9000", "output"),
        (
            json!("storage://shop/in/"),
            json!({"destination": "storage://shop/out.jpg"}),
            422,
            "9000",
            "output.destination",
        ),
        (json!("storage://shop/in/"), json!("storage://web/"), 422, "9000", "output"),
        (json!("storage://shop/in/"), json!("storage://faulty/out/"), 400, "3301", ""),
        (json!("storage://shop/in/"), json!("storage://nobodys/out/"), 404, "5002", ""),
        (json!(["upload://upload_00000000000000000000000000000000"]), Value::Null, 400, "3101", ""),
    ] {
        let body = json!({"input": input, "operations": {}, "output": output});
        let answer = shop.server.call("POST", BATCH).json(body.clone()).send().await;
        let told = answer.json();
        let shown: String = body.to_string().chars().take(200).collect();
        assert_eq!((answer.status, &told["error_code"]), (status, &json!(code)), "{shown}: {told}");
        if !path.is_empty() {
            assert!(told["error_details"].get(path).is_some(), "{shown}: {told}");
        }
    }
    assert_eq!(balance(&shop.server).await, json!([10_000, 0, 0]));
    assert_eq!(shop.bucket.keys().await, ["in/a.png", "in/marker/"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storage_of_another_account_is_not_there_for_a_batch_and_no_secret_is_written_down() {
    let shop = Shop::new().await;
    shop.bucket.put("in/a.png", pixel()).await;
    let key = shop.account("stranger", "50").await;
    for body in [
        json!({"input": "storage://shop/in/", "operations": {}}),
        json!({"input": ["storage://shop/in/a.png"], "operations": {}}),
        json!({"input": [shop.home.files.add("a.png", "image/png", pixel())], "operations": {}, "output": "storage://shop/out/"}),
    ] {
        let answer = shop.server.call("POST", BATCH).key(&key).json(body).send().await.expect(404).json();
        assert_eq!(answer["error_code"], "5002");
    }
    let body = json!({"input": "storage://shop/in/", "operations": {}, "output": "storage://shop/out/"});
    let id = shop.start(body).await;
    assert_eq!(shop.ended(id).await["status"], "DONE");
    let secret = shop.bucket.secret();
    let (hits, files) = holding(shop.home.folder.path(), &secret);
    assert!(hits == 0 && files > 3, "{hits} of {files} files hold the secret");
    assert!(!shop.server.log().contains(&secret));
    shop.server.call("GET", STORAGES).send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_sent_again_under_its_key_is_made_once() {
    let shop = Shop::new().await;
    shop.bucket.put("in/a.png", pixel()).await;
    let body = json!({"input": "storage://shop/in/", "operations": {}, "output": "storage://shop/out/"});
    let send = async || {
        shop.server
            .call("POST", BATCH)
            .header("idempotency-key", "once")
            .json(body.clone())
            .send()
            .await
            .expect(200)
    };
    let (first, second) = (send().await, send().await);
    assert_eq!(first.json()["data"]["id"], second.json()["data"]["id"]);
    assert_eq!(second.header("idempotent-replayed"), "true");
    let id = first.json()["data"]["id"].as_u64().expect("an id");
    shop.ended(id).await;
    assert_eq!(balance(&shop.server).await, json!([9_999, 0, 1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_batch_from_a_slow_host_keeps_nobody_else_waiting_for_that_host() {
    let shop = Shop::new().await;
    let slow = FileAnswer::new("image/jpeg", picture(20, 20)).after(Duration::from_secs(2));
    let slow = shop.home.files.handle("slow.jpg", move |_| slow.clone());
    let quick = shop.home.files.add("quick.jpg", "image/jpeg", picture(20, 20));
    let batches = [(); 3].map(|()| json!({"input": vec![slow.clone(); 100], "operations": {}}));
    let mut ids = Vec::new();
    for body in batches {
        ids.push(shop.start(body).await);
    }
    while shop.home.files.requests("slow.jpg") < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let key = shop.account("other", "10").await;
    let begun = std::time::Instant::now();
    let body = json!({"input": quick, "operations": {}});
    let edit = shop.server.call("POST", "/v1/image/edit").key(&key).json(body.clone());
    edit.send().await.expect(200);
    let body = json!({"input": [quick], "operations": {}});
    let batch = shop.server.call("POST", BATCH).key(&key).json(body).send().await.expect(200).json();
    let look = format!("{BATCH}/{}?wait=20", batch["data"]["id"]);
    let seen = shop.server.call("GET", &look).key(&key).send().await.expect(200).json();
    assert_eq!(seen["data"]["status"], "DONE", "{seen}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    for id in ids {
        shop.server.call("DELETE", &format!("{BATCH}/{id}")).send().await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_folders_of_one_account_keep_no_batch_of_another_waiting() {
    let (shop, faulty) = faulty_shop().await;
    shop.bucket.put("in/a.png", pixel()).await;
    faulty.fail(|asked| match asked.target.contains("list-type") {
        true => Fault::Slow(Duration::from_secs(5)),
        false => Fault::Pass,
    });
    let body = json!({"input": "storage://faulty/in/", "operations": {}});
    // Each is listed by the call, and then by a worker; there were eight at a time.
    let ids = futures::future::join_all((0..10).map(|_| shop.start(body.clone()))).await;
    let key = shop.account("other", "10").await;
    let begun = std::time::Instant::now();
    let picture = shop.home.files.add("a.png", "image/png", pixel());
    let body = json!({"input": [picture], "operations": {}});
    let batch = shop.server.call("POST", BATCH).key(&key).json(body).send().await.expect(200).json();
    let look = format!("{BATCH}/{}?wait=20", batch["data"]["id"]);
    let seen = shop.server.call("GET", &look).key(&key).send().await.expect(200).json();
    assert_eq!(seen["data"]["status"], "DONE", "{seen}");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    for id in ids {
        shop.server.call("DELETE", &format!("{BATCH}/{id}")).send().await.expect(200);
    }
}

/// A bucket of this name on the file server: every page of its listing has no object and says that more is to come.
fn endless(shop: &Shop, bucket: &str, token: impl Fn(usize) -> usize + Send + Sync + 'static) -> Value {
    let page = move |asked: &FileRequest| {
        let token = token(asked.earlier);
        let page = format!(
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken></ListBucketResult>"
        );
        FileAnswer::new("application/xml", page)
    };
    shop.home.files.handle(&format!("{bucket}/"), page);
    let endpoint = shop.home.files.url("");
    json!({"bucket": bucket, "endpoint": endpoint, "credentials": {"access_key": "a", "secret_access_key": "b"}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_without_end_is_given_up_where_it_turns_in_a_circle_and_where_its_batch_is_cancelled() {
    let shop = Shop::new().await;
    shop.connect("circle", "s3", endless(&shop, "circle", |_| 1)).await;
    shop.connect("endless", "s3", endless(&shop, "endless", |earlier| earlier)).await;
    let done = shop.run(json!({"input": "storage://circle/in/", "operations": {}})).await;
    assert_eq!(done["status"], "ERROR");
    let sentence = "The storage's listing of the folder does not come to an end.";
    assert_eq!(done["errors"][0]["error"], sentence);
    let id = shop.start(json!({"input": "storage://endless/in/", "operations": {}})).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    shop.server.call("DELETE", &format!("{BATCH}/{id}")).send().await.expect(200);
    // A listing looks every two seconds.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let asked = shop.home.files.requests("endless/");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(shop.home.files.requests("endless/"), asked);
    assert!(asked > 2, "{asked}");
    assert_eq!(balance(&shop.server).await, json!([10_000, 0, 0]));
}
