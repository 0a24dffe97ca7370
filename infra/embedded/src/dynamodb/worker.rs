//! A thread that owns a connection and runs jobs on it, one after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use dynoxide::DynoxideError;
use dynoxide::storage::Storage;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&Storage) + Send>;

enum Message {
    Run(Job),
    Replace(Box<Storage>),
    Stop,
}

pub(super) struct Worker {
    sender: Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Worker {
    pub(super) fn start(name: &str, storage: Storage) -> Result<Self, DynoxideError> {
        let (sender, receiver) = channel();
        let thread = Builder::new()
            .name(name.to_owned())
            .spawn(move || work(storage, &receiver))
            .map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
        Ok(Self { sender, thread: Mutex::new(Some(thread)) })
    }

    /// Runs a job on the thread. The job runs to its end even if the caller stops waiting.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Storage) -> Result<T, DynoxideError> + Send + 'static,
    ) -> Result<T, DynoxideError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |storage| {
            // The caller may be gone; what was asked is done all the same.
            let _ = reply.send(job(storage));
        });
        if self.sender.send(Message::Run(job)).is_err() {
            return Err(closed());
        }
        // The reply is dropped when the job panics or the thread has stopped.
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Goes on with another connection, after what is queued.
    pub(super) fn replace(&self, storage: Storage) {
        // Fails only when the thread has stopped, and then nobody needs the connection.
        let _ = self.sender.send(Message::Replace(Box::new(storage)));
    }

    /// Runs what is queued, then ends the thread and closes its connection.
    pub(super) fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // Both can only fail when the thread is already gone.
            let _ = self.sender.send(Message::Stop);
            let _ = thread.join();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

fn work(mut storage: Storage, messages: &Receiver<Message>) {
    while let Ok(message) = messages.recv() {
        match message {
            Message::Run(job) => run_safely(job, &storage),
            Message::Replace(other) => storage = *other,
            Message::Stop => break,
        }
    }
}

fn run_safely(job: Job, storage: &Storage) {
    if catch_unwind(AssertUnwindSafe(|| job(storage))).is_ok() {
        return;
    }
    tracing::error!("an operation of the embedded DynamoDB panicked");
    if !storage.conn().is_autocommit()
        && let Err(error) = storage.rollback()
    {
        tracing::error!(%error, "rollback after the panic failed");
    }
}

fn closed() -> DynoxideError {
    DynoxideError::InternalServerError("the embedded DynamoDB is closed or the operation panicked".to_owned())
}
