//! https: the certificate is checked, and a redirect does not leave https.

mod support;

use std::net::SocketAddr;
use std::sync::Arc;

use fetch::{FetchConfig, FetchError, Fetcher};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use support::{Script, Server, allowing, ok, redirect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self { issuer: CertifiedIssuer::self_signed(params, key).expect("a certificate") }
    }

    fn root(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    /// A server with a certificate for `name` that answers every request with `answer`.
    async fn serve(&self, name: &str, answer: Vec<u8>) -> SocketAddr {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let private = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .expect("a matching key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, answer) = (acceptor.clone(), answer.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut head = [0; 4096];
                    let _ = stream.read(&mut head).await;
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        address
    }
}

fn fetcher(config: FetchConfig, authority: &Authority) -> Fetcher {
    let names = Script::default()
        .name("secure.test", &[&["127.0.0.1"]])
        .name("secure.test.", &[&["127.0.0.1"]])
        .name("other.test", &[&["127.0.0.1"]]);
    Fetcher::new(FetchConfig { extra_roots: vec![authority.root()], ..config }, names)
}

#[tokio::test]
async fn a_trusted_certificate_for_the_host_is_accepted_and_no_other() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let trusted = authority.serve("secure.test", ok(b"sealed")).await.port();
    let untrusted = stranger.serve("secure.test", ok(b"sealed")).await.port();
    let by_address = authority.serve("127.0.0.1", ok(b"sealed")).await.port();
    let allow = [
        format!("secure.test:{trusted}"),
        format!("secure.test.:{trusted}"),
        format!("other.test:{trusted}"),
        format!("127.0.0.1:{trusted}"),
        format!("secure.test:{untrusted}"),
        format!("127.0.0.1:{by_address}"),
    ];
    let fetcher = fetcher(allowing(&allow), &authority);
    for accepted in [&allow[0], &allow[1], &allow[5]] {
        let fetched = fetcher.get(&format!("https://{accepted}/"), 100, None).await.expect(accepted);
        assert_eq!(fetched.body.as_ref(), b"sealed");
    }
    for refused in &allow[2..5] {
        let error = fetcher.get(&format!("https://{refused}/"), 100, None).await.expect_err(refused);
        assert!(matches!(error, FetchError::Tls(_)), "{error:?}");
        assert_eq!(error.to_string(), "no secure connection to the server could be made");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_no_https_server() {
    let plain = Server::answering(ok(b"plain")).await;
    let fetcher = fetcher(allowing(&[plain.address]), &Authority::new());
    let error = fetcher.get(&format!("https://{}/", plain.address), 100, None).await.expect_err("plain");
    assert!(matches!(error, FetchError::Tls(_) | FetchError::Timeout(_)), "{error:?}");
}

#[tokio::test]
async fn redirects_go_from_http_to_https_and_not_back() {
    let authority = Authority::new();
    let plain = Server::answering(ok(b"plain")).await;
    let sealed = format!("secure.test:{}", authority.serve("secure.test", ok(b"sealed")).await.port());
    let down = authority.serve("secure.test", redirect(&plain.url("/"))).await;
    let up = Server::answering(redirect(&format!("https://{sealed}/"))).await;
    let down = format!("secure.test:{}", down.port());
    let allow = [sealed, down.clone(), plain.address.to_string(), up.address.to_string()];
    let fetcher = fetcher(allowing(&allow), &authority);
    let fetched = fetcher.get(&up.url("/"), 100, None).await.expect("upwards");
    assert_eq!((fetched.body.as_ref(), fetched.final_url.scheme()), (&b"sealed"[..], "https"));
    let error = fetcher.get(&format!("https://{down}/"), 100, None).await.expect_err("downwards");
    assert!(matches!(error, FetchError::BadRedirect(_)), "{error:?}");
    assert_eq!(plain.connections(), 0);
}
