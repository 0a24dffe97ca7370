//! Loopback servers that behave as told, a canary, and a resolver with a script.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use fetch::{FetchConfig, Resolve, Resolver};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A TCP server on loopback that counts its connections and ends when dropped.
pub struct Server {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    /// `serve` gets the stream after the request's head was read, and the head as text.
    pub async fn start<F, R>(serve: F) -> Self
    where
        F: Fn(String, TcpStream) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let serve = Arc::new(serve);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let serve = Arc::clone(&serve);
                tokio::spawn(async move {
                    if let Some(head) = read_head(&mut stream).await {
                        serve(head, stream).await;
                    }
                });
            }
        });
        Self { address, connections, task }
    }

    /// Answers every request with these bytes and closes.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<Vec<u8>> = Arc::new(answer.into());
        Self::start(move |_, mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    /// A listener that nobody may reach.
    pub async fn canary() -> Self {
        Self::answering(ok(b"canary")).await
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// 200 with this body and a true Content-Length.
pub fn ok(body: &[u8]) -> Vec<u8> {
    with_headers("", body)
}

/// 200 with further header lines (each ended by CRLF), this body and a true Content-Length.
pub fn with_headers(lines: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\n{lines}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

pub fn redirect(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

/// Rules for tests that admit these `host:port`.
pub fn allowing<T: ToString>(allow: &[T]) -> FetchConfig {
    let allow = allow.iter().map(|entry| entry.to_string().parse().expect("host:port")).collect();
    FetchConfig { allow, ..FetchConfig::for_testing() }
}

/// Answers each name from its list in order; the last answer stays. Unknown names do not exist.
#[derive(Clone, Default)]
pub struct Script {
    answers: Arc<Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>>,
    calls: Arc<AtomicUsize>,
}

impl Script {
    pub fn name(self, name: &str, answers: &[&[&str]]) -> Self {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().expect("an address")).collect();
        let answers = answers.iter().map(parse).collect();
        self.answers.lock().expect("no test panics in here").insert(name.to_owned(), answers);
        self
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Resolver for Script {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolve<'a> {
        Box::pin(async move {
            self.calls.fetch_add(1, Ordering::SeqCst);
            let mut answers = self.answers.lock().expect("no test panics in here");
            let answers = answers.get_mut(host).ok_or(io::ErrorKind::NotFound)?;
            let next = answers.pop_front().ok_or(io::ErrorKind::NotFound)?;
            if answers.is_empty() {
                answers.push_back(next.clone());
            }
            Ok(next)
        })
    }
}
