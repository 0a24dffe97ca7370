//! The data folder: one process at a time, nothing lost.

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
