//! What no client sends.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use atelier::Patience;
use contract::limits::MAX_JSON_BODY;
use contract::{Credits, Scope};
use faults::wire::{exchange, pour, resident, status};
use futures::future::join_all;
use harness::{Harness, Scratch, ServerProcess, picture};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes a flood would send if nobody stopped it.
const POURED: usize = 400_000_000;
const SHORT: Duration = Duration::from_millis(400);

async fn assert_up(harness: &Harness) {
    let begun = Instant::now();
    harness.call("GET", "/health").no_key().send().await.expect(200);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

fn head(harness: &Harness, lines: &str) -> String {
    let key = &harness.key;
    format!(
        "POST /v1/image/edit HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n{lines}\r\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn header_bombs_are_refused_and_the_server_stays_up() {
    let harness = Harness::start().await;
    let start = "GET /health HTTP/1.1\r\nHost: localhost\r\n";
    let many = (0..2000).map(|index| format!("X-{index}: {}\r\n", "x".repeat(500))).collect::<String>();
    let bombs = [
        format!("{start}{many}\r\n"),
        format!("{start}X-Long: {}\r\n\r\n", "x".repeat(2_000_000)),
        format!("{start}{}: x\r\n\r\n", "x".repeat(200_000)),
        format!("{start}{}\r\n", "A: b\r\n".repeat(5000)),
        format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(1_000_000)),
        "x".repeat(1_000_000),
    ];
    for bomb in bombs {
        let answer = exchange(harness.server.address(), bomb.as_bytes(), Duration::from_secs(5)).await;
        let shown = String::from_utf8_lossy(&answer[..answer.len().min(200)]).into_owned();
        assert!(matches!(status(&answer), 0 | 400 | 414 | 431), "{shown}");
        assert_up(&harness).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_is_never_a_success_and_never_an_internal_error() {
    let harness = Harness::start().await;
    let with = |lines: &str, body: &str| format!("{}{body}", head(&harness, lines)).into_bytes();
    let garbage: Vec<Vec<u8>> = vec![
        b"\0\0\0\0\0\0\0\0\r\n\r\n".to_vec(),
        (0..=255).collect::<Vec<u8>>().repeat(50),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20),
        b"GET\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET  /health  HTTP/1.1\r\n\r\n".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        b"POST /v1/image/edit HTTP/1.1\nHost:localhost\nContent-Length:+1\n\n".to_vec(),
        b"GET /health HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n".to_vec(),
        b"CONNECT 127.0.0.1:9000 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        b"GET http://169.254.169.254/latest/meta-data/ HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n".to_vec(),
        b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        b"GET /files/%00/%2e%2e%2fkey HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        b"GET /atelier-results/tmp/ HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        with("Content-Length: -1\r\n", ""),
        with("Content-Length: 5\r\nContent-Length: 50\r\n", "{}{}{"),
        with("Content-Length: 99999999999999999999999\r\n", "{}"),
        with("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        with("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"),
        with("Transfer-Encoding: gzip\r\n", "{}"),
        with(
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            "1\r\nZ\r\n0\r\n\r\nGET /health HTTP/1.1\r\n",
        ),
    ];
    for bytes in garbage {
        let answer = exchange(harness.server.address(), &bytes, SHORT).await;
        let status = status(&answer);
        let (sent, got) = (String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&answer));
        assert!(status == 0 || (400..500).contains(&status), "{sent}\n{got}");
        assert!(!got.contains("root:"), "{got}");
    }
    assert_up(&harness).await;
    let balance = harness.balance("default").await;
    assert_eq!((balance.held, balance.spent), (Credits::ZERO, Credits::ZERO));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_behind_good_requests_spoils_none_of_them() {
    let harness = Harness::start().await;
    let good = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(3);
    let bytes = [good.as_bytes(), b"\xff\0 no request\r\n\r\n", good.as_bytes()].concat();
    let answer = exchange(harness.server.address(), &bytes, Duration::from_secs(2)).await;
    let text = String::from_utf8_lossy(&answer);
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 3, "{text}");
    assert_up(&harness).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_and_half_requests_hold_nobody_up() {
    let harness = Harness::start().await;
    let mut waiting = Vec::new();
    let body = head(&harness, "Content-Length: 500000\r\n");
    for start in ["G", "GET /health HTTP/1.1\r\nHost: loc", body.as_str(), "POST /v1/image/edit HTTP/1.1\r\n"]
    {
        for _ in 0..50 {
            let mut stream = TcpStream::connect(harness.server.address()).await.expect("a connection");
            stream.write_all(start.as_bytes()).await.expect("sent");
            waiting.push(stream);
        }
    }
    assert_up(&harness).await;
    for stream in &mut waiting {
        stream.write_all(b"x").await.expect("nobody was cut off yet");
    }
    assert_up(&harness).await;
    drop(waiting);
    assert_up(&harness).await;
    let balance = harness.balance("default").await;
    assert_eq!((balance.held, balance.spent), (Credits::ZERO, Credits::ZERO));
    harness.assert_books().await;
}

/// Reads until the server closes; whether it did so in time.
async fn closes(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_stay_silent_or_take_nothing_of_their_answer_are_closed() {
    let patience = Patience { head: Duration::from_millis(300), stalled: Duration::from_millis(500) };
    let harness = Harness::with(|options| options.patience = patience).await;
    let upload = harness.call("POST", "/v1/image/edit/upload");
    let large = json!({"operations": {"resizing": {"width": 2000}}, "output": {"format": "png"}});
    let answer = upload.multipart(Some(large), Some(("p.jpg", picture(1500, 1500)))).send().await.expect(200);
    let answer = answer.json();
    let link = answer["data"]["output"]["tmp_url"].as_str().expect("a link");
    let path = link.strip_prefix(&harness.url("")).expect("a link of this server");
    let size = harness.call_url("GET", link).send().await.expect(200).body.len();

    let mut silent = TcpStream::connect(harness.server.address()).await.expect("a connection");
    assert!(closes(&mut silent).await, "a silent connection is kept");
    let mut taker = TcpStream::connect(harness.server.address()).await.expect("a connection");
    // More answers than the buffers on both sides hold.
    let asked = 40_000_000 / size + 1;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(asked);
    taker.write_all(request.as_bytes()).await.expect("sent");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut taken = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), taker.read_to_end(&mut taken)).await;
    assert!(read.is_ok(), "a connection that takes nothing is kept");
    assert!(taken.len() < size * asked, "all was sent to somebody who took nothing");
    assert_up(&harness).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_will_not_be_used_are_not_waited_for() {
    let harness = Harness::start().await;
    let keyless = "POST /v1/image/edit HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    let free = "GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n";
    let unknown = "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n";
    let unfit = harness.key_with("default", &[Scope::Billing]).await;
    let unfit = format!(
        "POST /v1/image/edit HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {unfit}\r\nContent-Length: 1000\r\n\r\n"
    );
    for (head, expected) in [(keyless, 401), (free, 200), (unknown, 404), (unfit.as_str(), 403)] {
        let mut stream = TcpStream::connect(harness.server.address()).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut start = [0; 32];
        let read = tokio::time::timeout(Duration::from_secs(3), stream.read(&mut start)).await;
        let read = read.unwrap_or_else(|_| panic!("no answer to {head}")).expect("an answer");
        assert_eq!(status(&start[..read]), expected, "{head}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_on_their_way_take_bounded_memory_and_do_not_keep_a_server_from_stopping() {
    let harness = Harness::start().await;
    let key = &harness.key;
    let head = format!(
        "POST /v1/image/edit/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 19900000\r\n\r\n"
    );
    let mut sending = Vec::new();
    for _ in 0..14 {
        let mut stream = TcpStream::connect(harness.server.address()).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("sent");
        sending.push(stream);
    }
    // While one large body waits for room, small ones find theirs.
    let begun = Instant::now();
    harness.call("POST", "/v1/keys").json(json!({"name": "small"})).send().await.expect(201);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let refused = async {
        let mut answers = sending.iter_mut().map(|stream| {
            Box::pin(async move {
                let mut start = vec![0; 2000];
                let read = stream.read(&mut start).await.expect("an answer");
                start.truncate(read);
                start
            })
        });
        futures::future::select_all(&mut answers).await.0
    };
    let refused = tokio::time::timeout(Duration::from_secs(15), refused).await.expect("one has no room");
    assert_eq!(status(&refused), 503);
    let refused = String::from_utf8_lossy(&refused).to_ascii_lowercase();
    assert!(refused.contains("retry-after: ") && refused.contains("x-request-id: "), "{refused}");
    let begun = Instant::now();
    harness.server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    drop(sending);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_arrive_whole_is_refused_in_the_familys_shape() {
    let harness = Harness::start().await;
    let bytes = format!("{}zz\r\n{{}}\r\n0\r\n\r\n", head(&harness, "Transfer-Encoding: chunked\r\n"));
    let answer = exchange(harness.server.address(), bytes.as_bytes(), Duration::from_secs(5)).await;
    let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    assert_eq!(status(&answer), 400, "{text}");
    assert!(text.contains("x-request-id: ") && text.contains("connection: close"), "{text}");
    assert!(text.contains("\"error_code\":\"3001\""), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_with_two_hosts_is_refused() {
    let harness = Harness::start().await;
    let bytes = b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: example.com\r\n\r\n";
    let answer = exchange(harness.server.address(), bytes, Duration::from_secs(5)).await;
    assert_eq!(status(&answer), 400, "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_announced_too_large_is_refused_before_it_is_sent() {
    let harness = Harness::start().await;
    for length in [MAX_JSON_BODY + 1, 99_999_999_999] {
        let bytes = head(&harness, &format!("Content-Length: {length}\r\n"));
        let answer = exchange(harness.server.address(), bytes.as_bytes(), Duration::from_secs(2)).await;
        let text = String::from_utf8_lossy(&answer).to_lowercase();
        assert_eq!(status(&answer), 413, "{text}");
        assert!(text.contains("\"error_code\":\"7001\"") && text.contains("x-request-id"), "{text}");
    }
    assert_up(&harness).await;
}

async fn flood(address: SocketAddr, key: &str) -> (usize, u16) {
    let head = format!(
        "POST /v1/image/edit HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    let (sent, answer) = pour(address, &head, POURED, Duration::from_secs(10)).await;
    (sent, status(&answer))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_unknown_length_is_cut_at_the_limit_and_takes_no_memory() {
    let folder = Scratch::new();
    let process =
        ServerProcess::start(folder.path(), &[("ATELIER_RATE_LIMITS", "off"), ("ATELIER_LOG", "warn")]);
    process.call("GET", "/v1/balance").send().await.expect(200);
    let before = resident(process.id());
    let key = process.key();
    let floods = join_all((0..20).map(|_| flood(process.address(), &key))).await;
    // What the kernel buffers on both sides of a connection, tens of megabytes at most, also counts as sent.
    assert!(floods.iter().all(|(sent, _)| *sent < POURED / 4), "{floods:?}");
    assert!(floods.iter().all(|(_, status)| *status == 413), "{floods:?}");
    let grown = resident(process.id()).saturating_sub(before);
    assert!(grown < 100_000_000, "{grown} bytes more than before");
    process.call("GET", "/health").send().await.expect(200);
}
