//! Limits of bytes, time and number.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fetch::{FetchConfig, FetchError, Fetcher, Resolve, Resolver, Stage};
use support::{Script, Server, allowing, ok};
use tokio::io::AsyncWriteExt;

async fn fetch_from(server: &Server, limit: u64) -> Result<Vec<u8>, FetchError> {
    let fetcher = Fetcher::new(allowing(&[server.address]), Script::default());
    fetcher.get(&server.url("/"), limit, None).await.map(|fetched| fetched.body.to_vec())
}

async fn fetch_answer(answer: Vec<u8>, limit: u64) -> Result<Vec<u8>, FetchError> {
    fetch_from(&Server::answering(answer).await, limit).await
}

fn is_too_large(result: &Result<Vec<u8>, FetchError>, limit: u64) -> bool {
    matches!(result, Err(FetchError::TooLarge { limit: seen }) if *seen == limit)
}

#[tokio::test]
async fn a_body_of_the_limit_passes_and_one_byte_more_does_not() {
    let body = vec![7; 5000];
    let chunked = |body: &[u8]| {
        let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for chunk in body.chunks(999) {
            answer.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            answer.extend_from_slice(chunk);
            answer.extend_from_slice(b"\r\n");
        }
        answer.extend_from_slice(b"0\r\n\r\n");
        answer
    };
    let until_closed = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &body].concat();
    for answer in [ok(&body), chunked(&body), until_closed] {
        assert_eq!(fetch_answer(answer.clone(), 5000).await.expect("within the limit"), body);
        assert!(is_too_large(&fetch_answer(answer, 4999).await, 4999));
    }
    assert!(fetch_answer(ok(b""), 0).await.expect("empty").is_empty());
}

#[tokio::test]
async fn an_announced_length_over_the_limit_fails_before_the_body_is_sent() {
    let server = Server::start(|_, mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n").await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    })
    .await;
    let started = Instant::now();
    assert!(is_too_large(&fetch_from(&server, 1000).await, 1000));
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_length_that_lies_upwards_is_broken_and_one_that_lies_downwards_cuts() {
    let short = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nonly this".to_vec();
    assert!(matches!(fetch_answer(short, 1000).await, Err(FetchError::Broken(_))));
    let long = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfourand a lot more".to_vec();
    assert_eq!(fetch_answer(long, 1000).await.expect("cut"), b"four");
    let two = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nfourx".to_vec();
    assert!(fetch_answer(two, 1000).await.is_err());
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let server = Server::start(move |_, mut stream| {
        let count = Arc::clone(&count);
        async move {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[0; 8192]).await.is_ok() {
                count.fetch_add(8192, Ordering::SeqCst);
            }
        }
    })
    .await;
    assert!(is_too_large(&fetch_from(&server, 100_000).await, 100_000));
    // What was sent beyond the limit lies in the kernel's buffers on both sides.
    assert!(sent.load(Ordering::SeqCst) < 20_000_000);
}

#[tokio::test]
async fn answers_that_are_not_http_or_have_endless_heads_are_broken() {
    let endless = Server::start(|_, mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"X-Filler: 0123456789012345678901234567890123456789\r\n").await.is_ok() {}
    })
    .await;
    assert!(matches!(fetch_from(&endless, 1000).await, Err(FetchError::Broken(_))));
    for answer in [b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), b"HTTP/1.1 2000 OK\r\n\r\n".to_vec(), Vec::new()] {
        let error = fetch_answer(answer, 1000).await.expect_err("not HTTP");
        assert!(matches!(error, FetchError::Broken(_)), "{error:?}");
        assert_eq!(error.to_string(), "the server's answer is incomplete or malformed");
    }
}

/// Answers nothing for a while, then drips one byte at a time.
async fn slow(silent: Duration, drip: Duration) -> Server {
    Server::start(move |_, mut stream| async move {
        tokio::time::sleep(silent).await;
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
        if stream.write_all(head).await.is_err() {
            return;
        }
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(drip).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_silent_server_is_cut_by_the_first_byte_and_a_dripping_one_by_the_total() {
    let config = |server: &Server| FetchConfig {
        first_byte: Duration::from_millis(300),
        total: Duration::from_millis(800),
        ..allowing(&[server.address])
    };
    let silent = slow(Duration::from_secs(30), Duration::ZERO).await;
    let dripping = slow(Duration::ZERO, Duration::from_millis(20)).await;
    let dripping_head = Server::start(|_, mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-Filler: ").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    for (server, stage, least) in [
        (silent, Stage::FirstByte, 300),
        (dripping_head, Stage::FirstByte, 300),
        (dripping, Stage::Total, 800),
    ] {
        let started = Instant::now();
        let fetcher = Fetcher::new(config(&server), Script::default());
        let error = fetcher.get(&server.url("/"), 100_000, None).await.expect_err("slow");
        assert!(matches!(error, FetchError::Timeout(seen) if seen == stage), "{error:?}");
        let took = started.elapsed();
        assert!(took >= Duration::from_millis(least) && took < Duration::from_millis(2500), "{took:?}");
    }
}

#[tokio::test]
async fn the_callers_deadline_ends_a_fetch_and_counts_while_waiting_for_a_place() {
    let server = slow(Duration::ZERO, Duration::from_millis(20)).await;
    let config = FetchConfig { per_host: 1, total: Duration::from_secs(3), ..allowing(&[server.address]) };
    let fetcher = Fetcher::new(config, Script::default());
    let started = Instant::now();
    let deadline = Some(started + Duration::from_millis(400));
    let (url, other) = (server.url("/"), server.url("/other"));
    let (first, waiting) =
        tokio::join!(fetcher.get(&url, 100_000, deadline), fetcher.get(&other, 100_000, deadline));
    for result in [first, waiting] {
        let error = result.expect_err("the deadline");
        assert!(matches!(error, FetchError::Timeout(Stage::Deadline)), "{error:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(server.connections(), 1);
    let past = fetcher.get(&url, 1, Some(started)).await;
    assert!(matches!(past, Err(FetchError::Timeout(Stage::Deadline))));
}

struct SilentResolver;

impl Resolver for SilentResolver {
    fn resolve<'a>(&'a self, _host: &'a str) -> Resolve<'a> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_name_server_that_never_answers_costs_the_connect_limit() {
    let config = FetchConfig { connect: Duration::from_millis(200), ..FetchConfig::for_testing() };
    let started = Instant::now();
    let error =
        Fetcher::new(config, SilentResolver).get("http://a.test/", 10, None).await.expect_err("silent");
    assert!(matches!(error, FetchError::Timeout(Stage::Connect)), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_dead_address_is_passed_over_for_the_next_one() {
    let server = Server::answering(ok(b"second")).await;
    let names = Script::default().name("two.test", &[&["127.0.0.9", "127.0.0.1"]]);
    let fetcher = Fetcher::new(allowing(&[format!("two.test:{}", server.port())]), names);
    let fetched = fetcher.get(&format!("http://two.test:{}/", server.port()), 100, None).await;
    assert_eq!(fetched.expect("the second address").body.as_ref(), b"second");
}

/// Counts how many requests are inside at once.
async fn counting() -> (Server, Arc<AtomicUsize>) {
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let server = Server::start(move |_, mut stream| {
        let (inside, most) = (Arc::clone(&inside), Arc::clone(&most));
        async move {
            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(30)).await;
            inside.fetch_sub(1, Ordering::SeqCst);
            let _ = stream.write_all(&ok(b"x")).await;
        }
    })
    .await;
    (server, seen)
}

#[tokio::test]
async fn at_most_four_run_to_one_host_and_sixteen_in_all() {
    let (server, most) = counting().await;
    let hosts: Vec<String> = (0..8).map(|n| format!("h{n}.test:{}", server.port())).collect();
    let names =
        (0..8).fold(Script::default(), |names, n| names.name(&format!("h{n}.test"), &[&["127.0.0.1"]]));
    let config = FetchConfig {
        first_byte: Duration::from_secs(5),
        total: Duration::from_secs(10),
        ..allowing(&hosts)
    };
    let fetcher = Fetcher::new(config, names);
    let run = |hosts: Vec<String>| {
        let fetcher = fetcher.clone();
        async move {
            let tasks = hosts.into_iter().map(|host| {
                let fetcher = fetcher.clone();
                tokio::spawn(async move { fetcher.get(&format!("http://{host}/"), 10, None).await.is_ok() })
            });
            for task in tasks.collect::<Vec<_>>() {
                assert!(task.await.expect("no panic"));
            }
        }
    };
    run(vec![hosts[0].clone(); 20]).await;
    assert_eq!(most.swap(0, Ordering::SeqCst), 4);
    run(hosts.iter().cycle().take(64).cloned().collect()).await;
    assert_eq!(most.load(Ordering::SeqCst), 16);
}

#[tokio::test]
async fn an_account_takes_eight_of_the_sixteen_and_another_goes_before_the_rest_of_its_fetches() {
    let server = slow(Duration::ZERO, Duration::from_millis(10)).await;
    let quick = Server::answering(ok(b"x")).await;
    let port = server.address.port();
    let name = |number| format!("h{number}.test");
    let names = (0..8).fold(Script::default(), |names, number| names.name(&name(number), &[&["127.0.0.1"]]));
    let mut hosts: Vec<String> = (0..8).map(|number| format!("{}:{port}", name(number))).collect();
    hosts.push(quick.address.to_string());
    let fetcher = Fetcher::new(allowing(&hosts), names);
    let busy: Vec<_> = (0..64)
        .map(|number| {
            let (fetcher, host) = (fetcher.of("busy"), hosts[number % 8].clone());
            tokio::spawn(async move { fetcher.get(&format!("http://{host}/"), 100_000, None).await.is_ok() })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let soon = || Some(std::time::Instant::now() + Duration::from_millis(300));
    let waits = fetcher.of("busy").get(&quick.url("/"), 10, soon()).await;
    assert!(matches!(waits, Err(FetchError::Timeout(_))), "{waits:?}");
    assert!(fetcher.of("other").get(&quick.url("/"), 10, soon()).await.is_ok());
    busy.iter().for_each(|fetch| fetch.abort());
}

#[tokio::test]
async fn a_dropped_fetch_closes_its_connection_and_frees_its_place() {
    let server = slow(Duration::ZERO, Duration::from_millis(10)).await;
    let quick = Server::answering(ok(b"x")).await;
    let config = FetchConfig { at_once: 1, ..allowing(&[server.address, quick.address]) };
    let fetcher = Fetcher::new(config, Script::default());
    let url = server.url("/");
    let abandoned = tokio::time::timeout(Duration::from_millis(100), fetcher.get(&url, 100_000, None)).await;
    assert!(abandoned.is_err());
    assert!(fetcher.get(&quick.url("/"), 10, None).await.is_ok());
}

#[tokio::test]
async fn a_download_keeps_its_place_until_it_is_used() {
    let server = Server::answering(ok(b"x")).await;
    let fetcher = Fetcher::new(FetchConfig { at_once: 1, ..allowing(&[server.address]) }, Script::default());
    let fetched = fetcher.get(&server.url("/"), 10, None).await.expect("fetched");
    let soon = Some(std::time::Instant::now() + Duration::from_millis(200));
    let waits = fetcher.get(&server.url("/"), 10, soon).await;
    assert!(matches!(waits, Err(FetchError::Timeout(_))), "{waits:?}");
    drop(fetched);
    assert!(fetcher.get(&server.url("/"), 10, None).await.is_ok());
}
