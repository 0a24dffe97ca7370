//! Servers that are slow, lie about lengths, send bombs, or no HTTP at all.

use std::io::Write;
use std::time::{Duration, Instant};

use contract::Credits;
use faults::hostile::{Behaviour, Hostile, ok, with_head};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::StreamExt;
use futures::stream::iter;
use harness::{Harness, picture};

/// Text in bodies of what is no picture; nobody may read it in an error.
const INSIDE: &str = "words-from-the-inside";
/// More bytes than a fetch may take.
const TOO_MANY: usize = 60_000_000;

const OK: &str = "HTTP/1.1 200 OK\r\n";

fn answer(head: &str, body: &[u8]) -> Behaviour {
    Behaviour::Answer(with_head(&format!("{OK}{head}"), body))
}

/// A little gzip that unpacks to about so many zeros.
pub fn gzip_bomb(size: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1_000_000];
    for _ in 0..size / zeros.len() {
        encoder.write_all(&zeros).expect("memory");
    }
    encoder.finish().expect("memory")
}

fn slow() -> Vec<(&'static str, Behaviour)> {
    let pause = Duration::from_millis(50);
    let endless_chunks = format!("{OK}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 0x10000], b"\r\n".to_vec()].concat();
    vec![
        ("says nothing", Behaviour::Stall(Vec::new())),
        ("half a head", Behaviour::Stall(b"HTTP/1.1 200 OK\r\nContent-".to_vec())),
        ("a head and no body", Behaviour::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".to_vec())),
        ("a head byte by byte", Behaviour::Repeat(OK.into(), b"X".to_vec(), pause)),
        (
            "a body byte by byte",
            Behaviour::Repeat(
                b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n".to_vec(),
                b"x".to_vec(),
                pause,
            ),
        ),
        ("a body without end", Behaviour::Repeat(endless_chunks, chunk, Duration::ZERO)),
        (
            "headers without end",
            Behaviour::Repeat(OK.into(), b"X-More: more\r\n".repeat(1000), Duration::ZERO),
        ),
        ("redirects without end", Behaviour::Answer(faults::hostile::redirect("/7"))),
    ]
}

fn liars() -> Vec<(&'static str, Behaviour)> {
    let picture = picture(40, 30);
    let length = |bytes: usize| format!("Content-Length: {bytes}\r\n");
    vec![
        ("a length too long", answer(&length(picture.len() + 1000), &picture)),
        ("a length far too long", answer(&length(usize::MAX / 4), &picture)),
        ("a length over the limit", answer(&length(TOO_MANY), &picture)),
        ("a length that is none", answer("Content-Length: -5\r\n", &picture)),
        ("two lengths", answer("Content-Length: 5\r\nContent-Length: 50\r\n", &picture)),
        ("a chunk that is none", answer("Transfer-Encoding: chunked\r\n", b"zz\r\n....")),
        ("a chunk too large", answer("Transfer-Encoding: chunked\r\n", b"ffffffffffffffff1\r\nxx")),
        ("a chunk cut off", answer("Transfer-Encoding: chunked\r\n", b"100\r\nxx")),
        (
            "gzip that is none",
            answer(&format!("Content-Encoding: gzip\r\n{}", length(picture.len())), &picture),
        ),
        ("two codings", answer("Content-Encoding: gzip, gzip\r\nContent-Length: 1\r\n", b"x")),
        ("an unknown coding", answer("Content-Encoding: br\r\nContent-Length: 1\r\n", b"x")),
        ("a length too short", answer(&length(picture.len() / 3), &picture)),
    ]
}

fn strangers() -> Vec<(&'static str, Behaviour)> {
    let bomb = gzip_bomb(TOO_MANY);
    let status =
        |line: &str| Behaviour::Answer(with_head(&format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n"), b""));
    let page = format!("<html><title>{INSIDE}</title></html>");
    vec![
        ("ssh", Behaviour::Answer(format!("SSH-2.0-OpenSSH_9.9 {INSIDE}\r\n").into_bytes())),
        ("noise", Behaviour::Answer((0..=255).collect::<Vec<u8>>().repeat(100))),
        ("nothing at all", Behaviour::Answer(Vec::new())),
        ("404", status("404 Not Found")),
        ("500", status("500 Internal Server Error")),
        ("204", status("204 No Content")),
        ("206", status("206 Partial Content")),
        ("304", status("304 Not Modified")),
        ("a redirect to nowhere", status("302 Found")),
        (
            "a gzip bomb",
            answer(&format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n", bomb.len()), &bomb),
        ),
        ("a page", Behaviour::Answer(ok("image/png", page.as_bytes()))),
        ("JSON", Behaviour::Answer(ok("image/jpeg", format!("{{\"secret\":\"{INSIDE}\"}}").as_bytes()))),
        ("an empty body", Behaviour::Answer(ok("image/jpeg", b""))),
    ]
}

fn all() -> Vec<(&'static str, Behaviour)> {
    [slow(), liars(), strangers()].concat()
}

async fn against(behaviours: &[(&'static str, Behaviour)]) -> (Hostile, Harness) {
    let server = Hostile::start(behaviours.iter().map(|(_, behaviour)| behaviour.clone()).collect()).await;
    let harness = Harness::with(|options| {
        options.fetch.allow.push(server.address.into());
        options.fetch.first_byte = Duration::from_millis(500);
        options.fetch.total = Duration::from_millis(1500);
    })
    .await;
    (server, harness)
}

async fn assert_free(harness: &Harness) {
    let balance = harness.balance("default").await;
    assert_eq!((balance.held, balance.spent), (Credits::ZERO, Credits::ZERO));
    harness.assert_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_server_costs_a_call_that_waits_little_time_and_no_credit() {
    let behaviours = all();
    let (server, harness) = against(&behaviours).await;
    let call = async |(index, (name, _)): (usize, &(&'static str, Behaviour))| {
        let begun = Instant::now();
        let url = server.url(&format!("/{index}"));
        let answer = harness.call("POST", "/v1/image/edit").json(crate::edit(&url)).send().await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text());
        let body = answer.json();
        assert!(matches!(body["error_type"].as_str(), Some("dlvr" | "image")), "{name}: {body}");
        assert!(!answer.text().contains(INSIDE), "{name}: {body}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{name} took {:?}", begun.elapsed());
    };
    let calls = iter(behaviours.iter().enumerate()).map(call).buffer_unordered(3);
    assert_eq!(calls.count().await, behaviours.len());
    assert_free(&harness).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_server_ends_a_task_in_an_error_that_costs_nothing() {
    let behaviours = all();
    let (server, harness) = against(&behaviours).await;
    let task = async |(index, (name, _)): (usize, &(&'static str, Behaviour))| {
        let url = server.url(&format!("/{index}"));
        let answer = harness.call("POST", "/v1/image/edit/async").json(crate::edit(&url)).send().await;
        let id = answer.expect(200).json()["data"]["id"].as_u64().expect("an id");
        let task = harness.wait_task(&harness.key, id).await;
        assert_eq!(task["status"], "ERROR", "{name}: {task}");
        assert_eq!(task["errors"].as_array().map(Vec::len), Some(1), "{name}: {task}");
        assert!(!task.to_string().contains(INSIDE), "{name}: {task}");
    };
    let tasks = iter(behaviours.iter().enumerate()).map(task).buffer_unordered(6);
    assert_eq!(tasks.count().await, behaviours.len());
    assert_free(&harness).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_servers_take_the_places_of_nobody_else() {
    let server = Hostile::start(vec![Behaviour::Stall(Vec::new())]).await;
    // Another host than the healthy server's: places are counted by the host in the URL.
    let host = format!("localhost:{}", server.address.port());
    let harness = Harness::with(|options| {
        options.fetch.allow.push(host.parse().expect("host:port"));
    })
    .await;
    let slow = format!("http://{host}/0");
    let input = harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let stuck = (0..8).map(|_| harness.call("POST", "/v1/image/edit").json(crate::edit(&slow)).send());
    let healthy = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let begun = Instant::now();
        let answer = harness.call("POST", "/v1/image/edit").json(crate::edit(&input)).send().await;
        (answer.status, begun.elapsed())
    };
    let (stuck, (status, took)) = futures::join!(futures::future::join_all(stuck), healthy);
    assert_eq!(status, 200);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(stuck.iter().all(|answer| answer.status == 400));
    assert_eq!(harness.balance("default").await.spent, Credits::whole(1));
    harness.assert_books().await;
}
