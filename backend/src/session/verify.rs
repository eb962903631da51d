//! Whether credentials are right, asked of the mail server itself.

use super::Account;
use crate::net;
use crate::sasl::Proof;
use crate::secret::Secret;
use crate::store::imap::{self, ImapConnection};
use crate::store::pop3::{Plaintext, Pop3Connection};
use crate::store::{self};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::account::Protocol;

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
    /// Somebody else has the maildrop: the password was right, or not looked at.
    #[error("the maildrop is in use: {0}")]
    Busy(String),
    /// The server said something that is not its protocol.
    #[error("the server's answer was not understood: {0}")]
    Garbled(String),
}

/// The server's yes: with the connection that it was given on, for the account to go on with,
/// where that is one of IMAP.
pub type Verified = Result<Option<ImapConnection>, VerifyError>;

/// Asks the incoming server of an account.
pub trait Verifier: Send + Sync {
    /// Signs in.
    fn verify<'a>(&'a self, account: &'a Account, password: &'a Secret) -> BoxFuture<'a, Verified>;
}

/// Signs in to the account's IMAP server and hands the connection on, or to its POP3 server and
/// says goodbye: nobody else could sign in there meanwhile.
pub struct ServerVerifier;

impl Verifier for ServerVerifier {
    fn verify<'a>(&'a self, account: &'a Account, password: &'a Secret) -> BoxFuture<'a, Verified> {
        match account.protocol {
            Protocol::Imap => imap(account, password).boxed(),
            Protocol::Pop3 => pop3(account, password).boxed(),
        }
    }
}

pub(super) async fn imap(account: &Account, password: &Secret) -> Verified {
    let opened = account.provider.connect(net::Protocol::Imap).await?;
    let credentials = imap::Credentials { login: account.login.clone(), secret: password.clone() };
    let limits = imap::Limits::from(account.provider.settings.imap_limits);
    let greeted = opened.greeting_consumed;
    Ok(Some(ImapConnection::open(opened.stream, greeted, &credentials, limits).await?))
}

async fn pop3(account: &Account, password: &Secret) -> Verified {
    // It said yes; a goodbye that fails takes nothing back.
    let _ = maildrop(account, password).await?.quit().await;
    Ok(None)
}

/// A session with the maildrop of an account.
pub(super) async fn maildrop(
    account: &Account,
    password: &Secret,
) -> Result<Pop3Connection, VerifyError> {
    let opened = account.provider.connect(net::Protocol::Pop3).await?;
    let plaintext = match account.provider.settings.allow_plaintext {
        true => Plaintext::Allowed,
        false => Plaintext::Refused,
    };
    let signing_in = async {
        let mut connection = Pop3Connection::greet(opened).await?;
        connection.sign_in(&account.login, Proof::Password(password), plaintext).await?;
        Ok(connection)
    };
    signing_in.await.map_err(told_with_its_code)
}

/// What POP3 refuses is told with the code, which says more than the words: that somebody else has
/// the maildrop, that it is too early, that something is broken (RFC 2449 §8, RFC 3206). None of
/// them says that the password was wrong.
fn told_with_its_code(error: store::Error) -> VerifyError {
    match error {
        store::Error::TooManyConnections { text } => VerifyError::Busy(format!("[IN-USE] {text}")),
        store::Error::Refused { code: Some(code), text, .. } => {
            VerifyError::Unavailable(format!("[{code}] {text}"))
        }
        other => other.into(),
    }
}

/// A mail server's word in tests: the passwords "right" and "right too" are right, "down" finds no able server and
/// "nowhere" none at all.
#[cfg(test)]
pub(crate) struct FakeVerifier;

#[cfg(test)]
impl Verifier for FakeVerifier {
    fn verify<'a>(&'a self, _: &'a Account, password: &'a Secret) -> BoxFuture<'a, Verified> {
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
            | E::Incomplete { .. }
            | E::RestGone
            | E::Storage(_) => Self::Unavailable(String::new()),
        }
    }
}
