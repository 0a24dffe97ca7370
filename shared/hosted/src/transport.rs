//! One HTTP exchange: connections that are kept, TLS, a bounded answer. Redirects are answers like any other status.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::{Attempt, Cause, HostedConfig};

/// How long a connection is kept unused. Shorter than what servers and the frozen time of a Lambda end them with.
const IDLE: Duration = Duration::from_secs(15);

/// Largest head of an answer, in bytes.
const MAX_HEAD: usize = 64 << 10;

const USER_AGENT: &str = concat!("atelier/", env!("CARGO_PKG_VERSION"));

/// Sends requests; clones share their connections.
#[derive(Clone)]
pub(crate) struct Transport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    answer_bytes: usize,
}

/// An answer read to its end.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Transport {
    /// Fails where the file of certificates cannot be read.
    pub(crate) fn new(config: &HostedConfig) -> Result<Self, Cause> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(config.connect));
        tcp.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls(config)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(config.at_once)
            .http1_max_buf_size(MAX_HEAD)
            .build(https);
        Ok(Self { client, answer_bytes: config.answer_bytes })
    }

    /// Posts JSON. Ends with the head and the whole body of the answer, or where dropped.
    pub(crate) async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Received, Attempt> {
        let mut request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, USER_AGENT)
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| Attempt::Unsuitable("the model's name does not fit into a URL"))?;
        request.headers_mut().extend(headers);
        let answer = self.client.request(request).await;
        self.read(answer.map_err(|error| Attempt::Connection(error.into()))?).await
    }

    async fn read(&self, answer: Response<Incoming>) -> Result<Received, Attempt> {
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, self.answer_bytes).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Attempt::Malformed("its answer is too large", None)
            } else {
                Attempt::Connection(error)
            }
        })?;
        Ok(Received { status: head.status, headers: head.headers, body: body.to_bytes() })
    }
}

/// Why the authorities of Mozilla compiled in: see the same in the guarded fetch. A model inside a company may have an authority of
/// its own: `SSL_CERT_FILE` names it, as it does for the clients of AWS.
fn tls(config: &HostedConfig) -> Result<ClientConfig, Cause> {
    let roots = match &config.roots {
        None => RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unreadable = |error| format!("SSL_CERT_FILE: {}: {error}", path.display());
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
                roots.add(certificate.map_err(unreadable)?)?;
            }
            roots
        }
    };
    Ok(ClientConfig::builder_with_provider(crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
