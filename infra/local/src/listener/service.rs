//! One request: to the embedded S3 where it is signed for it, else to the function of its route.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use common::{Function, HttpFunction, Origin, Platform, Unread, Work};
use contract::cors::ALLOWED_METHODS;
use contract::endpoints::FALLBACK;
use contract::limits::MAX_JSON_BODY;
use contract::routing;
use embedded::{FormGrant, PublicS3};
use http::header::{ALLOW, CONNECTION, EXPECT, HOST};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use uploads::Grant;

use super::body::{Error, Outgoing, Read, drain, full, most, outgoing, read};
use super::cors;

/// Bytes of all bodies that are read or worked on: of those that could be JSON, and of larger ones, so that these never keep
/// the others waiting.
const SMALL_BODIES: usize = 64 * 1024 * 1024;
const LARGE_BODIES: usize = 256 * 1024 * 1024;
/// Bytes of a permit.
const UNIT: usize = 16 * 1024;
/// How long a body may wait for room.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

pub struct Service {
    platform: Arc<Platform>,
    functions: HashMap<&'static str, HttpFunction>,
    s3: PublicS3,
    address: SocketAddr,
    small: Semaphore,
    large: Semaphore,
    stopped: watch::Receiver<bool>,
}

impl Service {
    /// `functions`: those that are no endpoints are ignored.
    pub fn new(
        platform: Arc<Platform>,
        functions: Vec<Function>,
        s3: PublicS3,
        address: SocketAddr,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        let http = functions.into_iter().filter_map(|function| match function.work {
            Work::Http(http) => Some((function.name, http)),
            Work::Queue(_) | Work::Schedule(_) => None,
        });
        let [small, large] = [SMALL_BODIES, LARGE_BODIES].map(|bytes| Semaphore::new(bytes / UNIT));
        Self { platform, functions: http.collect(), s3, address, small, large, stopped }
    }

    pub async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Outgoing> {
        // RFC 9112 (3.2): what stands before us may have gone by the other one.
        if request.headers().get_all(HOST).iter().count() > 1 {
            return closing(status(StatusCode::BAD_REQUEST));
        }
        let is_stores = self.s3.owns_path(request.uri().path());
        if cors::is_preflight(request.method(), request.headers()) {
            return cors::preflight(if is_stores { cors::STORE_METHODS } else { ALLOWED_METHODS });
        }
        if is_stores {
            let answer = self.s3.call(request).await;
            return cors::open(answer.map(|body| body.map_err(Error::from).boxed_unsync()));
        }
        if let Some(grant) = uploads::grant(&self.platform, request.uri().path()) {
            // Why here: a function would log the path, and the path admits the upload.
            let is_form = request.method() == Method::POST;
            return if is_form { cors::open(self.receive(grant, request).await) } else { only_post() };
        }
        let Some(function) = self.function(request.method(), request.uri().path()) else {
            return status(StatusCode::NOT_FOUND);
        };
        let origin = self.origin(request.headers(), peer);
        let (mut parts, body) = request.into_parts();
        // A client that asks first is told before it sends: it has sent nothing to throw away.
        let asks_first = parts.headers.contains_key(EXPECT);
        // Why: memory and time are not spent on the body of who has no key; the call goes on without it, to its 401.
        let may_send = common::may_send(&self.platform, function, &parts.headers).await;
        let max = if may_send { function.route.max_body() } else { 0 };
        let (read, _room) = self.read(body, max).await;
        let (bytes, unread) = match read {
            Read::Whole(bytes) => (bytes, None),
            Read::OverLimit(rest) => {
                if !asks_first {
                    tokio::spawn(drain(rest));
                }
                (Bytes::new(), Some(Unread::OverLimit))
            }
            Read::Broken => (Bytes::new(), Some(Unread::Broken)),
            Read::NoRoom => (Bytes::new(), Some(Unread::NoRoom)),
        };
        if let Some(unread) = unread.filter(|_| may_send) {
            parts.extensions.insert(unread);
        }
        let request = Request::from_parts(parts, bytes);
        let response = common::run(self.platform.clone(), function, request, origin).await.map(outgoing);
        // Why: what is left of a body that was not read would be taken for the next request.
        if unread.is_some() { closing(response) } else { response }
    }

    /// A form upload, streamed to the disk: its path is what admits it.
    async fn receive(&self, grant: Grant, request: Request<Incoming>) -> Response<Outgoing> {
        let bucket = self.platform.store.names.bucket_results.clone();
        let Grant { key, most_bytes } = grant;
        let grant = FormGrant { bucket, key, least_bytes: 0, most_bytes };
        self.s3.receive_form(&grant, request).await.map(|body| body.map_err(Error::from).boxed_unsync())
    }

    /// The body, and the room it takes until its call is answered. Without a body nothing is taken or waited for.
    async fn read(&self, body: Incoming, max: usize) -> (Read, Option<SemaphorePermit<'_>>) {
        if body.is_end_stream() {
            return (Read::Whole(Bytes::new()), None);
        }
        let Some(room) = self.room(most(&body, max)).await else { return (Read::NoRoom, None) };
        let read = tokio::select! {
            read = read(body, max) => read,
            () = self.stopping() => Read::Broken,
        };
        (read, Some(room))
    }

    /// Room for a body; `None` where there is none.
    async fn room(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).ok()?;
        let budget = if bytes <= MAX_JSON_BODY { &self.small } else { &self.large };
        tokio::time::timeout(LONGEST_WAIT, budget.acquire_many(units)).await.ok()?.ok()
    }

    /// Whoever still sends when the server stops is not waited for.
    async fn stopping(&self) {
        // An error means that nobody can stop us any more.
        if self.stopped.clone().wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    fn function(&self, method: &Method, path: &str) -> Option<&HttpFunction> {
        let known = routing::find(method.as_str(), path).and_then(|route| self.functions.get(route.name));
        let extra = || {
            let path = path.trim_end_matches('/');
            let takes = |function: &&HttpFunction| {
                function.route.method.name() == method.as_str()
                    && function.route.name != FALLBACK
                    && function.route.path == path
            };
            self.functions.values().find(takes)
        };
        known.or_else(extra).or_else(|| self.functions.get(FALLBACK))
    }

    /// A Host that is not on the list does not shape URLs, so that nobody can be handed a link to somebody else's server.
    fn origin(&self, headers: &HeaderMap, peer: SocketAddr) -> Origin {
        let config = &self.platform.config;
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let known = config.proxies.is_empty() || config.proxies.contains(&peer.ip().to_canonical());
        let forwarded = |name| {
            header(name)
                .filter(|_| config.trust_proxy && known)
                .map(|value| value.split(',').next_back().unwrap_or("").trim())
        };
        let host = header(HOST.as_str()).filter(|host| {
            let name = host
                .rsplit_once(':')
                .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
                .map_or(*host, |(name, _)| name);
            config.hosts.iter().any(|known| known == &name.to_ascii_lowercase())
        });
        Origin {
            scheme: forwarded("x-forwarded-proto")
                .filter(|scheme| *scheme == "https")
                .unwrap_or("http")
                .to_owned(),
            host: host.map_or_else(|| self.address.to_string(), str::to_owned),
            client: forwarded("x-forwarded-for").map_or_else(|| peer.ip().to_string(), str::to_owned),
        }
    }
}

fn status(status: StatusCode) -> Response<Outgoing> {
    let mut response = Response::new(full(""));
    *response.status_mut() = status;
    response
}

/// To a path that takes forms and nothing else. What comes with it is not read.
fn only_post() -> Response<Outgoing> {
    let mut response = closing(status(StatusCode::METHOD_NOT_ALLOWED));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

fn closing(mut response: Response<Outgoing>) -> Response<Outgoing> {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
