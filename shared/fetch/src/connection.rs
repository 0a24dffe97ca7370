//! One connection: TCP to a judged address, TLS where the URL says so, one HTTP/1.1 request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::{FetchError, Stage, Target};

/// Largest head of an answer, in bytes; hyper reads no further ahead of us than this either.
pub(crate) const MAX_HEAD: usize = 64 * 1024;

/// Of a host's addresses, how many have the connect time divided among them at least.
const SHARES: u32 = 3;

const USER_AGENT: &str = concat!("atelier/", env!("CARGO_PKG_VERSION"));

/// An answer whose body still flows; dropping it closes the connection.
pub(crate) struct Answer {
    pub(crate) response: Response<Incoming>,
    _driver: Driver,
}

/// The task that moves bytes for hyper; ends with the answer, so nothing runs on after a fetch.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The TLS side of all connections of a fetcher.
///
/// Why the authorities of Mozilla compiled in and not the machine's: they are constants that cost nothing at start, where the
/// machine's store is some 140 certificates to read and parse; and minimal containers have none.
pub(crate) fn tls(extra_roots: &[CertificateDer<'static>]) -> TlsConnector {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    roots.add_parsable_certificates(extra_roots.iter().cloned());
    let mut config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the ring provider has suites for TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsConnector::from(Arc::new(config))
}

/// Tries the addresses in their order until one accepts. Each has a third of the time that is left, the last ones more, so
/// that one silent address does not use up the others' time.
pub(crate) async fn dial(addresses: &[SocketAddr], until: Instant) -> Result<TcpStream, FetchError> {
    let mut failure = FetchError::Unreachable("no address".into());
    for (tried, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX).min(SHARES);
        let share = until.saturating_duration_since(Instant::now()) / left;
        failure = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => FetchError::Unreachable(error.into()),
            Err(_) => FetchError::Timeout(Stage::Connect),
        };
    }
    Err(failure)
}

/// The TLS handshake, with the certificate checked for the host of the URL.
pub(crate) async fn secure(
    tls: &TlsConnector,
    target: &Target,
    stream: TcpStream,
    until: Instant,
) -> Result<TlsStream<TcpStream>, FetchError> {
    let name = match target.literal() {
        Some(ip) => ServerName::from(ip),
        None => ServerName::try_from(target.host_name().to_owned())
            .map_err(|error| FetchError::Tls(error.into()))?,
    };
    let handshake = timeout_at(until, tls.connect(name, stream)).await;
    let done = handshake.map_err(|_| FetchError::Timeout(Stage::Connect))?;
    done.map_err(|error| FetchError::Tls(error.into()))
}

/// Sends the request and waits for the head of the answer.
pub(crate) async fn request<S>(stream: S, target: &Target, first_byte: Duration) -> Result<Answer, FetchError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let request = Request::get(target.path_and_query())
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "*/*")
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| FetchError::BadUrl("this URL has characters that HTTP does not allow"))?;
    let broken = |error: hyper::Error| FetchError::Broken(error.into());
    let exchange = async {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        // The sender reports every failure of the connection too.
        let driver = Driver(tokio::spawn(async move { drop(connection.await) }));
        let response = sender.send_request(request).await.map_err(broken)?;
        Ok(Answer { response, _driver: driver })
    };
    timeout(first_byte, exchange).await.map_err(|_| FetchError::Timeout(Stage::FirstByte))?
}
