//! Whether credentials are right, asked of the mail server itself.

use crate::net::{self, Protocol, Provider};
use crate::secret::Secret;
use crate::store::{self, imap};
use futures_util::future::BoxFuture;

/// Why credentials were not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The server refused them, in these words.
    #[error("the server refused the credentials: {0}")]
    Refused(String),
    /// No connection, or not a trusted one.
    #[error(transparent)]
    Net(#[from] net::Error),
    /// The server was lost, or is not able to sign anybody in now.
    #[error("the server is not able to answer: {0}")]
    Unavailable(String),
    /// The server said something that is not IMAP.
    #[error("the server's answer was not understood: {0}")]
    Garbled(String),
}

/// The server's yes: with the connection that it was given on, for the account to go on with.
pub type Verified = Result<Option<imap::ImapConnection>, VerifyError>;

/// Asks a provider's incoming server.
pub trait Verifier: Send + Sync {
    /// Signs in.
    fn verify<'a>(
        &'a self,
        provider: &'a Provider,
        login: &'a str,
        password: &'a Secret,
    ) -> BoxFuture<'a, Verified>;
}

/// Signs in to the provider's IMAP server, and hands the connection on.
pub struct ImapVerifier;

impl Verifier for ImapVerifier {
    fn verify<'a>(
        &'a self,
        provider: &'a Provider,
        login: &'a str,
        password: &'a Secret,
    ) -> BoxFuture<'a, Verified> {
        Box::pin(async move {
            let opened = provider.connect(Protocol::Imap).await?;
            let credentials =
                imap::Credentials { login: login.to_owned(), secret: password.clone() };
            let limits = imap::Limits::from(provider.settings.imap_limits);
            let greeted = opened.greeting_consumed;
            let connection =
                imap::ImapConnection::open(opened.stream, greeted, &credentials, limits);
            Ok(Some(connection.await?))
        })
    }
}

/// A mail server's word in tests: the passwords "right" and "right too" are right, "down" finds no able server and
/// "nowhere" none at all.
#[cfg(test)]
pub(crate) struct FakeVerifier;

#[cfg(test)]
impl Verifier for FakeVerifier {
    fn verify<'a>(
        &'a self,
        _: &'a Provider,
        _: &'a str,
        password: &'a Secret,
    ) -> BoxFuture<'a, Verified> {
        Box::pin(async move {
            match password.expose() {
                "right" | "right too" => Ok(None),
                "down" => Err(VerifyError::Unavailable(String::new())),
                "nowhere" => Err(VerifyError::Net(net::Error::NotOffered("imap"))),
                _ => Err(VerifyError::Refused("[AUTHENTICATIONFAILED] no".into())),
            }
        })
    }
}

impl From<store::Error> for VerifyError {
    fn from(error: store::Error) -> Self {
        use store::Error as E;
        match error {
            E::AuthenticationFailed { text } => Self::Refused(text),
            E::Refused { text, .. } | E::TooManyConnections { text } => Self::Unavailable(text),
            E::Invalid(what) => Self::Refused(what.to_owned()),
            E::Garbled(_) | E::Limit(_) | E::Unsupported(_) => Self::Garbled(error.to_string()),
            E::Lost(_)
            | E::TimedOut
            | E::NonExistent
            | E::AlreadyExists
            | E::OverQuota
            | E::Storage(_) => Self::Unavailable(String::new()),
        }
    }
}
