//! Why a connection could not be made, by what the user or the administrator can do about it.

use crate::config::Endpoint;
use std::io;

/// A connection that was not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody answers there: name, network, time-out.
    #[error("{endpoint} is unreachable: {reason}")]
    Unreachable {
        /// `host:port`.
        endpoint: String,
        /// Which step failed.
        reason: Unreachable,
        /// The system's error, where there is one.
        #[source]
        source: Option<io::Error>,
    },
    /// TLS works, but the certificate is not to be trusted.
    #[error("the certificate of {endpoint} is not trusted: {reason}")]
    UntrustedCertificate {
        /// `host:port`.
        endpoint: String,
        /// What is wrong with it.
        reason: CertificateProblem,
    },
    /// Something else than the expected protocol, or STARTTLS refused.
    #[error("{endpoint} does not speak as expected: {reason}")]
    Protocol {
        /// `host:port`.
        endpoint: String,
        /// What was seen, without the server's own words.
        reason: String,
    },
    /// The provider has no server for it.
    #[error("the provider offers no {0}")]
    NotOffered(&'static str),
}

/// The step at which an unreachable server was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// The name has no address.
    #[error("its name is not known")]
    Name,
    /// An address answered that nothing listens there.
    #[error("connection refused")]
    Refused,
    /// No answer within the limit.
    #[error("no answer in time")]
    TimedOut,
    /// The connection ended before it was usable.
    #[error("connection closed")]
    Closed,
    /// No route, no permission, no descriptor.
    #[error("network error")]
    Network,
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateProblem {
    /// No trusted authority stands behind it (or it is self-signed).
    #[error("unknown issuer")]
    UnknownIssuer,
    /// It was issued for another name.
    #[error("issued for another name")]
    WrongName,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// Its time has not begun.
    #[error("not valid yet")]
    NotYetValid,
    /// Its authority took it back.
    #[error("revoked")]
    Revoked,
    /// Broken or unsuitable.
    #[error("invalid")]
    Invalid,
}

impl Error {
    /// The connection broke while it was being set up.
    pub(super) fn lost(endpoint: &Endpoint, error: io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::ConnectionRefused => Unreachable::Refused,
            io::ErrorKind::TimedOut => Unreachable::TimedOut,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Unreachable::Closed,
            _ => Unreachable::Network,
        };
        Self::Unreachable { endpoint: endpoint.to_string(), reason, source: Some(error) }
    }

    pub(super) fn unreachable(endpoint: &Endpoint, reason: Unreachable) -> Self {
        Self::Unreachable { endpoint: endpoint.to_string(), reason, source: None }
    }

    pub(super) fn protocol(endpoint: &Endpoint, reason: impl Into<String>) -> Self {
        Self::Protocol { endpoint: endpoint.to_string(), reason: reason.into() }
    }
}
