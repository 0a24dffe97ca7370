//! The state machine of batch jobs under events in any order: counters always add up, what has ended stays ended, and no credit is
//! made or lost.

use contract::Credits;
use contract::classification::{Mode, Priority};
use harness::Harness;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use store::{
    Begun, Checkpoint, Ending, Hold, Input, JobPhase, JobRecord, NewJob, Reserved, ShardRecord, Store, Totals,
};

const ACCOUNT: &str = "machine";
const SHARDS: u32 = 3;
/// Segments of a shard, and milliseconds of a lease.
const SEGMENTS: i64 = 3;
const LEASE_MS: i64 = 1000;

/// A worker with a shard that it believes to be its own.
#[derive(Clone)]
struct Worker {
    lease: String,
    shard: ShardRecord,
    held: Option<Credits>,
}

struct Machine<'a> {
    harness: &'a Harness,
    random: StdRng,
    job: String,
    workers: Vec<Worker>,
    ending: Option<String>,
    /// The last look at the job.
    seen: JobRecord,
    holds: u32,
}

impl Machine<'_> {
    fn store(&self) -> &Store {
        self.harness.store()
    }

    async fn job(&self) -> JobRecord {
        self.store().jobs().find(ACCOUNT, &self.job).await.expect("an answer").expect("a job")
    }

    async fn start(&mut self) {
        let now_ms = self.harness.now_ms();
        let key = self.store().keys().list(ACCOUNT, 1, None).await.expect("keys").0.remove(0);
        self.holds += 1;
        let amount = Credits::from_micro(self.random.random_range(1..3000));
        let hold = Hold::new(&key, &format!("{}-{}", self.job, self.holds), amount, now_ms);
        let job = self.job().await;
        let input = Input {
            etag: "etag".into(),
            bytes: 300,
            gzip: false,
            shard_bytes: 100,
            shards: SHARDS,
            lines: 30,
            tokens: 100,
            price: Credits::whole(80),
        };
        let store = self.store().clone();
        // As the pipeline does it: the hold first, its hand-over together with the start.
        let mut first = store.transaction();
        store.ledger().hold(&mut first, &hold, None, now_ms, Some(now_ms + 60_000)).expect("a hold");
        if first.commit().await.is_err() {
            return;
        }
        let mut second = store.transaction();
        store.ledger().hand_over(&mut second, &hold).expect("a hand-over");
        store.jobs().start(&mut second, &job, &input, &hold, now_ms).expect("a start");
        if second.commit().await.is_err() {
            assert!(store.ledger().release_now(&hold, now_ms).await.expect("an answer"));
        }
    }

    async fn begin(&mut self) {
        let (shard, lease) = (self.random.random_range(0..SHARDS), uuid::Uuid::new_v4().to_string());
        let (job, now_ms) = (self.job().await, self.harness.now_ms());
        let times = (now_ms, now_ms + LEASE_MS);
        if let Begun::Ours(shard) =
            self.store().jobs().begin(&job, shard, &lease, times).await.expect("begun")
        {
            self.workers.push(Worker { lease, shard, held: None });
        }
    }

    /// Any worker, also one whose lease has ended long ago.
    fn pick(&mut self) -> Option<Worker> {
        let count = self.workers.len();
        (count > 0).then(|| self.workers[self.random.random_range(0..count)].clone())
    }

    fn keep(&mut self, worker: Worker) {
        if let Some(place) = self.workers.iter().position(|known| known.lease == worker.lease) {
            self.workers[place] = worker;
        }
    }

    async fn reserve(&mut self) {
        let Some(mut worker) = self.pick() else { return };
        let cost = Credits::from_micro(self.random.random_range(0..900));
        let (job, now_ms) = (self.job().await, self.harness.now_ms());
        let times = (None, now_ms, now_ms + LEASE_MS);
        let jobs = self.store().jobs();
        match jobs.reserve(&job, &worker.shard, &worker.lease, cost, times).await.expect("an answer") {
            Reserved::Held => {
                (worker.held, worker.shard.held) = (Some(cost), cost);
                self.keep(worker);
            }
            Reserved::NoCredits => {
                jobs.fail(&job, "no credits").await.expect("an answer");
            }
            Reserved::Stop => {}
        }
    }

    async fn settle(&mut self) {
        let Some(mut worker) = self.pick() else { return };
        let held = worker.held.unwrap_or_default();
        let (job, now_ms) = (self.job().await, self.harness.now_ms());
        let checkpoint = Checkpoint {
            offset: worker.shard.offset + 10,
            lines: 4,
            completed: 3,
            failed: 1,
            tokens: 5,
            charge: Credits::from_micro(self.random.random_range(0..=held.micro())),
            last: worker.shard.segments + 1 == SEGMENTS,
            lease_until_ms: now_ms + LEASE_MS,
        };
        let now = (held, now_ms);
        let jobs = self.store().jobs();
        if jobs.settle(&job, &worker.shard, &worker.lease, &checkpoint, now).await.expect("an answer") {
            worker.shard.segments += 1;
            worker.shard.offset += 10;
            (worker.held, worker.shard.held) = (None, Credits::ZERO);
            self.keep(worker);
        }
    }

    async fn claim(&mut self) {
        let (job, now_ms, lease) =
            (self.job().await, self.harness.now_ms(), uuid::Uuid::new_v4().to_string());
        let times = (now_ms, now_ms + LEASE_MS);
        if self.store().jobs().claim(&job, &lease, times).await.expect("an answer").is_some() {
            self.ending = Some(lease);
        }
    }

    /// By whoever claimed last, or once more by who did before.
    async fn end(&mut self) {
        let Some(lease) = self.ending.clone() else { return };
        let (job, now_ms) = (self.job().await, self.harness.now_ms());
        let jobs = self.store().jobs();
        let shards = jobs.shards(&self.job).await.expect("shards");
        let Ok(gathered) = jobs.gather(&job, &lease, &shards).await else { return };
        let phase = match job.phase {
            JobPhase::Cancelling => JobPhase::Cancelled,
            JobPhase::Failing => JobPhase::Failed,
            _ => JobPhase::Completed,
        };
        let ending = Ending { phase, error: None, results_bytes: 1, errors_bytes: 0 };
        let reserve = job.reserve + gathered;
        jobs.end(&job, &lease, reserve, &ending, now_ms).await.expect("an answer");
    }

    async fn event(&mut self) {
        let job = self.job().await;
        match self.random.random_range(0..100) {
            0..5 => self.start().await,
            5..30 => self.begin().await,
            30..60 => self.reserve().await,
            60..85 => self.settle().await,
            85..87 => drop(self.store().jobs().fail(&job, "a test").await.expect("an answer")),
            87 if self.random.random_range(0..4) == 0 => {
                self.store().jobs().cancel(&job, self.harness.now_ms()).await.expect("an answer");
            }
            88..91 => self.claim().await,
            91..95 => self.end().await,
            _ => self.harness.clock.advance_ms(LEASE_MS / 2),
        }
    }

    async fn check(&mut self, event: usize) {
        let job = self.job().await;
        let shards = self.store().jobs().shards(&self.job).await.expect("shards");
        let totals = Totals::of(&shards);
        assert_eq!(
            (job.completed, job.failed, job.shards_done),
            (totals.completed, totals.failed, totals.done)
        );
        let sheet = self.harness.balance(ACCOUNT).await;
        let held: Credits = shards.iter().map(|shard| shard.held).sum::<Credits>() + job.reserve;
        assert_eq!((sheet.held, sheet.spent), (held, job.charged), "event {event}: {job:?}");
        let is_final = matches!(self.seen.phase, JobPhase::Completed | JobPhase::Cancelled);
        assert!(!is_final || self.seen == job, "event {event}: {:?} became {job:?}", self.seen);
        let active = self.store().jobs().active(ACCOUNT).await.expect("an answer").is_some();
        assert_eq!(active, job.phase.status().is_running(), "event {event}: {job:?}");
        self.seen = job;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_order_of_events_counters_add_up_and_no_credit_is_made_or_lost() {
    let mut ends = std::collections::HashSet::new();
    for seed in 0..12 {
        let harness = Harness::with(|options| options.workers = false).await;
        harness.account(ACCOUNT, 0).await;
        harness.grant(ACCOUNT, Credits::from_micro(6000)).await;
        let job = JobRecord::new(NewJob {
            id: format!("job_{seed}"),
            account: ACCOUNT.into(),
            mode: Mode::Single,
            priority: Priority::Fast,
            base_url: String::new(),
            created_at_ms: harness.now_ms(),
        });
        let mut transaction = harness.store().transaction();
        harness.store().jobs().create(&mut transaction, &job, "{}").expect("a job");
        transaction.commit().await.expect("a job");
        let mut machine = Machine {
            harness: &harness,
            random: StdRng::seed_from_u64(seed),
            job: job.id.clone(),
            workers: Vec::new(),
            ending: None,
            seen: job,
            holds: 0,
        };
        machine.start().await;
        for event in 0..300 {
            machine.event().await;
            machine.check(event).await;
        }
        ends.insert(machine.seen.phase);
        harness.assert_books().await;
    }
    assert!(ends.len() > 1, "all jobs ended alike: {ends:?}");
}
