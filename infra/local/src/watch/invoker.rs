//! Invocations of functions by HTTP, on the path that Lambda's `Invoke` has.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use common::{SqsBatchResponse, SqsEvent};
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpStream;

use crate::pollers::{Failure, Worker};

/// Longest wait for an answer: a function may have to be compiled first.
const PATIENCE: Duration = Duration::from_secs(900);
/// Largest answer in bytes, as Lambda has it.
const MOST_BYTES: usize = 6 << 20;

#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    #[error("the endpoint cannot be reached: {0}")]
    Connect(#[from] io::Error),
    #[error("the call broke off: {0}")]
    Http(#[from] hyper::Error),
    #[error("the event or the answer is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the answer cannot be read: {0}")]
    Body(Failure),
    #[error("{status}: {body}")]
    Function { status: StatusCode, body: String },
    #[error("no answer in {} s", PATIENCE.as_secs())]
    TooLate,
}

/// Calls functions at an address.
#[derive(Debug, Clone)]
pub struct Invoker(SocketAddr);

impl Invoker {
    pub fn new(address: SocketAddr) -> Self {
        Self(address)
    }

    /// A worker of a queue behind the endpoint.
    pub fn worker(&self, function: &'static str) -> RemoteWorker {
        RemoteWorker { invoker: self.clone(), function }
    }

    /// Calls a function and answers what it returned.
    ///
    /// # Errors
    /// The function failed, or it could not be called.
    pub async fn invoke(&self, function: &str, event: &impl Serialize) -> Result<Bytes, InvokeError> {
        let event = serde_json::to_vec(event)?;
        tokio::time::timeout(PATIENCE, self.call(function, event)).await.unwrap_or(Err(InvokeError::TooLate))
    }

    async fn call(&self, function: &str, event: Vec<u8>) -> Result<Bytes, InvokeError> {
        let stream = TcpStream::connect(self.0).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::post(format!("/2015-03-31/functions/{function}/invocations"))
            .header(HOST, self.0.to_string())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(event)))
            .map_err(|error| InvokeError::Body(error.into()))?;
        let answer = async {
            let response = sender.send_request(request).await?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, MOST_BYTES).collect().await.map_err(InvokeError::Body)?.to_bytes();
            if parts.status.is_success() {
                Ok(body)
            } else {
                let body = String::from_utf8_lossy(&body).chars().take(500).collect();
                Err(InvokeError::Function { status: parts.status, body })
            }
        };
        tokio::pin!(connection);
        tokio::pin!(answer);
        tokio::select! {
            answer = &mut answer => answer,
            ended = &mut connection => {
                ended?;
                answer.await
            }
        }
    }
}

/// A worker of a queue that runs elsewhere.
#[derive(Debug)]
pub struct RemoteWorker {
    invoker: Invoker,
    function: &'static str,
}

impl Worker for RemoteWorker {
    fn name(&self) -> &'static str {
        self.function
    }

    async fn work(&self, event: SqsEvent) -> Result<Vec<String>, Failure> {
        let answer = self.invoker.invoke(self.function, &event).await?;
        // A function that returns nothing has worked them all.
        let answer: Option<SqsBatchResponse> = serde_json::from_slice(&answer)?;
        let failures = answer.map(|answer| answer.batch_item_failures).unwrap_or_default();
        Ok(failures.into_iter().map(|failure| failure.item_identifier).collect())
    }
}
