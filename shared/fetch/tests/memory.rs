//! Memory of the process under bombs. A test binary of its own, so that the peak it reads is its own.

mod support;

use std::time::Duration;

use fetch::{FetchConfig, FetchError, Fetcher};
use flate2::{Compress, Compression, FlushCompress};
use support::{Script, Server, allowing};

/// Peak resident memory of this process in kB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// A deflate block that unpacks to 1 MB of zeros and can be repeated, since a full flush forgets what came before.
fn block() -> Vec<u8> {
    let mut block = Vec::with_capacity(100_000);
    let mut encoder = Compress::new(Compression::best(), false);
    encoder.compress_vec(&vec![0; 1 << 20], &mut block, FlushCompress::Full).expect("room");
    block
}

#[tokio::test]
async fn bombs_and_promises_do_not_grow_memory() {
    let block = block();
    let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    (0..1024).for_each(|_| bomb.extend_from_slice(&block));
    assert!(bomb.len() < 3_000_000, "{}", bomb.len());
    let wire = support::with_headers("Content-Encoding: gzip\r\n", &bomb);
    let bomb = Server::answering(wire).await;
    let promise =
        Server::answering(&b"HTTP/1.1 200 OK\r\nContent-Length: 900000000000\r\n\r\nshort"[..]).await;
    let total = Duration::from_secs(30);
    let config = FetchConfig { total, ..allowing(&[bomb.address, promise.address]) };
    let fetcher = Fetcher::new(config, Script::default());

    let before = peak();
    let error = fetcher.get(&bomb.url("/"), 20_000_000, None).await.expect_err("1 GB");
    assert!(matches!(error, FetchError::TooLarge { limit: 20_000_000 }), "{error:?}");
    let error = fetcher.get(&promise.url("/"), u64::MAX, None).await.expect_err("900 GB");
    assert!(matches!(error, FetchError::Broken(_)), "{error:?}");
    let grown = peak() - before;
    assert!(grown < 64_000, "{grown} kB");
}
