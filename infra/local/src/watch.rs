//! The functions in processes of their own, started by a command such as `cargo lambda watch`: the embedded stores on a
//! loopback socket, the queues and the clock on the command's invoke endpoint.

mod child;
mod environment;
mod invoker;

use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use common::clock::{Clock, SystemClock};
use contract::resources::{Queue, Trigger, WORKERS};
use embedded::{Embedded, EmbeddedError, EmbeddedOptions};
use serde_json::json;
use store::{Store, StoreError};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::first_start::{self, FirstStartError};
use crate::pollers::{self, Source};
use crate::server::refill;
use crate::{control, file_keys, open_store, schedules, secrets_key};
use child::Child;
use invoker::Invoker;

/// Pause between two looks whether the endpoint is there.
const LOOK: Duration = Duration::from_millis(200);

/// How functions in processes of their own are run.
#[derive(Debug)]
pub struct WatchOptions {
    pub data: PathBuf,
    /// Loopback address of the embedded stores; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the command takes calls and invocations once it runs.
    pub invoke: SocketAddr,
    /// Where the key of a first start is written, mode 0600; `None` prints it once to stderr.
    pub key_file: Option<PathBuf>,
    pub command: OsString,
    pub arguments: Vec<OsString>,
}

#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    FirstStart(#[from] FirstStartError),
    #[error("the data folder cannot be used: {0}")]
    Data(#[from] io::Error),
    #[error("something listens on {0} already: stop it first")]
    Taken(SocketAddr),
    #[error("{} cannot be started: {source}", .command.display())]
    Start { command: OsString, source: io::Error },
    #[error("the command has ended: {0}")]
    Ended(ExitStatus),
}

/// Runs the command until `stop` is done; `ready` is called once it takes calls. The command and all it has started are
/// ended when this returns.
///
/// # Errors
/// The stores cannot be opened, the command cannot be started, or it ended by itself.
pub async fn run(
    options: WatchOptions,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), WatchError> {
    control::check(&options.data)?;
    let data = options.data.clone();
    let embedded = tokio::task::spawn_blocking(move || Embedded::open(&data, &EmbeddedOptions::default()))
        .await
        .map_err(io::Error::other)??;
    let gateway = embedded.serve_loopback(options.listen).await?;
    let (store, queues) = open_store(&embedded, &gateway.url()).await?;
    let now_ms = SystemClock.now_ms();
    first_start::complete(&store, options.key_file.as_deref(), now_ms).await?;
    refill(&store, now_ms).await?;
    let file_keys = file_keys::load_text(&options.data)?;
    let secrets_key = secrets_key::load_text(&options.data)?;
    if TcpStream::connect(options.invoke).await.is_ok() {
        return Err(WatchError::Taken(options.invoke));
    }

    let keys = environment::Keys { files: &file_keys, secrets: &secrets_key };
    let variables = environment::variables(&embedded, &store.names, &gateway, options.invoke, keys);
    let mut child = Child::start(&options.command, &options.arguments, variables)
        .map_err(|source| WatchError::Start { command: options.command.clone(), source })?;
    let mut tasks = Tasks::start(&options, &store)?;
    let feed = feed(&options, &embedded, &store, &queues, &mut tasks, ready);
    let outcome = tokio::select! {
        never = feed => match never {},
        ended = child.ended() => ended.map_err(WatchError::from).and_then(|status| Err(WatchError::Ended(status))),
        () = stop => Ok(()),
    };
    child.end().await;
    // Nothing is lost with them: messages carry ids, and open tasks are queued again at the next start.
    tasks.all.shutdown().await;
    drop(gateway);
    embedded.close().await;
    outcome
}

/// What runs beside the command, and how it is told to stop.
struct Tasks {
    all: JoinSet<()>,
    stop: tokio::sync::watch::Sender<bool>,
}

impl Tasks {
    /// Takes the operator's commands from the start: nobody else can open the folder meanwhile.
    fn start(options: &WatchOptions, store: &Store) -> io::Result<Self> {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut all = JoinSet::new();
        control::start(&mut all, &options.data, store.clone(), &stopped)?;
        Ok(Self { all, stop })
    }
}

/// Waits for the command's endpoint, then brings it the queues' messages and every minute a sweep.
async fn feed(
    options: &WatchOptions,
    embedded: &Embedded,
    store: &Store,
    queues: &[(Queue, String, String)],
    tasks: &mut Tasks,
    ready: impl FnOnce(SocketAddr),
) -> std::convert::Infallible {
    while TcpStream::connect(options.invoke).await.is_err() {
        tokio::time::sleep(LOOK).await;
    }
    ready(options.invoke);
    let invoker = Invoker::new(options.invoke);
    let stopped = tasks.stop.subscribe();
    for worker in WORKERS {
        // One at once: the command runs one process a function.
        if let Some(source) = Source::of(worker.trigger, queues, 1) {
            let worker = Arc::new(invoker.worker(worker.name));
            pollers::start(&mut tasks.all, &store.sqs, &worker, &source, &stopped);
        }
    }
    let scheduled = WORKERS.iter().filter(|worker| matches!(worker.trigger, Trigger::Schedule { .. }));
    let event =
        json!({"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    loop {
        minute.tick().await;
        for worker in scheduled.clone() {
            if let Err(error) = invoker.invoke(worker.name, &event).await {
                tracing::error!(%error, "{} failed; the next one goes on", worker.name);
            }
        }
        schedules::expire(embedded, &store.names.bucket_results, SystemClock.now_ms() / 1000).await;
    }
}
