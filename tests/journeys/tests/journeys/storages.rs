//! A shop connects its bucket and has pictures edited from there to there. And what does not work says so and costs nothing.

use std::io::Write;

use harness::{BUCKET, BucketServer, FileAnswer, ServerProcess, holding, picture};
use journeys::{Home, accepted, balance, ended};
use serde_json::{Value, json};

const STORAGES: &str = "/v1-beta1/storage/storages";
const EDIT: &str = "/v1-beta1/image/edit";

struct Shop {
    home: Home,
    bucket: BucketServer,
    server: ServerProcess,
}

impl Shop {
    async fn new() -> Self {
        let (home, bucket) = (Home::new().await, BucketServer::start().await);
        let allowed = format!("{},{}", home.files.address(), bucket.address());
        let server = home.serve(&[("ATELIER_FETCH_ALLOW", &allowed)]);
        Self { home, bucket, server }
    }

    /// Connects a storage; its `data`.
    async fn connect(&self, name: &str, kind: &str, parameters: Value) -> Value {
        let body = json!({"name": name, "type": kind, "parameters": parameters});
        let made = self.server.call("POST", STORAGES).json(body).send().await;
        made.expect(200).json()["data"].clone()
    }

    async fn test(&self, storage: &Value) -> Value {
        let path = format!("{STORAGES}/{}/test", storage["id"]);
        self.server.call("POST", &path).send().await.expect(200).json()["data"].clone()
    }

    async fn edit(&self, body: Value, status: u16) -> Value {
        self.server.call("POST", EDIT).json(body).send().await.expect(status).json()
    }
}

/// A PNG that no compression makes smaller.
fn noise(width: u32, height: u32) -> Vec<u8> {
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    // A row begins with its filter: none.
    let length = width as usize * 3 + 1;
    let rows: Vec<u8> =
        (0..height as usize * length).map(|at| if at % length == 0 { 0 } else { random() }).collect();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all(&rows).expect("bytes");
    let size = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", size), (b"IDAT", packed.finish().expect("bytes")), (b"IEND", Vec::new())] {
        let named = [&kind[..], &data].concat();
        png.extend(u32::try_from(data.len()).expect("a chunk").to_be_bytes());
        png.extend(&named);
        png.extend(crc32fast::hash(&named).to_be_bytes());
    }
    png
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_from_the_shops_bucket_to_another_folder_of_it() {
    let shop = Shop::new().await;
    let storage = shop.connect("shop", "s3", shop.bucket.s3("/catalogue/")).await;
    assert_eq!(shop.test(&storage).await, json!({"readable": true, "writable": true, "error": null}));
    assert_eq!(shop.bucket.keys().await, Vec::<String>::new(), "the test left something");
    shop.bucket.put("catalogue/in/été 1+2 50%.jpg", picture(96, 64)).await;
    let body = json!({
        "input": "storage://shop/in/été 1+2 50%.jpg",
        "operations": {"resizing": {"width": 48}},
        "output": {"format": "png", "destination": "storage://shop/out/"},
    });
    let edited = shop.edit(body, 200).await;
    let output = &edited["data"]["output"];
    let key = "catalogue/out/été 1+2 50%.png";
    assert_eq!(output["object_key"], key);
    assert_eq!(output["object_bucket"], BUCKET);
    assert_eq!(output["object_uri"], format!("s3://{BUCKET}/{key}"));
    assert_eq!(output["claid_storage_uri"], "storage://shop/out/été 1+2 50%.png");
    assert!(output.get("tmp_url").is_none(), "{output}");
    let (bytes, media) = shop.bucket.get(key).await.expect("the result");
    assert!(bytes.starts_with(b"\x89PNG"));
    assert_eq!((media.as_str(), &output["width"]), ("image/png", &json!(48)));
    assert_eq!(balance(&shop.server).await[2], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_is_a_file_a_folder_or_the_storage_itself_and_what_is_there_is_replaced() {
    let shop = Shop::new().await;
    shop.connect("root", "gcs", shop.bucket.gcs("")).await;
    let input = shop.home.files.add("cup%20of%20tea.jpg", "image/jpeg", picture(64, 48));
    shop.bucket.put("chosen.bin", b"old".to_vec()).await;
    for (destination, key) in [
        ("storage://root", "cup of tea.jpeg"),
        ("storage://root/a/b/", "a/b/cup of tea.jpeg"),
        ("storage://root/chosen.bin", "chosen.bin"),
    ] {
        let output = &shop.edit(json!({"input": input, "operations": {}, "output": destination}), 200).await
            ["data"]["output"];
        assert_eq!(output["object_key"], key, "{destination}");
        assert_eq!(output["object_uri"], format!("gs://{BUCKET}/{key}"));
        assert!(shop.bucket.get(key).await.expect("the result").0.starts_with(b"\xff\xd8"), "{destination}");
    }
    let upload = shop.server.call("POST", &format!("{EDIT}/upload"));
    let data = json!({"operations": {}, "output": {"destination": "storage://root/uploads/"}});
    let answer =
        upload.multipart(Some(data), Some(("été.png", picture(32, 32)))).send().await.expect(200).json();
    assert_eq!(answer["data"]["output"]["object_key"], "uploads/été.jpeg");
    assert!(shop.bucket.get("uploads/été.jpeg").await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_in_the_background_reads_and_writes_storages_and_is_charged_once() {
    let shop = Shop::new().await;
    shop.connect("shop", "s3", shop.bucket.s3("")).await;
    shop.home.files.add("inputs/one two.jpg", "image/jpeg", picture(64, 48));
    shop.bucket.put("a.jpg", picture(64, 48)).await;
    let request = json!({"input": "storage://shop/a.jpg", "operations": {}, "output": {"destination": "storage://shop/b.jpg"}});
    let id = accepted(shop.server.call("POST", &format!("{EDIT}/async")).json(request.clone()).send().await);
    let task = ended(&shop.server, id).await;
    assert_eq!((&task["status"], &task["request"]), (&json!("DONE"), &request));
    assert_eq!(task["result"]["output_object"]["object_uri"], format!("s3://{BUCKET}/b.jpg"));
    assert!(shop.bucket.get("b.jpg").await.is_some());
    let missing = json!({"input": "storage://shop/none.jpg", "operations": {}});
    let id = accepted(shop.server.call("POST", &format!("{EDIT}/async")).json(missing).send().await);
    let task = ended(&shop.server, id).await;
    assert_eq!(task["status"], "ERROR");
    assert_eq!(
        task["errors"][0]["error"],
        "The input could not be read from the storage: there is no such object."
    );
    let sheet = balance(&shop.server).await;
    assert_eq!((&sheet[1], &sheet[2]), (&json!(0), &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_of_many_megabytes_arrives_whole() {
    let shop = Shop::new().await;
    shop.connect("shop", "s3", shop.bucket.s3("")).await;
    shop.bucket.put("noise.png", noise(2_600, 2_200)).await;
    let body = json!({
        "input": "storage://shop/noise.png", "operations": {},
        "output": {"format": {"type": "png", "compression": "fast"}, "destination": "storage://shop/large.png"},
    });
    let edited = shop.edit(body, 200).await;
    let (bytes, media) = shop.bucket.get("large.png").await.expect("the result");
    assert_eq!((media.as_str(), &edited["data"]["output"]["width"]), ("image/png", &json!(2_600)));
    assert!(bytes.len() > 16 << 20, "{} bytes are no more than one part", bytes.len());
    assert!(bytes.ends_with(b"IEND\xaeB`\x82"), "{} bytes", bytes.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_folder_is_read_and_never_written() {
    let shop = Shop::new().await;
    let url = shop.home.files.add("a%20b.jpg", "image/jpeg", picture(64, 48));
    let base = url.rsplit_once('/').expect("a folder").0;
    let storage = shop.connect("web", "web_folder", json!({"base_url": base})).await;
    assert_eq!(shop.test(&storage).await, json!({"readable": true, "writable": false, "error": null}));
    shop.edit(json!({"input": "storage://web/a b.jpg", "operations": {}}), 200).await;
    let answer =
        shop.edit(json!({"input": url, "operations": {}, "output": "storage://web/out/"}), 422).await;
    assert_eq!(answer["error_details"], json!({"output.destination": ["a web folder cannot be written to"]}));
    assert_eq!(balance(&shop.server).await[2], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_storage_refuses_is_said_and_costs_nothing() {
    let shop = Shop::new().await;
    let input = shop.home.files.add("a.jpg", "image/jpeg", picture(64, 48));
    let mut wrong_key = shop.bucket.s3("");
    wrong_key["credentials"]["secret_access_key"] = "wrong".into();
    let mut wrong_bucket = shop.bucket.s3("");
    wrong_bucket["bucket"] = "nothing-here".into();
    let mut private = shop.bucket.s3("");
    private["endpoint"] = "http://localhost".into();
    for (name, parameters, reason) in [
        ("key", wrong_key, "its credentials are not accepted"),
        ("bucket", wrong_bucket, "there is no such bucket"),
        ("private", private, "its address may not be reached"),
    ] {
        let storage = shop.connect(name, "s3", parameters).await;
        let tested = shop.test(&storage).await;
        let sentence = format!("The storage cannot be read: {reason}.");
        assert_eq!(tested, json!({"readable": false, "writable": false, "error": sentence}), "{name}");
        let body = json!({"input": input, "operations": {}, "output": format!("storage://{name}/a/")});
        let answer = shop.edit(body, 400).await;
        assert_eq!(
            (&answer["error_code"], &answer["error_type"]),
            (&json!("3301"), &json!("storage")),
            "{answer}"
        );
        assert!(answer["error_message"].as_str().expect("a sentence").contains(reason), "{answer}");
        let body = json!({"input": format!("storage://{name}/a.jpg"), "operations": {}});
        let answer = shop.edit(body, 400).await;
        assert_eq!(answer["error_type"], "dlvr", "{answer}");
    }
    let sheet = balance(&shop.server).await;
    assert_eq!((&sheet[1], &sheet[2]), (&json!(0), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_secret_of_a_storage_stands_in_no_answer_no_log_and_no_file() {
    let shop = Shop::new().await;
    let body = json!({"name": "logs bodies", "log_bodies": true});
    let made = shop.server.call("POST", "/v1/keys").json(body).send().await.expect(201).json();
    let key = made["key"].as_str().expect("a key");
    let body = json!({"name": "shop", "type": "s3", "parameters": shop.bucket.s3("")});
    let call = || {
        let call = shop.server.call("POST", STORAGES).key(key).header("idempotency-key", "once");
        call.json(body.clone())
    };
    let made = call().send().await.expect(200);
    let again = call().send().await.expect(200);
    assert_eq!(made.body, again.body);
    let path = format!("{STORAGES}/{}", made.json()["data"]["id"]);
    let shown = shop.server.call("GET", &path).send().await.expect(200);
    let credentials = json!({"access_key": shop.bucket.access_key()});
    assert_eq!(shown.json()["data"]["parameters"]["credentials"], credentials);
    let listed = shop.server.call("GET", STORAGES).send().await.expect(200);
    assert!(listed.json()["data"][0]["parameters"].get("credentials").is_none(), "{}", listed.text());
    let changed = json!({"parameters": {"path": "new", "credentials": {"access_key": shop.bucket.access_key(), "secret_access_key": shop.bucket.secret()}}});
    shop.server.call("PATCH", &path).key(key).json(changed).send().await.expect(200);
    shop.bucket.put("new/a.jpg", picture(32, 32)).await;
    let body = json!({"input": "storage://shop/a.jpg", "operations": {}, "output": "storage://shop/b.jpg"});
    shop.server.call("POST", EDIT).key(key).json(body.clone()).send().await.expect(200);
    accepted(shop.server.call("POST", &format!("{EDIT}/async")).key(key).json(body).send().await);
    let logs = shop.server.call("GET", "/v1/logs?limit=100").send().await.expect(200);
    let secret = shop.bucket.secret();
    for answer in [made, shown, listed, logs] {
        assert!(!answer.text().contains(&secret), "{}", answer.text());
    }
    assert!(!shop.server.log().contains(&secret));
    assert_eq!(holding(shop.home.folder.path(), &secret).0, 0);
    // That the search finds what is there.
    assert!(holding(shop.home.folder.path(), &shop.bucket.access_key()).0 > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storage_is_renamed_gets_other_credentials_and_is_gone_when_it_is_deleted() {
    let shop = Shop::new().await;
    let mut parameters = shop.bucket.s3("a");
    parameters["credentials"]["secret_access_key"] = "wrong".into();
    let storage = shop.connect("old", "s3", parameters).await;
    let path = format!("{STORAGES}/{}", storage["id"]);
    let credentials = shop.bucket.s3("")["credentials"].clone();
    let change = json!({"name": "new", "type": "s3", "parameters": {"credentials": credentials}});
    let changed = shop.server.call("PATCH", &path).json(change).send().await.expect(200).json();
    assert_eq!(changed["data"]["name"], "new");
    assert_eq!(changed["data"]["parameters"]["path"], "a");
    assert_eq!(shop.test(&storage).await["writable"], true);
    let input = shop.home.files.add("a.jpg", "image/jpeg", picture(32, 32));
    let to = |name: &str| json!({"input": input, "operations": {}, "output": format!("storage://{name}/")});
    shop.edit(to("new"), 200).await;
    let gone = shop.edit(to("old"), 404).await;
    assert_eq!((&gone["error_code"], &gone["error_message"]), (&json!("5002"), &json!("Storage not found.")));
    // The old name is free again.
    let second = shop.connect("old", "s3", shop.bucket.s3("b")).await;
    let taken =
        shop.server.call("PATCH", &format!("{STORAGES}/{}", second["id"])).json(json!({"name": "new"}));
    taken.send().await.expect(409);
    let deleted = shop.server.call("DELETE", &path).send().await.expect(200).json();
    assert_eq!(deleted, json!({"data": null}));
    shop.server.call("GET", &path).send().await.expect(404);
    shop.edit(to("new"), 404).await;
    assert!(shop.bucket.get("a/a.jpeg").await.is_some(), "what is in a storage outlives it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storage_that_falters_is_tried_again_and_one_that_fails_says_how() {
    let shop = Shop::new().await;
    let files = &shop.home.files;
    let jpeg = picture(48, 32);
    let (half, whole) = (jpeg[..jpeg.len() / 2].to_vec(), jpeg.len() as u64);
    let served = jpeg.clone();
    files.handle("faulty/twice.jpg", move |request| match request.earlier {
        0 => FileAnswer::new("application/xml", "<html>no").status(500),
        1 => FileAnswer::new("application/xml", "<Error><Code>SlowDown</Code></Error>").status(503),
        _ => FileAnswer::new("image/jpeg", served.clone()),
    });
    files.handle("faulty/down.jpg", |_| FileAnswer::new("text/plain", "a secret of the server").status(500));
    files.handle("faulty/denied.jpg", |_| {
        FileAnswer::new("application/xml", "<Error><Code>AccessDenied</Code></Error>").status(403)
    });
    files.handle("faulty/cut.jpg", move |_| FileAnswer::new("image/jpeg", half.clone()).claims(Some(whole)));
    files.handle("faulty/huge.jpg", |_| FileAnswer::new("image/jpeg", "x").claims(Some(100_000_001)));
    files
        .handle("faulty/elsewhere.jpg", |_| FileAnswer::redirect("http://169.254.169.254/latest/meta-data/"));
    files.handle("faulty/text.jpg", |_| FileAnswer::new("image/jpeg", "no picture"));
    files.handle("faulty/empty.jpg", |_| FileAnswer::new("image/jpeg", ""));
    files.handle("faulty/endless.jpg", |_| {
        FileAnswer::new("application/xml", "x".repeat(65_536)).status(403).endless()
    });
    files.add("pre/faulty/a.jpg", "image/jpeg", jpeg.clone());
    files.handle("slow/", |_| {
        FileAnswer::new("application/xml", "").after(std::time::Duration::from_secs(20))
    });
    let endpoint = format!("http://{}", files.address());
    let credentials = json!({"access_key": "a", "secret_access_key": "b"});
    let below =
        json!({"bucket": "faulty", "endpoint": format!("{endpoint}/pre"), "credentials": credentials});
    shop.connect("below", "s3", below).await;
    shop.edit(json!({"input": "storage://below/a.jpg", "operations": {}}), 200).await;
    let slow = json!({"bucket": "slow", "endpoint": endpoint, "credentials": credentials});
    let slow = shop.connect("slow", "s3", slow).await;
    let tested = shop.test(&slow).await;
    let sentence = "The storage cannot be read: it took too long to answer.";
    assert_eq!(tested, json!({"readable": false, "writable": false, "error": sentence}));
    shop.connect(
        "faulty",
        "s3",
        json!({"bucket": "faulty", "endpoint": endpoint, "credentials": credentials}),
    )
    .await;
    let edit = |name: &str| json!({"input": format!("storage://faulty/{name}.jpg"), "operations": {}});
    shop.edit(edit("twice"), 200).await;
    assert_eq!(files.requests("faulty/twice.jpg"), 3);
    for (name, code, sentence) in [
        ("down", "3101", "it answered with status 500"),
        ("denied", "3101", "its credentials do not allow this"),
        ("cut", "3101", "its answer was incomplete or malformed"),
        ("huge", "3103", "the object is larger than 100000000 bytes"),
        ("endless", "3101", "its answer was incomplete or malformed"),
        ("elsewhere", "3101", "it answered with status 302"),
        ("nothing", "3101", "there is no such object"),
        ("text", "3201", "cannot be read"),
        ("empty", "3201", "cannot be read"),
    ] {
        let answer = shop.edit(edit(name), 400).await;
        assert_eq!(answer["error_code"], code, "{name}: {answer}");
        let told = answer["error_message"].as_str().expect("a sentence");
        assert!(told.contains(sentence) && !told.contains("secret"), "{name}: {told}");
    }
    let sheet = balance(&shop.server).await;
    assert_eq!((&sheet[1], &sheet[2]), (&json!(0), &json!(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_from_storage_to_storage_that_is_killed_is_done_once_and_charged_once() {
    let (home, bucket) = (Home::new().await, BucketServer::start().await);
    let allowed = format!("{},{}", home.files.address(), bucket.address());
    let settings = [("ATELIER_FETCH_ALLOW", allowed.as_str())];
    let mut server = home.serve(&settings);
    let body = json!({"name": "shop", "type": "s3", "parameters": bucket.s3("")});
    server.call("POST", STORAGES).json(body).send().await.expect(200);
    bucket.put("in.jpg", picture(640, 480)).await;
    let mut ids = Vec::new();
    for number in 0..12 {
        let body = json!({"input": "storage://shop/in.jpg", "operations": {"resizing": {"width": 1200}}, "output": format!("storage://shop/out/{number}.jpg")});
        ids.push(accepted(server.call("POST", &format!("{EDIT}/async")).json(body).send().await));
    }
    for _ in 0..3 {
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        server.kill9();
        server = home.serve(&settings);
    }
    for id in ids {
        assert_eq!(ended(&server, id).await["status"], "DONE");
    }
    assert_eq!(bucket.keys().await.len(), 13);
    let sheet = balance(&server).await;
    assert_eq!((&sheet[1], &sheet[2]), (&json!(0), &json!(12)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_in_a_storage_are_labelled_and_read_too() {
    let shop = Shop::new().await;
    shop.connect("shop", "s3", shop.bucket.s3("")).await;
    shop.bucket.put("receipt.png", include_bytes!("../../../data/receipt.png").to_vec()).await;
    let body = json!({"inputMethod": "url", "images": ["storage://shop/receipt.png"], "prompt": "Read the total", "schema": {"type": "object", "properties": {"total": {"type": "number"}}}});
    let read = shop.server.call("POST", "/api/v1/extract-image").json(body).send().await.expect(200).json();
    assert_eq!(read["data"], json!({"total": 11.77}));
    let body = json!({"image": "storage://shop/receipt.png", "labels": ["receipt", "football match"]});
    let label = shop.server.call("POST", "/v1/classify").json(body).send().await.expect(200).json();
    assert_eq!(label["label"], "receipt", "{label}");
    let body = json!({"image": "storage://nothing/receipt.png", "labels": ["receipt", "football match"]});
    shop.server.call("POST", "/v1/classify").json(body).send().await.expect(404);
}
