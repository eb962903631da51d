//! From a host name to a TCP stream: every address is tried, staggered, and the first one wins.

use super::{CONNECT_TIMEOUT, Error, Unreachable};
use crate::config::Endpoint;
use socket2::{SockRef, TcpKeepalive};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long an address has the field to itself (RFC 8305 §5).
const STAGGER: Duration = Duration::from_millis(250);

/// A connection without traffic is probed after this time, which also keeps a router's memory of it.
const PROBE_AFTER: Duration = Duration::from_secs(60);
const PROBE_EVERY: Duration = Duration::from_secs(10);
const PROBES: u32 = 3;
/// What was sent is acknowledged within this time, or the connection is lost.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(15);

/// Connects to any address of the endpoint's host, with TCP_NODELAY set.
pub(super) async fn dial(endpoint: &Endpoint) -> Result<TcpStream, Error> {
    let work = async {
        let addresses = resolve(endpoint).await?;
        race(endpoint, addresses).await
    };
    let tcp = timeout(CONNECT_TIMEOUT, work)
        .await
        .unwrap_or_else(|_| Err(Error::unreachable(endpoint, Unreachable::TimedOut)))?;
    tcp.set_nodelay(true).map_err(|error| Error::lost(endpoint, error))?;
    Ok(tcp)
}

/// Connects to one of these addresses and to no other, within the same time.
pub(super) async fn race_within(
    endpoint: &Endpoint,
    addresses: Vec<SocketAddr>,
) -> Result<TcpStream, Error> {
    timeout(CONNECT_TIMEOUT, race(endpoint, addresses))
        .await
        .unwrap_or_else(|_| Err(Error::unreachable(endpoint, Unreachable::TimedOut)))
}

/// Lets the system end a connection whose other side no longer answers; where it cannot, our own
/// time limits do, later. For IMAP alone: a submission server may think for long before it reads on.
pub(super) fn notice_silence(tcp: &TcpStream) {
    let socket = SockRef::from(tcp);
    let keepalive =
        TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_EVERY).with_retries(PROBES);
    let probing = socket.set_tcp_keepalive(&keepalive);
    #[cfg(target_os = "linux")]
    let probing = probing.and(socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED)));
    if let Err(error) = probing {
        tracing::debug!(%error, "a broken connection will be noticed late");
    }
}

/// The host's addresses, families alternating, in the resolver's order.
async fn resolve(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Error> {
    let found = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port)).await.map_err(
        |error| Error::Unreachable {
            endpoint: endpoint.to_string(),
            reason: Unreachable::Name,
            source: Some(error),
        },
    )?;
    let addresses = interleave(found.collect());
    if addresses.is_empty() {
        return Err(Error::unreachable(endpoint, Unreachable::Name));
    }
    Ok(addresses)
}

fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (preferred, other): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut merged = Vec::with_capacity(preferred.len() + other.len());
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    loop {
        match (preferred.next(), other.next()) {
            (None, None) => return merged,
            (one, two) => merged.extend(one.into_iter().chain(two)),
        }
    }
}

async fn race(endpoint: &Endpoint, addresses: Vec<SocketAddr>) -> Result<TcpStream, Error> {
    let mut waiting = addresses.into_iter();
    // Dropping the set ends the losers.
    let mut attempts = JoinSet::new();
    let mut last = None;
    loop {
        let next = waiting.next();
        let more = next.is_some();
        if let Some(address) = next {
            attempts.spawn(open(address));
        }
        let pause = async {
            match more {
                true => tokio::time::sleep(STAGGER).await,
                false => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = attempts.join_next() => match ended {
                Some(Ok(Ok(tcp))) => return Ok(tcp),
                Some(Ok(Err(error))) => last = Some(error),
                Some(Err(_)) => {}
                None => break,
            },
            () = pause => {}
        }
    }
    Err(match last {
        Some(error) => Error::lost(endpoint, error),
        None => Error::unreachable(endpoint, Unreachable::Network),
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place where connections are opened")]
async fn open(address: SocketAddr) -> std::io::Result<TcpStream> {
    TcpStream::connect(address).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_alternate_from_the_preferred_one() {
        let parse = |list: &[&str]| {
            list.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>()
        };
        let found = interleave(parse(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"]));
        assert_eq!(found, parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]));
    }
}
