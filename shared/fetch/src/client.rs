//! Requests of our own to hosts that users name: signed ones to their storages, deliveries to their webhooks. The same guard as the fetch,
//! over connections that are kept.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use tower_service::Service;

use crate::connection;
use crate::fetcher::Inner;
use crate::{FetchError, Fetcher};

/// How long a connection is kept unused: shorter than servers and the frozen time of a Lambda keep it.
const IDLE: Duration = Duration::from_secs(15);
/// Unused connections kept a host.
const IDLE_PER_HOST: usize = 16;

/// Sends requests under the guard. Redirects are answers like any other. Clones share their connections.
pub struct GuardedClient<B>(Client<Connector, B>);

impl<B> Clone for GuardedClient<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B> std::fmt::Debug for GuardedClient<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuardedClient")
    }
}

impl Fetcher {
    /// A client with this fetcher's guard, resolver and authorities, and connections of its own.
    pub fn client<B>(&self) -> GuardedClient<B>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .http1_max_buf_size(connection::MAX_HEAD)
            .build(Connector(self.clone()));
        GuardedClient(client)
    }

    /// The normal form of an address, in ASCII, where the guard would let a request go there as far as it can say without the network.
    pub fn admits(&self, url: &str) -> Result<String, FetchError> {
        self.inner.guard.target(url).map(|target| target.url().as_str().to_owned())
    }
}

impl<B> GuardedClient<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// Sends a request with an absolute URI; ends with the head of its answer.
    pub async fn send(&self, request: Request<B>) -> Result<Response<Incoming>, FetchError> {
        self.0.request(request).await.map_err(failure)
    }
}

/// The guard's own word where it refused; else what the connection says.
fn failure(error: hyper_util::client::legacy::Error) -> FetchError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(found) = cause {
        match found.downcast_ref::<FetchError>() {
            Some(FetchError::Refused(refusal)) => return FetchError::Refused(refusal.clone()),
            Some(FetchError::BadUrl(sentence)) => return FetchError::BadUrl(sentence),
            Some(FetchError::Timeout(stage)) => return FetchError::Timeout(*stage),
            Some(FetchError::Tls(_)) => return FetchError::Tls(error.into()),
            Some(FetchError::Unreachable(_)) => return FetchError::Unreachable(error.into()),
            _ => cause = found.source(),
        }
    }
    FetchError::Broken(error.into())
}

#[derive(Clone)]
struct Connector(Fetcher);

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, FetchError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), FetchError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let fetcher = self.0.clone();
        Box::pin(async move { connect(&fetcher.inner, &uri).await.map(TokioIo::new) })
    }
}

async fn connect(inner: &Inner, uri: &Uri) -> Result<Stream, FetchError> {
    let target = inner.guard.target(&uri.to_string())?;
    let until = Instant::now() + inner.config.connect;
    let stream = inner.dial(&target, until).await?;
    if !target.is_https() {
        return Ok(Stream(Box::new(stream)));
    }
    Ok(Stream(Box::new(connection::secure(&inner.tls, &target, stream, until).await?)))
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection, with TLS or without.
struct Stream(Box<dyn Duplex>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, to)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
