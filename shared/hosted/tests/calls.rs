//! Limits, repeats and the breaker, against a server on loopback.

mod support;

use std::time::{Duration, Instant};

use hosted::{Finish, Hosted, HostedConfig, HostedError, Prompt, Stage, Wire};
use serde_json::{Value, json};
use support::{Reply, Server, a_moment, chat};
use tokio::net::TcpListener;

const KEY: &str = "sk-test-0123456789";

fn config(url: &str) -> HostedConfig {
    HostedConfig::for_testing(Wire::OpenAi, url)
}

fn hosted(config: HostedConfig) -> Hosted {
    Hosted::over_http(config).expect("no certificates to read")
}

async fn ask(hosted: &Hosted) -> Result<String, HostedError> {
    hosted.complete(&Prompt::text("Be short.", "Hello"), None).await.map(|answer| answer.text)
}

fn error(message: &str, code: &str) -> Value {
    json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": code}})
}

#[tokio::test]
async fn two_errors_of_the_server_are_repeated_and_the_third_answer_counts() {
    let server = Server::start(|number, _| match number {
        0 | 1 => Reply::Json(500, error("oops", "internal")),
        _ => Reply::Json(200, chat("Hi")),
    })
    .await;
    assert_eq!(ask(&hosted(config(&server.url))).await.expect("the third"), "Hi");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn after_three_errors_the_call_has_failed() {
    let server = Server::start(|_, _| Reply::Json(502, error("oops", "internal"))).await;
    let error = ask(&hosted(config(&server.url))).await.expect_err("no answer");
    assert!(matches!(&error, HostedError::Failed { .. }), "{error:?}");
    assert_eq!(error.to_string(), "the hosted model failed: status 502, internal");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_429_is_repeated_after_as_long_as_it_says() {
    let server = Server::start(|number, _| match number {
        0 => {
            Reply::WithHeader(429, "retry-after", "0.3".to_owned(), error("slow down", "rate_limit_exceeded"))
        }
        _ => Reply::Json(200, chat("Hi")),
    })
    .await;
    let begun = Instant::now();
    assert_eq!(ask(&hosted(config(&server.url))).await.expect("the second"), "Hi");
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_wait_longer_than_the_call_is_not_begun_and_is_told() {
    let server = Server::start(|_, _| {
        Reply::WithHeader(429, "retry-after", "30".to_owned(), error("slow down", "rate_limit_exceeded"))
    })
    .await;
    let begun = Instant::now();
    let failure = ask(&hosted(config(&server.url))).await.expect_err("no answer");
    assert!(begun.elapsed() < Duration::from_secs(8));
    let HostedError::Unavailable { retry_after, .. } = failure else { panic!("{failure:?}") };
    assert_eq!(retry_after, Some(Duration::from_secs(30)));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn what_will_not_pass_is_not_repeated() {
    for (status, code) in
        [(400, "bad"), (401, "invalid_api_key"), (404, "gone"), (429, "insufficient_quota"), (302, "x")]
    {
        let server = Server::start(move |_, _| {
            Reply::WithHeader(status, "location", "http://127.0.0.1:1/".to_owned(), error("no", code))
        })
        .await;
        let failure = ask(&hosted(config(&server.url))).await.expect_err("no answer");
        assert!(failure.to_string().ends_with(&format!("status {status}, {code}")), "{failure}");
        assert_eq!(server.asked().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn the_key_is_in_the_request_and_in_no_error() {
    let server = Server::start(|_, asked| {
        let sent = asked.headers["authorization"].to_str().expect("ASCII").trim_start_matches("Bearer ");
        Reply::Json(401, json!({"error": {"message": format!("Incorrect API key provided: {sent}"), "code": sent, "type": sent}}))
    })
    .await;
    let failure = ask(&hosted(config(&server.url))).await.expect_err("no answer");
    assert_eq!(server.asked()[0].headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(failure.to_string(), "the hosted model failed: status 401");
    assert!(!format!("{failure:?}").contains(KEY));
}

#[tokio::test]
async fn a_hanging_server_costs_no_more_than_the_limit_of_a_call() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let config = HostedConfig {
        attempt: Duration::from_millis(200),
        total: Duration::from_millis(500),
        ..config(&server.url)
    };
    let begun = Instant::now();
    let failure = ask(&hosted(config)).await.expect_err("no answer");
    assert!(matches!(failure, HostedError::Timeout(Stage::Total)), "{failure:?}");
    assert!(begun.elapsed() >= Duration::from_millis(500));
    let asked = server.asked().len();
    assert!((2..=3).contains(&asked), "{asked}");
}

#[tokio::test]
async fn an_answer_that_may_be_long_has_more_time_than_a_short_one_and_still_an_end() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let limit = Duration::from_millis(100);
    let hosted = hosted(HostedConfig { attempt: limit, total: limit, patience: 20, ..config(&server.url) });
    let mut took = Vec::new();
    for max_tokens in [16, 8_192] {
        let begun = Instant::now();
        let prompt = Prompt { max_tokens, ..Prompt::text("", "Hello") };
        let failure = hosted.complete(&prompt, None).await.expect_err("no answer");
        assert!(matches!(failure, HostedError::Timeout(Stage::Total)), "{failure:?}");
        took.push(begun.elapsed());
    }
    assert!(took[0] >= limit && took[0] < limit * 20 && took[1] >= limit * 20, "{took:?}");
    // Nobody is asked again while the answer may still be coming.
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn the_callers_deadline_is_kept_where_it_is_earlier() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let hosted = hosted(config(&server.url));
    let begun = Instant::now();
    let deadline = Some(begun + Duration::from_millis(100));
    let failure = hosted.complete(&Prompt::text("", "Hello"), deadline).await.expect_err("no answer");
    assert!(matches!(failure, HostedError::Timeout(Stage::Deadline)), "{failure:?}");
    assert!(begun.elapsed() >= Duration::from_millis(100));
    let past = hosted.complete(&Prompt::text("", "Hello"), Some(begun)).await.expect_err("no answer");
    assert!(matches!(past, HostedError::Timeout(Stage::Deadline)), "{past:?}");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off_at_its_limit() {
    let server = Server::start(|_, _| Reply::Endless).await;
    let failure = ask(&hosted(config(&server.url))).await.expect_err("no answer");
    assert_eq!(failure.to_string(), "the hosted model failed: its answer is too large");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn what_is_no_answer_is_a_failure_and_not_repeated() {
    for (body, reason) in [
        ("{\"choices\": [", "its answer is not JSON"),
        ("<html>sign in</html>", "its answer is not JSON"),
        ("", "its answer is not JSON"),
        ("[]", "its answer has no choice"),
        ("{\"choices\": []}", "its answer has no choice"),
        ("{\"choices\": [{}]}", "its answer has no message"),
        ("{\"error\": {\"message\": \"no\"}}", "its answer has no choice"),
    ] {
        let server = Server::start(move |_, _| Reply::Raw(200, "text/html", body.as_bytes().to_vec())).await;
        let failure = ask(&hosted(config(&server.url))).await.expect_err(body);
        assert_eq!(failure.to_string(), format!("the hosted model failed: {reason}"), "{body}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_refused_connection_is_tried_three_times_and_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    let failure = ask(&hosted(config(&url))).await.expect_err("nobody there");
    let HostedError::Unavailable { reason, cause, .. } = failure else { panic!("{failure:?}") };
    assert_eq!(reason, "no connection");
    assert!(cause.is_some());
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let server = Server::start(|_, _| Reply::Json(200, chat("Hi"))).await;
    let real = server.url.trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        drop(listener.accept().await);
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = tokio::net::TcpStream::connect(&real).await.expect("the server");
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    assert_eq!(ask(&hosted(config(&format!("http://{address}")))).await.expect("the second"), "Hi");
}

#[tokio::test]
async fn an_answer_cut_off_at_its_limit_of_tokens_says_so() {
    let server = Server::start(|_, _| {
        let mut body = chat("{\"total\": 12");
        body["choices"][0]["finish_reason"] = json!("length");
        Reply::Json(200, body)
    })
    .await;
    let prompt = Prompt { max_tokens: 100_000, ..Prompt::text("", "Read it") };
    let answer = hosted(config(&server.url)).complete(&prompt, None).await.expect("an answer");
    assert_eq!((answer.finish, answer.text.as_str()), (Finish::Length, "{\"total\": 12"));
    assert_eq!(server.asked()[0].body["max_tokens"], 8192);
}

#[tokio::test]
async fn the_breaker_opens_lets_one_try_after_its_time_and_closes_again() {
    let server = Server::start(|number, _| match number {
        0..20 => Reply::Json(500, error("oops", "internal")),
        _ => Reply::Json(200, chat("Hi")),
    })
    .await;
    let hosted = hosted(HostedConfig { repeats: 0, ..config(&server.url) });
    for _ in 0..20 {
        let failure = ask(&hosted).await.expect_err("no answer");
        assert!(matches!(failure, HostedError::Failed { .. }), "{failure:?}");
    }
    let failure = ask(&hosted).await.expect_err("left alone");
    let HostedError::Unavailable { reason, retry_after, .. } = failure else { panic!("{failure:?}") };
    assert_eq!(reason, "it failed too often of late");
    assert!(retry_after.is_some_and(|wait| wait <= Duration::from_secs(1)));
    assert_eq!(server.asked().len(), 20, "an open breaker asks nobody");
    tokio::time::sleep(Duration::from_millis(1010)).await;
    assert_eq!(ask(&hosted).await.expect("the trial"), "Hi");
    assert_eq!(ask(&hosted).await.expect("closed"), "Hi");
}

#[tokio::test]
async fn a_question_counts_once_however_often_it_is_repeated() {
    let server = Server::start(|_, _| Reply::Json(500, error("oops", "internal"))).await;
    let hosted = hosted(HostedConfig { repeats: 3, ..config(&server.url) });
    for _ in 0..7 {
        let failure = ask(&hosted).await.expect_err("no answer");
        assert!(matches!(failure, HostedError::Failed { .. }), "{failure:?}");
    }
    assert_eq!(server.asked().len(), 28);
}

#[tokio::test]
async fn no_more_calls_than_places_are_under_way() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let hosted = hosted(HostedConfig { at_once: 3, ..config(&server.url) });
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let hosted = hosted.clone();
            tokio::spawn(async move { drop(ask(&hosted).await) })
        })
        .collect();
    for _ in 0..5 {
        a_moment().await;
    }
    assert_eq!(server.asked().len(), 3);
    calls.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn connections_are_kept_between_calls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let server = Server::start(|_, _| Reply::Json(200, chat("Hi"))).await;
    let real = server.url.trim_start_matches("http://").to_owned();
    let (count, mut counted) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            count.send(()).expect("the test listens");
            let mut far = tokio::net::TcpStream::connect(&real).await.expect("the server");
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    let hosted = hosted(config(&format!("http://{address}")));
    for _ in 0..5 {
        ask(&hosted).await.expect("an answer");
        a_moment().await;
    }
    let mut connections = 0;
    while counted.try_recv().is_ok() {
        connections += 1;
    }
    assert_eq!(connections, 1);
}

#[tokio::test]
async fn options_that_a_model_does_not_have_are_left_out_from_then_on() {
    let server = Server::start(|_, asked| {
        for (option, message) in [
            ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
            ("temperature", "Unsupported value: 'temperature' does not support 0."),
            ("logprobs", "You are not allowed to request logprobs from this model."),
        ] {
            if !asked.body[option].is_null() {
                return Reply::Json(400, error(message, "unsupported_parameter"));
            }
        }
        Reply::Json(200, chat("Hi"))
    })
    .await;
    let hosted = hosted(config(&server.url));
    let prompt = Prompt { alternatives: 20, ..Prompt::text("", "Hello") };
    for _ in 0..2 {
        assert_eq!(hosted.complete(&prompt, None).await.expect("an answer").text, "Hi");
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 5, "three refusals, then an answer; and one at once");
    assert_eq!(asked[4].body["max_completion_tokens"], 8192);
}
