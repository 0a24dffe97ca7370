//! A shop whose bucket is connected, and what it does with batches of edits.

use std::net::SocketAddr;

use harness::{BucketServer, ServerProcess, picture};
use journeys::{Home, accepted, atelier};
use serde_json::{Value, json};

pub const STORAGES: &str = "/v1/storage/storages";
pub const BATCH: &str = "/v1/image/edit/batch";

pub struct Shop {
    pub home: Home,
    pub bucket: BucketServer,
    pub server: ServerProcess,
    settings: Vec<(String, String)>,
}

impl Shop {
    /// With its bucket connected as `shop`.
    pub async fn new() -> Self {
        Self::of(BucketServer::start().await, &[], &[]).await
    }

    /// The same with a bucket that is there, other addresses that may be reached, and settings.
    pub async fn of(bucket: BucketServer, reached: &[SocketAddr], settings: &[(&str, &str)]) -> Self {
        let home = Home::new().await;
        let allowed = [&[home.files.address(), bucket.address()], reached].concat();
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        let mut all = vec![("ATELIER_FETCH_ALLOW".to_owned(), allowed.join(","))];
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let shop = Self { server: serve(&home, &all), home, bucket, settings: all };
        shop.connect("shop", "s3", shop.bucket.s3("")).await;
        shop
    }

    /// The server is killed and started again.
    pub fn kill(&mut self) {
        self.server.kill9();
        self.server = serve(&self.home, &self.settings);
    }

    /// The key of another account with so many credits.
    pub async fn account(&self, name: &str, credits: &str) -> String {
        let data = self.home.data();
        let operate = async |arguments: &[&str]| {
            let run = atelier(&[arguments, &["--data", &data]].concat(), &[]).await;
            assert!(run.success, "{arguments:?}: {run:?}");
            run.stdout.trim().to_owned()
        };
        operate(&["accounts", "create", name]).await;
        operate(&["grant", name, credits]).await;
        operate(&["keys", "create", "--account", name]).await
    }

    pub async fn connect(&self, name: &str, kind: &str, parameters: Value) {
        let body = json!({"name": name, "type": kind, "parameters": parameters});
        self.server.call("POST", STORAGES).json(body).send().await.expect(200);
    }

    pub async fn start(&self, body: Value) -> u64 {
        accepted(self.server.call("POST", BATCH).json(body).send().await)
    }

    pub async fn look(&self, id: u64) -> Value {
        self.server.call("GET", &format!("{BATCH}/{id}")).send().await.expect(200).json()["data"].clone()
    }

    /// The batch as it is once it has ended.
    pub async fn ended(&self, id: u64) -> Value {
        for _ in 0..60 {
            let call = self.server.call("GET", &format!("{BATCH}/{id}?wait=5"));
            let seen = call.send().await.expect(200).json()["data"].clone();
            if ["DONE", "ERROR", "CANCELLED"].contains(&seen["status"].as_str().expect("a status")) {
                return seen;
            }
        }
        panic!("the batch did not end: {}", self.look(id).await);
    }

    pub async fn run(&self, body: Value) -> Value {
        let id = self.start(body).await;
        self.ended(id).await
    }
}

fn serve(home: &Home, settings: &[(String, String)]) -> ServerProcess {
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    home.serve(&settings)
}

pub fn sources(items: &Value) -> Vec<&str> {
    items.as_array().expect("a list").iter().map(|item| item["source"].as_str().expect("a source")).collect()
}

pub fn keys(report: &Value) -> Vec<&str> {
    let results = report["results"].as_array().expect("a list");
    results.iter().map(|item| item["output_object"]["object_key"].as_str().expect("a key")).collect()
}

/// A picture of one pixel, which costs next to nothing to edit.
pub fn pixel() -> Vec<u8> {
    picture(1, 1)
}

/// The lines of the file of results of a batch.
pub async fn lines(shop: &Shop, report: &Value) -> Vec<Value> {
    let url = report["results_url"].as_str().expect("a file of results");
    let file = shop.server.call("GET", &journeys::path_of(url)).no_key().send().await.expect(200);
    file.text().lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}
