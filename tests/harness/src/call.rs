//! One HTTP call and its answer. Every call has a connection of its own, so that none depends on another's end.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// Longest a call may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call under construction.
#[derive(Debug, Clone)]
#[must_use = "a call is made by `send`"]
pub struct Call {
    address: SocketAddr,
    method: String,
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

/// Why there is no answer.
#[derive(Debug)]
pub struct CallError(String);

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    /// `target`: path and query, sent as they are.
    pub fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        Self {
            address,
            method: method.to_owned(),
            target: target.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// The secret of a key, as a bearer.
    pub fn key(self, secret: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {secret}"))
    }

    pub fn no_key(mut self) -> Self {
        self.headers.remove(AUTHORIZATION);
        self
    }

    pub fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// A body of any media type; an empty media type sends no `Content-Type`.
    pub fn body(mut self, media: &str, bytes: impl Into<Bytes>) -> Self {
        self.body = bytes.into();
        if media.is_empty() {
            self.headers.remove(CONTENT_TYPE);
            return self;
        }
        self.header(CONTENT_TYPE.as_str(), media)
    }

    /// multipart/form-data with the parts `data` (JSON) and `file` (name and bytes).
    pub fn multipart(self, data: Option<Value>, file: Option<(&str, Vec<u8>)>) -> Self {
        // Why a new boundary each time: two sends of one request differ by it, and servers must not care.
        let boundary = format!("part-{:032x}", rand::random::<u128>());
        let mut body = Vec::new();
        if let Some(data) = data {
            let head =
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{data}\r\n");
            body.extend(head.into_bytes());
        }
        if let Some((name, bytes)) = file {
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{boundary}--\r\n").into_bytes());
        self.body(&format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// Sets a header, in place of one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("the name of a header");
        self.headers.insert(name, HeaderValue::from_str(value).expect("the value of a header"));
        self
    }

    /// # Panics
    /// Where there is no answer in a minute.
    pub async fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.target);
        self.try_send().await.unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// # Errors
    /// No connection, a connection that broke off, or no whole answer in a minute.
    pub async fn try_send(self) -> Result<Answer, CallError> {
        match tokio::time::timeout(PATIENCE, self.exchange()).await {
            Ok(answer) => answer.map_err(|error| CallError(chain(&*error))),
            Err(_) => Err(CallError("no answer within a minute".into())),
        }
    }

    async fn exchange(self) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let mut request = Request::new(Full::new(self.body));
        *request.method_mut() = Method::from_bytes(self.method.as_bytes())?;
        *request.uri_mut() = self.target.parse()?;
        *request.headers_mut() = self.headers;
        if !request.headers().contains_key(HOST) {
            request.headers_mut().insert(HOST, HeaderValue::from_str(&self.address.to_string())?);
        }
        let (parts, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        connection.abort();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

impl Answer {
    /// # Panics
    /// Where the body is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} is no JSON ({error}): {}", self.status, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value; empty where the answer has none of that name.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The answer itself, where it has the status expected.
    ///
    /// # Panics
    /// Where it has another, with the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
