//! Broken and hostile pictures against the real binary, whose memory is watched.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::{Duration, Instant};

use faults::broken;
use faults::hostile::{Behaviour, Hostile, with_head};
use faults::wire::resident;
use harness::{Answer, FileServer, Scratch, ServerProcess, picture};
use serde_json::{Value, json};

/// One picture may take this long on a busy machine without optimisation; a second is the aim.
const LONGEST: Duration = Duration::from_secs(3);
/// How much more memory than after a healthy edit. Bytes.
const GROWTH: u64 = 150_000_000;

/// The real server, which may fetch from this address.
fn serve(folder: &Scratch, allowed: SocketAddr) -> ServerProcess {
    let allowed = allowed.to_string();
    let env =
        [("ATELIER_FETCH_ALLOW", allowed.as_str()), ("ATELIER_RATE_LIMITS", "off"), ("ATELIER_LOG", "warn")];
    ServerProcess::start(folder.path(), &env)
}

async fn upload(process: &ServerProcess, name: &str, bytes: Vec<u8>) -> Answer {
    process.call("POST", "/v1/image/edit/upload").multipart(Some(json!({})), Some((name, bytes))).send().await
}

/// A call's answer, and the most memory the server had meanwhile.
async fn watched(call: impl Future<Output = Answer>, process: u32) -> (Answer, u64) {
    let mut call = pin!(call);
    let mut most = 0;
    loop {
        most = most.max(resident(process));
        if let Ok(answer) = tokio::time::timeout(Duration::from_millis(10), call.as_mut()).await {
            return (answer, most.max(resident(process)));
        }
    }
}

async fn balance(process: &ServerProcess) -> Value {
    let sheet = process.call("GET", "/v1/balance").send().await.expect(200).json();
    json!([sheet["balance"], sheet["held"], sheet["spent"]])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_and_hostile_pictures_are_refused_at_once_for_nothing_and_in_bounded_memory() {
    let files = FileServer::start().await;
    let folder = Scratch::new();
    let process = serve(&folder, files.address());
    let healthy = picture(640, 480);
    upload(&process, "healthy.jpg", healthy.clone()).await.expect(200);
    let before = (balance(&process).await, resident(process.id()));
    let broken = broken::all(&healthy);
    assert!(broken.len() >= 20);
    for (name, bytes) in broken {
        let url = files.add(name, "image/jpeg", bytes.clone());
        let by_url = process.call("POST", "/v1/image/edit").json(crate::edit(&url));
        for way in ["upload", "url"] {
            let begun = Instant::now();
            let (answer, most) = match way {
                "upload" => watched(upload(&process, name, bytes.clone()), process.id()).await,
                _ => watched(by_url.clone().send(), process.id()).await,
            };
            let took = begun.elapsed();
            assert!(
                matches!(answer.status, 400 | 422),
                "{name} by {way}: {} {}",
                answer.status,
                answer.text()
            );
            assert!(took < LONGEST, "{name} by {way} took {took:?}");
            let grown = most.saturating_sub(before.1);
            assert!(grown < GROWTH, "{name} by {way}: {grown} bytes more than before");
        }
    }
    assert_eq!(balance(&process).await, before.0);
    upload(&process, "healthy.jpg", healthy).await.expect(200);
    assert!(!process.log().contains("panic"), "{}", process.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_and_bodies_without_end_are_cut_off_in_bounded_memory() {
    let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 0x10000], b"\r\n".to_vec()].concat();
    let endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let bomb = crate::servers::gzip_bomb(1_000_000_000);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n", bomb.len());
    let behaviours =
        vec![Behaviour::Answer(with_head(&head, &bomb)), Behaviour::Repeat(endless, chunk, Duration::ZERO)];
    let server = Hostile::start(behaviours).await;
    let folder = Scratch::new();
    let process = serve(&folder, server.address);
    upload(&process, "healthy.jpg", picture(640, 480)).await.expect(200);
    let before = (balance(&process).await, resident(process.id()));
    for path in ["/0", "/1", "/0", "/1"] {
        let call = process.call("POST", "/v1/image/edit").json(crate::edit(&server.url(path))).send();
        let (answer, most) = watched(call, process.id()).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        assert_eq!(answer.json()["error_code"], "3103", "{path}: {}", answer.text());
        let grown = most.saturating_sub(before.1);
        assert!(grown < GROWTH, "{path}: {grown} bytes more than before");
    }
    assert_eq!(balance(&process).await, before.0);
}
