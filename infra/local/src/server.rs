//! Start and stop of the whole.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use common::{ApiError, Config, Platform, QueueFunction, ScheduleFunction, Work};
use connectors::Connectors;
use contract::resources::{BATCH_WORKER, EDIT_BATCH_WORKER, EDIT_WORKER, Queue, WEBHOOK_WORKER};
use editing::{EditLimits, Editor};
use embedded::{Embedded, EmbeddedError, EmbeddedOptions};
use engine::Engine;
use fetch::{Fetcher, HostPort};
use store::{EditBatchMessage, Message, Names, Store, StoreError, provision};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use webhooks::Courier;

use crate::first_start::{self, FirstStartError};
use crate::listener::{self, Service};
use crate::pollers::{InProcess, Source, Worker};
use crate::turns::InTurns;
use crate::{ServeOptions, control, file_keys, functions, pollers, schedules, secrets_key};

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    FirstStart(#[from] FirstStartError),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    #[error("the models cannot be used: {0}")]
    Models(ApiError),
    #[error("the data folder cannot be used: {0}")]
    Data(#[from] io::Error),
}

/// Messages of a queue in work at the same time, at least.
const FETCHED_AT_ONCE: usize = 8;
/// What is taken in turns: edits in the background and chunks of batches that are in work or wait, of 32 accounts and more.
const TURNS_AT_ONCE: usize = 8192;
/// Shards of batch jobs in work at the same time.
const SHARDS_AT_ONCE: usize = 2;
/// Messages to webhooks that are sent at the same time: many, since each only waits; of an account as many as its share.
const SENT_AT_ONCE: usize = 256;

/// A running server.
pub struct Server {
    address: SocketAddr,
    platform: Arc<Platform>,
    embedded: Embedded,
    sweep: Option<Arc<ScheduleFunction>>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    farewell: Duration,
}

/// The embedded stores as the functions see them, with their tables, queues and buckets.
pub async fn open_store(
    embedded: &Embedded,
    presign_at: &str,
) -> Result<(Store, Vec<(Queue, String, String)>), StoreError> {
    let mut store = Store {
        dynamodb: embedded.dynamodb_client(),
        sqs: embedded.sqs_client().into(),
        s3: embedded.s3_presign_client(presign_at).into(),
        names: Arc::new(Names::default()),
        // Forms go to a path of the listener.
        forms: None,
        alone_since_ms: None,
    };
    let queues = provision::provision(&store).await?;
    let urls = queues.iter().map(|(queue, url, _)| (queue, &url[..]));
    store.names = Arc::new(Names::default().with_queues(urls));
    Ok((store, queues))
}

impl Server {
    pub async fn start(options: ServeOptions) -> Result<Self, ServeError> {
        control::check(&options.data)?;
        let data = options.data.clone();
        let embedded =
            tokio::task::spawn_blocking(move || Embedded::open(&data, &EmbeddedOptions::default()))
                .await
                .map_err(io::Error::other)??;
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| ServeError::Listen(options.listen, error))?;
        let address = listener.local_addr()?;
        let public = options.config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let (mut store, queues) = open_store(&embedded, &public).await?;
        store.alone_since_ms = Some(options.clock.now_ms());
        first_start::complete(&store, options.key_file.as_deref(), options.clock.now_ms()).await?;
        let keys = file_keys::load(&options.data)?;
        let secrets = secrets_key::load(&options.data)?;
        let hosted_model = options.hosted.as_ref().map(|hosted| hosted.config().model.clone());
        let config = Config { hosted_model, ..options.config };
        let platform = Arc::new(Platform::new(config, store, options.clock, keys));
        let engine = Engine::with(options.hosted).map_err(ServeError::Models)?;
        if platform.config.own_encoder.is_some() {
            // Not at the first call: the operator should hear of a file that cannot be used.
            engine.load().await.map_err(ServeError::Models)?;
        }
        platform.provide(engine);
        let mut fetch = options.fetch;
        fetch.own.push(address.into());
        fetch.own.extend(own_address(&public));
        let fetcher = Fetcher::new(fetch, options.resolver);
        platform.provide(Connectors::new(fetcher.clone()));
        platform.provide(Courier::new(fetcher.clone()));
        platform.provide(secrets);
        platform.provide(Editor::new(fetcher, EditLimits::from_env()));
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        start_refill(&mut tasks, &platform, &stopped);
        let mut endpoints = Vec::new();
        let mut sweep = None;
        for function in functions::all().into_iter().chain(options.extra) {
            match function.work {
                Work::Http(_) => endpoints.push(function),
                Work::Queue(worker) if options.workers => {
                    work(&mut tasks, &platform, worker, &queues, &stopped);
                }
                Work::Queue(_) => {}
                Work::Schedule(function) => sweep = Some(Arc::new(function)),
            }
        }
        if let Some(sweep) = sweep.clone().filter(|_| options.schedules) {
            schedules::start(&mut tasks, &platform, &embedded, sweep, &stopped);
        }
        schedules::start_flush(&mut tasks, &platform, &stopped);
        control::start(&mut tasks, &options.data, platform.store.clone(), &stopped)?;
        let s3 = embedded.s3_public_service();
        let service = Service::new(platform.clone(), endpoints, s3, address, stopped.clone());
        tasks.spawn(listener::serve(listener, Arc::new(service), options.patience, stopped));
        Ok(Self { address, platform, embedded, sweep, stop, tasks, farewell: options.farewell })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    pub fn embedded(&self) -> &Embedded {
        &self.embedded
    }

    /// Runs the sweep once, now.
    pub async fn sweep(&self) {
        if let Some(sweep) = &self.sweep {
            schedules::run(&self.platform, &self.embedded, sweep).await;
        }
    }

    /// Finishes what is in flight, or lets it go after a while, writes what waits, and closes the stores.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(self.farewell, ended).await.is_err() {
            // As with a process that is killed, the next start takes the work up again.
            tracing::warn!("calls and work still in flight were cut off");
            self.tasks.shutdown().await;
        }
        schedules::flush(&self.platform).await;
        self.embedded.close().await;
    }
}

/// Host and port of the public URL: behind a proxy it is this server too.
fn own_address(public: &str) -> Option<HostPort> {
    let (scheme, rest) = public.split_once("://")?;
    let authority = rest.split('/').next()?;
    let port = if scheme == "https" { 443 } else { 80 };
    authority.parse().or_else(|_| format!("{authority}:{port}").parse()).ok()
}

/// Refills the queues beside the first calls: a long queue must not delay the start.
fn start_refill(tasks: &mut JoinSet<()>, platform: &Arc<Platform>, stopped: &watch::Receiver<bool>) {
    let (platform, mut stopped, started_ms) = (platform.clone(), stopped.clone(), platform.now_ms());
    tasks.spawn(async move {
        tokio::select! {
            outcome = refill(&platform.store, started_ms) => if let Err(error) = outcome {
                tracing::error!(%error, "queues not refilled; the sweep sends what is missing");
            },
            _ = stopped.changed() => {}
        }
    });
}

/// A start releases what calls held that died with the last process. Queues live in memory: it sends a message for every open task. The lease of whoever worked on one died with
/// the last process, since the data folder has one process at a time.
pub(crate) async fn refill(store: &Store, started_ms: i64) -> Result<(), StoreError> {
    for hold in store.ledger().holds_of_calls_before(started_ms).await? {
        if store.ledger().release_now(&hold, started_ms).await? {
            tracing::info!(
                account = hold.account,
                request_id = hold.request_id,
                "hold of a call that died released"
            );
        }
    }
    let sent = store.tasks().requeue_all(started_ms).await?;
    if sent > 0 {
        tracing::info!(tasks = sent, "open tasks queued again");
    }
    let extractions = store.extractions().requeue_all(started_ms).await?;
    if extractions > 0 {
        tracing::info!(extractions, "open extractions queued again");
    }
    let batches = store.edit_batches().requeue_all(started_ms).await?;
    if batches > 0 {
        tracing::info!(batches, "batches of edits queued again");
    }
    let deliveries = store.webhooks().requeue_all(started_ms).await?;
    if deliveries > 0 {
        tracing::info!(deliveries, "deliveries queued again");
    }
    let jobs = store.jobs().requeue_all(started_ms).await?;
    if jobs > 0 {
        tracing::info!(jobs, "batch jobs queued again");
    }
    Ok(())
}

fn work(
    tasks: &mut JoinSet<()>,
    platform: &Arc<Platform>,
    function: QueueFunction,
    queues: &[(Queue, String, String)],
    stopped: &watch::Receiver<bool>,
) {
    // Why more than threads: while one picture is edited others are fetched, and a slow host holds up only its own.
    let at_once = (EditLimits::from_env().threads * 2).max(FETCHED_AT_ONCE);
    // A shard takes all cores: a second one is there so that one account's job does not keep another's waiting.
    let at_once = match function.worker.name {
        name if name == BATCH_WORKER.name => SHARDS_AT_ONCE,
        name if name == WEBHOOK_WORKER.name => SENT_AT_ONCE,
        name if name == EDIT_WORKER.name || name == EDIT_BATCH_WORKER.name => TURNS_AT_ONCE,
        _ => at_once,
    };
    let Some(source) = Source::of(function.worker.trigger, queues, at_once) else { return };
    let (sqs, worker) = (&platform.store.sqs, InProcess { platform: platform.clone(), function });
    match worker.name() {
        name if name == EDIT_WORKER.name => {
            let worker = InTurns::<Message>::new(worker, stopped.clone());
            pollers::start(tasks, sqs, &Arc::new(worker), &source, stopped);
        }
        name if name == EDIT_BATCH_WORKER.name => {
            let worker = InTurns::<EditBatchMessage>::new(worker, stopped.clone());
            pollers::start(tasks, sqs, &Arc::new(worker), &source, stopped);
        }
        _ => pollers::start(tasks, sqs, &Arc::new(worker), &source, stopped),
    }
}
