//! Whether credentials are right, asked of the mail server itself.

use crate::net::{self, Provider};
use crate::secret::Secret;
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

/// Asks a provider's incoming server.
pub trait Verifier: Send + Sync {
    /// Signs in and out again.
    fn verify<'a>(
        &'a self,
        provider: &'a Provider,
        login: &'a str,
        password: &'a Secret,
    ) -> BoxFuture<'a, Result<(), VerifyError>>;
}
