//! Keeps calls away from the broker's own network.
//!
//! An address in an account's settings comes from a tenant. Without this guard a tenant could point the broker at a
//! loopback service or a cloud's metadata address and read the answer. Literal addresses are judged in the URL; names are
//! judged when they are resolved, and the connection is made to exactly the addresses that were judged, so that a name
//! which changes its mind in between gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why a target is refused. Holds no part of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// The scheme is neither `https` nor, where private targets are allowed, `http`.
    #[error("the address must begin with https://")]
    Scheme,
    /// There is no host.
    #[error("the address has no host")]
    NoHost,
    /// The address carries a user name or a password, which would end up in logs.
    #[error("the address must not hold a user name or a password")]
    Credentials,
    /// The host is, or resolves to, an address that is not on the public Internet.
    #[error("the host is not on the public Internet")]
    NotPublic,
}

/// Whether `url` may be called: for settings when they are written, and for every hop of a call.
///
/// A name is not resolved here; the resolver of the transport judges its addresses when the connection is made.
/// `allow_private` is for tests and the sandbox: it takes plain http and every address.
///
/// # Errors
/// The first rule of [`GuardError`] that the address breaks.
pub fn check_url(url: &Url, allow_private: bool) -> Result<(), GuardError> {
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        _ => return Err(GuardError::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(GuardError::Credentials);
    }
    let public = match url.host().ok_or(GuardError::NoHost)? {
        Host::Domain(name) => !names_this_machine(name),
        Host::Ipv4(address) => is_public_v4(address),
        Host::Ipv6(address) => is_public_v6(address),
    };
    if public || allow_private { Ok(()) } else { Err(GuardError::NotPublic) }
}

/// Whether `address` belongs to the public Internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// `localhost` and everything below it, which resolvers may answer without asking anybody (RFC 6761).
fn names_this_machine(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// What is not globally reachable. Source: IANA IPv4 Special-Purpose Address Registry, with multicast and class E.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Global unicast; every other IPv6 address is refused, which covers loopback, unspecified, IPv4-mapped, link-local,
/// unique-local, site-local and multicast ones. Source: IANA IPv6 Address Space.
const GLOBAL_UNICAST_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What is not globally reachable within global unicast. Source: IANA IPv6 Special-Purpose Address Registry.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    // Protocol assignments, Teredo, benchmarking, ORCHID.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation.
    (Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4: any IPv4 address in disguise.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    // Documentation (RFC 9637).
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// The well-known NAT64 prefix: on an IPv6-only network an IPv4 address appears behind it (RFC 6052).
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x0064, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

fn is_public_v4(address: Ipv4Addr) -> bool {
    !NOT_PUBLIC_V4.iter().any(|(prefix, bits)| (address.to_bits() ^ prefix.to_bits()) >> (32 - bits) == 0)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let within = |(prefix, bits): &(Ipv6Addr, u32)| (address.to_bits() ^ prefix.to_bits()) >> (128 - bits) == 0;
    if within(&NAT64) {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    within(&GLOBAL_UNICAST_V6) && !NOT_PUBLIC_V6.iter().any(within)
}

/// The system's resolver behind the guard.
#[derive(Debug, Clone, Copy)]
pub(super) struct GuardedResolver {
    pub(super) allow_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            // Port 0: the connector puts the port of the URL in.
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One bad address spoils the name: an honest public name has none.
            if !allow_private && !addresses.iter().all(|address| is_public(address.ip())) {
                return Err(GuardError::NotPublic.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_range_is_refused_from_its_first_to_its_last_address() {
        let refused = [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.0.0",
            "169.254.169.254",
            "169.254.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.255",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "::8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "3fff:fff::1",
            "5f00::1",
            "fc00::1",
            "fdff:ffff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in refused {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn the_neighbours_of_every_special_range_are_public() {
        let public = [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "191.255.255.255",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "2000::1",
            "2001:200::1",
            "2001:db7::1",
            "2001:db9::1",
            "2003::1",
            "2606:4700::1",
            "3ffe::1",
            "3fff:1000::1",
            "64:ff9b::8.8.8.8",
        ];
        for address in public {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_is_judged_in_whatever_way_it_is_written() {
        let cases = [
            ("https://api.efirma.es/x", Ok(())),
            ("https://8.8.8.8/", Ok(())),
            ("https://[2606:4700::1111]:8443/", Ok(())),
            ("http://api.efirma.es/", Err(GuardError::Scheme)),
            ("ftp://api.efirma.es/", Err(GuardError::Scheme)),
            ("file:///etc/passwd", Err(GuardError::Scheme)),
            ("data:text/plain,x", Err(GuardError::Scheme)),
            ("https://user@api.efirma.es/", Err(GuardError::Credentials)),
            ("https://:pass@api.efirma.es/", Err(GuardError::Credentials)),
            ("https://127.0.0.1/", Err(GuardError::NotPublic)),
            ("https://127.1/", Err(GuardError::NotPublic)),
            ("https://2130706433/", Err(GuardError::NotPublic)),
            ("https://0x7f000001/", Err(GuardError::NotPublic)),
            ("https://0177.0.0.1/", Err(GuardError::NotPublic)),
            ("https://[::1]/", Err(GuardError::NotPublic)),
            ("https://[::ffff:10.0.0.1]/", Err(GuardError::NotPublic)),
            ("https://169.254.169.254/latest/meta-data", Err(GuardError::NotPublic)),
            ("https://localhost/", Err(GuardError::NotPublic)),
            ("https://LOCALHOST./", Err(GuardError::NotPublic)),
            ("https://a.localhost/", Err(GuardError::NotPublic)),
        ];
        for (url, expected) in cases {
            assert_eq!(check_url(&Url::parse(url).unwrap(), false), expected, "{url}");
        }
    }

    #[test]
    fn allowing_private_targets_lifts_addresses_and_plain_http_and_nothing_else() {
        let cases = [
            ("http://127.0.0.1:8090/", Ok(())),
            ("http://localhost:8090/", Ok(())),
            ("https://10.0.0.1/", Ok(())),
            ("ftp://127.0.0.1/", Err(GuardError::Scheme)),
            ("http://user:pass@127.0.0.1/", Err(GuardError::Credentials)),
        ];
        for (url, expected) in cases {
            assert_eq!(check_url(&Url::parse(url).unwrap(), true), expected, "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_a_private_address_is_refused() {
        let resolver = |allow_private| GuardedResolver { allow_private };
        let refused = resolver(false).resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert_eq!(refused.downcast_ref::<GuardError>(), Some(&GuardError::NotPublic));
        assert!(resolver(true).resolve("localhost".parse().unwrap()).await.unwrap().next().is_some());
    }
}
