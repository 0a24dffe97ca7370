//! The runtime API of one function, and its process: it asks for the next invocation, and posts what came of it.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::{Failure, serve};
use crate::binary;

/// Longest an invocation may take, the start of the process included.
const PATIENCE: Duration = Duration::from_secs(45);
const START: &str = "/2018-06-01/runtime/";

/// A running function. Its process is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    name: &'static str,
    state: Arc<State>,
    child: Child,
    task: JoinHandle<()>,
}

type Outcome = Result<Value, String>;

#[derive(Debug, Default)]
struct State {
    waiting: Mutex<VecDeque<(String, Value)>>,
    open: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    arrived: Notify,
}

impl Running {
    /// Starts the function's own binary with `env` and nothing else of this process's variables.
    pub(super) async fn start(name: &'static str, memory_mb: u32, env: &[(String, String)]) -> Self {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let (address, task) = serve(move |request| answer(Arc::clone(&shared), request)).await;
        let child = Self::spawn(name, memory_mb, address, env);
        Self { name, state, child, task }
    }

    fn spawn(name: &str, memory_mb: u32, address: SocketAddr, env: &[(String, String)]) -> Child {
        Command::new(binary(name))
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mb.to_string())
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "test")
            // In a package they stand beside the binary.
            .env("ATELIER_MODELS", models::Folder::from_env().expect("a folder of models").path())
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"))
    }

    /// One invocation. What the function answers, or why it failed.
    pub(super) async fn invoke(&self, event: Value) -> Outcome {
        let id = uuid::Uuid::new_v4().to_string();
        let (sender, receiver) = oneshot::channel();
        locked(&self.state.open).insert(id.clone(), sender);
        locked(&self.state.waiting).push_back((id, event));
        self.state.arrived.notify_one();
        match tokio::time::timeout(PATIENCE, receiver).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(format!("{}: the invocation was dropped", self.name)),
            Err(_) => Err(format!("{}: no answer in time", self.name)),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The child first: without its runtime API it would complain. Both fail only where it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.task.abort();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Failure> {
    let path = request.uri().path().to_owned();
    let Some(place) = path.strip_prefix(START) else { return empty(StatusCode::NOT_FOUND) };
    let steps: Vec<&str> = place.split('/').collect();
    match (request.method(), steps.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(&state).await,
        (&Method::POST, ["invocation", id, "response"]) => {
            let id = (*id).to_owned();
            let body = request.into_body().collect().await?.to_bytes();
            finish(&state, &id, serde_json::from_slice(&body).map_err(|error| error.to_string()))
        }
        (&Method::POST, ["invocation", id, "error"]) => {
            let id = (*id).to_owned();
            let body = request.into_body().collect().await?.to_bytes();
            finish(&state, &id, Err(String::from_utf8_lossy(&body).into_owned()))
        }
        (&Method::POST, ["init", "error"]) => {
            let body = request.into_body().collect().await?.to_bytes();
            let why = String::from_utf8_lossy(&body).into_owned();
            let open: Vec<_> = locked(&state.open).drain().collect();
            for (_, sender) in open {
                // Who no longer waits needs no answer.
                let _ = sender.send(Err(why.clone()));
            }
            empty(StatusCode::ACCEPTED)
        }
        _ => empty(StatusCode::NOT_FOUND),
    }
}

/// Waits for the next invocation, however long that takes.
async fn next(state: &State) -> Result<Response<Full<Bytes>>, Failure> {
    let (id, event) = loop {
        let arrived = state.arrived.notified();
        let first = locked(&state.waiting).pop_front();
        match first {
            Some(first) => break first,
            None => arrived.await,
        }
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() + PATIENCE.as_millis();
    Ok(Response::builder()
        .header("Content-Type", "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", id)
        .header("Lambda-Runtime-Deadline-Ms", deadline.to_string())
        .header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:test")
        .header("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
        .body(Full::new(Bytes::from(event.to_string())))?)
}

fn finish(state: &State, id: &str, outcome: Outcome) -> Result<Response<Full<Bytes>>, Failure> {
    match locked(&state.open).remove(id) {
        Some(sender) => {
            // Who no longer waits needs no answer.
            let _ = sender.send(outcome);
            empty(StatusCode::ACCEPTED)
        }
        None => empty(StatusCode::NOT_FOUND),
    }
}

fn empty(status: StatusCode) -> Result<Response<Full<Bytes>>, Failure> {
    Ok(Response::builder().status(status).body(Full::default())?)
}
