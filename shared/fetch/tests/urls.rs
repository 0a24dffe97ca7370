//! URLs: what is refused by its text alone, every spelling of an inner address, and what the allow-list admits.

mod support;

use fetch::{FetchConfig, FetchError, Fetcher, Guard, SystemResolver};
use support::{Script, Server, allowing, ok};

#[test]
fn only_http_and_https_without_user_information_on_permitted_ports_pass() {
    let guard = Guard::new(&FetchConfig::default());
    for url in [
        "http://a.test/",
        "https://a.test/p?q#f",
        "http://a.test:80/",
        "http://a.test:443",
        "https://a.test:80/",
    ] {
        assert!(guard.target(url).is_ok(), "{url}");
    }
    let bad = [
        "",
        "a.test/picture.png",
        "//a.test/",
        "http://",
        "http:///",
        "https://[::1",
        "http://a.test:99999/",
        "http://256.256.256.256/",
        "http://a b.test/",
        "http://[fe80::1%25eth0]/",
        "file:///etc/passwd",
        "file://a.test/etc/passwd",
        "ftp://a.test/",
        "gopher://a.test:80/_x",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "ws://a.test/",
        "unix:/run/x.sock",
        "http://u:p@a.test/",
        "http://u@a.test/",
        "http://:p@a.test/",
        "http://127.0.0.1:80@a.test/",
    ];
    for url in bad {
        assert!(matches!(guard.target(url), Err(FetchError::BadUrl(_))), "{url}");
    }
    for port in [0, 22, 25, 81, 8080, 9000, 65535] {
        let url = format!("http://a.test:{port}/");
        assert!(matches!(guard.target(&url), Err(FetchError::Refused(_))), "{url}");
    }
    let long = format!("http://a.test/{}", "x".repeat(10_000));
    assert!(matches!(guard.target(&long), Err(FetchError::BadUrl(_))));
}

/// Spellings of loopback for the port `PORT`; a browser's URL parser reads each as an address.
const LOOPBACK: &[&str] = &[
    "http://127.0.0.1:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://2130706433:PORT/",
    "http://017700000001:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7f.0x0.0x0.0x1:PORT/",
    "http://0X7F.1:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://127.255.255.254:PORT/",
    "http://①②⑦.0.0.1:PORT/",
    "http://127。0。0。1:PORT/",
    "http://１２７.０.０.１:PORT/",
    "http://127%2e0%2e0%2e1:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    "http:127.0.0.1:PORT/",
    "http:/127.0.0.1:PORT/",
    "http:\\\\127.0.0.1:PORT\\",
    "http://\t127.0.0.1\n:PORT/",
    "  http://127.0.0.1:PORT/",
    "HTTP://127.0.0.1:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://[::]:PORT/",
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[::FFFF:0:7f00:1]:PORT/",
    "http://[64:ff9b::7f00:1]:PORT/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001:0:7f00:1::]:PORT/",
    "http://[fe80::5efe:7f00:1]:PORT/",
    "http://a.test\\@127.0.0.1:PORT/",
    "http://a.test#@127.0.0.1:PORT/",
    "http://a.test:PORT#@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/",
    // By name, through the resolver.
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://localhost.:PORT/",
    "http://ｌocalhost:PORT/",
    "http://inner.test:PORT/",
    "http://mixed.test:PORT/",
    "http://mapped.test:PORT/",
];

fn names() -> Script {
    Script::default()
        .name("localhost", &[&["::1", "127.0.0.1"]])
        .name("localhost.", &[&["127.0.0.1"]])
        .name("a.test", &[&["127.0.0.1"]])
        .name("inner.test", &[&["127.0.0.1"]])
        .name("mixed.test", &[&["8.8.8.8", "127.0.0.1"]])
        .name("mapped.test", &[&["::ffff:127.0.0.1"]])
}

#[tokio::test]
async fn no_spelling_of_loopback_reaches_a_listener_whose_port_is_permitted() {
    let canary = Server::canary().await;
    let config = FetchConfig { ports: vec![80, 443, canary.port()], ..FetchConfig::for_testing() };
    let fetcher = Fetcher::new(config, names());
    for spelling in LOOPBACK {
        let url = spelling.replace("PORT", &canary.port().to_string());
        let error = fetcher.get(&url, 1000, None).await.expect_err(&url);
        assert!(matches!(error, FetchError::Refused(_)), "{url}: {error:?}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn an_allowed_entry_admits_exactly_what_it_says() {
    let server = Server::answering(ok(b"picture")).await;
    let port = server.port();
    let fetcher = Fetcher::new(allowing(&[server.address]), names());
    let fetched = fetcher.get(&server.url("/p.png?x=1"), 1000, None).await.expect("allowed");
    assert_eq!(fetched.body.as_ref(), b"picture");
    assert_eq!(fetched.final_url.as_str(), server.url("/p.png?x=1"));
    let others = [
        format!("http://127.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://127.0.0.1.:{port}/"),
        format!("http://127.0.0.2:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http:127.0.0.1:{port}/"),
        format!("http://x@127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{}/", port ^ 1),
        "http://127.0.0.1/".to_owned(),
    ];
    for url in others {
        assert!(fetcher.get(&url, 1000, None).await.is_err(), "{url}");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_allowed_name_admits_the_name_and_not_its_address() {
    let server = Server::answering(ok(b"picture")).await;
    let fetcher = Fetcher::new(allowing(&[format!("inner.test:{}", server.port())]), names());
    for name in ["inner.test", "INNER.test"] {
        let url = format!("http://{name}:{}/", server.port());
        assert!(fetcher.get(&url, 1000, None).await.is_ok(), "{url}");
    }
    for host in ["127.0.0.1", "inner.test.", "x.inner.test", "localhost"] {
        let url = format!("http://{host}:{}/", server.port());
        assert!(fetcher.get(&url, 1000, None).await.is_err(), "{url}");
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn localhost_of_the_machines_own_resolver_is_refused_unless_allowed() {
    let server = Server::answering(ok(b"here")).await;
    let url = format!("http://localhost:{}/", server.port());
    let config = FetchConfig { ports: vec![server.port()], ..FetchConfig::for_testing() };
    let error =
        Fetcher::new(config, SystemResolver::default()).get(&url, 100, None).await.expect_err("loopback");
    assert!(matches!(error, FetchError::Refused(_)), "{error:?}");
    assert_eq!(server.connections(), 0);
    let config = allowing(&[format!("localhost:{}", server.port())]);
    let fetched = Fetcher::new(config, SystemResolver::default()).get(&url, 100, None).await;
    assert_eq!(fetched.expect("allowed").body.as_ref(), b"here");
}

#[tokio::test]
async fn an_own_listener_is_not_reached_although_allowed() {
    let canary = Server::canary().await;
    let mut config = allowing(&[canary.address.to_string(), format!("inner.test:{}", canary.port())]);
    config.own = vec![canary.address.into()];
    let fetcher = Fetcher::new(config, names());
    for url in [canary.url("/"), format!("http://inner.test:{}/", canary.port())] {
        let error = fetcher.get(&url, 1000, None).await.expect_err(&url);
        assert!(matches!(error, FetchError::Refused(_)), "{error:?}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn the_request_names_host_and_path_as_in_the_url_and_asks_for_plain_content() {
    let echo = Server::start(|head, mut stream| async move {
        use tokio::io::AsyncWriteExt;
        let _ = stream.write_all(&ok(head.as_bytes())).await;
    })
    .await;
    let host = format!("inner.test:{}", echo.port());
    let fetcher = Fetcher::new(allowing(&[&host]), names());
    let fetched =
        fetcher.get(&format!("http://{host}/a b/ü?q=\"|`#part"), 4000, None).await.expect("allowed");
    let head = String::from_utf8(fetched.body.to_vec()).expect("text").to_lowercase();
    assert!(head.starts_with("get /a%20b/%c3%bc?q=%22|` http/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nhost: {host}\r\n")), "{head}");
    assert!(head.contains("\r\naccept-encoding: identity\r\n"), "{head}");
}

#[tokio::test]
async fn unknown_names_and_closed_ports_are_unreachable_and_the_message_names_no_address() {
    let closed = Server::canary().await;
    let address = closed.address;
    drop(closed);
    tokio::task::yield_now().await;
    let fetcher = Fetcher::new(allowing(&[address.to_string(), "nowhere.test:80".to_owned()]), names());
    for url in [format!("http://{address}/"), "http://nowhere.test/".to_owned()] {
        let error = fetcher.get(&url, 1000, None).await.expect_err(&url);
        assert!(matches!(error, FetchError::Unreachable(_)), "{error:?}");
        assert_eq!(error.to_string(), "the server could not be reached");
    }
    let refused = fetcher.get("http://[fe80::abc]/", 1000, None).await.expect_err("link-local");
    assert!(!refused.to_string().contains("fe80") && format!("{refused:?}").contains("fe80::abc"));
}

#[test]
fn settings_come_from_variables_and_nonsense_is_an_error() {
    let read = |name: &'static str, value: &'static str| {
        FetchConfig::from_variables(move |asked| (asked == name).then(|| value.to_owned()))
    };
    let config =
        read("ATELIER_FETCH_ALLOW", " localhost:8080, [::1]:9,127.0.0.1:80,").expect("three entries");
    let written: Vec<&str> = config.allow.iter().map(|entry| entry.written()).collect();
    assert_eq!(written, ["localhost:8080", "[::1]:9", "127.0.0.1:80"]);
    assert_eq!(read("ATELIER_FETCH_PORTS", "80,8443").expect("two ports").ports, [80, 8443]);
    assert_eq!(read("ATELIER_FETCH_PORTS", "").expect("the default").ports, [80, 443]);
    for value in [
        "localhost",
        "a.test:0",
        "a.test:http",
        "http://a.test:80",
        "a.test:80/",
        "u@a.test:80",
        ":80",
        "a:1:2",
        "*:80",
    ] {
        assert!(read("ATELIER_FETCH_ALLOW", value).is_err(), "{value}");
    }
    for value in ["0", "70000", "http"] {
        assert!(read("ATELIER_FETCH_PORTS", value).is_err(), "{value}");
    }
}
