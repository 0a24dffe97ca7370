//! Names to addresses.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Semaphore;

/// The future of a look-up.
pub type Resolve<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Turns a host name into all its addresses, A and AAAA. Never called for literal addresses; called once a hop.
pub trait Resolver: Send + Sync {
    /// Every address of `host`; an empty answer counts as unreachable.
    fn resolve<'a>(&'a self, host: &'a str) -> Resolve<'a>;
}

impl Resolver for Box<dyn Resolver> {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolve<'a> {
        self.as_ref().resolve(host)
    }
}

/// The machine's own resolver.
#[derive(Debug, Clone)]
pub struct SystemResolver {
    running: Arc<Semaphore>,
}

/// Look-ups at once, those included that nobody waits for any more.
///
/// Why: `getaddrinfo` cannot be cancelled and takes up to 30 s when name servers are silent. Without a bound, names on silent
/// servers would fill the blocking threads that decode pictures.
const LOOKUPS: usize = 32;

impl Default for SystemResolver {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(LOOKUPS)) }
    }
}

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolve<'a> {
        let name = host.to_owned();
        let running = Arc::clone(&self.running);
        Box::pin(async move {
            let permit = running.acquire_owned().await.map_err(io::Error::other)?;
            // A task of its own keeps the permit until the look-up ends, also when the fetch has given up.
            let lookup = tokio::spawn(async move {
                let found = tokio::net::lookup_host((name.as_str(), 0)).await;
                drop(permit);
                found.map(|addresses| addresses.map(|address| address.ip()).collect())
            });
            lookup.await.map_err(io::Error::other)?
        })
    }
}
