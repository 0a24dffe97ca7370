//! The fetch itself: places, hops, limits of time.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use url::Url;

use crate::body::{self, Coding};
use crate::connection::{self, Answer};
use crate::places::{Place, Places};
use crate::{FetchConfig, FetchError, Guard, Resolver, Stage, Target};

/// Downloads under the guard. Clones share their places.
#[derive(Clone)]
pub struct Fetcher {
    pub(crate) inner: Arc<Inner>,
    account: Option<Arc<str>>,
    is_behind: bool,
}

pub(crate) struct Inner {
    pub(crate) config: FetchConfig,
    pub(crate) guard: Guard,
    resolver: Box<dyn Resolver>,
    pub(crate) tls: TlsConnector,
    places: Places,
    accounts: Places,
    behind: Places,
}

/// A complete download.
#[derive(Debug)]
pub struct Fetched {
    /// The content, decompressed.
    pub body: Bytes,
    /// Where it came from after redirects.
    pub final_url: Url,
    /// The place it was fetched in. Others wait as long as it is held: so a caller bounds what is fetched and not yet used.
    pub place: Place,
}

/// What one hop ends with.
enum Hop {
    Done(Bytes),
    Redirect(Target),
}

impl Fetcher {
    /// A fetcher with its own places: one a process.
    pub fn new(config: FetchConfig, resolver: impl Resolver + 'static) -> Self {
        let guard = Guard::new(&config);
        let tls = connection::tls(&config.extra_roots);
        let places = Places::new(config.at_once, config.per_host);
        let accounts = Places::new(Places::MOST, config.per_account);
        let behind = Places::new(Places::MOST, config.per_host_behind);
        let inner = Inner { config, guard, resolver: Box::new(resolver), tls, places, accounts, behind };
        Self { inner: Arc::new(inner), account: None, is_behind: false }
    }

    /// The same for one account, which takes no more than its share of the places.
    pub fn of(&self, account: &str) -> Self {
        Self { account: Some(account.into()), ..self.clone() }
    }

    /// The same for work that nobody waits for: of each host it leaves, account by account, a place to those who wait for an answer.
    pub fn behind(&self) -> Self {
        Self { is_behind: true, ..self.clone() }
    }

    /// Downloads `url`, following redirects. At most `max_bytes` bytes of content, counted as they come and again after
    /// decompression. Ends by `deadline`, which counts also while waiting for a free place; the limit of total time counts
    /// from the first place on. Dropping the future ends the connection.
    pub async fn get(
        &self,
        url: &str,
        max_bytes: u64,
        deadline: Option<std::time::Instant>,
    ) -> Result<Fetched, FetchError> {
        let target = self.inner.guard.target(url)?;
        let work = self.placed(target, max_bytes);
        match deadline {
            None => work.await,
            Some(deadline) => {
                let ended = timeout_at(Instant::from_std(deadline), work).await;
                ended.unwrap_or(Err(FetchError::Timeout(Stage::Deadline)))
            }
        }
    }

    async fn placed(&self, target: Target, max_bytes: u64) -> Result<Fetched, FetchError> {
        let place = self.enter(&target).await;
        let config = &self.inner.config;
        let end = Instant::now() + config.total;
        let work = async {
            let mut place = place;
            let mut target = target;
            for left in (0..=config.redirects).rev() {
                match self.inner.hop(&target, left, max_bytes).await? {
                    Hop::Done(body) => return Ok(Fetched { body, final_url: target.url().clone(), place }),
                    Hop::Redirect(next) => target = next,
                }
                drop(place);
                place = self.enter(&target).await;
            }
            Err(FetchError::TooManyRedirects { limit: config.redirects })
        };
        timeout_at(end, work).await.unwrap_or(Err(FetchError::Timeout(Stage::Total)))
    }

    /// A place with a host, within what the account may take of it and in all.
    async fn enter(&self, target: &Target) -> Place {
        let (inner, host) = (&self.inner, target.host_name());
        let mut shares = None;
        if let Some(account) = &self.account {
            // What waits for its turn with a host takes nothing of what the account may take in all.
            let behind = match self.is_behind {
                true => Some(inner.behind.enter(&format!("{host} {account}")).await),
                false => None,
            };
            shares = Some(inner.accounts.enter(account).await.with(behind));
        }
        inner.places.enter(host).await.with(shares)
    }
}

impl Inner {
    async fn hop(&self, target: &Target, left: usize, max_bytes: u64) -> Result<Hop, FetchError> {
        let answer = self.answer(target).await?;
        let (head, body) = answer.response.into_parts();
        match head.status {
            StatusCode::OK => {
                let coding = Coding::of(&head.headers)?;
                body::read(body, coding, max_bytes).await.map(Hop::Done)
            }
            status if is_redirect(status) && head.headers.contains_key(header::LOCATION) => {
                if left == 0 {
                    return Err(FetchError::TooManyRedirects { limit: self.config.redirects });
                }
                self.redirect(target, &head.headers).map(Hop::Redirect)
            }
            status => Err(FetchError::Status(status.as_u16())),
        }
    }

    async fn answer(&self, target: &Target) -> Result<Answer, FetchError> {
        let until = Instant::now() + self.config.connect;
        let first_byte = self.config.first_byte;
        let stream = self.dial(target, until).await?;
        if target.is_https() {
            let stream = connection::secure(&self.tls, target, stream, until).await?;
            connection::request(stream, target, first_byte).await
        } else {
            connection::request(stream, target, first_byte).await
        }
    }

    /// A connection to one of the addresses that were judged.
    pub(crate) async fn dial(&self, target: &Target, until: Instant) -> Result<TcpStream, FetchError> {
        let late = |_| FetchError::Timeout(Stage::Connect);
        let addresses = timeout_at(until, self.pin(target)).await.map_err(late)??;
        connection::dial(&addresses, until).await
    }

    /// The only addresses this hop may connect to. One refused address refuses the host: an answer that mixes public and
    /// inner addresses is either an attack or a host that is meant for the inside.
    async fn pin(&self, target: &Target) -> Result<Vec<SocketAddr>, FetchError> {
        let found = match target.literal() {
            Some(ip) => vec![ip],
            None => {
                let resolved = self.resolver.resolve(target.lookup_name()).await;
                resolved.map_err(|error| FetchError::Unreachable(error.into()))?
            }
        };
        found.into_iter().map(|ip| Ok(self.guard.address(target, ip)?)).collect()
    }

    fn redirect(&self, from: &Target, headers: &HeaderMap) -> Result<Target, FetchError> {
        let bad = || FetchError::BadRedirect("the server redirects to something that is not a URL");
        let location = headers.get(header::LOCATION).ok_or_else(bad)?;
        let location = std::str::from_utf8(location.as_bytes()).map_err(|_| bad())?;
        let next = match Url::parse(location) {
            // As the server wrote it, because the allow-list admits URLs as written.
            Ok(_) => self.guard.target(location)?,
            Err(_) => self.guard.target(from.url().join(location).map_err(|_| bad())?.as_str())?,
        };
        // Why: no secret of ours goes over the line, but who asked for https asked for a picture that nobody on the way can
        // exchange, and would not learn that it was given up. The other direction only gains.
        if from.is_https() && !next.is_https() {
            return Err(FetchError::BadRedirect("a redirect from https to http is not followed"));
        }
        Ok(next)
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::Resolve;

    /// Public at the first question, loopback from then on.
    struct Rebinding(Arc<AtomicUsize>);

    impl Resolver for Rebinding {
        fn resolve<'a>(&'a self, _host: &'a str) -> Resolve<'a> {
            let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            let ip = if first { IpAddr::from([93, 184, 216, 34]) } else { IpAddr::from([127, 0, 0, 1]) };
            Box::pin(async move { Ok(vec![ip]) })
        }
    }

    #[tokio::test]
    async fn a_hop_connects_to_the_addresses_of_its_one_lookup_and_the_next_hop_is_judged_anew() {
        let asked = Arc::new(AtomicUsize::new(0));
        let fetcher = Fetcher::new(FetchConfig::for_testing(), Rebinding(Arc::clone(&asked)));
        let target = fetcher.inner.guard.target("http://rebind.test/").expect("the URL is in order");
        let pinned = fetcher.inner.pin(&target).await.expect("a public address");
        assert_eq!(pinned, [SocketAddr::from(([93, 184, 216, 34], 80))]);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        let refused = fetcher.inner.pin(&target).await;
        assert!(matches!(refused, Err(FetchError::Refused(_))), "{refused:?}");
    }
}
