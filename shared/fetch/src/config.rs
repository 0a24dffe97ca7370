//! Settings of the guarded fetch.

use std::time::Duration;

use contract::settings::{FETCH_ALLOW, FETCH_PORTS, WrongSetting};
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::HostPort;

/// Limits and admissions.
#[derive(Debug, Clone)]
pub struct FetchConfig {
    /// `ATELIER_FETCH_ALLOW`, comma-separated `host:port`: admitted although the guard would refuse them, when the URL
    /// writes host and port exactly so (case and a default port apart).
    pub allow: Vec<HostPort>,
    /// Our own listeners and stores: refused whatever is allowed. A literal address of this machine stands for every address
    /// of this machine with that port; another host is refused by its name and its address. Add the host of the public
    /// URL too where a proxy stands in front.
    pub own: Vec<HostPort>,
    /// `ATELIER_FETCH_PORTS`, comma-separated: ports a URL may name.
    pub ports: Vec<u16>,
    /// Name look-up, TCP and TLS of one hop together.
    pub connect: Duration,
    /// From sending the request to the end of the answer's head.
    pub first_byte: Duration,
    /// One fetch with its redirects, from the moment it has a place.
    pub total: Duration,
    /// Redirects followed in a row.
    pub redirects: usize,
    /// Fetches at once, over all clones of a `Fetcher`.
    pub at_once: usize,
    /// Of these, to one host as written in the URL.
    pub per_host: usize,
    /// And for one account.
    pub per_account: usize,
    /// Of those to one host, for what one account has done in the background: less than all, for those who wait for an answer.
    pub per_host_behind: usize,
    /// Certificate authorities trusted besides the built-in ones.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

const ALLOW: &str = FETCH_ALLOW.name;
const PORTS: &str = FETCH_PORTS.name;
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

impl Default for FetchConfig {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            own: Vec::new(),
            ports: vec![80, 443],
            connect: Duration::from_secs(3),
            first_byte: Duration::from_secs(5),
            total: Duration::from_secs(15),
            redirects: 3,
            at_once: 16,
            per_host: 4,
            per_account: 8,
            per_host_behind: 3,
            extra_roots: Vec::new(),
        }
    }
}

impl FetchConfig {
    /// Reads `ATELIER_FETCH_ALLOW` and `ATELIER_FETCH_PORTS`, and takes `AWS_LAMBDA_RUNTIME_API` into `own`.
    pub fn from_env() -> Result<Self, WrongSetting> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The same from any source of variables.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, WrongSetting> {
        let mut config = Self::default();
        for item in list(variable(ALLOW)) {
            config.allow.push(item.parse().map_err(|_| invalid(ALLOW, &item, "host:port"))?);
        }
        let ports = list(variable(PORTS));
        if !ports.is_empty() {
            let read = |item: &String| match item.parse() {
                Ok(port) if port != 0 => Ok(port),
                _ => Err(invalid(PORTS, item, "a port")),
            };
            config.ports = ports.iter().map(read).collect::<Result<_, _>>()?;
        }
        if let Some(value) = variable(RUNTIME_API).filter(|value| !value.trim().is_empty()) {
            config.own.push(runtime_api(&value)?);
        }
        Ok(config)
    }

    /// The rules of [`Default`] with limits of time in tenths of seconds.
    pub fn for_testing() -> Self {
        Self {
            connect: Duration::from_millis(500),
            first_byte: Duration::from_millis(500),
            total: Duration::from_millis(1500),
            ..Self::default()
        }
    }
}

fn list(value: Option<String>) -> Vec<String> {
    let value = value.unwrap_or_default();
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn invalid(variable: &'static str, value: &str, expected: &'static str) -> WrongSetting {
    WrongSetting { variable, value: value.to_owned(), expected }
}

/// Lambda gives `host:port`; development servers put a scheme before it and a path behind it.
fn runtime_api(value: &str) -> Result<HostPort, WrongSetting> {
    let authority = value.trim().trim_start_matches("http://").split('/').next().unwrap_or_default();
    authority
        .parse()
        .or_else(|_| format!("{authority}:80").parse())
        .map_err(|_| invalid(RUNTIME_API, value, "host:port"))
}
