//! SASL (RFC 4422) without I/O, for every protocol that signs in: PLAIN (RFC 4616), LOGIN,
//! SCRAM-SHA-256 (RFC 7677), OAUTHBEARER (RFC 7628) and XOAUTH2, as messages and answers.

pub mod base64;
mod prepare;
mod scram;

use zeroize::Zeroizing;

use crate::clock::random;
use crate::secret::Secret;
pub use prepare::is_preparable;
use prepare::prepared;
use scram::Scram;

/// How somebody proves who they are.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// A password.
    Password(&'a Secret),
    /// An access token of OAuth 2 (RFC 6750).
    Token(&'a Secret),
}

impl<'a> Proof<'a> {
    /// The password or the token.
    #[must_use]
    pub fn secret(self) -> &'a Secret {
        match self {
            Self::Password(secret) | Self::Token(secret) => secret,
        }
    }
}

/// Ways to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// SCRAM-SHA-256.
    Scram,
    /// PLAIN.
    Plain,
    /// LOGIN, as servers older than PLAIN have it.
    Login,
    /// OAUTHBEARER.
    OAuthBearer,
    /// XOAUTH2.
    XOAuth2,
}

impl Mechanism {
    /// Its name as servers offer it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scram => "SCRAM-SHA-256",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
        }
    }
}

/// One exchange: what is said first, and the answers to challenges.
pub struct Steps(Course);

enum Course {
    /// Says all at once; `after` is the answer to whatever follows.
    Once {
        message: Zeroizing<String>,
        after: Option<&'static str>,
    },
    /// Answers with one after the other.
    Each(Vec<Zeroizing<String>>),
    Scram(Box<Scram>),
}

impl Steps {
    /// An exchange of `mechanism`; SCRAM wants a password.
    #[must_use]
    pub fn new(mechanism: Mechanism, login: &str, proof: Proof<'_>) -> Self {
        let secret = proof.secret().expose();
        let text = |text: String| Zeroizing::new(text);
        Self(match mechanism {
            Mechanism::Plain => {
                let (login, secret) = (prepared(login), prepared(secret));
                let message = text(format!("\0{}\0{}", login.as_str(), secret.as_str()));
                Course::Once { message, after: None }
            }
            // Taken from the end.
            Mechanism::Login => Course::Each(vec![text(secret.to_owned()), text(login.to_owned())]),
            Mechanism::OAuthBearer => {
                let name = login.replace('=', "=3D").replace(',', "=2C");
                let message = format!("n,a={name},\u{1}auth=Bearer {secret}\u{1}\u{1}");
                Course::Once { message: text(message), after: Some("\u{1}") }
            }
            Mechanism::XOAuth2 => {
                let message = format!("user={login}\u{1}auth=Bearer {secret}\u{1}\u{1}");
                Course::Once { message: text(message), after: Some("") }
            }
            Mechanism::Scram => {
                let nonce: String =
                    random::<24>().iter().map(|octet| char::from(b'A' + octet % 26)).collect();
                Course::Scram(Box::new(Scram::new(&prepared(login), &prepared(secret), nonce)))
            }
        })
    }

    /// What can be said before the server has asked.
    pub fn initial(&mut self) -> Option<Zeroizing<String>> {
        match &mut self.0 {
            Course::Once { message, .. } => Some(std::mem::take(message)),
            Course::Each(_) => None,
            Course::Scram(scram) => Some(Zeroizing::new(scram.initial())),
        }
    }

    /// The answer to a challenge; none if there is nothing more to say: then it is called off.
    pub fn answer(&mut self, challenge: &[u8]) -> Option<Zeroizing<String>> {
        match &mut self.0 {
            Course::Once { after, .. } => after.take().map(|text| Zeroizing::new(text.to_owned())),
            Course::Each(texts) => texts.pop(),
            Course::Scram(scram) => scram.answer(challenge).ok().map(Zeroizing::new),
        }
    }

    /// Whether a success may be believed.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        match &self.0 {
            Course::Scram(scram) => scram.is_verified(),
            Course::Once { .. } | Course::Each(_) => true,
        }
    }
}
