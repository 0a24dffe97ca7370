//! A shop has a folder of its bucket edited into another one, and is told what became of every file.

use std::collections::BTreeSet;
use std::time::Duration;

use harness::{BUCKET, BucketServer, ServerProcess, picture};
use journeys::{Home, accepted, balance, path_of};
use serde_json::{Value, json};

const STORAGES: &str = "/v1/storage/storages";
const BATCH: &str = "/v1/image/edit/batch";

pub struct Shop {
    pub home: Home,
    pub bucket: BucketServer,
    pub server: ServerProcess,
}

impl Shop {
    /// With its bucket connected as `shop`.
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let (home, bucket) = (Home::new().await, BucketServer::start().await);
        let allowed = format!("{},{}", home.files.address(), bucket.address());
        let settings = [&[("ATELIER_FETCH_ALLOW", &allowed[..])], settings].concat();
        let server = home.serve(&settings);
        let shop = Self { home, bucket, server };
        shop.connect("shop", "s3", shop.bucket.s3("")).await;
        shop
    }

    async fn connect(&self, name: &str, kind: &str, parameters: Value) {
        let body = json!({"name": name, "type": kind, "parameters": parameters});
        self.server.call("POST", STORAGES).json(body).send().await.expect(200);
    }

    async fn start(&self, body: Value) -> u64 {
        accepted(self.server.call("POST", BATCH).json(body).send().await)
    }

    async fn look(&self, id: u64) -> Value {
        self.server.call("GET", &format!("{BATCH}/{id}")).send().await.expect(200).json()["data"].clone()
    }

    /// The batch as it is once it has ended.
    async fn ended(&self, id: u64) -> Value {
        for _ in 0..60 {
            let call = self.server.call("GET", &format!("{BATCH}/{id}?wait=5"));
            let seen = call.send().await.expect(200).json()["data"].clone();
            if ["DONE", "ERROR", "CANCELLED"].contains(&seen["status"].as_str().expect("a status")) {
                return seen;
            }
        }
        panic!("the batch did not end: {}", self.look(id).await);
    }

    async fn run(&self, body: Value) -> Value {
        let id = self.start(body).await;
        self.ended(id).await
    }
}

fn sources(items: &Value) -> Vec<&str> {
    items.as_array().expect("a list").iter().map(|item| item["source"].as_str().expect("a source")).collect()
}

fn keys(report: &Value) -> Vec<&str> {
    let results = report["results"].as_array().expect("a list");
    results.iter().map(|item| item["output_object"]["object_key"].as_str().expect("a key")).collect()
}

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
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(balance(&shop.server).await[2], 19);
}
