//! The real function binaries, as Lambda runs them: each in a process of its own that asks a runtime API for work, behind
//! a stand-in for the HTTP API, on the embedded stores of a running server.

mod aws;
mod gateway;
mod runtime;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use contract::endpoints::FALLBACK;
use contract::{routing, settings};
use embedded::Embedded;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

pub use aws::AwsListener;
use runtime::Running;

use crate::{Call, Harness};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Variables of this process that go through to the functions.
const INHERITED: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "TMPDIR"];
const MEMORY_MB: u32 = 256;

/// A gateway in front of the functions. A function is started at its first call and killed with this.
#[derive(Debug)]
pub struct Lambdas {
    address: SocketAddr,
    task: JoinHandle<()>,
    functions: Arc<Functions>,
    stores: AwsListener,
}

impl Lambdas {
    /// On the stores of `harness`, with further variables for every function.
    pub async fn start(harness: &Harness, env: &[(&str, &str)]) -> Self {
        let stores = AwsListener::start(harness.server.embedded()).await;
        let mut all = variables(harness, &stores);
        all.extend(env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let functions = Arc::new(Functions { env: all, running: Mutex::default() });
        let shared = Arc::clone(&functions);
        let (address, task) = serve(move |request| call(Arc::clone(&shared), request)).await;
        Self { address, task, functions, stores }
    }

    /// Names of the functions that were called so far, in alphabetical order.
    pub async fn started(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = self.functions.running.lock().await.keys().copied().collect();
        names.sort_unstable();
        names
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Start of the URLs that answers name.
    pub fn base_url(&self) -> String {
        format!("https://{}", gateway::DOMAIN)
    }

    /// The stores as the functions reach them.
    pub fn stores(&self) -> &AwsListener {
        &self.stores
    }

    /// A call without a key.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.address, method, path)
    }
}

impl Drop for Lambdas {
    fn drop(&mut self) {
        self.task.abort();
        // Kills the functions. One that is being started is killed when the gateway's last connection ends.
        if let Ok(mut running) = self.functions.running.try_lock() {
            running.clear();
        }
    }
}

#[derive(Debug)]
struct Functions {
    env: Vec<(String, String)>,
    running: Mutex<HashMap<&'static str, Arc<Running>>>,
}

impl Functions {
    async fn get(&self, name: &'static str) -> Arc<Running> {
        let mut running = self.running.lock().await;
        if let Some(function) = running.get(name) {
            return Arc::clone(function);
        }
        let function = Arc::new(Running::start(name, MEMORY_MB, &self.env).await);
        running.insert(name, Arc::clone(&function));
        function
    }
}

fn variables(harness: &Harness, stores: &AwsListener) -> Vec<(String, String)> {
    let embedded: &Embedded = harness.server.embedded();
    let (credentials, names) = (embedded.credentials(), &harness.store().names);
    let url = stores.url();
    // The server's own ring, so that a link is good on both.
    let file_keys = std::fs::read_to_string(harness.data().join("file-keys")).expect("the ring of file keys");
    let secrets_key =
        std::fs::read_to_string(harness.data().join("secrets-key")).expect("the key of secrets");
    let allowed = harness.files().address().to_string();
    let set = [
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id()),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key()),
        ("AWS_REGION", embedded.region()),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &url),
        ("AWS_ENDPOINT_URL_SQS", &url),
        ("AWS_ENDPOINT_URL_S3", &url),
        (settings::S3_PATH_STYLE.name, "on"),
        (settings::QUEUE_EDITS.name, &names.queue_edits),
        (settings::QUEUE_BATCHES.name, &names.queue_batches),
        (settings::BUCKET_RESULTS.name, &names.bucket_results),
        (settings::QUEUE_EXTRACTS.name, &names.queue_extracts),
        (settings::QUEUE_EDIT_CHUNKS.name, &names.queue_edit_chunks),
        (settings::QUEUE_WEBHOOKS.name, &names.queue_webhooks),
        (settings::FILE_KEYS.name, file_keys.trim()),
        (settings::SECRETS_KEY.name, secrets_key.trim()),
        (settings::FETCH_ALLOW.name, &allowed),
        (settings::RATE_LIMITS.name, "off"),
        (settings::LOG.name, "warn"),
    ];
    let inherited = INHERITED.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
    set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).chain(inherited).collect()
}

async fn call(
    functions: Arc<Functions>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Failure> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let name = routing::find(parts.method.as_str(), parts.uri.path()).map_or(FALLBACK, |route| route.name);
    let function = functions.get(name).await;
    match function.invoke(gateway::event(&parts, &body)).await {
        Ok(answer) => gateway::response(&answer),
        Err(why) => {
            // As the gateway does where a function fails; the reason is for whoever reads the test's output.
            eprintln!("{name} failed: {why}");
            let body = Bytes::from_static(br#"{"message":"Internal Server Error"}"#);
            Ok(Response::builder().status(500).body(Full::new(body))?)
        }
    }
}

/// Serves HTTP/1.1 on a free loopback port until the task is aborted, and with it every connection.
async fn serve<H, F>(handle: H) -> (SocketAddr, JoinHandle<()>)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<Full<Bytes>>, Failure>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let address = listener.local_addr().expect("the port of a listener");
    let task = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let handle = handle.clone();
            connections.spawn(async move {
                // A client that goes away is none of our faults.
                let service = service_fn(handle);
                http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await
                    .unwrap_or_default();
            });
            while connections.try_join_next().is_some() {}
        }
    });
    (address, task)
}
