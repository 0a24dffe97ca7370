//! A server of pictures that can misbehave. It writes HTTP/1.1 by hand, since no library lies about a length.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Longest head of a request that is read.
const LONGEST_HEAD: usize = 64 * 1024;

/// Serves what was added on a loopback port of its own until it is dropped.
#[derive(Debug)]
pub struct FileServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    handlers: Mutex<HashMap<String, Arc<Handler>>>,
    counts: Mutex<HashMap<String, usize>>,
    connections: AtomicUsize,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared(..)")
    }
}

type Handler = dyn Fn(&FileRequest) -> FileAnswer + Send + Sync;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct FileRequest {
    /// Path and query.
    pub target: String,
    /// Request line and header lines.
    pub head: String,
    /// How many requests of this path came before.
    pub earlier: usize,
}

/// What is written back. By default 200 with the true length, at once.
#[derive(Debug, Clone)]
pub struct FileAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    bytes: Vec<u8>,
    length: Option<u64>,
    before_head: Duration,
    drip: Option<(usize, Duration)>,
    endless: bool,
}

impl FileAnswer {
    pub fn new(media: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self {
            status: 200,
            headers: vec![("Content-Type".into(), media.into())],
            length: Some(bytes.len() as u64),
            bytes,
            before_head: Duration::ZERO,
            drip: None,
            endless: false,
        }
    }

    pub fn redirect(location: &str) -> Self {
        Self::new("text/plain", "").status(302).header("Location", location)
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Says another `Content-Length` than the true one; `None` says none and ends with the connection.
    pub fn claims(mut self, length: Option<u64>) -> Self {
        self.length = length;
        self
    }

    /// Waits before the first byte.
    pub fn after(mut self, pause: Duration) -> Self {
        self.before_head = pause;
        self
    }

    /// Sends the body in pieces with a pause after each.
    pub fn drip(mut self, piece: usize, pause: Duration) -> Self {
        self.drip = Some((piece.max(1), pause));
        self
    }

    /// Repeats the body until the other side is gone, without a length.
    pub fn endless(mut self) -> Self {
        self.endless = true;
        self.claims(None)
    }

    async fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        tokio::time::sleep(self.before_head).await;
        let mut head = format!("HTTP/1.1 {} -\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some(length) = self.length {
            head += &format!("Content-Length: {length}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).await?;
        loop {
            match self.drip {
                None => stream.write_all(&self.bytes).await?,
                Some((piece, pause)) => {
                    for piece in self.bytes.chunks(piece) {
                        stream.write_all(piece).await?;
                        tokio::time::sleep(pause).await;
                    }
                }
            }
            if !self.endless {
                return stream.shutdown().await;
            }
            tokio::task::yield_now().await;
        }
    }
}

impl FileServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let address = listener.local_addr().expect("the port of a listener");
        let shared = Arc::new(Shared::default());
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// URL of a name, whether there is something behind it or not (then it answers 404).
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{}", self.address, name.trim_start_matches('/'))
    }

    /// Serves `bytes` under a name and returns its URL.
    pub fn add(&self, name: &str, media: &str, bytes: impl Into<Vec<u8>>) -> String {
        let answer = FileAnswer::new(media, bytes);
        self.handle(name, move |_| answer.clone())
    }

    /// Redirects a name to a URL.
    pub fn redirect(&self, name: &str, location: &str) -> String {
        let answer = FileAnswer::redirect(location);
        self.handle(name, move |_| answer.clone())
    }

    /// Serves a name by a closure.
    pub fn handle(
        &self,
        name: &str,
        handler: impl Fn(&FileRequest) -> FileAnswer + Send + Sync + 'static,
    ) -> String {
        let path = format!("/{}", name.trim_start_matches('/'));
        locked(&self.shared.handlers).insert(path, Arc::new(handler));
        self.url(name)
    }

    /// How many requests a name has had.
    pub fn requests(&self, name: &str) -> usize {
        let path = format!("/{}", name.trim_start_matches('/'));
        locked(&self.shared.counts).get(&path).copied().unwrap_or(0)
    }

    /// Connections taken in all.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(&shared);
        // A client that goes away is none of our faults.
        tokio::spawn(async move { serve(stream, &shared).await.unwrap_or_default() });
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let Some(head) = read_head(&mut stream).await? else { return Ok(()) };
    let target = head.split(' ').nth(1).unwrap_or("/").to_owned();
    let path = target.split('?').next().unwrap_or("/").to_owned();
    let earlier = {
        let mut counts = locked(&shared.counts);
        let count = counts.entry(path.clone()).or_default();
        *count += 1;
        *count - 1
    };
    let handler = locked(&shared.handlers).get(&path).cloned();
    let answer = match handler {
        Some(handler) => handler(&FileRequest { target, head, earlier }),
        None => FileAnswer::new("text/plain", "nothing here").status(404),
    };
    answer.write(&mut stream).await
}

async fn read_head(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        if head.len() > LONGEST_HEAD || stream.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}
