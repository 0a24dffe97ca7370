//! Redirects: each hop is judged like a first URL, and there are three at most.

mod support;

use std::sync::Arc;

use fetch::{FetchConfig, FetchError, Fetcher};
use support::{Script, Server, allowing, ok, redirect};
use tokio::io::AsyncWriteExt;

/// `/n` leads to `/n-1`, `/0` is the content; `/to/URL` leads to URL as it stands.
async fn stairs() -> Server {
    Server::start(|head, mut stream| async move {
        let path = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
        let answer = match path.strip_prefix("to/") {
            Some(url) => redirect(url),
            None if path == "0" => ok(b"arrived"),
            None => redirect(&format!("/{}", path.parse::<u32>().map_or(0, |n| n - 1))),
        };
        let _ = stream.write_all(&answer).await;
    })
    .await
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let server = stairs().await;
    let fetcher = Fetcher::new(allowing(&[server.address]), Script::default());
    let fetched = fetcher.get(&server.url("/3"), 100, None).await.expect("three redirects");
    assert_eq!(fetched.body.as_ref(), b"arrived");
    assert_eq!(fetched.final_url.path(), "/0");
    assert_eq!(server.connections(), 4);
    let error = fetcher.get(&server.url("/4"), 100, None).await.expect_err("four redirects");
    assert!(matches!(error, FetchError::TooManyRedirects { limit: 3 }), "{error:?}");
    assert_eq!(server.connections(), 8);
}

#[tokio::test]
async fn a_loop_ends_at_the_limit() {
    let server = Server::answering(redirect("/again")).await;
    let fetcher = Fetcher::new(allowing(&[server.address]), Script::default());
    let error = fetcher.get(&server.url("/"), 100, None).await.expect_err("a loop");
    assert!(matches!(error, FetchError::TooManyRedirects { limit: 3 }), "{error:?}");
    assert_eq!(server.connections(), 4);
}

#[tokio::test]
async fn a_redirect_to_a_refused_place_reaches_nobody() {
    let canary = Server::canary().await;
    let server = stairs().await;
    let port = canary.port();
    let config = FetchConfig { ports: vec![80, 443, port, 9001], ..allowing(&[server.address]) };
    let names = Script::default().name("inner.test", &[&["127.0.0.1"]]);
    let fetcher = Fetcher::new(config, names.clone());
    let places = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://inner.test:{port}/"),
        format!("//127.0.0.1:{port}/"),
        format!("\\\\127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next".to_owned(),
        // Without a route, so that a broken guard fails here and reaches nobody; addresses.rs judges the plain forms.
        "http://[::169.254.169.254]/latest/meta-data/".to_owned(),
        "http://[fe80::1]/".to_owned(),
        "http://a.test:22/".to_owned(),
    ];
    for place in places {
        let error = fetcher.get(&server.url(&format!("/to/{place}")), 100, None).await.expect_err(&place);
        assert!(matches!(error, FetchError::Refused(_)), "{place}: {error:?}");
    }
    for place in
        ["file:///etc/passwd", "ftp://a.test/", "data:text/plain,x", "http://u:p@a.test/", "http://["]
    {
        let error = fetcher.get(&server.url(&format!("/to/{place}")), 100, None).await.expect_err(place);
        assert!(matches!(error, FetchError::BadUrl(_) | FetchError::BadRedirect(_)), "{place}: {error:?}");
    }
    assert_eq!(canary.connections(), 0);
    assert_eq!(names.calls(), 1);
}

#[tokio::test]
async fn a_name_that_rebinds_between_two_hops_is_refused_at_the_second() {
    // The name is admitted, so loopback may stand for a public address at first; what it answers next is never admitted.
    let location = Arc::new(std::sync::OnceLock::<String>::new());
    let next = Arc::clone(&location);
    let server = Server::start(move |_, mut stream| {
        let answer = redirect(next.get().map_or("/", String::as_str));
        async move {
            let _ = stream.write_all(&answer).await;
        }
    })
    .await;
    location.set(format!("http://rebind.test:{}/second", server.port())).expect("set once");
    // In a form that no route leads to: were the guard broken, this test must not reach the service itself.
    let names = Script::default().name("rebind.test", &[&["127.0.0.1"], &["::169.254.169.254"]]);
    let fetcher = Fetcher::new(allowing(&[format!("rebind.test:{}", server.port())]), names.clone());
    let url = format!("http://rebind.test:{}/first", server.port());
    let error = fetcher.get(&url, 100, None).await.expect_err("rebound");
    assert!(matches!(error, FetchError::Refused(_)), "{error:?}");
    assert_eq!((server.connections(), names.calls()), (1, 2));
}

#[tokio::test]
async fn one_lookup_decides_a_hop_even_if_the_next_answer_would_differ() {
    let server = Server::answering(ok(b"pinned")).await;
    let names = Script::default().name("pin.test", &[&["127.0.0.1"], &["127.0.0.9"]]);
    let fetcher = Fetcher::new(allowing(&[format!("pin.test:{}", server.port())]), names.clone());
    let fetched = fetcher.get(&format!("http://pin.test:{}/", server.port()), 100, None).await;
    assert_eq!(fetched.expect("the first answer holds").body.as_ref(), b"pinned");
    assert_eq!(names.calls(), 1);
}

#[tokio::test]
async fn an_answer_that_mixes_public_and_inner_addresses_is_refused_whole() {
    let canary = Server::canary().await;
    let config = FetchConfig { ports: vec![canary.port()], ..FetchConfig::for_testing() };
    let names = Script::default()
        .name("first.test", &[&["127.0.0.1", "93.184.216.34"]])
        .name("last.test", &[&["93.184.216.34", "2606:2800:220:1::", "127.0.0.1"]]);
    let fetcher = Fetcher::new(config, names);
    for name in ["first.test", "last.test"] {
        let error =
            fetcher.get(&format!("http://{name}:{}/", canary.port()), 100, None).await.expect_err(name);
        assert!(matches!(error, FetchError::Refused(_)), "{error:?}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn every_status_but_200_and_redirects_is_an_error_without_its_body() {
    for status in [201, 204, 206, 300, 304, 305, 400, 401, 403, 404, 410, 418, 429, 500, 503] {
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 6\r\n\r\nsecret");
        let server = Server::answering(answer).await;
        let fetcher = Fetcher::new(allowing(&[server.address]), Script::default());
        let error = fetcher.get(&server.url("/"), 100, None).await.expect_err("a status");
        assert!(matches!(error, FetchError::Status(seen) if seen == status), "{status}: {error:?}");
        assert!(!format!("{error}{error:?}").contains("secret"));
    }
    for status in [301, 302, 303, 307, 308] {
        let server = Server::answering(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n")).await;
        let fetcher = Fetcher::new(allowing(&[server.address]), Script::default());
        let error = fetcher.get(&server.url("/"), 100, None).await.expect_err("no Location");
        assert!(matches!(error, FetchError::Status(seen) if seen == status), "{status}: {error:?}");
    }
}
