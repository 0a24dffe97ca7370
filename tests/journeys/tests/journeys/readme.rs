//! README's curl lines, pasted as they stand: only the address is another, and what an earlier answer says is filled in.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use harness::{BUCKET, BucketServer, ServerProcess, picture};
use journeys::Home;
use serde_json::{Value, json};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The code that follows the sentence that begins so.
fn code(sentence: &str) -> String {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("README.md");
    let place = readme.find(&format!("\n{sentence}")).unwrap_or_else(|| panic!("README has no: {sentence}"));
    let code = readme[place..].split("```\n").nth(1).expect("code");
    code.to_owned()
}

struct Shell<'a> {
    home: &'a Home,
    server: &'a ServerProcess,
}

impl Shell<'_> {
    /// What the command prints, run in a folder that has the files it names.
    fn paste(&self, command: &str) -> String {
        let command = command.replace("http://127.0.0.1:9000", &self.server.base_url());
        let mut bash = Command::new("bash");
        bash.args(["-c", &format!("curl() {{ command curl -sS \"$@\"; }}; {command}")]);
        let run =
            bash.env("KEY", self.server.key()).current_dir(self.home.folder.path()).output().expect("bash");
        assert!(run.status.success(), "{command}: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).expect("text")
    }

    fn json(&self, command: &str) -> Value {
        let printed = self.paste(command);
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{command}: {error}: {printed}"))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_curl_lines_of_the_readme_do_what_it_says() {
    let (home, bucket) = (Home::new().await, BucketServer::start().await);
    let allowed = bucket.address().to_string();
    let server = home.serve(&[("ATELIER_FETCH_ALLOW", &allowed)]);
    fs::create_dir_all(home.folder.join("tests/data")).expect("a folder");
    for picture in ["tests/data/photo.jpg", "tests/data/receipt.png"] {
        fs::copy(Path::new(ROOT).join(picture), home.folder.join(picture)).expect("a copy");
    }
    let line = |n: usize| format!("{{\"text\":\"I was charged twice this month\",\"custom_id\":{n}}}\n");
    fs::write(home.folder.join("lines.ndjson"), (0..50).map(line).collect::<String>()).expect("a file");
    let shell = Shell { home: &home, server: &server };

    assert_eq!(shell.json(&code("Edit a file and wait"))["data"]["output"]["format"], "WEBP");
    assert_eq!(shell.json(&code("Ask which label"))["label"], "billing");
    assert_eq!(shell.json(&code("Every label that fits"))["labels"][0]["label"], "drink");

    let receipt = shell.json(&code("Read data out of pictures"));
    assert_eq!(
        (&receipt["data"]["shop"], &receipt["data"]["total"]),
        (&json!("Lighting Norvia"), &json!(11.77))
    );
    bucket.put("in/cup.jpg", picture(96, 64)).await;
    let storage = code("A bucket or web folder of yours").replace("\\\n", "");
    let storage: Vec<&str> = storage.lines().collect();
    let [connect, test, edit] = storage[..] else { panic!("three commands: {storage:?}") };
    let own = format!("\"us-east-1\",\"endpoint\":\"http://{}\"", bucket.address());
    let connect = connect.replace("\"eu-central-1\"", &own).replace("shop-pictures", BUCKET);
    let connect = connect.replace("\"SECRET\"", &format!("\"{}\"", bucket.secret()));
    let connected = shell.json(&connect.replace("ACCESS_KEY\"", &format!("{}\"", bucket.access_key())));
    let tested = shell.json(&test.replace("STORAGE_ID", &connected["data"]["id"].to_string()));
    assert_eq!(tested["data"], json!({"readable": true, "writable": true, "error": null}));
    assert_eq!(shell.json(edit)["data"]["output"]["object_key"], "out/cup.webp");

    let told = code("Be told when something has ended").replace("\\\n", "");
    assert!(text(&shell.json(&told)["secret"]).starts_with("whsec_"));

    let requests = code("Or save the prompt as a model");
    let requests: Vec<&str> = requests.lines().collect();
    let [model, post, search] = requests[..] else { panic!("three lines: {requests:?}") };
    assert_eq!(shell.json(model)["id"], "receipts");
    assert_eq!(shell.json(post)["status"], "pending");
    let begun = Instant::now();
    let mut found = shell.json(search);
    while found["total"] == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the request does not end");
        tokio::time::sleep(Duration::from_millis(100)).await;
        found = shell.json(search);
    }
    let item = &found["items"][0];
    assert_eq!((&item["data"]["total"], &item["payload"]["order"]), (&json!(11.77), &json!(4711)), "{item}");

    let job = code("A file of lines like");
    let job: Vec<&str> = job.lines().collect();
    let [make, upload, start, look, results] = job[..] else { panic!("five lines: {job:?}") };
    let made = shell.json(make);
    let upload = upload.replace("UPLOAD_URL_OF_THE_ANSWER", text(&made["upload_url"]));
    assert_eq!(shell.paste(&upload.replace("INPUT_KEY_OF_THE_ANSWER", text(&made["input_key"]))), "");
    let of_job = |command: &str| shell.json(&command.replace("JOB_ID", text(&made["job_id"])));
    assert_eq!(of_job(start)["status"], "processing");
    let begun = Instant::now();
    while of_job(look)["status"] == "processing" {
        assert!(begun.elapsed() < Duration::from_secs(60), "the job does not end");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let downloaded = shell.paste(&format!("curl '{}'", text(&of_job(results)["download_url"])));
    assert_eq!(downloaded.lines().count(), 50);
    assert!(downloaded.lines().all(|line| line.contains("\"label\":\"billing\"")), "{downloaded}");

    let upload = code("Files of any size");
    let upload: Vec<&str> = upload.lines().collect();
    let [make, send, edit] = upload[..] else { panic!("three lines: {upload:?}") };
    let made = shell.json(make);
    let send = send.replace("URL_OF_THE_ANSWER", text(&made["url"]));
    assert_eq!(shell.paste(&send.replace("KEY_OF_ITS_FIELDS", text(&made["fields"]["key"]))), "");
    let edited = shell.json(&edit.replace("UPLOAD_ID", text(&made["id"])));
    assert_eq!(edited["data"]["output"]["width"], 400);
}
