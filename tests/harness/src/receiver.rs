//! A receiver of webhooks on loopback that takes messages, or misbehaves as a test says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Longest that a message is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub at: Instant,
    /// How many came before it.
    pub earlier: usize,
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum Reception {
    Status(u16),
    /// 302 to this address.
    Redirect(String),
    /// Nothing, with the connection open.
    Silence,
    /// A byte of the head every tenth of a second, for minutes.
    Drip,
    /// 200 and a body without end.
    Endless,
    /// No HTTP.
    Noise,
}

type Reply = dyn Fn(&Message) -> Reception + Send + Sync;

/// Receives on a loopback port of its own until it is dropped.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Message>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Message {
    /// A header's value; empty where there is none of that name.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.body))
    }

    /// The type of the event.
    pub fn event(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }

    /// # Panics
    /// Where the signature is not that of the secret.
    pub fn assert_signed(&self, secret: &str) {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let signed = digest(&key, &format!("{id}.{at}.{}", self.body));
        assert_eq!(self.header("webhook-signature"), format!("v1,{}", STANDARD.encode(signed)), "{self:?}");
        let second = self.header("x-claid-hmac-sha256");
        if !second.is_empty() {
            let signed = digest(secret.as_bytes(), &self.body);
            let hex: String = signed.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(second, hex, "{self:?}");
        }
    }
}

fn digest(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

impl Receiver {
    /// Takes everything.
    pub async fn start() -> Self {
        Self::with(|_| Reception::Status(200)).await
    }

    pub async fn with(reply: impl Fn(&Message) -> Reception + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (seen, reply) = (Arc::new(Mutex::new(Vec::new())), Arc::new(reply) as Arc<Reply>);
        let kept = seen.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, reply) = (kept.clone(), reply.clone());
                connections.spawn(async move { receive(stream, &seen, &*reply).await.unwrap_or_default() });
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, seen, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All messages so far.
    pub fn messages(&self) -> Vec<Message> {
        lock(&self.seen).clone()
    }

    /// Waits until so many messages have come, and returns them all.
    ///
    /// # Panics
    /// Where they do not come.
    pub async fn wait(&self, count: usize) -> Vec<Message> {
        let until = Instant::now() + PATIENCE;
        loop {
            let messages = self.messages();
            if messages.len() >= count {
                return messages;
            }
            assert!(Instant::now() < until, "{} of {count} messages came: {messages:?}", messages.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(seen: &Mutex<Vec<Message>>) -> MutexGuard<'_, Vec<Message>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn receive(mut stream: TcpStream, seen: &Mutex<Vec<Message>>, reply: &Reply) -> std::io::Result<()> {
    let Some(mut message) = read(&mut stream).await? else { return Ok(()) };
    {
        let mut seen = lock(seen);
        message.earlier = seen.len();
        seen.push(message.clone());
    }
    match reply(&message) {
        Reception::Status(status) => {
            let head = format!("HTTP/1.1 {status} Test\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
            stream.write_all(head.as_bytes()).await
        }
        Reception::Redirect(to) => {
            let head = format!(
                "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await
        }
        Reception::Silence => {
            tokio::time::sleep(Duration::from_secs(300)).await;
            Ok(())
        }
        Reception::Drip => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            loop {
                stream.write_all(b"x").await?;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Reception::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
            let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 0x10000], b"\r\n".to_vec()].concat();
            loop {
                stream.write_all(&chunk).await?;
            }
        }
        Reception::Noise => stream.write_all(&[0xff; 256]).await,
    }
}

/// `None` of a connection that ends before its request does.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Message>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    let body = String::from_utf8_lossy(&bytes[head + 4..]).into_owned();
    Ok(Some(Message { path, headers, body, at: Instant::now(), earlier: 0 }))
}
