//! Who calls without a key: an address, of IPv6 the net that one customer is given.

use std::net::{IpAddr, Ipv6Addr};

/// The address of a client, or the /64 of an IPv6 one, whose holder may call from any address in it.
pub(crate) fn net(address: &str) -> String {
    let bare = address.trim().trim_start_matches('[').split([']', '%']).next().unwrap_or_default();
    match bare.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => {
            let net = u128::from(address) & !u128::from(u64::MAX);
            format!("{}/64", Ipv6Addr::from(net))
        }
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::net;

    #[test]
    fn all_addresses_of_a_64_are_one_client_and_a_mapped_ipv4_is_itself() {
        assert_eq!(net("2001:db8:1:2:3:4:5:6"), net("2001:db8:1:2:ffff::1"));
        assert_ne!(net("2001:db8:1:2::1"), net("2001:db8:1:3::1"));
        for (address, client) in [
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1"),
            ("[2001:db8::1]:80", "2001:db8::/64"),
            ("?", "?"),
        ] {
            assert_eq!(net(address), client);
        }
    }
}
