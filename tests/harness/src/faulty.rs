//! A server that stands before another one and fails as it is told.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type Body = BoxBody<Bytes, std::io::Error>;
type Rule = dyn Fn(&Asked) -> Fault + Send + Sync;

/// A request on its way.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Path and query, as they were sent.
    pub target: String,
    /// How many requests came before.
    pub earlier: usize,
}

/// What becomes of a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// None: it is answered by the server behind.
    Pass,
    /// A status with an error of S3 of this code.
    Refuse(u16, &'static str),
    /// The answer comes after so long.
    Slow(Duration),
    /// The connection ends after so many bytes of the body.
    Cut(usize),
}

/// Forwards on a loopback port of its own until it is dropped.
pub struct FaultyServer {
    address: SocketAddr,
    rule: Arc<Mutex<Arc<Rule>>>,
    task: JoinHandle<()>,
}

impl FaultyServer {
    /// Before `behind`, without faults yet.
    pub async fn before(behind: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("the port of a listener");
        let pass: Arc<Rule> = Arc::new(|_: &Asked| Fault::Pass);
        let rule = Arc::new(Mutex::new(pass));
        let rules = rule.clone();
        let task = tokio::spawn(async move {
            let count = Arc::new(Mutex::new(0));
            while let Ok((stream, _)) = listener.accept().await {
                let (rules, count) = (rules.clone(), count.clone());
                let service = hyper::service::service_fn(move |request| {
                    answer(request, behind, rules.clone(), count.clone())
                });
                let io = TokioIo::new(stream);
                // A connection that is cut ends with an error, and so does one whose client was killed.
                tokio::spawn(async move {
                    drop(hyper::server::conn::http1::Builder::new().serve_connection(io, service).await)
                });
            }
        });
        Self { address, rule, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on requests meet what `rule` says.
    pub fn fail(&self, rule: impl Fn(&Asked) -> Fault + Send + Sync + 'static) {
        *self.rule.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(rule);
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    request: Request<Incoming>,
    behind: SocketAddr,
    rules: Arc<Mutex<Arc<Rule>>>,
    count: Arc<Mutex<usize>>,
) -> Result<Response<Body>, Infallible> {
    let target = request.uri().path_and_query().map_or(String::new(), ToString::to_string);
    let earlier = {
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        *count - 1
    };
    let asked = Asked { method: request.method().to_string(), target, earlier };
    let rule = rules.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(match rule(&asked) {
        Fault::Refuse(status, code) => {
            let xml =
                format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
            // Read first: a client that is still sending would see a broken connection and not the answer.
            drop(request.into_body().collect().await);
            let body = Full::new(Bytes::from(xml)).map_err(|never| match never {}).boxed();
            let mut refused = Response::new(body);
            *refused.status_mut() = StatusCode::from_u16(status).expect("a status");
            refused
        }
        Fault::Pass => forward(request, behind).await,
        Fault::Slow(pause) => {
            tokio::time::sleep(pause).await;
            forward(request, behind).await
        }
        Fault::Cut(bytes) => {
            let (head, body) = forward(request, behind).await.into_parts();
            let whole = body.collect().await.expect("a body").to_bytes();
            let cut = whole.slice(..bytes.min(whole.len()));
            let break_off = async {
                // Until the head and the bytes are on their way.
                tokio::time::sleep(Duration::from_millis(100)).await;
                Err(std::io::Error::other("cut"))
            };
            let frames =
                futures::stream::iter([Ok(Frame::data(cut))]).chain(futures::stream::once(break_off));
            let body = StreamBody::new(frames);
            Response::from_parts(head, BodyExt::boxed(body))
        }
    })
}

async fn forward(request: Request<Incoming>, behind: SocketAddr) -> Response<Body> {
    let stream = TcpStream::connect(behind).await.expect("the server behind");
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.expect("a connection");
    tokio::spawn(connection);
    let answer = sender.send_request(request).await.expect("an answer of the server behind");
    answer.map(|body| body.map_err(std::io::Error::other).boxed())
}
