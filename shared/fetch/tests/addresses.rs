//! Which addresses are refused: the edges of every net, what hides inside IPv6, what nothing admits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use fetch::{FetchConfig, Guard, HostPort, Refusal};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

fn judge(config: &FetchConfig, url: &str, ip: &str) -> Result<SocketAddr, Refusal> {
    let guard = Guard::new(config);
    let target = guard.target(url).expect("the URL itself is in order");
    guard.address(&target, ip.parse().expect("an address"))
}

fn public(ip: &str) -> bool {
    judge(&FetchConfig::default(), "http://a.test/", ip).is_ok()
}

fn admitting(entry: &str) -> FetchConfig {
    FetchConfig { allow: vec![entry.parse().expect("host:port")], ..FetchConfig::default() }
}

#[test]
fn every_refused_net_is_refused_at_both_edges_and_nothing_beside_it() {
    // First and last refused address, and their neighbours outside where these are public.
    let nets = [
        ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
        ("10.0.0.0", "10.255.255.255", Some("9.255.255.255"), Some("11.0.0.0")),
        ("100.64.0.0", "100.127.255.255", Some("100.63.255.255"), Some("100.128.0.0")),
        ("127.0.0.0", "127.255.255.255", Some("126.255.255.255"), Some("128.0.0.0")),
        ("168.63.129.16", "168.63.129.16", Some("168.63.129.15"), Some("168.63.129.17")),
        ("169.254.0.0", "169.254.255.255", Some("169.253.255.255"), Some("169.255.0.0")),
        ("172.16.0.0", "172.31.255.255", Some("172.15.255.255"), Some("172.32.0.0")),
        ("192.0.0.0", "192.0.0.255", Some("191.255.255.255"), Some("192.0.1.0")),
        ("192.0.2.0", "192.0.2.255", Some("192.0.1.255"), Some("192.0.3.0")),
        ("192.88.99.0", "192.88.99.255", Some("192.88.98.255"), Some("192.88.100.0")),
        ("192.168.0.0", "192.168.255.255", Some("192.167.255.255"), Some("192.169.0.0")),
        ("198.18.0.0", "198.19.255.255", Some("198.17.255.255"), Some("198.20.0.0")),
        ("198.51.100.0", "198.51.100.255", Some("198.51.99.255"), Some("198.51.101.0")),
        ("203.0.113.0", "203.0.113.255", Some("203.0.112.255"), Some("203.0.114.0")),
        ("224.0.0.0", "239.255.255.255", Some("223.255.255.255"), None),
        ("240.0.0.0", "255.255.255.255", None, None),
        ("::", "::1", None, None),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", None, None),
        ("100::", "100::ffff:ffff:ffff:ffff", None, None),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", None, Some("2001:200::")),
        ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", None, None),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Some("2001:db7:ffff::"), Some("2001:db9::")),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", Some("3ffe:ffff::"), Some("3fff:1000::")),
        ("4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, None),
        ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, None),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, None),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, None),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, None),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, None),
    ];
    for (first, last, before, after) in nets {
        assert!(!public(first), "{first}");
        assert!(!public(last), "{last}");
        assert!(before.is_none_or(public), "{before:?}");
        assert!(after.is_none_or(public), "{after:?}");
    }
}

#[test]
fn public_addresses_pass_also_inside_a_transition_prefix() {
    let addresses = [
        "8.8.8.8",
        "1.1.1.1",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2000::",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::",
        "2a00::5efe:808:808",
    ];
    for ip in addresses {
        assert!(public(ip), "{ip}");
    }
}

#[test]
fn private_addresses_inside_ipv6_are_refused() {
    let addresses = [
        "::ffff:127.0.0.1",
        "::ffff:100.64.0.0",
        "::10.0.0.1",
        "::8.8.8.8",
        "::ffff:0:127.0.0.1",
        "2002:c0a8:1::",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "64:ff9b:1:a00:0:100::",
        "64:ff9b:2::8.8.8.8",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        "2001:0:a00:1:8000:63bf:f7f7:f7f7",
        "2a00::5efe:10.0.0.1",
        "2a00::200:5efe:192.168.1.1",
        "2a00::300:5efe:127.0.0.1",
        "fe80::5efe:8.8.8.8",
    ];
    for ip in addresses {
        assert!(!public(ip), "{ip}");
    }
}

/// Places four octets into an IPv6 address.
fn place(base: Ipv6Addr, v4: Ipv4Addr, at: [usize; 4], inverted: bool) -> Ipv6Addr {
    let mut octets = base.octets();
    for (index, octet) in at.into_iter().zip(v4.octets()) {
        octets[index] = if inverted { !octet } else { octet };
    }
    Ipv6Addr::from(octets)
}

#[test]
fn no_random_ipv6_address_with_a_private_ipv4_inside_passes() {
    let mut random = StdRng::seed_from_u64(2026);
    let private = [([10, 0, 0, 0], 8), ([100, 64, 0, 0], 10), ([127, 0, 0, 0], 8), ([169, 254, 0, 0], 16)]
        .into_iter()
        .chain([([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16), ([198, 18, 0, 0], 15), ([224, 0, 0, 0], 3)])
        .collect::<Vec<_>>();
    let config = FetchConfig::default();
    let guard = Guard::new(&config);
    let target = guard.target("http://a.test/").expect("in order");
    for _ in 0..20_000 {
        let (net, length) = private[random.random_range(0..private.len())];
        let host_bits = u32::MAX >> length;
        let v4 = Ipv4Addr::from_bits(Ipv4Addr::from(net).to_bits() | (random.random::<u32>() & host_bits));
        let noise = random.random::<u128>();
        let global = Ipv6Addr::from_bits((noise >> 3) | (1 << 125));
        let under = |prefix: u128, length: u32| Ipv6Addr::from_bits(prefix | (noise >> length));
        let isatap = |high: u128| {
            let low = (high << 48) | (0x5efe << 32);
            Ipv6Addr::from_bits((global.to_bits() >> 64 << 64) | low)
        };
        let candidates = [
            place(Ipv6Addr::from_bits(0xffff << 32), v4, [12, 13, 14, 15], false),
            place(Ipv6Addr::UNSPECIFIED, v4, [12, 13, 14, 15], false),
            place(Ipv6Addr::from_bits(0x0064_ff9b << 96), v4, [12, 13, 14, 15], false),
            place(under(0x0064_ff9b_0001 << 80, 48), v4, [6, 7, 9, 10], false),
            place(under(0x2002 << 112, 16), v4, [2, 3, 4, 5], false),
            place(under(0x2001_0000 << 96, 32), v4, [4, 5, 6, 7], false),
            place(under(0x2001_0000 << 96, 32), v4, [12, 13, 14, 15], true),
            place(isatap(0), v4, [12, 13, 14, 15], false),
            place(isatap(0x0200), v4, [12, 13, 14, 15], false),
        ];
        for ip in candidates {
            assert!(guard.address(&target, IpAddr::V6(ip)).is_err(), "{ip} holds {v4}");
        }
    }
}

#[test]
fn random_public_ipv4_addresses_pass_plain_mapped_and_by_nat64() {
    let mut random = StdRng::seed_from_u64(7);
    let guard = Guard::new(&FetchConfig::default());
    let target = guard.target("http://a.test/").expect("in order");
    for _ in 0..1000 {
        // 11.0.0.0 to 99.255.255.255 holds no special net.
        let v4 = Ipv4Addr::from_bits(random.random_range(0x0b00_0000..0x6400_0000));
        let nat64 = place(Ipv6Addr::from_bits(0x0064_ff9b << 96), v4, [12, 13, 14, 15], false);
        for ip in [IpAddr::V4(v4), IpAddr::V6(v4.to_ipv6_mapped()), IpAddr::V6(nat64)] {
            assert!(guard.address(&target, ip).is_ok(), "{ip}");
        }
    }
}

#[test]
fn credential_services_are_refused_although_allowed() {
    let forms = [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "::ffff:0:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:a9:fe:a9fe::",
        "64:ff9b:1:0:a9:fea9:fe00:0",
        "2002:a9fe:a9fe::",
        "2001:0:a9fe:aa02::",
        "2001:0:0:0:0:0:5601:5601",
        "2a00::5efe:a9fe:aa02",
    ];
    for ip in forms {
        let refusal = judge(&admitting("meta.test:80"), "http://meta.test/", ip).expect_err(ip);
        assert_eq!(refusal.rule, "credential service", "{ip}");
    }
    for written in ["169.254.169.254:80", "[fd00:ec2::254]:80", "[::ffff:a9fe:a9fe]:80"] {
        let guard = Guard::new(&admitting(written));
        assert!(guard.target(&format!("http://{written}/latest/meta-data")).is_err(), "{written}");
    }
    assert!(judge(&admitting("meta.test:80"), "http://meta.test/", "169.254.169.253").is_ok());
}

#[test]
fn the_lambda_runtime_api_is_refused_on_every_address_of_this_machine() {
    for ip in ["127.0.0.1", "127.0.0.2", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "2002:7f00:1::"] {
        let refusal = judge(&admitting("api.test:9001"), "http://api.test:9001/", ip).expect_err(ip);
        assert_eq!(refusal.rule, "own address", "{ip}");
    }
    assert!(judge(&admitting("api.test:9002"), "http://api.test:9002/", "127.0.0.1").is_ok());
}

#[test]
fn the_runtime_api_named_by_the_environment_is_refused_in_every_notation() {
    for value in ["127.0.0.1:9321", "localhost:9321", "http://[::]:9321/some-function", "169.254.100.1:9321"]
    {
        let variables = |name: &str| match name {
            "AWS_LAMBDA_RUNTIME_API" => Some(value.to_owned()),
            "ATELIER_FETCH_ALLOW" => Some("api.test:9321, 169.254.100.1:9321".to_owned()),
            _ => None,
        };
        let config = FetchConfig::from_variables(variables).expect(value);
        let ip = if value.starts_with("169") { "169.254.100.1" } else { "127.0.0.1" };
        assert!(judge(&config, "http://api.test:9321/", ip).is_err(), "{value}");
        // Another machine's port of the same number is not ours.
        assert!(judge(&config, "http://api.test:9321/", "10.9.8.7").is_ok(), "{value}");
    }
}

#[test]
fn our_own_listener_is_refused_on_the_outer_address_of_this_machine_too() {
    // The address this machine would send from; connecting a UDP socket sends nothing. Without a route there is none.
    let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
    let outer = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr()).map(|address| address.ip());
    let addresses = [Some("127.0.0.1".to_owned()), outer.ok().map(|ip| ip.to_string())];
    for own in ["0.0.0.0:9000", "127.0.0.1:9000", "[::]:9000", "localhost:9000"] {
        let mut config = admitting("me.test:9000");
        config.own = vec![own.parse().expect("host:port")];
        for ip in addresses.iter().flatten() {
            assert!(judge(&config, "http://me.test:9000/", ip).is_err(), "{own} reached by {ip}");
        }
    }
}

#[test]
fn an_own_store_elsewhere_is_refused_by_address_and_by_name() {
    let mut config = admitting("store.test:4566");
    config.allow.push("stores.internal:4566".parse().expect("host:port"));
    config.own = vec![
        HostPort::from(SocketAddr::from(([10, 0, 0, 5], 4566))),
        "stores.internal:4566".parse().expect("host:port"),
    ];
    assert!(judge(&config, "http://store.test:4566/", "10.0.0.5").is_err());
    assert!(judge(&config, "http://store.test:4566/", "::ffff:10.0.0.5").is_err());
    assert!(judge(&config, "http://store.test:4566/", "10.0.0.6").is_ok());
    let guard = Guard::new(&config);
    assert!(guard.target("http://stores.internal:4566/").is_err());
    assert!(guard.target("http://STORES.internal.:4566/").is_err());
}
