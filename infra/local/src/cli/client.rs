//! The API over HTTP. Files go and come as streams.

use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use clap::Args;
use futures::{StreamExt, stream};
use http::{Request, Response, Uri, header};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use indicatif::ProgressBar;
use serde_json::Value;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// Which server is called, and as whom.
#[derive(Debug, Args)]
pub struct Api {
    /// Where the API is served
    #[arg(long, global = true, env = "ATELIER_URL", default_value = "http://127.0.0.1:9000")]
    url: String,
    /// The key; better by the environment, where no list of processes shows it
    #[arg(long, global = true, env = "ATELIER_KEY", hide_env_values = true, default_value = "")]
    key: String,
}

impl Api {
    pub fn client(&self) -> Result<Client> {
        if self.key.is_empty() {
            bail!("an API key is needed: set ATELIER_KEY");
        }
        Client::new(&self.url, &self.key)
    }
}

/// Bytes read from a file at a time.
const BLOCK: usize = 256 << 10;

pub struct Client {
    http: HttpClient<HttpsConnector<HttpConnector>, Body>,
    url: String,
    key: String,
}

/// The authorities of Mozilla, compiled in.
fn tls() -> Result<ClientConfig> {
    let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let config = ClientConfig::builder_with_provider(crypto::ring::default_provider().into());
    Ok(config.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
}

impl Client {
    fn new(url: &str, key: &str) -> Result<Self> {
        let https =
            HttpsConnectorBuilder::new().with_tls_config(tls()?).https_or_http().enable_http1().build();
        let http = HttpClient::builder(TokioExecutor::new()).build(https);
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), key: key.to_owned() })
    }

    /// A call of the API; anything but a success is an error with the sentence of the answer.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value> {
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(bytes).map_err(|never| match never {}).boxed_unsync())?;
        let answer = self.send(request).await?;
        let status = answer.status();
        let bytes = answer.into_body().collect().await?.to_bytes();
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if !status.is_success() {
            let sentence = value["message"].as_str().or(value["error_message"].as_str());
            bail!("{status}: {}", sentence.unwrap_or("no reason was given"));
        }
        Ok(value)
    }

    /// Sends a form of these fields and then the file.
    pub async fn upload(&self, url: &str, fields: &Value, file: &Path, bar: &ProgressBar) -> Result<()> {
        let boundary = format!("atelier-{}", uuid::Uuid::new_v4().simple());
        let mut head = String::new();
        for (name, value) in fields.as_object().into_iter().flatten() {
            let value = value.as_str().unwrap_or_default();
            head += &format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        head += &format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lines.ndjson\"\r\n\
             Content-Type: application/x-ndjson\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let opened =
            std::fs::File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let length = head.len() as u64 + opened.metadata()?.len() + tail.len() as u64;
        let bar = bar.clone();
        let blocks = stream::unfold(opened, move |mut file| {
            let bar = bar.clone();
            async move {
                let mut block = vec![0; BLOCK];
                match file.read(&mut block) {
                    Ok(0) => None,
                    Ok(read) => {
                        block.truncate(read);
                        bar.inc(read as u64);
                        Some((Ok(Bytes::from(block)), file))
                    }
                    Err(error) => Some((Err(error), file)),
                }
            }
        });
        let once = |text: String| stream::once(async move { Ok(Bytes::from(text)) });
        let body = once(head).chain(blocks).chain(once(tail)).map(|block| block.map(Frame::data));
        let request = Request::post(url)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            // S3 takes no form of unknown length.
            .header(header::CONTENT_LENGTH, length)
            .body(BodyExt::boxed_unsync(StreamBody::new(body)))?;
        let answer = self.send(request).await?;
        let status = answer.status();
        if !status.is_success() {
            let text = answer.into_body().collect().await?.to_bytes();
            bail!("the upload was refused with {status}: {}", String::from_utf8_lossy(&text));
        }
        Ok(())
    }

    /// Writes what a link leads to.
    pub async fn download(&self, url: &str, to: &mut (dyn Write + Send)) -> Result<()> {
        let empty = Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync();
        let answer = self.send(Request::get(url).body(empty)?).await?;
        if !answer.status().is_success() {
            bail!("the results were refused with {}", answer.status());
        }
        let mut body = answer.into_body();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                to.write_all(&data)?;
            }
        }
        Ok(())
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let uri: Uri = request.uri().clone();
        self.http.request(request).await.with_context(|| format!("{host} does not answer at {}", uri.path()))
    }
}
