//! How one account is reached: by which protocol, and by which servers where a user named them.

use crate::secret::Secret;
use postern_shared::account::Protocol;
use postern_shared::server::Servers;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

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

    /// These servers.
    #[must_use]
    pub fn own(mut servers: Servers) -> Self {
        let outgoing = servers.outgoing_login.as_mut().map(|(_, secret)| std::mem::take(secret));
        let outgoing = outgoing.map(Secret::new).unwrap_or_default();
        Self { protocol: servers.protocol, servers: Some(servers), outgoing }
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
    use postern_shared::server::{Endpoint, Security};

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
        let setup = Setup::own(typed);
        let kept = setup.servers.as_ref().unwrap();
        assert_eq!(kept.outgoing_login, Some(("out".into(), String::new())));
        let clear = Ticket::new(["ann@a.test", "u", "secret"], &setup).encode();
        let back = Ticket::decode(&clear).unwrap().setup();
        assert!(back.servers == setup.servers && back.protocol == Protocol::Pop3);
        assert_eq!(back.outgoing.expose(), "another secret");
        assert!(Ticket::decode(b"\x05ann").is_none());
    }
}
