//! Services that a domain announces (RFC 6186, RFC 8314 §5).

use futures_util::future::join_all;
use postern_shared::account::Protocol;
use postern_shared::server::{Endpoint, Security, Servers};

use super::usable;
use crate::net::names::{Names, Question};

/// The servers of a domain, of each protocol; none where it does not say where mail is handed in.
pub(super) async fn find(names: &Names, domain: &str) -> Vec<Servers> {
    const WITH_TLS: Security = Security::Tls;
    const UPGRADED: Security = Security::StartTls;
    let asked = [
        ("imaps", WITH_TLS),
        ("imap", UPGRADED),
        ("pop3s", WITH_TLS),
        ("pop3", UPGRADED),
        ("submissions", WITH_TLS),
        ("submission", UPGRADED),
    ];
    let found = asked.map(|(service, security)| async move {
        let question = Question::Services(format!("_{service}._tcp.{domain}"));
        let found = names.ask(question).await;
        let endpoint = |it: crate::net::names::Service| {
            let endpoint = Endpoint { host: it.host, port: it.port, security };
            usable(&endpoint).then_some(endpoint)
        };
        found.into_iter().find_map(endpoint)
    });
    let mut found = join_all(found).await.into_iter();
    // What is protected from the first byte comes first.
    let mut next = || {
        let (first, second) = (found.next().flatten(), found.next().flatten());
        first.or(second)
    };
    let (imap, pop3, smtp) = (next(), next(), next());
    let Some(outgoing) = smtp else { return Vec::new() };
    let servers = |(protocol, incoming): (Protocol, Option<Endpoint>)| {
        let (user_name, outgoing_login) = (String::new(), None);
        let outgoing = outgoing.clone();
        Some(Servers { protocol, incoming: incoming?, user_name, outgoing, outgoing_login })
    };
    [(Protocol::Imap, imap), (Protocol::Pop3, pop3)].into_iter().filter_map(servers).collect()
}
