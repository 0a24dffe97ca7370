//! Which addresses are not for users: the special-purpose registries of IANA (IPv4 and IPv6) as tables, and IPv4
//! addresses that hide inside IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// First address, prefix length, name.
type Net<T> = (T, u32, &'static str);

const REFUSED_V4: &[Net<Ipv4Addr>] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "unspecified"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "carrier-grade NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    // Public by its number, but on Azure it is the host's own control service.
    (Ipv4Addr::new(168, 63, 129, 16), 32, "cloud host service"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "IETF protocol assignments"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relay anycast"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmark"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// Refused as a whole, whatever is embedded in them. Teredo and IPv4-compatible addresses are here because nothing public
/// is served from them any more, the local-use NAT64 prefix because by its definition it leads inside.
const REFUSED_V6: &[Net<Ipv6Addr>] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    (Ipv6Addr::UNSPECIFIED, 96, "IPv4-compatible"),
    (Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96, "IPv4-translated"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "local-use NAT64"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "discard"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "Teredo"),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, "benchmark"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "IETF protocol assignments"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "documentation"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "documentation"),
    (Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0), 16, "segment routing"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "unique local"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "site-local"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
];

/// Transition prefixes outside global unicast space where the embedded IPv4 address alone decides.
const TRANSPARENT_V6: &[Net<Ipv6Addr>] = &[
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, "IPv4-mapped"),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, "NAT64"),
];

const GLOBAL_UNICAST: Net<Ipv6Addr> = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, "global unicast");

/// The services that hand out credentials of the machine (EC2, ECS and EKS). No setting admits them.
const ALWAYS_REFUSED: &[IpAddr] = &[
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
];

/// The net that makes `ip` no public address; `None` = public.
pub(crate) fn refused_net(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => refused_v4(ip),
        IpAddr::V6(ip) => refused_v6(ip),
    }
}

/// True for an address that no allow-list may admit, in any of its forms.
pub(crate) fn is_always_refused(ip: IpAddr) -> bool {
    forms(ip).iter().any(|form| ALWAYS_REFUSED.contains(form))
}

/// The address itself and every IPv4 address that a transition mechanism would read out of it.
pub(crate) fn forms(ip: IpAddr) -> Vec<IpAddr> {
    let mut forms = vec![ip];
    if let IpAddr::V6(ip) = ip {
        forms.extend(embedded(ip).into_iter().map(IpAddr::V4));
    }
    forms
}

fn refused_v4(ip: Ipv4Addr) -> Option<&'static str> {
    REFUSED_V4.iter().find(|net| contains_v4(net, ip)).map(|net| net.2)
}

fn refused_v6(ip: Ipv6Addr) -> Option<&'static str> {
    if let Some(net) = REFUSED_V6.iter().find(|net| contains_v6(net, ip)) {
        return Some(net.2);
    }
    if let Some(name) = embedded(ip).into_iter().find_map(refused_v4) {
        return Some(name);
    }
    let reachable = contains_v6(&GLOBAL_UNICAST, ip) || TRANSPARENT_V6.iter().any(|net| contains_v6(net, ip));
    if reachable { None } else { Some("not global unicast") }
}

fn contains_v4(net: &Net<Ipv4Addr>, ip: Ipv4Addr) -> bool {
    let mask = u32::MAX << (32 - net.1);
    ip.to_bits() & mask == net.0.to_bits()
}

fn contains_v6(net: &Net<Ipv6Addr>, ip: Ipv6Addr) -> bool {
    let mask = u128::MAX << (128 - net.1);
    ip.to_bits() & mask == net.0.to_bits()
}

/// IPv4 addresses inside an IPv6 address: mapped and compatible (RFC 4291), translated (RFC 2765), 6to4 (RFC 3056), NAT64
/// (RFC 6052, RFC 8215), Teredo (RFC 4380: server, and client inverted), ISATAP (RFC 5214).
fn embedded(ip: Ipv6Addr) -> Vec<Ipv4Addr> {
    let o = ip.octets();
    let v4 = |a: usize, b: usize, c: usize, d: usize| Ipv4Addr::new(o[a], o[b], o[c], o[d]);
    let last = v4(12, 13, 14, 15);
    let mut found = Vec::new();
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff | 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            found.push(last);
        }
        // The operator chooses how long the prefix is, and with it where the address lies (RFC 6052, section 2.2).
        [0x64, 0xff9b, 1, ..] => {
            found.extend([v4(6, 7, 9, 10), v4(7, 9, 10, 11), v4(9, 10, 11, 12), last]);
        }
        [0x2002, ..] => found.push(v4(2, 3, 4, 5)),
        [0x2001, 0, ..] => found.extend([v4(4, 5, 6, 7), Ipv4Addr::from_bits(!last.to_bits())]),
        _ => {}
    }
    // The two low bits of the first octet are the universal and group bits, which ISATAP leaves open.
    if let [_, _, _, _, high, 0x5efe, ..] = ip.segments()
        && high & 0xfcff == 0
    {
        found.push(last);
    }
    found
}
