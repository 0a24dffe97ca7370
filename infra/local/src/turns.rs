//! Work of accounts taken in turns: one whose addresses or storages are slow keeps no other waiting. On Lambda every message has a process of
//! its own.

use std::marker::PhantomData;
use std::time::Duration;

use common::SqsEvent;
use fetch::Places;
use serde::de::DeserializeOwned;
use store::{EditBatchMessage, Message, Queues, StoreError, put_back_seconds};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::pollers::{Failure, InProcess, Worker};

/// Those in work or waiting for it of one account. What is more goes back into the queue for a while, so that those of others are seen.
const WAITING: usize = 256;
/// Longest wait, after which a message takes its turn in the queue again: less than the queue holds it back while it is worked on.
const WAIT: Duration = Duration::from_secs(600);

/// A message whose work is taken in turns.
pub trait Turn: DeserializeOwned + Send + Sync + 'static {
    /// In work at the same time, in all and of one account.
    const WORK: (usize, usize);

    /// Whose turn it is; `None`: it goes first, since it is not long.
    fn account(&self) -> Option<&str>;

    /// How often it was put back.
    fn waited(&mut self) -> &mut u32;

    fn send(self, queues: Queues<'_>, seconds: u32) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl Turn for Message {
    /// As many as are fetched from addresses, or read from storages.
    const WORK: (usize, usize) = (16, 8);

    fn account(&self) -> Option<&str> {
        Some(&self.account)
    }

    fn waited(&mut self) -> &mut u32 {
        &mut self.waited
    }

    async fn send(self, queues: Queues<'_>, seconds: u32) -> Result<(), StoreError> {
        queues.send_edits(&[self], seconds).await
    }
}

impl Turn for EditBatchMessage {
    /// Chunks, which wait for places of their pictures besides.
    const WORK: (usize, usize) = (32, 4);

    fn account(&self) -> Option<&str> {
        self.chunk.map(|_| &self.account[..])
    }

    fn waited(&mut self) -> &mut u32 {
        &mut self.waited
    }

    async fn send(self, queues: Queues<'_>, seconds: u32) -> Result<(), StoreError> {
        queues.send_edit_chunks(&[self], seconds).await
    }
}

/// A worker behind a share for each account.
pub struct InTurns<T> {
    worker: InProcess,
    work: Places,
    waiting: Places,
    stop: watch::Receiver<bool>,
    of: PhantomData<T>,
}

impl<T: Turn> InTurns<T> {
    pub fn new(worker: InProcess, stop: watch::Receiver<bool>) -> Self {
        let (work, waiting) = (Places::new(T::WORK.0, T::WORK.1), Places::new(Places::MOST, WAITING));
        Self { worker, work, waiting, stop, of: PhantomData }
    }

    async fn put_back(&self, mut message: T, seconds: u32) -> Result<Vec<String>, Failure> {
        *message.waited() += 1;
        message.send(self.worker.platform.store.queues(), seconds).await?;
        Ok(Vec::new())
    }
}

impl<T: Turn> Worker for InTurns<T> {
    fn name(&self) -> &'static str {
        self.worker.name()
    }

    async fn work(&self, event: SqsEvent) -> Result<Vec<String>, Failure> {
        // What is no message of ours the worker sends the way of such.
        let Some(mut message) = message_of::<T>(&event) else { return self.worker.work(event).await };
        let Some(account) = message.account().map(str::to_owned) else {
            return self.worker.work(event).await;
        };
        let Some(_waiting) = self.waiting.try_enter(&account) else {
            let seconds = put_back_seconds(*message.waited());
            return self.put_back(message, seconds).await;
        };
        let mut stop = self.stop.clone();
        let place = tokio::select! {
            place = timeout(WAIT, self.work.enter(&account)) => place,
            // The next start finds it open.
            _ = stop.wait_for(|stopped| *stopped) => return Ok(ids(&event)),
        };
        match place {
            Ok(_place) => self.worker.work(event).await,
            Err(_) => self.put_back(message, 0).await,
        }
    }
}

/// Of an event with one message: these queues have no others.
fn message_of<T: Turn>(event: &SqsEvent) -> Option<T> {
    let [record] = &event.records[..] else { return None };
    serde_json::from_str(record.body.as_deref()?).ok()
}

fn ids(event: &SqsEvent) -> Vec<String> {
    event.records.iter().filter_map(|record| record.message_id.clone()).collect()
}
