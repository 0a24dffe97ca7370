//! Clocks: the sweep every minute, with what lifecycle rules and TTL do on AWS; log rows every second.

use std::sync::Arc;
use std::time::Duration;

use common::{Platform, ScheduleFunction};
use contract::resources::RESULTS;
use embedded::Embedded;
use tokio::sync::watch;
use tokio::task::JoinSet;

const DAY: i64 = 86_400;

/// Starts the clocks; they end when `stop` changes.
pub fn start(
    tasks: &mut JoinSet<()>,
    platform: &Arc<Platform>,
    embedded: &Embedded,
    sweep: Arc<ScheduleFunction>,
    stop: &watch::Receiver<bool>,
) {
    let (platform, embedded, mut stop) = (platform.clone(), embedded.clone(), stop.clone());
    tasks.spawn(async move {
        let mut minute = tokio::time::interval(Duration::from_secs(60));
        loop {
            tokio::select! {
                _ = minute.tick() => run(&platform, &embedded, &sweep).await,
                _ = stop.changed() => break,
            }
        }
    });
}

/// Writes waiting log rows every second.
pub fn start_flush(tasks: &mut JoinSet<()>, platform: &Arc<Platform>, stop: &watch::Receiver<bool>) {
    let (platform, mut stop) = (platform.clone(), stop.clone());
    tasks.spawn(async move {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                _ = second.tick() => flush(&platform).await,
                _ = stop.changed() => break,
            }
        }
    });
}

pub async fn flush(platform: &Platform) {
    if let Err(error) = platform.recorder.flush(&platform.store).await {
        tracing::error!(error = %error, "log rows not written");
    }
}

/// One sweep.
pub async fn run(platform: &Arc<Platform>, embedded: &Embedded, sweep: &ScheduleFunction) {
    if let Err(error) = sweep.run(platform.clone()).await {
        tracing::error!(error = %error, "sweep failed; the next one goes on");
    }
    expire(embedded, &platform.store.names.bucket_results, platform.now_ms() / 1000).await;
}

/// What lifecycle rules and TTL do on AWS. `now` in Unix seconds.
pub async fn expire(embedded: &Embedded, results: &str, now: i64) {
    let (items, uploads) = tokio::join!(embedded.expire_items(now), embedded.abort_uploads(now - DAY));
    let mut errors = vec![items.err(), uploads.err()];
    for (prefix, days) in RESULTS.expiring {
        errors.push(embedded.expire_objects(results, prefix, now - DAY * i64::from(*days)).await.err());
    }
    for error in errors.into_iter().flatten() {
        tracing::error!(error = %error, "expiry failed; the next sweep goes on");
    }
}
