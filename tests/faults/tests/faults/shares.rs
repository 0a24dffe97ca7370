//! What of a process an account may take: no other is kept waiting, and it is not kept waiting itself.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use atelier::{ServeOptions, Server};
use contract::Credits;
use faults::behind::{charges, tasks, text};
use faults::eventually;
use faults::hostile::{Behaviour, Hostile};
use fetch::{Resolve, Resolver};
use futures::StreamExt;
use futures::stream::iter;
use harness::{FileAnswer, Harness, picture};

/// Every name is this machine.
struct Here;

impl Resolver for Here {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolve<'a> {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_with_many_slow_hosts_keeps_no_other_account_waiting() {
    let pause = Duration::from_millis(50);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n".to_vec();
    let server = Hostile::start(vec![Behaviour::Repeat(head, b"x".to_vec(), pause)]).await;
    let hosts: Vec<String> =
        (0..10).map(|number| format!("h{number}.test:{}", server.address.port())).collect();
    let harness = Harness::with(|options| {
        options.resolver = Box::new(Here);
        options.fetch.allow.extend(hosts.iter().map(|host| host.parse().expect("host:port")));
    })
    .await;
    let hostile = harness.account("hostile", 100).await;
    for number in 0..40 {
        let slow = crate::edit(&format!("http://{}/0", hosts[number % hosts.len()]));
        harness.call("POST", "/v1/image/edit/async").key(&hostile).json(slow).send().await.expect(200);
    }
    let stuck = hosts.iter().map(|host| {
        let slow = crate::edit(&format!("http://{host}/0"));
        harness.call("POST", "/v1/image/edit").key(&hostile).json(slow).send()
    });
    let stuck = futures::future::join_all(stuck);
    let healthy = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let begun = Instant::now();
        let body = crate::edit(&harness.files().add("p.jpg", "image/jpeg", picture(40, 30)));
        harness.call("POST", "/v1/image/edit").json(body.clone()).send().await.expect(200);
        let task = harness.call("POST", "/v1/image/edit/async").json(body).send().await.expect(200).json();
        let task = harness.wait_task(&harness.key, task["data"]["id"].as_u64().expect("an id")).await;
        (task, begun.elapsed())
    };
    tokio::select! {
        _ = stuck => panic!("the slow hosts have answered first"),
        (task, took) = healthy => {
            assert_eq!(task["status"], "DONE", "{task}");
            assert!(took < Duration::from_secs(4), "{took:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_background_edits_of_one_account_ends_soon_and_each_is_charged_once() {
    let harness = Harness::start().await;
    let key = harness.account("burst", 400).await;
    let body = crate::edit(&harness.files().add("p.jpg", "image/jpeg", picture(40, 30)));
    let begun = Instant::now();
    let posts = iter(0..400)
        .map(|_| harness.call("POST", "/v1/image/edit/async").key(&key).json(body.clone()).send());
    let posts: Vec<_> = posts.buffer_unordered(32).collect().await;
    for answer in posts {
        let id = answer.expect(200).json()["data"]["id"].as_u64().expect("an id");
        assert_eq!(harness.wait_task(&key, id).await["status"], "DONE");
    }
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert_eq!(charges(harness.store(), "burst").await.len(), 400);
    assert_eq!(harness.balance("burst").await.spent, Credits::whole(400));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_waits_for_the_edits_in_work_alone_and_the_next_start_does_the_others() {
    let harness = Harness::start().await;
    let slow = FileAnswer::new("image/jpeg", picture(40, 30)).after(Duration::from_secs(1));
    let body = crate::edit(&harness.files().handle("slow.jpg", move |_| slow.clone()));
    for _ in 0..60 {
        harness.call("POST", "/v1/image/edit/async").json(body.clone()).send().await.expect(200);
    }
    let mut options = ServeOptions::new(harness.data());
    options.fetch.allow.push(harness.files().address().to_string().parse().expect("host:port"));
    let begun = Instant::now();
    harness.server.stop().await;
    // All sixty take a quarter of a minute, four at a time.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let server = Server::start(options).await.unwrap_or_else(|error| panic!("{error}"));
    let store = &server.platform().store;
    eventually(Duration::from_secs(60), "the end of all edits", async || {
        tasks(store).await.iter().filter(|task| text(task, "task_status") == "DONE").count() == 60
    })
    .await;
    assert_eq!(charges(store, "default").await.len(), 60);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_gives_up_what_takes_too_long_and_the_next_start_ends_it() {
    let harness = Harness::with(|options| options.farewell = Duration::from_secs(1)).await;
    let slow = FileAnswer::new("image/jpeg", picture(40, 30)).after(Duration::from_secs(4));
    let body = crate::edit(&harness.files().handle("slow.jpg", move |_| slow.clone()));
    for _ in 0..6 {
        harness.call("POST", "/v1/image/edit/async").json(body.clone()).send().await.expect(200);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut options = ServeOptions::new(harness.data());
    options.fetch.allow.push(harness.files().address().to_string().parse().expect("host:port"));
    let begun = Instant::now();
    harness.server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let server = Server::start(options).await.unwrap_or_else(|error| panic!("{error}"));
    let store = &server.platform().store;
    eventually(Duration::from_secs(60), "the end of all edits", async || {
        tasks(store).await.iter().filter(|task| text(task, "task_status") == "DONE").count() == 6
    })
    .await;
    assert_eq!(charges(store, "default").await.len(), 6);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn background_edits_from_a_slow_host_leave_a_place_of_it_to_all_others() {
    let pause = Duration::from_millis(50);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n".to_vec();
    let server = Hostile::start(vec![Behaviour::Repeat(head, b"x".to_vec(), pause)]).await;
    // One host by its name, slow at one port and quick at the other.
    let slow = format!("shared.test:{}", server.address.port());
    let mut quick = String::new();
    let harness = Harness::with(|options| {
        options.resolver = Box::new(Here);
        quick = format!("shared.test:{}", options.fetch.allow[0].port());
        options.fetch.allow.extend([&slow, &quick].map(|host| host.parse().expect("host:port")));
    })
    .await;
    harness.files().add("p.jpg", "image/jpeg", picture(40, 30));
    let hostile = harness.account("hostile", 100).await;
    for _ in 0..20 {
        let body = crate::edit(&format!("http://{slow}/0"));
        harness.call("POST", "/v1/image/edit/async").key(&hostile).json(body).send().await.expect(200);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (begun, body) = (Instant::now(), crate::edit(&format!("http://{quick}/p.jpg")));
    harness.call("POST", "/v1/image/edit").key(&hostile).json(body.clone()).send().await.expect(200);
    harness.call("POST", "/v1/image/edit").json(body.clone()).send().await.expect(200);
    let task = harness.call("POST", "/v1/image/edit/async").json(body).send().await.expect(200).json();
    let task = harness.wait_task(&harness.key, task["data"]["id"].as_u64().expect("an id")).await;
    assert_eq!(task["status"], "DONE", "{task}");
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}
