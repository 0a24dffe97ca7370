//! A valid request of every route, with fresh things of the store for its parameters to name.

mod webhooks;

use contract::{Input, Route, Scope};
use harness::{Call, picture};
use serde_json::{Value, json};

use crate::subject::Subject;

pub use webhooks::{delivery, webhook};

/// A request that succeeds once.
#[derive(Debug, Clone)]
pub struct Sample {
    pub method: &'static str,
    /// The route's path under its first prefix, parameters filled in.
    pub path: String,
    pub payload: Payload,
    /// Of the path's parameters.
    pub values: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    None,
    Json(Value),
    /// The part `data`; the part `file` is a picture.
    Multipart(Value),
}

/// Width and height of the pictures that samples edit, in pixels.
pub const SIDES: (u32, u32) = (64, 48);
pub const FILE_NAME: &str = "sample.jpg";

impl Sample {
    /// Of `route`, with things of the account `default`.
    pub async fn of(subject: &Subject, route: &'static Route) -> Self {
        let key = subject.harness.key.clone();
        Self::owned(subject, route, &key).await
    }

    /// Of `route`, with things that `key` (of any account, scope `admin`) has made.
    pub async fn owned(subject: &Subject, route: &'static Route, key: &str) -> Self {
        let values = parameters(subject, route, key).await;
        let first = route.paths().next().expect("a route has a path");
        let payload = match route.input {
            Input::Parameters => Payload::None,
            Input::Json { .. } | Input::Form { .. } => Payload::Json(body(subject, route, key).await),
            Input::Multipart { .. } => Payload::Multipart(body(subject, route, key).await),
        };
        Self { method: route.method.name(), path: fill(&first, &values), payload, values }
    }

    /// Under another path of the same route: a pattern with the same parameters.
    pub fn at(&self, pattern: &str) -> Self {
        Self { path: fill(pattern, &self.values), ..self.clone() }
    }

    /// The same with this for the first of the path's parameters.
    pub fn naming(&self, route: &Route, value: &str) -> Self {
        let mut values = self.values.clone();
        if let Some((_, first)) = values.first_mut() {
            value.clone_into(first);
        }
        let pattern = route.paths().next().expect("a route has a path");
        Self { path: fill(&pattern, &values), values, ..self.clone() }
    }

    /// The same with another JSON body, or another part `data`.
    pub fn with(&self, body: Value) -> Self {
        let payload = match &self.payload {
            Payload::None => Payload::None,
            Payload::Json(_) => Payload::Json(body),
            Payload::Multipart(_) => Payload::Multipart(body),
        };
        Self { payload, ..self.clone() }
    }

    /// The JSON of the body, or of the part `data`.
    pub fn body(&self) -> Value {
        match &self.payload {
            Payload::None => json!({}),
            Payload::Json(body) | Payload::Multipart(body) => body.clone(),
        }
    }

    /// As a call with the key of `default`, where the route takes a key.
    pub fn call(&self, subject: &Subject) -> Call {
        let call = subject.call(self.method, &self.path);
        match &self.payload {
            Payload::None => call,
            Payload::Json(body) => call.json(body.clone()),
            Payload::Multipart(data) => {
                call.multipart(Some(data.clone()), Some((FILE_NAME, picture(SIDES.0, SIDES.1))))
            }
        }
    }
}

/// A key that may use the route: of `default`, or the operator's.
pub async fn key_for(subject: &Subject, route: &Route) -> String {
    match route.scope {
        Some(Scope::Operator) => subject.harness.operator_key().await,
        _ => subject.harness.key.clone(),
    }
}

/// The example of the contract, its `input` replaced by a picture of the test's own.
async fn body(subject: &Subject, route: &Route, key: &str) -> Value {
    let example = route.example.unwrap_or_else(|| panic!("{} has a body and no example", route.name));
    let mut body = example();
    if route.path.starts_with("/storage/") && body.get("name").is_some() {
        body["name"] = format!("sample-{}", uuid::Uuid::new_v4().simple()).into();
    }
    if route.path == "/image/edit/batch" {
        let files = subject.harness.files();
        let input = files.add(FILE_NAME, "image/jpeg", picture(SIDES.0, SIDES.1));
        return json!({"input": [input], "operations": {}});
    }
    if route.path == "/v1/webhooks" {
        webhooks::make_room(subject, key).await;
    }
    for one in ["input", "image"] {
        if body.get(one).is_some() {
            let files = subject.harness.files();
            body[one] = files.add(FILE_NAME, "image/jpeg", picture(SIDES.0, SIDES.1)).into();
        }
    }
    if body.get("model_id").is_some() {
        body["model_id"] = extraction_model(subject, key).await.into();
    }
    for list in ["images", "files"] {
        if body.get(list).is_some() {
            let files = subject.harness.files();
            body[list] = json!([files.add(FILE_NAME, "image/jpeg", picture(SIDES.0, SIDES.1))]);
        }
    }
    body
}

fn fill(pattern: &str, values: &[(&'static str, String)]) -> String {
    let path = values
        .iter()
        .fold(pattern.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    assert!(!path.contains('{'), "{pattern} has a parameter without a value");
    path
}

async fn parameters(subject: &Subject, route: &Route, key: &str) -> Vec<(&'static str, String)> {
    let named: Vec<&str> = route.path_parameters().collect();
    match (route.path, named.as_slice()) {
        (_, []) => Vec::new(),
        ("/files/{token}/{name}", _) => {
            let (token, name) = file(subject, key).await;
            vec![("token", token), ("name", name)]
        }
        (path, ["id"]) if path.starts_with("/image/edit/async/") => vec![("id", task(subject, key).await)],
        (path, ["id"]) if path.starts_with("/image/edit/batch/") => vec![("id", batch(subject, key).await)],
        (path, ["id"]) if path.starts_with("/storage/storages/") => vec![("id", storage(subject, key).await)],
        (path, ["id"]) if path.starts_with("/v1/webhooks/") => vec![("id", webhook(subject, key).await)],
        (path, ["id", "delivery"]) if path.starts_with("/v1/webhooks/") => {
            let (webhook, delivery) = delivery(subject, key).await;
            vec![("id", webhook), ("delivery", delivery)]
        }
        (path, ["id"]) if path.starts_with("/v1/keys/") => vec![("id", key_id(subject, key).await)],
        (path, ["name"]) if path.starts_with("/v1/classifiers/") => {
            vec![("name", classifier(subject, key).await)]
        }
        (path, ["id"]) if path.starts_with("/v1/uploads/") => vec![("id", upload(subject, key, path).await)],
        (_, ["model_id"]) => vec![("model_id", extraction_model(subject, key).await)],
        ("/requests/{id}", _) => vec![("id", request(subject, key).await)],
        ("/api/v1/extract-image/{id}", _) => vec![("id", extraction(subject, key).await)],
        (path, ["job_id"]) if path.starts_with("/v1/batch/") => {
            // Boxed: the stack of a test has no room for all that the end of a job is.
            vec![("job_id", Box::pin(job(subject, key, path)).await)]
        }
        (path, _) => panic!("no sample for the parameters of {path}: add one here"),
    }
}

/// An accepted task.
pub async fn task(subject: &Subject, key: &str) -> String {
    let harness = &subject.harness;
    let input = harness.files().add(FILE_NAME, "image/jpeg", picture(SIDES.0, SIDES.1));
    let call = harness.call("POST", "/v1-beta1/image/edit/async").key(key);
    let answer = call.json(json!({"input": input, "operations": {}})).send().await.expect(200);
    answer.json()["data"]["id"].to_string()
}

/// An accepted batch of one picture.
async fn batch(subject: &Subject, key: &str) -> String {
    let harness = &subject.harness;
    let input = harness.files().add(FILE_NAME, "image/jpeg", picture(SIDES.0, SIDES.1));
    let call = harness.call("POST", "/v1-beta1/image/edit/batch").key(key);
    let answer = call.json(json!({"input": [input], "operations": {}})).send().await.expect(200);
    answer.json()["data"]["id"].to_string()
}

/// A connected storage: the folder of the test's pictures by credentials that nobody asks for.
async fn storage(subject: &Subject, key: &str) -> String {
    let harness = &subject.harness;
    let endpoint = format!("http://{}", harness.files().address());
    let credentials = json!({"access_key": "sample", "secret_access_key": "sample"});
    let parameters = json!({"bucket": "sample", "endpoint": endpoint, "credentials": credentials});
    let name = format!("sample-{}", uuid::Uuid::new_v4().simple());
    let body = json!({"name": name, "type": "s3", "parameters": parameters});
    let made = harness.call("POST", "/v1-beta1/storage/storages").key(key).json(body).send().await;
    made.expect(200).json()["data"]["id"].to_string()
}

/// A fresh key's id.
pub async fn key_id(subject: &Subject, key: &str) -> String {
    let call = subject.harness.call("POST", "/v1/keys").key(key).json(json!({"name": "sample"}));
    let made = call.send().await.expect(201).json();
    made["id"].as_str().expect("an id").to_owned()
}

/// The name of a fresh classifier.
pub async fn classifier(subject: &Subject, key: &str) -> String {
    let name = format!("sample-{}", uuid::Uuid::new_v4().simple());
    let body = json!({"name": name, "labels": ["billing", "technical"]});
    subject.harness.call("POST", "/v1/classifiers").key(key).json(body).send().await.expect(201);
    name
}

/// The id of a fresh extraction model.
async fn extraction_model(subject: &Subject, key: &str) -> String {
    let body = json!({"name": "sample", "prompt": "Read the total"});
    let made = subject.harness.call("POST", "/requests/models").key(key).json(body).send().await;
    made.expect(201).json()["id"].as_str().expect("an id").to_owned()
}

/// A request that nobody works on.
async fn request(subject: &Subject, key: &str) -> String {
    let harness = &subject.harness;
    let image = harness.files().add(FILE_NAME, "image/jpeg", picture(SIDES.0, SIDES.1));
    let body = json!({"model_id": extraction_model(subject, key).await, "image": image});
    let made = harness.call("POST", "/requests").key(key).json(body).send().await.expect(201);
    made.json()["id"].as_str().expect("an id").to_owned()
}

/// An extraction in the background that nobody works on.
async fn extraction(subject: &Subject, key: &str) -> String {
    let harness = &subject.harness;
    let image = harness.files().add(FILE_NAME, "image/jpeg", picture(SIDES.0, SIDES.1));
    let body = json!({"inputMethod": "url", "images": [image], "prompt": "Read the total"});
    let call = harness.call("POST", "/api/v1/extract-image").key(key).header("prefer", "respond-async");
    let made = call.json(body).send().await.expect(202);
    made.json()["id"].as_str().expect("an id").to_owned()
}

/// A fresh upload; where it is to be completed, one in parts whose parts have been put together.
async fn upload(subject: &Subject, key: &str, path: &str) -> String {
    let harness = &subject.harness;
    let is_complete = path.ends_with("/complete");
    let size = if is_complete { 150_000_000 } else { 1_000 };
    let body = json!({"filename": "photo.jpg", "size": size});
    let made = harness.call("POST", "/v1/uploads").key(key).json(body).send().await.expect(201).json();
    let id = made["id"].as_str().expect("an id").to_owned();
    if is_complete {
        let file = bytes::Bytes::from_static(b"all of the parts");
        harness.store().batch_files().put(&format!("uploads/{id}"), file).await.expect("a file");
    }
    id
}

/// A fresh batch job: with an upload where it is to be started, ended where its results are wanted.
async fn job(subject: &Subject, key: &str, path: &str) -> String {
    let harness = &subject.harness;
    let body = json!({"labels": ["billing", "technical"], "priority": "fast"});
    let made = harness.call("POST", "/v1/batch").key(key).json(body).send().await.expect(201).json();
    let id = made["job_id"].as_str().expect("an id").to_owned();
    let (store, results) = (harness.store(), path.ends_with("/results"));
    if results || path.ends_with("/start") {
        let line = bytes::Bytes::from_static(b"{\"text\":\"I was charged twice\"}\n");
        store.batch_files().put(made["input_key"].as_str().expect("a key"), line).await.expect("an upload");
        for account in store::accounts::list(store).await.expect("accounts") {
            Box::pin(end_active(subject, &account)).await;
        }
    }
    if results {
        let start = format!("/v1/batch/{id}/start");
        harness.call("POST", &start).key(key).send().await.expect(202);
        for account in store::accounts::list(store).await.expect("accounts") {
            Box::pin(end_active(subject, &account)).await;
        }
    }
    id
}

/// Cancels the account's job that is processed, so that another one may start: there are no workers here.
async fn end_active(subject: &Subject, account: &str) {
    let (store, platform) = (subject.harness.store(), subject.harness.server.platform());
    let Some(id) = store.jobs().active(account).await.expect("an answer") else { return };
    let job = store.jobs().find(account, &id).await.expect("an answer").expect("a job");
    store.jobs().cancel(&job, subject.harness.now_ms()).await.expect("cancelled");
    Box::pin(batches::end(platform, account, &id)).await.expect("ended");
    assert_eq!(store.jobs().active(account).await.expect("an answer"), None);
}

/// Token and name of a link to a fresh result.
async fn file(subject: &Subject, key: &str) -> (String, String) {
    let call = subject.harness.call("POST", "/v1-beta1/image/edit/upload").key(key);
    let call = call.multipart(None, Some((FILE_NAME, picture(SIDES.0, SIDES.1))));
    let answer = call.send().await.expect(200).json();
    let url = answer["data"]["output"]["tmp_url"].as_str().expect("a link").to_owned();
    let mut parts = url.rsplit('/');
    let name = parts.next().expect("a name").to_owned();
    (parts.next().expect("a token").to_owned(), name)
}
