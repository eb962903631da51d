//! How a connection is opened, beside where to and as whom.

use super::limits::Limits;
use super::wire::ProtocolLog;

/// Choices about one connection.
#[derive(Clone)]
pub struct Options {
    /// What the server is allowed.
    pub limits: Limits,
    /// Whether COMPRESS=DEFLATE is used where it is offered.
    pub compress: bool,
    /// Whether mailbox names travel in UTF-8 where that is offered (UTF8=ACCEPT, RFC 6855).
    pub utf8: bool,
    /// Whether a server that says PREAUTH is believed. Only where nobody else can reach it: it asks
    /// nobody for a password.
    pub preauth: bool,
    /// Where a redacted log of the protocol goes.
    pub log: Option<ProtocolLog>,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), compress: true, utf8: true, preauth: false, log: None }
    }
}

impl From<Limits> for Options {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}
