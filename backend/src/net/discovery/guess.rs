//! Names that are usual: tried, greeted, and believed only where the certificate is.

use std::time::Duration;

use futures_util::future::join_all;
use postern_shared::account::Protocol as Incoming;
use postern_shared::server::{Endpoint, Security, Servers};
use tokio::io::AsyncReadExt;

use crate::config;
use crate::net::public::Reach;
use crate::net::{Protocol, Trust, connect_within};

/// How long a greeting may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The servers of a domain under usual names.
pub(super) async fn find(reach: &Reach, trust: &Trust, domain: &str) -> Vec<Servers> {
    let first = async |protocol, names: &[&str], ports: &[(u16, Security)]| {
        let tried = ports.iter().flat_map(|(port, security)| {
            names.iter().map(move |name| {
                let host = format!("{name}.{domain}");
                Endpoint { host, port: *port, security: *security }
            })
        });
        let greeted = tried.map(|endpoint| greets(reach, trust, protocol, endpoint));
        // The order is that of preference, so the slowest is waited for.
        join_all(greeted).await.into_iter().flatten().next()
    };
    let (imap, pop3, smtp) = tokio::join!(
        first(Protocol::Imap, &["imap", "mail"], &[(993, Security::Tls)]),
        first(Protocol::Pop3, &["pop", "pop3", "mail"], &[(995, Security::Tls)]),
        first(
            Protocol::Smtp,
            &["smtp", "mail"],
            &[(465, Security::Tls), (587, Security::StartTls)]
        ),
    );
    let Some(outgoing) = smtp else { return Vec::new() };
    let servers = |(protocol, incoming): (Incoming, Option<Endpoint>)| {
        let (user_name, outgoing_login) = (String::new(), None);
        let outgoing = outgoing.clone();
        Some(Servers { protocol, incoming: incoming?, user_name, outgoing, outgoing_login })
    };
    [(Incoming::Imap, imap), (Incoming::Pop3, pop3)].into_iter().filter_map(servers).collect()
}

/// The endpoint, where a server of that protocol is there and vouched for.
async fn greets(
    reach: &Reach,
    trust: &Trust,
    protocol: Protocol,
    endpoint: Endpoint,
) -> Option<Endpoint> {
    let work = async {
        let opened = connect_within(reach, &config::Endpoint::from(&endpoint), trust, protocol)
            .await
            .ok()?;
        if opened.greeting_consumed {
            return Some(());
        }
        let (mut stream, mut first) = (opened.stream, [0; 4]);
        stream.read_exact(&mut first).await.ok()?;
        let expected: &[u8] = match protocol {
            Protocol::Imap => b"* OK",
            Protocol::Pop3 => b"+OK",
            Protocol::Smtp => b"220",
        };
        first.starts_with(expected).then_some(())
    };
    tokio::time::timeout(PATIENCE, work).await.ok().flatten()?;
    Some(endpoint)
}
