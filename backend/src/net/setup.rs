//! How one account is reached: by which protocol, and by which servers where a user named them.

use crate::secret::Secret;
use postern_shared::account::Protocol;
use postern_shared::server::{Security, Servers};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use zeroize::Zeroizing;

use super::discovery::usable;

/// Longest name or password that is taken.
const LONGEST: usize = 1_000;

/// What an account is set up with beside its address, login and password.
#[derive(Clone)]
pub struct Setup {
    /// What it receives with.
    pub protocol: Protocol,
    /// Its servers, without a password; none: its provider's.
    pub servers: Option<Servers>,
    /// The password of the outgoing server, where that has a login of its own.
    pub outgoing: Secret,
}

impl Setup {
    /// The provider's servers for a protocol.
    #[must_use]
    pub fn configured(protocol: Protocol) -> Self {
        Self { protocol, servers: None, outgoing: Secret::default() }
    }

    /// These servers, as somebody typed them in; none where they cannot be servers of mail.
    #[must_use]
    pub fn own(mut servers: Servers) -> Option<Self> {
        for endpoint in [&mut servers.incoming, &mut servers.outgoing] {
            let host = endpoint.host.trim().trim_end_matches('.');
            let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
            endpoint.host = match host.parse::<IpAddr>() {
                Ok(ip) => ip.to_canonical().to_string(),
                Err(_) => idna::domain_to_ascii(host).ok()?,
            };
            if !usable(endpoint) {
                return None;
            }
        }
        servers.user_name = servers.user_name.trim().to_owned();
        let login = servers.outgoing_login.iter().flat_map(|(name, secret)| [name, secret]);
        let texts = login.chain([&servers.user_name]);
        if texts.into_iter().any(|it| it.len() > LONGEST || it.chars().any(char::is_control)) {
            return None;
        }
        let outgoing = servers.outgoing_login.as_mut().map(|(_, secret)| std::mem::take(secret));
        let outgoing = outgoing.map(Secret::new).unwrap_or_default();
        Some(Self { protocol: servers.protocol, servers: Some(servers), outgoing })
    }

    /// Whether any of its servers would be spoken to without protection.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain = |it: &Servers| {
            [&it.incoming, &it.outgoing].iter().any(|it| it.security == Security::Plain)
        };
        self.servers.as_ref().is_some_and(plain)
    }
}

/// All that opens an account, as it lies sealed.
#[derive(Serialize, Deserialize)]
pub struct Ticket<'a> {
    /// The address.
    pub address: &'a str,
    /// The login at the incoming server.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    protocol: Protocol,
    servers: Option<Servers>,
    outgoing: &'a str,
}

impl<'a> Ticket<'a> {
    /// What opens an account that is set up so.
    #[must_use]
    pub fn new([address, login, password]: [&'a str; 3], setup: &'a Setup) -> Self {
        let (protocol, servers) = (setup.protocol, setup.servers.clone());
        Self { address, login, password, protocol, servers, outgoing: setup.outgoing.expose() }
    }

    /// As it is sealed.
    ///
    /// # Panics
    /// Never: texts and numbers always encode.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        postcard::to_stdvec(self).map(Zeroizing::new).expect("texts and numbers always encode")
    }

    /// Reads what was sealed; also what was sealed when every account was one of IMAP.
    #[must_use]
    pub fn decode(clear: &'a [u8]) -> Option<Self> {
        let before = || {
            let [address, login, password] = postcard::from_bytes(clear).ok()?;
            let (protocol, servers, outgoing) = (Protocol::Imap, None, "");
            Some(Self { address, login, password, protocol, servers, outgoing })
        };
        postcard::from_bytes(clear).ok().or_else(before)
    }

    /// What the account is set up with.
    #[must_use]
    pub fn setup(&self) -> Setup {
        let outgoing = Secret::new(self.outgoing.to_owned());
        Setup { protocol: self.protocol, servers: self.servers.clone(), outgoing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::server::Endpoint;

    #[test]
    fn tickets_of_both_times_are_read() {
        let old = postcard::to_stdvec(&["ann@a.test", "ann", "secret"]).unwrap();
        let ticket = Ticket::decode(&old).unwrap();
        assert_eq!(
            (ticket.address, ticket.login, ticket.password),
            ("ann@a.test", "ann", "secret")
        );
        assert!(ticket.setup().protocol == Protocol::Imap && ticket.setup().servers.is_none());
        let endpoint = |port| Endpoint { host: "a".into(), port, security: Security::Tls };
        let typed = Servers {
            protocol: Protocol::Pop3,
            incoming: endpoint(995),
            user_name: "u".into(),
            outgoing: endpoint(465),
            outgoing_login: Some(("out".into(), "another secret".into())),
        };
        let setup = Setup::own(typed).unwrap();
        let kept = setup.servers.as_ref().unwrap();
        assert_eq!(kept.outgoing_login, Some(("out".into(), String::new())));
        let clear = Ticket::new(["ann@a.test", "u", "secret"], &setup).encode();
        let back = Ticket::decode(&clear).unwrap().setup();
        assert!(back.servers == setup.servers && back.protocol == Protocol::Pop3);
        assert_eq!(back.outgoing.expose(), "another secret");
        assert!(Ticket::decode(b"\x05ann").is_none());
    }

    #[test]
    fn what_is_typed_is_brought_into_one_form_or_refused() {
        let check = |host: &str, port: u16, expect: Option<&str>| {
            let incoming = Endpoint { host: host.into(), port, security: Security::Tls };
            let outgoing = Endpoint { host: "a.test".into(), port: 465, ..incoming };
            let (user_name, outgoing_login) = (" u ".to_owned(), None);
            let protocol = Protocol::Imap;
            let typed = Servers { protocol, incoming, user_name, outgoing, outgoing_login };
            let setup = Setup::own(typed).and_then(|setup| setup.servers);
            assert_eq!(setup.as_ref().map(|it| it.incoming.host.as_str()), expect, "{host}");
            assert!(setup.is_none_or(|it| it.user_name == "u"));
        };
        check(" Mail.Example.TEST. ", 993, Some("mail.example.test"));
        check("bücher.test", 143, Some("xn--bcher-kva.test"));
        check("[2001:DB8::1]", 995, Some("2001:db8::1"));
        check("::ffff:127.0.0.1", 995, Some("127.0.0.1"));
        for port in [0, 22, 25, 80, 443, 3306, 9993] {
            check("mail.example.test", port, None);
        }
        for host in ["", ".", "a b", "a/b", "a@b", "a:993", "http://a", "a\r\nb", "-a"] {
            check(host, 993, None);
        }
    }
}
