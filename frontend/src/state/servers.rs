//! Servers as people type them in: ports follow protocol and protection until one is typed.
//!
//! Not among `Stores`: all of it belongs to parts that come later.

use leptos::prelude::*;
use postern_shared::account::Protocol;
use postern_shared::server::{Endpoint, Security, Servers};

use crate::browser::fetch::quote;
use crate::browser::history;

/// One server, as far as it is typed.
#[derive(Clone, Copy)]
pub struct End {
    /// Its name.
    pub host: RwSignal<String>,
    /// Its port, where somebody typed one.
    pub port: RwSignal<Option<String>>,
    /// Protection of the connection.
    pub security: RwSignal<Security>,
}

impl End {
    fn new() -> Self {
        Self {
            host: RwSignal::new(String::new()),
            port: RwSignal::new(None),
            security: RwSignal::new(Security::Tls),
        }
    }

    fn fill(self, with: &Endpoint, usual: u16) {
        self.host.set(with.host.clone());
        self.security.set(with.security);
        self.port.set((with.port != usual).then(|| with.port.to_string()));
    }

    /// None where no server is named, or its port is none.
    fn endpoint(self, usual: u16) -> Option<Endpoint> {
        let host = self.host.with(|host| host.trim().to_owned());
        let port = match self.port.get() {
            Some(typed) => typed.trim().parse().ok().filter(|port| *port > 0)?,
            None => usual,
        };
        (!host.is_empty()).then(|| Endpoint { host, port, security: self.security.get() })
    }
}

/// All that is typed of an account's servers.
#[derive(Clone, Copy)]
pub struct Typed {
    /// What to receive with.
    pub protocol: RwSignal<Protocol>,
    /// The incoming server.
    pub incoming: End,
    /// The name to sign in with; empty: the address.
    pub user_name: RwSignal<String>,
    /// The outgoing server.
    pub outgoing: End,
    /// Whether that one signs in differently.
    pub differs: RwSignal<bool>,
    /// Its user name.
    pub outgoing_name: RwSignal<String>,
    /// Its password.
    pub outgoing_password: RwSignal<String>,
}

impl Typed {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            protocol: RwSignal::new(Protocol::Imap),
            incoming: End::new(),
            user_name: empty(),
            outgoing: End::new(),
            differs: RwSignal::new(false),
            outgoing_name: empty(),
            outgoing_password: empty(),
        }
    }

    /// The port of the incoming server where none is typed.
    #[must_use]
    pub fn incoming_port(self) -> u16 {
        incoming_port(self.protocol.get(), self.incoming.security.get())
    }

    /// The port of the outgoing server where none is typed.
    #[must_use]
    pub fn outgoing_port(self) -> u16 {
        outgoing_port(self.outgoing.security.get())
    }

    /// Begins with what was found.
    pub fn fill(self, servers: &Servers) {
        let Servers { protocol, incoming, user_name, outgoing, .. } = servers;
        self.protocol.set(*protocol);
        self.incoming.fill(incoming, incoming_port(*protocol, incoming.security));
        self.user_name.set(user_name.clone());
        self.outgoing.fill(outgoing, outgoing_port(outgoing.security));
    }

    /// The servers; none while something is missing.
    #[must_use]
    pub fn servers(self) -> Option<Servers> {
        let login = (self.outgoing_name.get(), self.outgoing_password.get());
        Some(Servers {
            protocol: self.protocol.get(),
            incoming: self.incoming.endpoint(self.incoming_port())?,
            user_name: self.user_name.with(|name| name.trim().to_owned()),
            outgoing: self.outgoing.endpoint(self.outgoing_port())?,
            outgoing_login: self.differs.get().then_some(login),
        })
    }
}

impl Default for Typed {
    fn default() -> Self {
        Self::new()
    }
}

/// Where mail is received by default.
#[must_use]
pub fn incoming_port(protocol: Protocol, security: Security) -> u16 {
    match (protocol, security) {
        (Protocol::Imap, Security::Tls) => 993,
        (Protocol::Imap, _) => 143,
        (Protocol::Pop3, Security::Tls) => 995,
        (Protocol::Pop3, _) => 110,
    }
}

/// Where mail is submitted by default.
#[must_use]
pub fn outgoing_port(security: Security) -> u16 {
    if security == Security::Tls { 465 } else { 587 }
}

/// A protocol as the bridge's JSON names it.
#[must_use]
pub fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Imap => "Imap",
        Protocol::Pop3 => "Pop3",
    }
}

/// A protection as the bridge's JSON names it.
#[must_use]
pub fn security_name(security: Security) -> &'static str {
    match security {
        Security::Tls => "Tls",
        Security::StartTls => "StartTls",
        Security::Plain => "Plain",
    }
}

/// What goes along with a sign-in or a new account, as more fields of its JSON.
#[must_use]
pub fn fields(protocol: Option<Protocol>, servers: Option<&Servers>) -> String {
    let mut out = String::new();
    if let Some(protocol) = protocol {
        out = [",\"protocol\":\"", protocol_name(protocol), "\""].concat();
    }
    if let Some(servers) = servers {
        out.push_str(",\"servers\":");
        out.push_str(&written(servers));
    }
    out
}

fn written(servers: &Servers) -> String {
    let end = |end: &Endpoint| {
        let (host, port) = (quote(&end.host), end.port.to_string());
        let security = security_name(end.security);
        ["{\"host\":", &host, ",\"port\":", &port, ",\"security\":\"", security, "\"}"].concat()
    };
    let login = match &servers.outgoing_login {
        Some((name, password)) => ["[", &quote(name), ",", &quote(password), "]"].concat(),
        None => "null".to_owned(),
    };
    [
        "{\"protocol\":\"",
        protocol_name(servers.protocol),
        "\",\"incoming\":",
        &end(&servers.incoming),
        ",\"user_name\":",
        &quote(&servers.user_name),
        ",\"outgoing\":",
        &end(&servers.outgoing),
        ",\"outgoing_login\":",
        &login,
        "}",
    ]
    .concat()
}

/// Whether people may type servers in.
#[must_use]
pub fn may_type() -> bool {
    history::allowed("custom-servers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_follow_protocol_and_protection_until_one_is_typed() {
        let typed = Typed::new();
        let check = |expect| assert_eq!((typed.incoming_port(), typed.outgoing_port()), expect);
        check((993, 465));
        typed.protocol.set(Protocol::Pop3);
        check((995, 465));
        typed.incoming.security.set(Security::StartTls);
        typed.outgoing.security.set(Security::StartTls);
        check((110, 587));
        typed.incoming.host.set(" pop.example.test ".into());
        typed.outgoing.host.set("smtp.example.test".into());
        typed.incoming.port.set(Some("1110".into()));
        typed.protocol.set(Protocol::Imap);
        let servers = typed.servers().unwrap();
        assert_eq!((&*servers.incoming.host, servers.incoming.port), ("pop.example.test", 1110));
        assert_eq!((servers.outgoing.port, servers.outgoing_login), (587, None));
    }

    #[test]
    fn what_is_missing_makes_no_servers() {
        let typed = Typed::new();
        assert!(typed.servers().is_none());
        typed.incoming.host.set("a".into());
        assert!(typed.servers().is_none());
        typed.outgoing.host.set("b".into());
        assert!(typed.servers().is_some());
        for port in ["", "0", "70000", "x"] {
            typed.outgoing.port.set(Some(port.into()));
            assert!(typed.servers().is_none(), "{port}");
        }
    }

    #[test]
    fn what_was_found_comes_out_as_it_went_in() {
        let end = |host: &str, port, security| Endpoint { host: host.into(), port, security };
        let found = Servers {
            protocol: Protocol::Pop3,
            incoming: end("pop.example.test", 995, Security::Tls),
            user_name: "ann".into(),
            outgoing: end("smtp.example.test", 2525, Security::StartTls),
            outgoing_login: None,
        };
        let typed = Typed::new();
        typed.fill(&found);
        assert!(typed.servers() == Some(found));
        assert_eq!(typed.incoming.port.get_untracked(), None);
    }
}
