use std::cell::{Cell, RefCell};
use std::fs;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::task::{JoinSet, LocalSet};

use crate::Load;
use crate::connection::Connection;
use crate::report::Report;

#[derive(Default)]
struct Tally {
    begun: Cell<usize>,
    failures: Cell<usize>,
    latencies: RefCell<Vec<Duration>>,
    first_failure: RefCell<Option<String>>,
}

pub fn keys(load: &Load) -> Result<Vec<String>> {
    let text =
        fs::read_to_string(&load.keys).with_context(|| format!("{} cannot be read", load.keys.display()))?;
    let keys: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    ensure!(!keys.is_empty(), "{} holds no key", load.keys.display());
    Ok(keys)
}

/// Lets every client do `step` again and again, with the number of the step counted over all clients, until time or
/// number is used up. A failed step is counted and its client goes on with a new connection.
pub async fn run<F>(load: &Load, step: F) -> Result<Report>
where
    F: AsyncFn(&mut Connection, usize) -> Result<()> + 'static,
{
    let (load, step, tally) = (Rc::new(load.clone()), Rc::new(step), Rc::new(Tally::default()));
    let (begun, local, mut clients) = (Instant::now(), LocalSet::new(), JoinSet::new());
    for _ in 0..load.clients {
        let (load, step, tally) = (load.clone(), step.clone(), tally.clone());
        clients.spawn_local_on(async move { client(&load, &*step, &tally, begun).await }, &local);
    }
    local
        .run_until(async {
            while let Some(client) = clients.join_next().await {
                client??;
            }
            Ok::<_, anyhow::Error>(())
        })
        .await?;
    let (latencies, failure) = (tally.latencies.take(), tally.first_failure.take());
    Ok(Report::new(latencies, begun.elapsed(), tally.failures.get(), failure))
}

async fn client(
    load: &Load,
    step: &impl AsyncFn(&mut Connection, usize) -> Result<()>,
    tally: &Tally,
    begun: Instant,
) -> Result<()> {
    let mut connection = Connection::open(&load.url).await?;
    while begun.elapsed().as_secs_f64() < load.seconds && tally.begun.get() < load.calls {
        let number = tally.begun.replace(tally.begun.get() + 1);
        let start = Instant::now();
        match step(&mut connection, number).await {
            Ok(()) => tally.latencies.borrow_mut().push(start.elapsed()),
            Err(error) => {
                tally.failures.set(tally.failures.get() + 1);
                tally.first_failure.borrow_mut().get_or_insert_with(|| format!("{error:#}"));
                connection = Connection::open(&load.url).await?;
            }
        }
    }
    Ok(())
}
