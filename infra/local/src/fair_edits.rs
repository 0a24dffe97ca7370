//! Edits in the background, taken in turns: an account whose addresses or storages are slow keeps no other waiting. On Lambda every task has a
//! process of its own.

use std::time::Duration;

use common::SqsEvent;
use fetch::Places;
use store::{Message, put_back_seconds};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::pollers::{Failure, InProcess, Worker};

/// Tasks in work, in all and of one account: as many as are fetched from addresses, or read from storages.
const WORK: (usize, usize) = (16, 8);
/// Those in work or waiting for it of one account. What is more goes back into the queue for a while, so that those of others are seen.
const WAITING: usize = 256;
/// Longest wait, after which a message takes its turn in the queue again: less than the queue holds it back while it is worked on.
const WAIT: Duration = Duration::from_secs(600);

/// The worker of edits behind a share for each account.
pub struct FairEdits {
    worker: InProcess,
    work: Places,
    waiting: Places,
    stop: watch::Receiver<bool>,
}

impl FairEdits {
    pub fn new(worker: InProcess, stop: watch::Receiver<bool>) -> Self {
        let waiting = Places::new(Places::MOST, WAITING);
        Self { worker, work: Places::new(WORK.0, WORK.1), waiting, stop }
    }

    async fn put_back(&self, mut message: Message, seconds: u32) -> Result<Vec<String>, Failure> {
        message.waited += 1;
        self.worker.platform.store.queues().send_edits(&[message], seconds).await?;
        Ok(Vec::new())
    }
}

impl Worker for FairEdits {
    fn name(&self) -> &'static str {
        self.worker.name()
    }

    async fn work(&self, event: SqsEvent) -> Result<Vec<String>, Failure> {
        // What is no message of ours the worker sends the way of such.
        let Some(message) = message_of(&event) else { return self.worker.work(event).await };
        let Some(_waiting) = self.waiting.try_enter(&message.account) else {
            let seconds = put_back_seconds(message.waited);
            return self.put_back(message, seconds).await;
        };
        let mut stop = self.stop.clone();
        let place = tokio::select! {
            place = timeout(WAIT, self.work.enter(&message.account)) => place,
            // The next start finds the task open.
            _ = stop.wait_for(|stopped| *stopped) => return Ok(ids(&event)),
        };
        match place {
            Ok(_place) => self.worker.work(event).await,
            Err(_) => self.put_back(message, 0).await,
        }
    }
}

/// Of an event with one message: this queue has no others.
fn message_of(event: &SqsEvent) -> Option<Message> {
    let [record] = &event.records[..] else { return None };
    serde_json::from_str(record.body.as_deref()?).ok()
}

fn ids(event: &SqsEvent) -> Vec<String> {
    event.records.iter().filter_map(|record| record.message_id.clone()).collect()
}
