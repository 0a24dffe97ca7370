//! A model server on loopback that answers as told and keeps what it was asked.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the server got.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

/// What it does with a request.
pub enum Reply {
    Json(u16, Value),
    Raw(u16, &'static str, Vec<u8>),
    WithHeader(u16, &'static str, String, Value),
    /// Nothing, ever.
    Hang,
    /// A 200 whose body flows without end.
    Endless,
}

pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// `reply` gets the number of the request, from 0, and the request.
    pub async fn start(reply: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound listener has an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        let reply: Arc<Reader> = Arc::new(reply);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, reply) = (Arc::clone(&kept), Arc::clone(&reply));
                let service =
                    service_fn(move |request| answer(request, Arc::clone(&kept), Arc::clone(&reply)));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, asked, task }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no test panics in here").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Reader = dyn Fn(usize, &Asked) -> Reply + Send + Sync;

fn answer(
    request: Request<Incoming>,
    kept: Arc<Mutex<Vec<Asked>>>,
    reply: Arc<Reader>,
) -> BoxFuture<'static, Result<Response<BoxBody<Bytes, Infallible>>, Infallible>> {
    Box::pin(async move {
        let (head, body) = request.into_parts();
        let body = body.collect().await.expect("the client sends a whole body").to_bytes();
        let asked = Asked {
            path: head.uri.path().to_owned(),
            headers: head.headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        };
        let number = {
            let mut kept = kept.lock().expect("no test panics in here");
            kept.push(asked.clone());
            kept.len() - 1
        };
        Ok(match reply(number, &asked) {
            Reply::Json(status, body) => whole(status, body.to_string().into_bytes()),
            Reply::WithHeader(status, name, value, body) => {
                let mut response = whole(status, body.to_string().into_bytes());
                response.headers_mut().insert(name, value.parse().expect("a header value"));
                response
            }
            Reply::Raw(status, kind, body) => {
                let mut response = whole(status, body);
                response.headers_mut().insert("content-type", kind.parse().expect("a media type"));
                response
            }
            Reply::Hang => std::future::pending().await,
            Reply::Endless => Response::new(Endless.boxed()),
        })
    })
}

fn whole(status: u16, body: Vec<u8>) -> Response<BoxBody<Bytes, Infallible>> {
    let mut response = Response::new(Full::new(Bytes::from(body)).boxed());
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

struct Endless;

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 1024])))))
    }
}

/// A chat completion of this text.
pub fn chat(text: &str) -> Value {
    json!({"id": "c1", "object": "chat.completion", "model": "test-model",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}})
}

/// A chat completion of one token with these alternatives and their probabilities.
pub fn chat_with(alternatives: &[(&str, f64)]) -> Value {
    let top: Vec<Value> = alternatives
        .iter()
        .map(|(token, probability)| json!({"token": token, "logprob": probability.ln(), "bytes": token.as_bytes()}))
        .collect();
    let mut chat = chat(alternatives[0].0);
    chat["choices"][0]["finish_reason"] = json!("length");
    let place = json!({"token": alternatives[0].0, "logprob": alternatives[0].1.ln(), "bytes": [], "top_logprobs": top});
    chat["choices"][0]["logprobs"] = json!({"content": [place]});
    chat
}

/// All that was said in a request, in one string.
pub fn said(asked: &Asked) -> String {
    asked.body["messages"].to_string()
}

/// Waits for what another task does.
pub async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}
