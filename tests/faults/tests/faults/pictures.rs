//! Broken and hostile pictures against the real binary, whose memory is watched.

use std::time::{Duration, Instant};

use faults::broken;
use faults::wire::resident;
use harness::{Answer, FileServer, Scratch, ServerProcess, picture};
use serde_json::{Value, json};

/// One picture may take this long on a busy machine without optimisation; a second is the aim.
const LONGEST: Duration = Duration::from_secs(3);
/// How much more memory than after a healthy edit. Bytes.
const GROWTH: u64 = 150_000_000;

async fn upload(process: &ServerProcess, name: &str, bytes: Vec<u8>) -> Answer {
    process.call("POST", "/v1/image/edit/upload").multipart(Some(json!({})), Some((name, bytes))).send().await
}

async fn balance(process: &ServerProcess) -> Value {
    let sheet = process.call("GET", "/v1/balance").send().await.expect(200).json();
    json!([sheet["balance"], sheet["held"], sheet["spent"]])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_and_hostile_pictures_are_refused_at_once_for_nothing_and_in_bounded_memory() {
    let files = FileServer::start().await;
    let address = files.address().to_string();
    let folder = Scratch::new();
    let env =
        [("ATELIER_FETCH_ALLOW", address.as_str()), ("ATELIER_RATE_LIMITS", "off"), ("ATELIER_LOG", "warn")];
    let process = ServerProcess::start(folder.path(), &env);
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
            let answer = match way {
                "upload" => upload(&process, name, bytes.clone()).await,
                _ => by_url.clone().send().await,
            };
            let took = begun.elapsed();
            assert!(
                matches!(answer.status, 400 | 422),
                "{name} by {way}: {} {}",
                answer.status,
                answer.text()
            );
            assert!(took < LONGEST, "{name} by {way} took {took:?}");
            let grown = resident(process.id()).saturating_sub(before.1);
            assert!(grown < GROWTH, "{name} by {way}: {grown} bytes more than before");
        }
    }
    assert_eq!(balance(&process).await, before.0);
    upload(&process, "healthy.jpg", healthy).await.expect(200);
    assert!(!process.log().contains("panic"), "{}", process.log());
}
