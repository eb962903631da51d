//! Where a request comes from: the peer, or what a trusted proxy says.

use crate::AppState;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address of the person's machine, as far as it can be known.
#[derive(Clone, Copy, Debug)]
pub struct ClientIp(pub IpAddr);

/// Puts `ClientIp` into the request.
pub(super) async fn identify(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    // Only a router without a listener (in tests) has no peer.
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    let client = client_of(peer.to_canonical(), request.headers(), &state.config.trusted_proxies);
    request.extensions_mut().insert(ClientIp(client));
    next.run(request).await
}

/// Walks `X-Forwarded-For` from the right, as long as trusted proxies vouch for the next one.
fn client_of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    let mut client = peer;
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(','))
        .collect();
    for hop in hops.iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        let Ok(ip) = hop.trim().parse::<IpAddr>() else { break };
        client = ip.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_forwarded_address_counts_only_from_trusted_proxies() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let check = |peer: &str, forwarded: &str, expect: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::try_from(forwarded).unwrap());
            let found = client_of(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found.to_string(), expect, "{peer} {forwarded}");
        };
        check("192.0.2.1", "198.51.100.1", "192.0.2.1");
        check("10.0.0.1", "198.51.100.1", "198.51.100.1");
        check("10.0.0.1", "203.0.113.5, 198.51.100.1, 10.2.2.2", "198.51.100.1");
        check("::1", "::ffff:198.51.100.1", "198.51.100.1");
        check("10.0.0.1", "203.0.113.5, nonsense", "10.0.0.1");
        check("10.0.0.1", "", "10.0.0.1");
    }
}
