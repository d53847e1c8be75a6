use std::{
    convert::Infallible,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

/// Whom a request comes from, for counting: an IPv4 address, or the /64 of an IPv6 one, since whoever has one
/// address of a /64 has them all (RFC 6177).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V6(ip) => Self(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into()),
            ip => Self(ip),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Address {
    /// The peer's; of the own proxy's requests, the one it says it asks for. The list of `X-Forwarded-For` is
    /// anybody's word but for its last entry, which the proxy appended. From other peers all of it is.
    pub(super) fn of(peer: SocketAddr, headers: &HeaderMap, proxy: Option<IpAddr>) -> Self {
        let peer = peer.ip().to_canonical();
        let forwarded = || {
            let list = headers.get_all("x-forwarded-for").iter().next_back()?;
            ip(list.to_str().ok()?.rsplit(',').next()?.trim())
        };
        let is_proxy = proxy.is_some_and(|proxy| proxy.to_canonical() == peer);
        is_proxy.then(forwarded).flatten().unwrap_or(peer).into()
    }
}

/// An address, with or without brackets and port.
fn ip(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || Some(text.parse::<SocketAddr>().ok()?.ip());
    bare.parse().ok().or_else(with_port)
}

/// Handlers take it as an argument; a request that came through no connection has none of its own.
impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<Self>().copied();
        Ok(known.unwrap_or(Self(Ipv4Addr::UNSPECIFIED.into())))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_own_proxy_says_for_whom_it_asks_and_only_last() {
        let proxy = "127.0.0.1";
        for (what, peer, proxy, lists, address) in [
            ("no proxy", "127.0.0.1", None, vec!["203.0.113.9"], "127.0.0.1"),
            (
                "another peer",
                "198.51.100.2",
                Some(proxy),
                vec!["203.0.113.9"],
                "198.51.100.2",
            ),
            (
                "the proxy",
                "127.0.0.1",
                Some(proxy),
                vec!["203.0.113.9"],
                "203.0.113.9",
            ),
            (
                "a forged entry before",
                "127.0.0.1",
                Some(proxy),
                vec!["10.0.0.1, 203.0.113.9"],
                "203.0.113.9",
            ),
            (
                "a forged header before",
                "127.0.0.1",
                Some(proxy),
                vec!["10.0.0.1", "203.0.113.9"],
                "203.0.113.9",
            ),
            ("no header", "127.0.0.1", Some(proxy), vec![], "127.0.0.1"),
            ("no address", "127.0.0.1", Some(proxy), vec!["unknown"], "127.0.0.1"),
            (
                "with a port",
                "127.0.0.1",
                Some(proxy),
                vec!["203.0.113.9:4711"],
                "203.0.113.9",
            ),
            (
                "a mapped peer",
                "::ffff:127.0.0.1",
                Some(proxy),
                vec!["[2001:db8::7]:4711"],
                "2001:db8::",
            ),
            (
                "a /64",
                "127.0.0.1",
                Some(proxy),
                vec!["2001:db8:0:1:a:b:c:d"],
                "2001:db8:0:1::",
            ),
        ] {
            let mut headers = HeaderMap::new();
            for list in lists {
                headers.append("x-forwarded-for", list.parse().unwrap());
            }
            let peer = SocketAddr::new(peer.parse().unwrap(), 1);
            let found = Address::of(peer, &headers, proxy.map(|proxy| proxy.parse().unwrap()));
            assert_eq!(found.to_string(), address, "{what}");
        }
    }
}
