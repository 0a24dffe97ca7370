//! A hosted model on loopback: chat completions as OpenAI's, or any other wire, answered as a test says.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A question as it came.
#[derive(Debug, Clone)]
pub struct Question {
    pub headers: HeaderMap,
    pub body: Value,
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct ModelAnswer {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Value,
    /// In place of the JSON.
    raw: Option<&'static str>,
    breaks: bool,
    after: Duration,
}

/// A body that may end with its connection.
struct Flow {
    bytes: Option<Bytes>,
    breaks: bool,
}

type Reply = dyn Fn(&Question) -> ModelAnswer + Send + Sync;

#[derive(Default)]
struct Seen {
    questions: Mutex<Vec<Question>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

/// Answers on a loopback port of its own until it is dropped.
pub struct ModelServer {
    address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Question {
    /// The user's turn; beside pictures its last words.
    pub fn user(&self) -> &str {
        let content = &self.body["messages"][1]["content"];
        let last = content.as_array().and_then(|parts| parts.last()).map(|part| &part["text"]);
        last.unwrap_or(content).as_str().unwrap_or_default()
    }

    /// Pictures of the user's turn, as data URLs.
    pub fn pictures(&self) -> Vec<&str> {
        let parts = self.body["messages"][1]["content"].as_array().into_iter().flatten();
        parts.filter_map(|part| part["image_url"]["url"].as_str()).collect()
    }

    /// The labels that are asked about, with their letters.
    pub fn options(&self) -> Vec<(&str, &str)> {
        let after = self.user().rsplit("Which label").next().unwrap_or_default();
        after.lines().filter_map(|line| line.split_once(") ")).collect()
    }

    /// The letter of a label, where it is asked about.
    pub fn letter(&self, label: &str) -> Option<&str> {
        self.options().into_iter().find(|(_, name)| *name == label).map(|(letter, _)| letter)
    }
}

impl ModelAnswer {
    /// One token with the probabilities of its alternatives.
    pub fn token(alternatives: &[(&str, f64)]) -> Self {
        let top: Vec<Value> = alternatives
            .iter()
            .map(|(token, share)| json!({"token": token, "logprob": share.ln(), "bytes": token.as_bytes()}))
            .collect();
        let best = top.first().cloned().unwrap_or_default();
        let mut answer = Self::text(alternatives.first().map_or("", |(token, _)| token));
        let mut place = best;
        place["top_logprobs"] = json!(top);
        answer.body["choices"][0]["logprobs"] = json!({"content": [place]});
        answer
    }

    /// Words without probabilities.
    pub fn text(text: &str) -> Self {
        let message = json!({"role": "assistant", "content": text});
        let body = json!({
            "id": "c1", "object": "chat.completion", "model": "test-model",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11},
        });
        Self::of(body)
    }

    /// The body of another wire.
    pub fn of(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body, raw: None, breaks: false, after: Duration::ZERO }
    }

    /// What no model says, as of a proxy that stands before it.
    pub fn page(html: &'static str) -> Self {
        Self { raw: Some(html), ..Self::of(Value::Null) }.header("content-type", "text/html")
    }

    /// An error.
    pub fn error(status: u16) -> Self {
        let body = json!({"error": {"message": "not now", "type": "server_error", "code": "server_error"}});
        Self { status, body, ..Self::text("") }
    }

    pub fn retry_after(self, seconds: &'static str) -> Self {
        self.header("retry-after", seconds)
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// With another status.
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The connection is lost in the middle of the body.
    pub fn breaking_off(self) -> Self {
        Self { breaks: true, ..self }
    }

    /// At the limit of its tokens.
    pub fn cut_off(mut self) -> Self {
        self.body["choices"][0]["finish_reason"] = "length".into();
        self
    }

    /// Waits before it answers.
    pub fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }
}

impl ModelServer {
    /// # Panics
    /// Where loopback has no free port.
    pub async fn start(reply: impl Fn(&Question) -> ModelAnswer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (seen, reply) = (Arc::new(Seen::default()), Arc::new(reply) as Arc<Reply>);
        let kept = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, reply) = (kept.clone(), reply.clone());
                let service = service_fn(move |request| answer(request, seen.clone(), reply.clone()));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, seen, task }
    }

    /// Base URL, as `ATELIER_LLM_URL` takes it.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// All questions so far.
    pub fn asked(&self) -> Vec<Question> {
        self.seen.questions().clone()
    }

    /// The most questions that waited for an answer at the same time.
    pub fn most_at_once(&self) -> usize {
        self.seen.most.load(Ordering::SeqCst)
    }
}

impl Seen {
    fn questions(&self) -> MutexGuard<'_, Vec<Question>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    request: Request<Incoming>,
    seen: Arc<Seen>,
    reply: Arc<Reply>,
) -> Result<Response<Flow>, Infallible> {
    let (head, body) = request.into_parts();
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    let question = Question { headers: head.headers, body };
    seen.questions().push(question.clone());
    let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
    seen.most.fetch_max(now, Ordering::SeqCst);
    let answer = reply(&question);
    tokio::time::sleep(answer.after).await;
    seen.now.fetch_sub(1, Ordering::SeqCst);
    let whole = answer.raw.map_or_else(|| answer.body.to_string().into(), Bytes::from);
    let bytes = if answer.breaks { whole.slice(..whole.len() / 2) } else { whole };
    let mut response = Response::new(Flow { bytes: Some(bytes), breaks: answer.breaks });
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    for (name, value) in answer.headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

impl Body for Flow {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(match self.bytes.take() {
            Some(bytes) => Some(Ok(Frame::data(bytes))),
            None if self.breaks => Some(Err(std::io::Error::other("the connection is lost"))),
            None => None,
        })
    }
}
