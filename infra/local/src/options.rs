use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use common::clock::{Clock, SystemClock};
use common::{Config, Function};
use fetch::{FetchConfig, Resolver, SystemResolver};
use hosted::Hosted;

use crate::Patience;

/// As long as most calls may take, and less than what most supervisors of processes wait before they kill.
const FAREWELL: Duration = Duration::from_secs(25);

/// How a server runs.
pub struct ServeOptions {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    pub data: PathBuf,
    /// Where the key of a first start is written, mode 0600; `None` prints it once to stderr.
    pub key_file: Option<PathBuf>,
    pub config: Config,
    pub fetch: FetchConfig,
    /// The model that works for `standard` in place of the local ones.
    pub hosted: Option<Hosted>,
    pub resolver: Box<dyn Resolver>,
    pub clock: Arc<dyn Clock>,
    /// Whether queues are worked.
    pub workers: bool,
    /// Whether the sweep runs by itself.
    pub schedules: bool,
    pub patience: Patience,
    /// How long a stop waits for calls and work in flight.
    pub farewell: Duration,
    /// Functions beside those of the house, for tests.
    pub extra: Vec<Function>,
}

impl ServeOptions {
    /// The defaults of `atelier serve` without its environment.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: data.into(),
            key_file: None,
            config: Config::default(),
            fetch: FetchConfig::default(),
            hosted: None,
            resolver: Box::new(SystemResolver::default()),
            clock: Arc::new(SystemClock),
            workers: true,
            schedules: true,
            patience: Patience::default(),
            farewell: FAREWELL,
            extra: Vec::new(),
        }
    }
}
