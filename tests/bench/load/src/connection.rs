use anyhow::{Context, Result};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One connection, kept alive between its calls.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

/// What is sent.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub key: String,
    pub media: String,
    pub body: Bytes,
}

impl Connection {
    /// `url`: `http://HOST:PORT`.
    pub async fn open(url: &str) -> Result<Self> {
        let host = url.strip_prefix("http://").context("the URL must start with http://")?;
        let host = host.trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host).await.with_context(|| format!("nobody listens on {host}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the connection; an error of it is the error of the call that needs it.
        tokio::spawn(connection);
        Ok(Self { sender, host })
    }

    /// Sends a call and reads the whole answer.
    pub async fn send(&mut self, call: Call) -> Result<(StatusCode, Bytes)> {
        let request = Request::builder()
            .method(call.method)
            .uri(call.path)
            .header(HOST, &self.host)
            .header(AUTHORIZATION, format!("Bearer {}", call.key));
        let request = if call.media.is_empty() { request } else { request.header(CONTENT_TYPE, call.media) };
        self.sender.ready().await.context("the server closed a connection")?;
        let answer = self.sender.send_request(request.body(Full::new(call.body))?).await?;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }
}
