//! What may be fetched: rules about URLs, then about the addresses behind them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use url::{Host, Position, Url};

use crate::address::{forms, is_always_refused, refused_net};
use crate::{FetchConfig, FetchError, HostPort, Refusal};

/// Longest URL accepted, in bytes.
const MAX_URL: usize = 8192;

/// Port of the Lambda runtime API on this machine, also where no variable says so.
const LAMBDA_RUNTIME_PORT: u16 = 9001;

/// The rules.
#[derive(Debug, Clone)]
pub struct Guard {
    allow: Vec<HostPort>,
    own: Vec<HostPort>,
    ports: Vec<u16>,
}

/// A URL that passed the rules about URLs. Its addresses are still to be judged by [`Guard::address`].
#[derive(Debug, Clone)]
pub struct Target {
    url: Url,
    host: Host<String>,
    port: u16,
    admitted: bool,
}

impl Guard {
    /// The rules of `config`, and always those that no setting lifts.
    pub fn new(config: &FetchConfig) -> Self {
        let mut own = config.own.clone();
        own.push(SocketAddr::from((Ipv4Addr::LOCALHOST, LAMBDA_RUNTIME_PORT)).into());
        Self { allow: config.allow.clone(), own, ports: config.ports.clone() }
    }

    /// Judges a URL without touching the network: syntax, scheme, user information, port, our own names, literal addresses.
    pub fn target(&self, written: &str) -> Result<Target, FetchError> {
        if written.len() > MAX_URL {
            return Err(FetchError::BadUrl("the URL is too long"));
        }
        let url = Url::parse(written).map_err(|_| FetchError::BadUrl("this is not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::BadUrl("only http and https URLs can be fetched"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::BadUrl("a URL with a user name or password cannot be fetched"));
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(FetchError::BadUrl("the URL names no host"));
        };
        let host = host.to_owned();
        let admitted = self.allow.iter().any(|entry| admits(entry, &host, port, written, url.scheme()));
        if !admitted && !self.ports.contains(&port) {
            return Err(refusal("port", None));
        }
        let target = Target { url, host, port, admitted };
        match target.literal() {
            Some(ip) => drop(self.address(&target, ip)?),
            None if self.is_own_name(&target) => return Err(refusal("own address", None)),
            None => {}
        }
        Ok(target)
    }

    /// Judges one address of a target; the answer is what may be connected to.
    pub fn address(&self, target: &Target, ip: IpAddr) -> Result<SocketAddr, Refusal> {
        let refused = |rule| Err(Refusal { rule, address: Some(ip) });
        if is_always_refused(ip) {
            return refused("credential service");
        }
        if self.is_own_address(ip, target.port) {
            return refused("own address");
        }
        match refused_net(ip) {
            Some(net) if !target.admitted => refused(net),
            _ => Ok(SocketAddr::new(ip, target.port)),
        }
    }

    fn is_own_name(&self, target: &Target) -> bool {
        self.own.iter().any(|own| match own.host() {
            Host::Domain(name) => {
                own.port() == target.port && name.trim_end_matches('.') == target.host_name()
            }
            _ => false,
        })
    }

    fn is_own_address(&self, ip: IpAddr, port: u16) -> bool {
        let own = self.own.iter().filter(|own| own.port() == port).filter_map(HostPort::address);
        let forms = forms(ip);
        own.into_iter().any(|own| {
            forms.contains(&own) || (is_this_machine(own) && forms.iter().any(|form| is_this_machine(*form)))
        })
    }
}

impl Target {
    /// The URL in its normal form.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The host, if it is a literal address.
    pub fn literal(&self) -> Option<IpAddr> {
        match self.host {
            Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
            Host::Ipv6(ip) => Some(IpAddr::V6(ip)),
            Host::Domain(_) => None,
        }
    }

    /// The host without the dot of an absolute name: the name for certificates and for counting.
    pub(crate) fn host_name(&self) -> &str {
        self.url.host_str().unwrap_or_default().trim_end_matches('.')
    }

    /// The host as the resolver is asked for it.
    pub(crate) fn lookup_name(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Host, and port unless it is the scheme's own: the Host header.
    pub(crate) fn authority(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// Path and query: the request line.
    pub(crate) fn path_and_query(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

fn refusal(rule: &'static str, address: Option<IpAddr>) -> FetchError {
    FetchError::Refused(Refusal { rule, address })
}

/// True if the URL is for this entry and writes it as the entry does: `127.1:80` is not admitted by `127.0.0.1:80`.
fn admits(entry: &HostPort, host: &Host<String>, port: u16, written: &str, scheme: &str) -> bool {
    if entry.host() != host || entry.port() != port {
        return false;
    }
    let written = written.to_lowercase();
    let Some(rest) = written.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")) else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let default_port = if scheme == "https" { 443 } else { 80 };
    authority == entry.written()
        || (port == default_port && entry.written().strip_suffix(&format!(":{port}")) == Some(authority))
}

/// True if a connection to `ip` ends on this machine. Asks the kernel, which alone knows all its addresses: binding a socket
/// to an address (without sending anything) fails with exactly this error where the address is another machine's.
fn is_this_machine(ip: IpAddr) -> bool {
    if ip.is_loopback() || ip.is_unspecified() {
        return true;
    }
    match UdpSocket::bind((ip, 0)) {
        Ok(_) => true,
        Err(error) => error.kind() != std::io::ErrorKind::AddrNotAvailable,
    }
}
