//! A setting, and what its value may be.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// An environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    pub name: &'static str,
    /// Shown default; empty = none.
    pub default: &'static str,
    pub place: Place,
    pub kind: Kind,
    pub doc: &'static str,
}

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// `on` or `off`.
    Switch,
    /// A whole number of at least 1.
    Count,
    /// `http://` or `https://`, a host, perhaps a port and a path.
    Url,
    /// Levels, each alone or for a module, with commas between.
    Levels,
    /// IP addresses with commas between.
    Addresses,
    /// A SHA-256 in hex.
    Sha256,
    /// One of these words; and the same as a sentence would say it.
    OneOf(&'static [&'static str], &'static str),
    /// Text that no list, log or error shows.
    Secret,
}

/// A variable that cannot be what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSetting {
    pub variable: &'static str,
    pub value: String,
    pub expected: &'static str,
}

impl fmt::Display for WrongSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}` is not {}", self.variable, self.value, self.expected)
    }
}

impl std::error::Error for WrongSetting {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Everywhere,
    /// `atelier serve` only.
    Serve,
    /// As everywhere; on AWS only functions that ask the hosted model are given it.
    Hosted,
    /// Written into the template, read in a Lambda.
    Aws,
    /// For tests on one machine; never in the template.
    Test,
}

pub(super) const fn setting(
    name: &'static str,
    default: &'static str,
    place: Place,
    doc: &'static str,
) -> Setting {
    Setting { name, default, place, kind: Kind::Text, doc }
}

impl Setting {
    pub(super) const fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }
}

impl Setting {
    /// The variable's value; an empty one counts as unset.
    pub fn value(&self) -> Option<String> {
        std::env::var(self.name).ok().filter(|value| !value.is_empty())
    }

    pub fn value_or_default(&self) -> String {
        self.value().unwrap_or_else(|| self.default.to_owned())
    }

    pub fn is_on(&self) -> bool {
        self.value_or_default() == "on"
    }

    pub(super) fn check(&self, value: String) -> Result<(), WrongSetting> {
        let (fits, expected) = match self.kind {
            Kind::Text => (true, "text"),
            Kind::Switch => (matches!(value.as_str(), "on" | "off"), "on or off"),
            Kind::Count => {
                (value.parse::<u64>().is_ok_and(|count| count > 0), "a whole number of at least 1")
            }
            Kind::Url => (is_base_url(&value), "http:// or https:// with a host and no query"),
            Kind::Addresses => (
                value.split(',').all(|address| address.trim().parse::<IpAddr>().is_ok()),
                "IP addresses with commas between",
            ),
            Kind::Levels => (value.split(',').all(is_level), "a level, or module=level, with commas between"),
            Kind::Sha256 => (
                value.len() == 64 && value.bytes().all(|digit| digit.is_ascii_hexdigit()),
                "a SHA-256: 64 hex digits",
            ),
            Kind::OneOf(words, said) => (words.contains(&value.as_str()), said),
            Kind::Secret => (value.bytes().all(|byte| byte.is_ascii_graphic()), "visible ASCII"),
        };
        if fits { Ok(()) } else { Err(self.wrong(value, expected)) }
    }

    /// That `value` is not what is `expected`; without the value where it is a secret.
    pub fn wrong(&self, value: String, expected: &'static str) -> WrongSetting {
        let value = if self.kind == Kind::Secret { "(secret)".to_owned() } else { value };
        WrongSetting { variable: self.name, value, expected }
    }
}

fn is_level(part: &str) -> bool {
    let level =
        part.split_once('=').map_or(part, |(module, level)| if module.is_empty() { "" } else { level });
    ["off", "error", "warn", "info", "debug", "trace"].contains(&level.trim())
}

fn is_base_url(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"?#@\"<>\\".contains(&byte);
        let authority = rest.split('/').next().unwrap_or_default();
        rest.bytes().all(plain) && is_authority(authority)
    })
}

/// A host name or an address, perhaps with a port.
fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => (address, port),
            _ => return false,
        },
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    !host.is_empty() && port
}
