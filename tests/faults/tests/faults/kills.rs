//! `kill -9` of the real binary with tasks in flight, again and again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use atelier::{ServeOptions, Server};
use common::clock::TestClock;
use contract::Credits;
use contract::platform::money::EntryKind;
use faults::behind::{ledger, tasks, text};
use futures::StreamExt;
use futures::stream::iter;
use harness::{FileAnswer, FileServer, Scratch, ServerProcess, picture};
use rand::Rng;

/// Tasks that each round adds.
const TASKS: usize = 200;
/// Submissions at the same time.
const AT_ONCE: usize = 8;
/// A round's kill comes after at most so many milliseconds. It takes about as long to accept all tasks and to work them.
const LATEST_MS: u64 = 3500;
/// Time for the last process to end what all others left.
const PATIENCE: Duration = Duration::from_secs(180);

/// Submissions by their idempotency key, with the task where one is known.
type Known = Mutex<HashMap<String, Option<u64>>>;

fn rounds() -> usize {
    std::env::var("ATELIER_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2)
}

fn unknown(known: &Known) -> Vec<String> {
    let known = known.lock().expect("nobody panicked");
    known.iter().filter(|(_, id)| id.is_none()).map(|(key, _)| key.clone()).collect()
}

/// Sends what has no answer yet; what the kill cuts off stays without one.
async fn submit(process: &ServerProcess, input: &str, known: &Known) {
    let send = async |key: String| {
        let call = process.call("POST", "/v1/image/edit/async").header("Idempotency-Key", &key);
        let Ok(answer) = call.json(crate::edit(input)).try_send().await else { return };
        match answer.status {
            200 => {
                let id = answer.json()["data"]["id"].as_u64();
                assert!(id.is_some());
                known.lock().expect("nobody panicked").insert(key, id);
            }
            // A call that a kill cut off counts as running until its deadline.
            409 => assert_eq!(answer.json()["error_code"], "6003"),
            other => panic!("{other}: {}\n{}", answer.text(), process.log()),
        }
    };
    iter(unknown(known)).map(send).buffer_unordered(AT_ONCE).count().await;
}

/// Waits until every known task has ended and returns the states.
async fn ends(process: &ServerProcess, known: &Known) -> Vec<String> {
    let ids: Vec<u64> = known.lock().expect("nobody panicked").values().filter_map(|id| *id).collect();
    let until = Instant::now() + PATIENCE;
    let look = async |id: u64| loop {
        let answer = process.call("GET", &format!("/v1/image/edit/async/{id}?wait=10")).send().await;
        let status = answer.expect(200).json()["data"]["status"].as_str().unwrap_or_default().to_owned();
        if matches!(status.as_str(), "DONE" | "ERROR") {
            return status;
        }
        assert!(Instant::now() < until, "task {id} is still {status}");
    };
    iter(ids).map(look).buffer_unordered(AT_ONCE).collect().await
}

/// After the last process: the store itself, with a minute's time for what died in the middle of a call.
async fn audit(folder: &Scratch, known: &Known) {
    let clock = Arc::new(TestClock::default());
    let mut options = ServeOptions::new(folder.join("data"));
    options.clock = Arc::clone(&clock) as Arc<dyn common::clock::Clock>;
    (options.workers, options.schedules) = (false, false);
    let server = Server::start(options).await.unwrap_or_else(|error| panic!("{error}"));
    clock.advance_ms(60_000);
    server.sweep().await;
    let store = &server.platform().store;
    let stored = tasks(store).await;
    let state = |item| text(item, "task_status").to_owned();
    assert!(stored.iter().all(|item| matches!(state(item).as_str(), "DONE" | "ERROR")));
    let known = known.lock().expect("nobody panicked").clone();
    let ids: HashSet<String> = stored.iter().map(|item| text(item, "id").to_owned()).collect();
    assert!(known.values().flatten().all(|id| ids.contains(&id.to_string())), "an accepted task is lost");
    assert!(ids.len() <= known.len(), "{} tasks of {} submissions", ids.len(), known.len());

    let rows = ledger(store, "default").await;
    let sum = |kind| rows.iter().filter(|row| row.kind == kind).map(|row| row.credits).sum::<Credits>();
    let sheet = store.ledger().balance("default").await.expect("a balance").expect("the account");
    assert_eq!(sheet.granted, sheet.available + sheet.held + sheet.spent);
    assert_eq!(sheet.granted, sum(EntryKind::Grant));
    assert_eq!(sheet.spent, sum(EntryKind::Charge));
    assert_eq!(sheet.held, Credits::ZERO);
    let done: HashSet<&str> =
        stored.iter().filter(|item| state(item) == "DONE").map(|item| text(item, "request_id")).collect();
    let charged: Vec<&str> = rows
        .iter()
        .filter(|row| row.kind == EntryKind::Charge)
        .filter_map(|row| row.request_id.as_deref())
        .collect();
    assert_eq!(charged.len(), done.len());
    assert_eq!(charged.into_iter().collect::<HashSet<_>>(), done);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_with_two_hundred_tasks_in_flight_loses_nothing_and_charges_nothing_twice() {
    let files = FileServer::start().await;
    // Slow enough that no round has worked all its tasks when it is killed.
    let slow = FileAnswer::new("image/jpeg", picture(320, 240)).after(Duration::from_millis(40));
    let input = files.handle("p.jpg", move |_| slow.clone());
    let address = files.address().to_string();
    let env = [
        ("ATELIER_FETCH_ALLOW", address.as_str()),
        ("ATELIER_RATE_LIMITS", "off"),
        ("ATELIER_LOG", "warn,atelier=info"),
    ];
    let folder = Scratch::new();
    let known = Known::default();
    for round in 0..rounds() {
        let mut process = ServerProcess::start(folder.path(), &env);
        let new = (0..TASKS).map(|index| (format!("round-{round}-{index}"), None));
        known.lock().expect("nobody panicked").extend(new);
        let moment = Duration::from_millis(rand::rng().random_range(50..LATEST_MS));
        let work = async {
            submit(&process, &input, &known).await;
            std::future::pending::<()>().await;
        };
        let _ = tokio::time::timeout(moment, work).await;
        process.kill9();
        let open = unknown(&known).len();
        eprintln!("round {round}: killed after {moment:?}, {open} submissions without an answer");
    }
    let mut process = ServerProcess::start(folder.path(), &env);
    let requeued = process.log().lines().find(|line| line.contains("queued again")).map(str::to_owned);
    eprintln!("the last start: {}", requeued.unwrap_or_default());
    submit(&process, &input, &known).await;
    let states = ends(&process, &known).await;
    let (done, all) = (states.iter().filter(|state| *state == "DONE").count(), states.len());
    let open = unknown(&known).len();
    assert!(done > 0 && open <= AT_ONCE * rounds(), "{done} of {all} done, {open} never answered");
    eprintln!("{done} of {all} done, {open} submissions never answered");
    process.terminate();
    assert!(process.wait().success(), "{}", process.log());
    audit(&folder, &known).await;
}
