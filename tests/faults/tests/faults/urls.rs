//! URLs that lead inside, by the API. A canary listens where they lead.

use std::collections::VecDeque;
use std::net::{IpAddr, TcpListener};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use contract::Credits;
use faults::hostile::{Behaviour, Hostile, ok, redirect};
use faults::urls::{NETS, NO_URLS, SPELLINGS, with_port};
use fetch::{Resolve, Resolver};
use futures::StreamExt;
use futures::stream::iter;
use harness::{Answer, Harness, picture};

/// Tasks in work at the same time.
const AT_ONCE: usize = 12;

/// A server that would fetch from the canary's port, were it not for the canary's address.
async fn guarding(canary: &Hostile) -> Harness {
    let port = canary.address.port();
    Harness::with(|options| options.fetch.ports.extend([port, 9001])).await
}

fn refused(canary: &Hostile) -> Vec<String> {
    let port = canary.address.port();
    SPELLINGS.iter().chain(NETS).map(|url| with_port(url, port)).collect()
}

async fn assert_nothing_happened(harness: &Harness, canary: &Hostile) {
    assert_eq!(canary.connections(), 0, "the canary was reached");
    let balance = harness.balance("default").await;
    assert_eq!((balance.held, balance.spent), (Credits::ZERO, Credits::ZERO));
    harness.assert_books().await;
}

fn assert_refused(answer: &Answer, url: &str) {
    assert_eq!(answer.status, 400, "{url}: {}", answer.text());
    let body = answer.json();
    assert_eq!((&body["error_type"], &body["error_code"]), (&"dlvr".into(), &"3102".into()), "{url}: {body}");
    let message = body["error_message"].as_str().unwrap_or_default();
    assert!(!message.contains("169.254") && !message.contains("canary"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_spelling_of_an_inner_address_is_fetched_by_a_call_that_waits() {
    let canary = Hostile::canary().await;
    let harness = guarding(&canary).await;
    for url in refused(&canary) {
        let begun = Instant::now();
        let answer = harness.call("POST", "/v1/image/edit").json(crate::edit(&url)).send().await;
        assert_refused(&answer, &url);
        assert!(begun.elapsed() < Duration::from_secs(3), "{url} took {:?}", begun.elapsed());
    }
    assert_nothing_happened(&harness, &canary).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_spelling_of_an_inner_address_is_fetched_by_a_task() {
    let canary = Hostile::canary().await;
    let harness = guarding(&canary).await;
    let task = async |url: String| {
        let answer = harness.call("POST", "/v1/image/edit/async").json(crate::edit(&url)).send().await;
        let id = answer.expect(200).json()["data"]["id"].as_u64().expect("an id");
        let task = harness.wait_task(&harness.key, id).await;
        assert_eq!(task["status"], "ERROR", "{url}: {task}");
        let error = task["errors"][0]["error"].as_str().unwrap_or_default();
        assert!(error.contains("could not be fetched"), "{url}: {task}");
    };
    let tasks = iter(refused(&canary)).map(task).buffer_unordered(AT_ONCE);
    assert_eq!(tasks.count().await, SPELLINGS.len() + NETS.len());
    assert_nothing_happened(&harness, &canary).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_url_is_refused_before_anything_is_accepted() {
    let canary = Hostile::canary().await;
    let harness = guarding(&canary).await;
    for url in NO_URLS.iter().map(|url| with_port(url, canary.address.port())) {
        for path in ["/v1/image/edit", "/v1/image/edit/async"] {
            let answer = harness.call("POST", path).json(crate::edit(&url)).send().await;
            assert!(matches!(answer.status, 400 | 422), "{url}: {} {}", answer.status, answer.text());
        }
    }
    assert_nothing_happened(&harness, &canary).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_to_an_inner_address_is_not_followed() {
    let canary = Hostile::canary().await;
    let mut targets = refused(&canary);
    // Relative to the redirecting server's URL these lead elsewhere, and to no canary.
    targets.retain(|url| !url.starts_with("http://\\"));
    targets.extend(
        ["file:///etc/passwd", "ftp://127.0.0.1/p.png", "data:image/png;base64,iVBORw0KGgo="]
            .map(String::from),
    );
    let answers = targets.iter().map(|target| {
        let location: String = target.chars().filter(|letter| !letter.is_control()).collect();
        Behaviour::Answer(redirect(&location))
    });
    let server = Hostile::start(answers.collect()).await;
    let port = canary.address.port();
    let harness = Harness::with(|options| {
        options.fetch.ports.extend([port, 9001]);
        options.fetch.allow.push(server.address.into());
    })
    .await;
    for (index, target) in targets.iter().enumerate() {
        let url = server.url(&format!("/{index}"));
        let answer = harness.call("POST", "/v1/image/edit").json(crate::edit(&url)).send().await;
        assert_eq!(answer.status, 400, "{target}: {}", answer.text());
        assert_eq!(answer.json()["error_type"], "dlvr", "{target}");
    }
    assert!(server.connections() >= targets.len());
    let task = harness.call("POST", "/v1/image/edit/async").json(crate::edit(&server.url("/0"))).send().await;
    let id = task.expect(200).json()["data"]["id"].as_u64().expect("an id");
    assert_eq!(harness.wait_task(&harness.key, id).await["status"], "ERROR");
    assert_nothing_happened(&harness, &canary).await;
}

/// Answers each look-up with the next of its lists.
struct Script(Mutex<VecDeque<Vec<IpAddr>>>);

impl Script {
    fn of(answers: &[&[&str]]) -> Box<Self> {
        let read = |answer: &&[&str]| answer.iter().map(|text| text.parse().expect("an address")).collect();
        Box::new(Self(Mutex::new(answers.iter().map(read).collect())))
    }
}

impl Resolver for Script {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolve<'a> {
        let next = self.0.lock().expect("one at a time").pop_front();
        Box::pin(async move { next.ok_or_else(|| std::io::Error::other("the script is at its end")) })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_rebinds_between_two_hops_is_refused_at_the_second() {
    let server = Hostile::start(vec![
        Behaviour::Answer(redirect("/1")),
        Behaviour::Answer(ok("image/jpeg", &picture(40, 30))),
    ])
    .await;
    let name = format!("rebind.test:{}", server.address.port());
    let url = format!("http://{name}/0");
    // What the name answers second is in a form that no route leads to: were the guard broken, nobody would be reached.
    for (answers, status, connections) in
        [([["127.0.0.1"], ["127.0.0.1"]], 200, 2), ([["127.0.0.1"], ["::169.254.169.254"]], 400, 3)]
    {
        let harness = Harness::with(|options| {
            options.fetch.allow.push(name.parse().expect("host:port"));
            options.resolver = Script::of(&[&answers[0], &answers[1]]);
        })
        .await;
        let answer = harness.call("POST", "/v1/image/edit").json(crate::edit(&url)).send().await;
        assert_eq!(answer.status, status, "{}", answer.text());
        if status == 400 {
            assert_refused(&answer, &url);
        }
        assert_eq!(server.connections(), connections);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_with_one_inner_address_among_its_answers_is_refused_whole() {
    let canary = Hostile::canary().await;
    let port = canary.address.port();
    for answer in [["127.0.0.1", "::2"], ["::2", "127.0.0.1"]] {
        let harness = Harness::with(|options| {
            options.fetch.ports.push(port);
            options.resolver = Script::of(&[&answer]);
        })
        .await;
        let url = format!("http://mixed.test:{port}/");
        let answer = harness.call("POST", "/v1/image/edit").json(crate::edit(&url)).send().await;
        assert_refused(&answer, &url);
        assert_nothing_happened(&harness, &canary).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_redirects_are_followed_and_four_are_not() {
    let hops = (1..5).map(|next| Behaviour::Answer(redirect(&format!("/{next}"))));
    let end = Behaviour::Answer(ok("image/jpeg", &picture(40, 30)));
    let server = Hostile::start(hops.chain([end]).collect()).await;
    let harness = Harness::with(|options| options.fetch.allow.push(server.address.into())).await;
    for (start, status) in [("/1", 200), ("/0", 400)] {
        let answer =
            harness.call("POST", "/v1/image/edit").json(crate::edit(&server.url(start))).send().await;
        assert_eq!(answer.status, status, "{start}: {}", answer.text());
    }
    assert_eq!(harness.balance("default").await.spent, Credits::whole(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_own_listener_is_never_fetched_although_allowed() {
    let free =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let names = [free.to_string(), format!("localhost:{}", free.port()), format!("[::1]:{}", free.port())];
    let relay = Hostile::start(vec![Behaviour::Answer(redirect(&format!("http://{free}/health")))]).await;
    let harness = Harness::with(|options| {
        options.listen = free;
        options.fetch.ports.push(free.port());
        options.fetch.allow.push(relay.address.into());
        options.fetch.allow.extend(names.iter().map(|name| name.parse().expect("host:port")));
    })
    .await;
    let urls = names.iter().map(|name| format!("http://{name}/health")).chain([relay.url("/0")]);
    for url in urls {
        let answer = harness.call("POST", "/v1/image/edit").json(crate::edit(&url)).send().await;
        assert_refused(&answer, &url);
    }
    harness.assert_books().await;
}
