//! A server that dies with messages on their way or not yet sent, and what it leaves on the disk.

use std::time::{Duration, Instant};

use harness::{Receiver, Reception, ServerProcess, holding, picture};
use journeys::webhooks::Hook;
use journeys::{Home, accepted, balance, edit, ended};
use serde_json::{Value, json};

const EVENT: &[&str] = &["batch.cancelled"];

/// Starts the server so that it may send to a receiver.
fn serve(home: &Home, receiver: &Receiver) -> ServerProcess {
    let allowed = format!("{},{}", home.files.address(), receiver.address());
    home.serve(&[("ATELIER_FETCH_ALLOW", &allowed)])
}

async fn hook(server: &ServerProcess, receiver: &Receiver, events: Value) -> Hook {
    let body = json!({"url": receiver.url("/"), "events": events});
    let call = server.call("POST", "/v1/webhooks").header("idempotency-key", "the one").json(body);
    Hook::of(call.send().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_server_had_not_delivered_arrives_after_its_next_start_and_money_is_untouched() {
    // The first attempt is under way when the server is killed.
    let receiver =
        Receiver::with(
            |message| if message.earlier == 0 { Reception::Silence } else { Reception::Status(200) },
        );
    let receiver = receiver.await;
    let home = Home::new().await;
    let input = home.files.add("cat.jpg", "image/jpeg", picture(40, 30));
    let mut server = serve(&home, &receiver);
    let hook = hook(&server, &receiver, json!(["task.done"])).await;
    let task = accepted(server.call("POST", "/v1/image/edit/async").json(edit(&input)).send().await);
    assert_eq!(ended(&server, task).await["status"], "DONE");
    receiver.wait(1).await;
    let before = balance(&server).await;
    server.kill9();
    let server = serve(&home, &receiver);
    let started = Instant::now();
    let messages = receiver.wait(2).await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(messages[0].header("webhook-id"), messages[1].header("webhook-id"));
    messages[1].assert_signed(&hook.secret);
    assert_eq!(messages[1].body, messages[0].body);
    assert_eq!(messages[1].json()["data"]["id"], task);
    assert_eq!(balance(&server).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_never_sent_before_a_kill_arrives_after_the_next_start() {
    let receiver = Receiver::start().await;
    let home = Home::new().await;
    let allowed = format!("{},{}", home.files.address(), receiver.address());
    let mut server = home.serve(&[("ATELIER_FETCH_ALLOW", &allowed), ("ATELIER_WORKERS", "off")]);
    let hook = hook(&server, &receiver, json!(EVENT)).await;
    for _ in 0..30 {
        let body = json!({"labels": ["billing", "football"]});
        let job = server.call("POST", "/v1/batch").json(body).send().await.expect(201).json();
        let path = format!("/v1/batch/{}/cancel", job["job_id"].as_str().expect("an id"));
        server.call("POST", &path).send().await.expect(202);
    }
    server.kill9();
    let _server = serve(&home, &receiver);
    let messages = receiver.wait(30).await;
    let mut ids: Vec<&str> = messages.iter().map(|message| message.header("webhook-id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((messages.len(), ids.len()), (30, 30));
    messages.iter().for_each(|message| message.assert_signed(&hook.secret));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_secret_is_in_no_file_no_log_and_no_answer_but_the_first() {
    let receiver = Receiver::start().await;
    let home = Home::new().await;
    let mut server = serve(&home, &receiver);
    let hook = hook(&server, &receiver, json!(EVENT)).await;
    let body = json!({"labels": ["billing", "football"]});
    let job = server.call("POST", "/v1/batch").json(body).send().await.expect(201).json();
    let path = format!("/v1/batch/{}/cancel", job["job_id"].as_str().expect("an id"));
    server.call("POST", &path).send().await.expect(202);
    let message = receiver.wait(1).await.remove(0);
    let own = format!("/v1/webhooks/{}", hook.id);
    let mut shown = vec![message.body, format!("{:?}", message.headers)];
    for path in ["/v1/webhooks", &own, &format!("{own}/deliveries"), "/v1/logs"] {
        shown.push(server.call("GET", path).send().await.expect(200).text());
    }
    let random = hook.secret.strip_prefix("whsec_").expect("a secret");
    for text in &shown {
        assert!(!text.contains(random), "{text}");
    }
    server.terminate();
    assert!(server.wait().success());
    assert!(!server.log().contains(random));
    let data = home.folder.join("data");
    assert_eq!(holding(&data, random).0, 0);
    assert!(holding(&data, &hook.id).0 > 0, "the search finds nothing");
}
