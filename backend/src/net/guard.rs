//! Addresses that are not on the public internet: where a user's own server or image may not be.
//!
//! Source: the IANA special-purpose address registries (RFC 6890 and its successors).

use ipnet::{Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(bits: u128, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::from_bits(bits), length)
}

const NOT_PUBLIC_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),       // this network
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // shared by a carrier's customers
    v4(127, 0, 0, 0, 8),     // loopback
    v4(169, 254, 0, 0, 16),  // link-local, and the clouds' metadata
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(192, 168, 0, 0, 16),  // private
    v4(198, 18, 0, 0, 15),   // benchmarks
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 4),     // multicast
    v4(240, 0, 0, 0, 4),     // reserved
    v4(255, 255, 255, 255, 32),
];

/// Everything public is in 2000::/3; this is what is not public in there.
const PUBLIC_V6: Ipv6Net = v6(0x2000 << 112, 3);
const NOT_PUBLIC_V6: [Ipv6Net; 4] = [
    v6(0x2001 << 112, 23),     // protocol assignments, Teredo, ORCHID, benchmarks
    v6(0x2001_0db8 << 96, 32), // documentation
    v6(0x2002 << 112, 16),     // 6to4: hides an IPv4 address
    v6(0x3fff << 112, 20),     // documentation
];

/// Whether an address is on the public internet, so that a user may name a server there.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => !NOT_PUBLIC_V4.iter().any(|network| network.contains(&ip)),
        IpAddr::V6(ip) => {
            PUBLIC_V6.contains(&ip) && !NOT_PUBLIC_V6.iter().any(|network| network.contains(&ip))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOT_PUBLIC: &str = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.1.2 \
        169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 \
        198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 \
        255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.1.1.1 ::127.0.0.1 64:ff9b::7f00:1 \
        64:ff9b:1::1 100::1 2001::1 2001:10::1 2001:2::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 \
        fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1";
    const PUBLIC: &str = "1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 172.15.255.255 \
        172.32.0.0 192.0.1.1 198.17.255.255 198.20.0.0 223.255.255.255 ::ffff:8.8.8.8 \
        2001:4860:4860::8888 2606:4700::1111 2a00:1450::1 3ffe::1";

    #[test]
    fn only_public_addresses_pass() {
        for (list, expect) in [(NOT_PUBLIC, false), (PUBLIC, true)] {
            for text in list.split_whitespace() {
                assert_eq!(is_public(text.parse().unwrap()), expect, "{text}");
            }
        }
    }
}
