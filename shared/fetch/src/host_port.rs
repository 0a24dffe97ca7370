//! `host:port` as people write it in a setting.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use url::{Host, Url};

/// A host (name or literal address, IPv6 in brackets) and a port, both required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    written: String,
    host: Host<String>,
    port: u16,
}

/// The text is not `host:port`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not host:port")]
pub struct InvalidHostPort(pub String);

impl HostPort {
    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as given, in lower case.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The host in its normal form: `127.1` is the address 127.0.0.1 here.
    pub fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The address that the host stands for without a resolver: literals, and `localhost`.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Ipv4(ip) => Some(IpAddr::V4(*ip)),
            Host::Ipv6(ip) => Some(IpAddr::V6(*ip)),
            Host::Domain(name) if name == "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            Host::Domain(_) => None,
        }
    }
}

impl FromStr for HostPort {
    type Err = InvalidHostPort;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let invalid = || InvalidHostPort(text.to_owned());
        let foreign = |c: char| c.is_whitespace() || c.is_control() || "/?#@\\*".contains(c);
        let (host, port) = text.rsplit_once(':').ok_or_else(invalid)?;
        let two_ports = host.contains(':') && !host.starts_with('[');
        if host.is_empty()
            || two_ports
            || text.contains(foreign)
            || !port.bytes().all(|digit| digit.is_ascii_digit())
        {
            return Err(invalid());
        }
        let port: u16 = port.parse().map_err(|_| invalid())?;
        // Parsed as a URL and not by `Host::parse`, so that a setting and a URL can never be read differently.
        let url = Url::parse(&format!("http://{host}/")).map_err(|_| invalid())?;
        if port == 0 {
            return Err(invalid());
        }
        let host = url.host().ok_or_else(invalid)?.to_owned();
        Ok(Self { written: text.to_lowercase(), host, port })
    }
}

impl From<SocketAddr> for HostPort {
    fn from(address: SocketAddr) -> Self {
        let host = match address.ip() {
            IpAddr::V4(ip) => Host::Ipv4(ip),
            IpAddr::V6(ip) => Host::Ipv6(ip),
        };
        Self { written: format!("{host}:{}", address.port()), host, port: address.port() }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
