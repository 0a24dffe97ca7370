//! The one public listener: HTTP in, the function of the route, HTTP out.

mod body;
mod cors;
mod service;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

pub use service::Service;

/// Connections at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 2048;
const HEAD_BYTES: usize = 64 * 1024;

/// How long clients may keep a connection busy with nothing.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until the head of a request is there.
    pub head: Duration,
    /// Without taking a byte of an answer.
    pub stalled: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(15), stalled: Duration::from_secs(20) }
    }
}

/// Serves until `stop` changes, then finishes the calls in flight.
pub async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    patience: Patience,
    mut stop: watch::Receiver<bool>,
) {
    // Why HTTP/1 alone: while a server finds out which version is spoken no time limit runs, and a silent connection would
    // keep its place for ever. A proxy in front speaks whatever its clients like.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience.head).max_buf_size(HEAD_BYTES);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            _ = stop.changed() => break,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let service = service.clone();
        let answer = service_fn(move |request| {
            let service = service.clone();
            async move { Ok::<_, std::convert::Infallible>(service.answer(request, peer).await) }
        });
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(patience.stalled));
        let connection = builder.serve_connection(TokioIo::new(Box::pin(stream)), answer).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(error, peer = %peer, "connection ended");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            stream.set_nodelay(true).ok()?;
            Some((stream, peer, place))
        }
        Err(error) => {
            // Out of file descriptors, most likely: give the calls in flight a moment to return some.
            tracing::error!(error = %error, "connection not accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
