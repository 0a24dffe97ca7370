//! The gateway on a socket of this machine.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

use crate::{Embedded, EmbeddedError, Gateway};

/// Connections at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 512;
/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(15);

/// A gateway on a socket, until it is dropped.
#[derive(Debug)]
pub struct LoopbackServer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl LoopbackServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For `AWS_ENDPOINT_URL_DYNAMODB` and its like.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for LoopbackServer {
    fn drop(&mut self) {
        // Ends the task, and with it every connection.
        self.task.abort();
    }
}

impl Embedded {
    /// Serves the gateway by HTTP/1.1 on a loopback address; port 0 takes a free one.
    ///
    /// # Errors
    /// The address is not a loopback address, or it cannot be listened on.
    pub async fn serve_loopback(&self, address: SocketAddr) -> Result<LoopbackServer, EmbeddedError> {
        if !address.ip().is_loopback() {
            return Err(EmbeddedError::NotLoopback { address });
        }
        let failed = |source| EmbeddedError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let task = tokio::spawn(serve(listener, self.gateway()));
        Ok(LoopbackServer { address, task })
    }
}

async fn serve(listener: TcpListener, gateway: Gateway) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        // Fails only when the semaphore is closed, which nobody does.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let gateway = gateway.clone();
                connections.spawn(async move {
                    let _place = place;
                    if let Err(error) = connection(stream, gateway).await {
                        tracing::debug!(%error, "a connection to the embedded stores ended");
                    }
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: what is in flight returns some.
                tracing::error!(%error, "a connection to the embedded stores was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(
    stream: TcpStream,
    gateway: Gateway,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    let service = service_fn(move |request| {
        let gateway = gateway.clone();
        async move { Ok::<_, Infallible>(gateway.answer(request).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    Ok(http.serve_connection(TokioIo::new(stream), service).await?)
}
