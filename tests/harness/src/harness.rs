//! The server in the test's process.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use atelier::{ServeOptions, Server};
use common::Config;
use common::clock::{Clock, TestClock};
use contract::platform::money::EntryKind;
use contract::{Credits, Scope};
use fetch::FetchConfig;
use serde_json::Value;
use store::{BalanceSheet, KeyRecord, Ledger, NewKey, Secret, Store, accounts};

use crate::{Call, FileServer, Scratch};

/// Longest a task may take to end.
const TASK: Duration = Duration::from_secs(20);
/// Rows a page of the ledger holds while the books are read.
const PAGE: u32 = 100;

/// A server on a data folder of its own, with the account `default` and its key, a clock that the test moves, and a server
/// of pictures that it may fetch from.
pub struct Harness {
    pub server: Server,
    pub clock: Arc<TestClock>,
    /// The secret of the key with scope `admin` of the account `default`.
    pub key: String,
    files: FileServer,
    folder: Scratch,
}

/// The pictures' address is admitted. Limits of time in seconds: shorter than in earnest, long enough for a busy machine.
fn fetch(files: &FileServer) -> FetchConfig {
    FetchConfig {
        allow: vec![files.address().into()],
        first_byte: Duration::from_secs(2),
        total: Duration::from_secs(4),
        ..FetchConfig::default()
    }
}

impl Harness {
    /// Rate limits off, workers on, schedules off.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// As [`Harness::start`], with options changed before the start.
    pub async fn with(change: impl FnOnce(&mut ServeOptions)) -> Self {
        let folder = Scratch::new();
        let files = FileServer::start().await;
        let clock = Arc::new(TestClock::default());
        let key_file = folder.join("key");
        let mut options = ServeOptions::new(folder.join("data"));
        options.listen = ([127, 0, 0, 1], 0).into();
        options.key_file = Some(key_file.clone());
        options.config = Config::for_testing();
        options.fetch = fetch(&files);
        options.clock = Arc::clone(&clock) as Arc<dyn Clock>;
        options.workers = true;
        options.schedules = false;
        change(&mut options);
        let server = Server::start(options).await.unwrap_or_else(|error| panic!("no server: {error}"));
        let key =
            std::fs::read_to_string(&key_file).expect("the key file of a first start").trim().to_owned();
        Self { server, clock, key, files, folder }
    }

    /// URL of a path on the server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// The server of pictures.
    pub fn files(&self) -> &FileServer {
        &self.files
    }

    /// The folder with everything that the server has stored.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.join("data")
    }

    /// A folder of the test's own, gone with the harness.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn store(&self) -> &Store {
        &self.server.platform().store
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// A call with the key of `default`.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.server.address(), method, path).key(&self.key)
    }

    /// A call of a URL that an answer named, as it stands and without a key.
    pub fn call_url(&self, method: &str, url: &str) -> Call {
        let start = self.url("");
        let path = url.strip_prefix(&start).unwrap_or_else(|| panic!("{url} does not start with {start}"));
        self.call(method, path).no_key()
    }

    /// Makes an account with whole credits and returns an admin key of it.
    pub async fn account(&self, name: &str, credits: i64) -> String {
        let made = accounts::create(self.store(), name, self.now_ms()).await;
        assert!(made.expect("an account"), "there is an account {name} already");
        if credits > 0 {
            self.grant(name, Credits::whole(credits)).await;
        }
        self.key_with(name, &[Scope::Admin]).await
    }

    pub async fn grant(&self, account: &str, credits: Credits) {
        let (store, now_ms) = (self.store(), self.now_ms());
        let request = uuid::Uuid::new_v4().to_string();
        let entry = Ledger::grant_entry(&request, credits, "test", now_ms);
        let mut transaction = store.transaction();
        store.ledger().grant(&mut transaction, account, &entry, now_ms).expect("a grant");
        transaction.commit().await.expect("a grant");
    }

    /// A further key of an account.
    pub async fn key_with(&self, account: &str, scopes: &[Scope]) -> String {
        let key = NewKey {
            account: account.to_owned(),
            name: "test".to_owned(),
            scopes: scopes.to_vec(),
            expires_at: None,
            rate_limit: None,
            spend_cap: None,
            log_bodies: false,
        };
        self.key_of(key).await
    }

    /// A key with anything about it chosen.
    pub async fn key_of(&self, key: NewKey) -> String {
        let (store, secret) = (self.store(), Secret::generate());
        let key = KeyRecord::new(key, &secret, self.now_ms());
        let mut transaction = store.transaction();
        store.keys().create(&mut transaction, &key).expect("a key");
        transaction.commit().await.expect("a key");
        secret.expose().to_owned()
    }

    /// A key of the reserved account, with scope `operator`.
    pub async fn operator_key(&self) -> String {
        accounts::create(self.store(), accounts::OPERATOR, self.now_ms())
            .await
            .expect("the operator's account");
        self.key_with(accounts::OPERATOR, &[Scope::Operator]).await
    }

    pub async fn balance(&self, account: &str) -> BalanceSheet {
        let sheet = self.store().ledger().balance(account).await.expect("a balance");
        sheet.unwrap_or_else(|| panic!("no account {account}"))
    }

    /// Of every account: granted = available + held + spent, nothing negative, and the ledger's rows say the same.
    pub async fn assert_books(&self) {
        for account in accounts::list(self.store()).await.expect("the accounts") {
            if account != accounts::OPERATOR {
                self.assert_books_of(&account).await;
            }
        }
    }

    async fn assert_books_of(&self, account: &str) {
        let sheet = self.balance(account).await;
        let (mut granted, mut charged, mut after) = (Credits::ZERO, Credits::ZERO, None::<String>);
        loop {
            let page = self.store().ledger().list(account, PAGE, after.as_deref()).await;
            let (rows, next) = page.expect("a page of the ledger");
            for row in rows {
                match row.kind {
                    EntryKind::Grant => granted = granted + row.credits,
                    EntryKind::Charge => charged = charged + row.credits,
                    EntryKind::Hold | EntryKind::Release => {}
                }
            }
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(sheet.granted, sheet.available + sheet.held + sheet.spent, "{account}: {sheet:?}");
        assert!(sheet.available >= Credits::ZERO && sheet.held >= Credits::ZERO, "{account}: {sheet:?}");
        assert_eq!(sheet.spent, charged, "{account}: the charge rows differ from what was spent");
        assert_eq!(sheet.granted, granted, "{account}: the grant rows differ from what was granted");
    }

    /// Waits until a task has ended, 20 seconds at most, and returns what the API shows of it (`data`).
    pub async fn wait_task(&self, key: &str, id: u64) -> Value {
        let until = Instant::now() + TASK;
        loop {
            let path = format!("/v1-beta1/image/edit/async/{id}?wait=2");
            let task = self.call("GET", &path).key(key).send().await.expect(200).json()["data"].clone();
            if matches!(task["status"].as_str(), Some("DONE" | "ERROR" | "CANCELLED")) {
                return task;
            }
            assert!(Instant::now() < until, "the task has not ended: {task}");
        }
    }
}
