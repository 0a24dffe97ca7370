//! What an extraction leaves on the disk: nothing of what was sent, asked or answered.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::{ModelAnswer, ModelServer, ServerProcess};
use journeys::{Home, balance};
use serde_json::{Value, json};

use crate::extract::{RECEIPT, make};

/// Words that stand nowhere else.
const ASKED: &str = "Zwiebelfischchen";
const ANSWERED: &str = "Morgensternzeile";
/// What is written on the receipt.
const READ: &str = "Lighting Norvia";

/// Pieces of what a call holds.
fn traces() -> Vec<Vec<u8>> {
    let mut traces: Vec<Vec<u8>> =
        [ASKED, ANSWERED, READ].iter().map(|word| word.as_bytes().to_vec()).collect();
    for file in [RECEIPT.to_vec(), make::pdf::invoice()] {
        let middle = file.len() / 6 * 3;
        traces.push(file[middle..middle + 48].to_vec());
        traces.push(STANDARD.encode(&file[middle..middle + 48]).into_bytes());
    }
    traces
}

/// All files of a folder, however deep.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut all = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        all.extend(if path.is_dir() { files(&path) } else { BTreeSet::from([path]) });
    }
    all
}

/// Files of a folder in which a piece of a call stands.
fn with_traces(folder: &Path) -> Vec<PathBuf> {
    let traces = traces();
    let has_one = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap_or_default();
        traces.iter().any(|trace| bytes.windows(trace.len()).any(|window| window == trace))
    };
    files(folder).into_iter().filter(has_one).collect()
}

/// Files outside of the data folder that a process has open, also such as have no name any more.
fn open_elsewhere(server: &ServerProcess, data: &Path) -> Vec<PathBuf> {
    let links = fs::read_dir(format!("/proc/{}/fd", server.id())).expect("the files of a child");
    let paths = links.filter_map(|link| fs::read_link(link.ok()?.path()).ok());
    let is_elsewhere = |path: &PathBuf| {
        let gone = path.to_string_lossy().ends_with("(deleted)");
        path.is_absolute()
            && !path.starts_with("/dev")
            && !path.starts_with("/proc")
            && (gone || !path.starts_with(data))
    };
    paths.filter(is_elsewhere).collect()
}

struct Place {
    home: Home,
    model: ModelServer,
}

impl Place {
    /// The model answers, or thinks for ever.
    async fn new(hangs: bool) -> Self {
        let wait = if hangs { Duration::from_secs(600) } else { Duration::ZERO };
        let said = json!({"shop": ANSWERED}).to_string();
        let model = ModelServer::start(move |_| ModelAnswer::text(&said).after(wait)).await;
        let home = Home::new().await;
        fs::create_dir(home.folder.join("tmp")).expect("a folder");
        Self { home, model }
    }

    fn serve(&self) -> ServerProcess {
        let temporary = self.temporary().display().to_string();
        self.home.serve(&[("ATELIER_LLM_URL", &self.model.url()), ("TMPDIR", &temporary)])
    }

    fn temporary(&self) -> PathBuf {
        self.home.folder.join("tmp")
    }

    fn data(&self) -> PathBuf {
        self.home.folder.join("data")
    }

    fn assert_clean(&self) {
        assert_eq!(files(&self.temporary()), BTreeSet::new(), "temporary files are left");
        assert_eq!(
            with_traces(&self.data()),
            Vec::<PathBuf>::new(),
            "a piece of a call is in the data folder"
        );
    }
}

fn asking(method: &str, field: &str, input: &str) -> Value {
    json!({"inputMethod": method, field: [input], "prompt": format!("{ASKED}: read it"), "jsonMode": true})
}

#[test]
fn traces_are_found_where_they_are() {
    let folder = harness::Scratch::new();
    fs::create_dir(folder.join("deep")).expect("a folder");
    fs::write(folder.join("none"), "nothing").expect("a file");
    assert_eq!(with_traces(folder.path()), Vec::<PathBuf>::new());
    for (name, bytes) in [("deep/raw", RECEIPT.to_vec()), ("text", format!("..{ASKED}..").into_bytes())] {
        fs::write(folder.join(name), bytes).expect("a file");
    }
    assert_eq!(with_traces(folder.path()), [folder.join("deep/raw"), folder.join("text")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_call_nothing_of_it_is_on_the_disk() {
    let place = Place::new(false).await;
    let server = place.serve();
    let receipt = STANDARD.encode(RECEIPT);
    let url = place.home.files.add("receipt.png", "image/png", RECEIPT.to_vec());
    let invoice = STANDARD.encode(make::pdf::invoice());
    let calls = [
        ("/api/v1/extract-image", asking("base64", "images", &receipt)),
        ("/api/v1/extract-image", asking("url", "images", &url)),
        ("/api/v1/extract-document", asking("base64", "files", &invoice)),
    ];
    // What the first one makes stays for all: only the stores' own.
    let mut before = None;
    for (path, body) in calls.iter().chain(&calls) {
        let answer = server.call("POST", path).json(body.clone()).send().await.expect(200).json();
        assert_eq!(answer["data"]["shop"], ANSWERED, "{answer}");
        place.assert_clean();
        let now = files(&place.data());
        assert_eq!(*before.get_or_insert_with(|| now.clone()), now);
        assert_eq!(open_elsewhere(&server, &place.data()), Vec::<PathBuf>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_in_the_middle_of_a_call_leaves_nothing_of_it_on_the_disk_and_charges_nothing() {
    let place = Place::new(true).await;
    let mut server = place.serve();
    let spent = balance(&server).await[2].clone();
    let before = files(&place.data());
    let bodies = [
        ("/api/v1/extract-image", asking("base64", "images", &STANDARD.encode(RECEIPT))),
        ("/api/v1/extract-document", asking("base64", "files", &STANDARD.encode(make::pdf::invoice()))),
    ];
    let calls: Vec<_> = bodies
        .into_iter()
        .map(|(path, body)| tokio::spawn(server.call("POST", path).json(body).try_send()))
        .collect();
    let both_asked = async {
        while place.model.asked().len() < calls.len() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), both_asked).await.expect("two calls in flight");
    assert_eq!(open_elsewhere(&server, &place.data()), Vec::<PathBuf>::new());
    server.kill9();
    for call in calls {
        assert!(call.await.expect("a call that ends").is_err(), "it was answered");
    }
    place.assert_clean();
    let mut server = place.serve();
    assert_eq!(balance(&server).await[2], spent);
    server.terminate();
    assert!(server.wait().success(), "{}", server.log());
    place.assert_clean();
    let stores = |files: BTreeSet<PathBuf>| -> BTreeSet<PathBuf> {
        let is_lasting = |path: &PathBuf| {
            !path.to_string_lossy().ends_with("-wal") && !path.to_string_lossy().ends_with("-shm")
        };
        files.into_iter().filter(is_lasting).collect()
    };
    assert_eq!(stores(files(&place.data())), stores(before));
}
