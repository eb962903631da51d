//! Where an account's mail comes from and goes to, as people type it or as it was found.

use serde::{Deserialize, Serialize};

use crate::account::Protocol;

/// How a connection is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Security {
    /// TLS from the first byte (RFC 8314).
    #[default]
    Tls,
    /// Upgraded before anything else is said.
    StartTls,
    /// Nothing: refused by the bridge unless the administrator allows it.
    Plain,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection of the connection.
    pub security: Security,
}

/// The servers of an account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Servers {
    /// What the incoming server speaks.
    pub protocol: Protocol,
    /// Where mail is read or collected.
    pub incoming: Endpoint,
    /// Name to sign in with at the incoming server; empty: the address.
    pub user_name: String,
    /// Where mail is submitted.
    pub outgoing: Endpoint,
    /// Where the outgoing server signs in differently: its user name and its password.
    pub outgoing_login: Option<(String, String)>,
}

/// The body of `POST /api/discover`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discover {
    /// The address, as typed.
    pub address: String,
}

/// The answer: what is known of an address's servers before anybody signs in.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovered {
    /// What was found, the best one first; at most one of each protocol.
    pub found: Vec<Found>,
    /// What its provider asks of people before a program may sign in.
    pub asks: Option<Asks>,
    /// Where the provider explains that; empty where no such page is known.
    pub explained_at: String,
}

/// Servers that were found, and how.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The servers; none where the administrator configured them: then they are not told.
    pub servers: Option<Servers>,
    /// What the incoming server speaks.
    pub protocol: Protocol,
    /// Who says so.
    pub source: Source,
}

/// Who says where the servers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The configuration.
    Configured,
    /// SRV records of the domain (RFC 6186, RFC 8314).
    Srv,
    /// The domain's own autoconfig file.
    Autoconfig,
    /// The database of providers.
    Ispdb,
    /// Whoever takes the domain's mail (MX).
    Mx,
    /// Names that are usual, tried.
    Guess,
}

/// What a provider asks of people before a program may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asks {
    /// A password made for one program, in the account's security settings.
    AppPassword,
    /// An authorisation code, given out where IMAP or POP3 is switched on.
    AuthorisationCode,
    /// IMAP or POP3 is to be switched on in the settings first.
    SwitchOn,
    /// Nothing but OAuth2, which is not there yet.
    OAuth,
}
