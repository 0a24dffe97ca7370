//! The data folder: one process at a time, nothing lost.
#![allow(clippy::unwrap_used)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Instant;

use embedded::{Embedded, EmbeddedError, EmbeddedOptions};
use support::{bounded, bytes, make_table, text};

/// A folder of the test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("embedded-test-{name}-{}", std::process::id())))
    }

    fn open(&self) -> Result<Embedded, EmbeddedError> {
        Embedded::open(&self.0, &EmbeddedOptions::default())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_second_opening_is_refused_by_the_folders_name_until_the_first_is_closed() {
    bounded(async {
        let folder = Folder::new("locked");
        let first = folder.open().unwrap();
        let mode = std::fs::metadata(&folder.0).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let Err(error) = folder.open() else { panic!("opened twice") };
        assert!(matches!(error, EmbeddedError::Locked { .. }));
        assert!(error.to_string().contains(folder.0.to_str().unwrap()), "{error}");
        let client = first.dynamodb_client();
        first.close().await;
        let _second = folder.open().unwrap();
        assert!(client.list_tables().send().await.is_err(), "a closed store must not answer");
    })
    .await;
}

#[tokio::test]
async fn data_survives_closing_and_opening_again_quickly() {
    bounded(async {
        let folder = Folder::new("reopened");
        let content = bytes(300_000);
        {
            let stores = folder.open().unwrap();
            make_table(&stores, "things").await;
            let put = stores.dynamodb_client().put_item().table_name("things");
            put.item("pk", text("a")).item("sk", text("b")).send().await.unwrap();
            let s3 = stores.s3_client();
            s3.create_bucket().bucket("results").send().await.unwrap();
            let put = s3.put_object().bucket("results").key("one").body(content.clone().into());
            put.send().await.unwrap();
            // Dropped, not closed.
        }
        let start = Instant::now();
        let stores = folder.open().unwrap();
        assert!(start.elapsed().as_millis() < 500, "{:?}", start.elapsed());
        let get = stores.dynamodb_client().get_item().table_name("things");
        let item = get.key("pk", text("a")).key("sk", text("b")).send().await.unwrap();
        assert!(item.item.is_some());
        let read = stores.s3_client().get_object().bucket("results").key("one").send().await.unwrap();
        assert_eq!(read.body.collect().await.unwrap().to_vec(), content);
    })
    .await;
}

#[tokio::test]
async fn credentials_are_new_at_each_opening() {
    let folder = Folder::new("credentials");
    let keys = || folder.open().unwrap().credentials().secret_access_key().to_owned();
    assert_ne!(keys(), keys());
}

/// All files under a folder.
fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn no_file_of_a_deleted_replaced_or_refused_object_stays() {
    bounded(async {
        let folder = Folder::new("orphans");
        let stores = folder.open().unwrap();
        let s3 = stores.s3_client();
        s3.create_bucket().bucket("results").send().await.unwrap();
        let put = |key: &str| s3.put_object().bucket("results").key(key).body(b"content".to_vec().into());
        for key in ["replaced", "replaced", "deleted", "kept"] {
            put(key).send().await.unwrap();
        }
        assert!(put("kept").if_none_match("*").send().await.is_err());
        assert!(put("refused").checksum_crc32("AAAAAA==").send().await.is_err());
        s3.delete_object().bucket("results").key("deleted").send().await.unwrap();
        assert_eq!(files(&folder.0.join("s3/objects")).len(), 2);
        assert_eq!(files(&folder.0.join("s3/incoming")).len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_leftover_of_a_crash_is_removed_at_the_next_opening() {
    bounded(async {
        let folder = Folder::new("leftover");
        drop(folder.open().unwrap());
        let unfinished = folder.0.join("s3/incoming/0123");
        std::fs::write(&unfinished, "half").unwrap();
        // A crash between moving the content into its place and committing the object's row.
        let loose = folder.0.join("s3/objects/ab/abcd");
        std::fs::create_dir_all(loose.parent().unwrap()).unwrap();
        std::fs::write(&loose, "whole").unwrap();
        let index = rusqlite::Connection::open(folder.0.join("s3/index.sqlite")).unwrap();
        index.execute("INSERT INTO loose (content) VALUES ('abcd')", []).unwrap();
        drop(index);
        drop(folder.open().unwrap());
        assert!(!unfinished.exists());
        assert!(!loose.exists());
    })
    .await;
}

const CHILD: &str = "EMBEDDED_TEST_FOLDER";

/// Writes until it is killed, and says what was answered.
async fn write_forever(folder: &str) {
    let stores = Embedded::open(folder.as_ref(), &EmbeddedOptions::default()).unwrap();
    let (dynamodb, s3) = (stores.dynamodb_client(), stores.s3_client());
    s3.create_bucket().bucket("results").send().await.unwrap();
    if dynamodb.describe_table().table_name("things").send().await.is_err() {
        make_table(&stores, "things").await;
    }
    for round in 0.. {
        let name = format!("{}-{round}", std::process::id());
        let put = s3.put_object().bucket("results").key(&name).body(bytes(100_000).into());
        put.send().await.unwrap();
        let same = s3.put_object().bucket("results").key("again").body(name.clone().into_bytes().into());
        same.send().await.unwrap();
        let put = dynamodb.put_item().table_name("things").item("pk", text(&name)).item("sk", text("x"));
        put.send().await.unwrap();
        println!("\nanswered {name}");
    }
}

#[tokio::test]
async fn what_was_answered_survives_kill_9_and_nothing_else_stays() {
    if let Ok(folder) = std::env::var(CHILD) {
        return write_forever(&folder).await;
    }
    bounded(async {
        use std::io::BufRead;
        let folder = Folder::new("killed");
        let mut answered: Vec<String> = Vec::new();
        for round in 1..=3_usize {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "what_was_answered_survives_kill_9_and_nothing_else_stays", "--nocapture"])
                .env(CHILD, &folder.0)
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
            let names = lines.filter_map(|line| line.strip_prefix("answered ").map(str::to_owned));
            answered.extend(names.take(15 * round));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert_eq!(answered.len(), 90);
        let stores = folder.open().unwrap();
        let (dynamodb, s3) = (stores.dynamodb_client(), stores.s3_client());
        for name in &answered {
            let get = dynamodb.get_item().table_name("things").key("pk", text(name)).key("sk", text("x"));
            assert!(get.send().await.unwrap().item.is_some(), "{name}");
            let object = s3.get_object().bucket("results").key(name).send().await.unwrap();
            assert_eq!(object.body.collect().await.unwrap().to_vec(), bytes(100_000), "{name}");
        }
        let objects = s3.list_objects_v2().bucket("results").send().await.unwrap();
        assert_eq!(files(&folder.0.join("s3/objects")).len(), objects.contents().len());
        assert_eq!(files(&folder.0.join("s3/incoming")).len(), 0);
    })
    .await;
}
