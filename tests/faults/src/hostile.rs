//! Loopback servers that answer as they please.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a server does with a connection after the request's head.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// These bytes, then the end.
    Answer(Vec<u8>),
    /// These bytes, then nothing more, and the connection stays open.
    Stall(Vec<u8>),
    /// These bytes, then this piece again and again with a pause between.
    Repeat(Vec<u8>, Vec<u8>, Duration),
}

/// Counts its connections and ends when dropped.
#[derive(Debug)]
pub struct Hostile {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    tasks: Vec<JoinHandle<()>>,
}

impl Hostile {
    /// Path `/N...` gets the N-th behaviour; any other path the first.
    pub async fn start(behaviours: Vec<Behaviour>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        Self::on(listener, behaviours)
    }

    /// A listener on the loopback addresses of both families that nobody may reach.
    pub async fn canary() -> Self {
        let behaviour = vec![Behaviour::Answer(ok("image/png", b"canary"))];
        let mut canary = Self::start(behaviour.clone()).await;
        // A machine without IPv6 has one address less to watch.
        if let Ok(listener) = TcpListener::bind(("::1", canary.address.port())).await {
            canary.tasks.push(serve(listener, behaviour, Arc::clone(&canary.connections)));
        }
        canary
    }

    fn on(listener: TcpListener, behaviours: Vec<Behaviour>) -> Self {
        let address = listener.local_addr().expect("a bound listener has an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let tasks = vec![serve(listener, behaviours, Arc::clone(&connections))];
        Self { address, connections, tasks }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

fn serve(listener: TcpListener, behaviours: Vec<Behaviour>, count: Arc<AtomicUsize>) -> JoinHandle<()> {
    let behaviours = Arc::new(behaviours);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(behave(stream, Arc::clone(&behaviours)));
        }
    })
}

async fn behave(mut stream: TcpStream, behaviours: Arc<Vec<Behaviour>>) {
    let Some(index) = asked(&mut stream).await else { return };
    let Some(behaviour) = behaviours.get(index).or_else(|| behaviours.first()) else { return };
    match behaviour {
        Behaviour::Answer(bytes) => {
            let _ = stream.write_all(bytes).await;
            let _ = stream.shutdown().await;
        }
        Behaviour::Stall(bytes) => {
            let _ = stream.write_all(bytes).await;
            let _ = stream.read_u8().await;
        }
        Behaviour::Repeat(head, piece, pause) => {
            let mut open = stream.write_all(head).await.is_ok();
            while open {
                tokio::time::sleep(*pause).await;
                open = stream.write_all(piece).await.is_ok();
            }
        }
    }
}

/// The number a request's path starts with.
async fn asked(stream: &mut TcpStream) -> Option<usize> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1)?.trim_start_matches('/');
    let digits: String = path.chars().take_while(char::is_ascii_digit).collect();
    Some(digits.parse().unwrap_or(0))
}

/// 200 with a body and a true Content-Length.
pub fn ok(media: &str, body: &[u8]) -> Vec<u8> {
    with_head(
        &format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {}\r\n", body.len()),
        body,
    )
}

/// A head (lines ended by CRLF, without the empty one) and a body.
pub fn with_head(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("{head}\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

pub fn redirect(location: &str) -> Vec<u8> {
    with_head(&format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n"), b"")
}
