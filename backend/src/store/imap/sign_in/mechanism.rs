//! The mechanisms of sign-in, as steps without I/O: PLAIN (RFC 4616), LOGIN, SCRAM-SHA-256
//! (RFC 7677), OAUTHBEARER (RFC 7628) and XOAUTH2.

use zeroize::Zeroizing;

use super::Proof;
use super::prepare::{is_preparable, prepared};
use super::scram::Scram;
use crate::clock::random;
use crate::store::Error;
use crate::store::imap::Capabilities;

/// Ways to sign in, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mechanism {
    Scram,
    Plain,
    /// The command LOGIN.
    LoginCommand,
    /// AUTHENTICATE LOGIN, as servers older than PLAIN have it.
    Login,
    OAuthBearer,
    XOAuth2,
}

impl Mechanism {
    /// Its name in AUTHENTICATE.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Scram => "SCRAM-SHA-256",
            Self::Plain => "PLAIN",
            Self::Login | Self::LoginCommand => "LOGIN",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
        }
    }
}

/// What can be tried on a server, best first.
pub(super) fn choices(
    offered: &Capabilities,
    login: &str,
    proof: Proof<'_>,
) -> Result<Vec<Mechanism>, Error> {
    use Mechanism::{Login, LoginCommand, OAuthBearer, Plain, Scram, XOAuth2};
    let has = |mechanism: Mechanism| offered.has(&format!("AUTH={}", mechanism.name()));
    let able = |mechanism: &Mechanism| match mechanism {
        LoginCommand => !offered.has("LOGINDISABLED"),
        other => has(*other),
    };
    let (ways, missing) = match proof {
        Proof::Token(_) => (vec![OAuthBearer, XOAuth2], "sign-in with a token"),
        Proof::Password(password) => {
            let all = |holds: fn(&str) -> bool| holds(login) && holds(password.expose());
            let ways = match (all(str::is_ascii), offered.has("SASL-IR")) {
                (true, true) => vec![Scram, Plain, LoginCommand, Login],
                (true, false) => vec![Scram, LoginCommand, Plain, Login],
                // LOGIN knows ASCII alone, SCRAM what can be prepared.
                (false, _) if all(is_preparable) => vec![Scram, Plain, Login, LoginCommand],
                (false, _) => vec![Plain, Login, LoginCommand],
            };
            (ways, "sign-in with a password")
        }
    };
    let ways: Vec<Mechanism> = ways.into_iter().filter(able).collect();
    if ways.is_empty() { Err(Error::Unsupported(missing)) } else { Ok(ways) }
}

/// One AUTHENTICATE.
pub(super) enum Steps {
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
    /// None for the command LOGIN, which has no steps.
    pub(super) fn new(mechanism: Mechanism, login: &str, proof: Proof<'_>) -> Option<Self> {
        let secret = proof.secret().expose();
        let text = |text: String| Zeroizing::new(text);
        Some(match mechanism {
            Mechanism::LoginCommand => return None,
            Mechanism::Plain => {
                let (login, secret) = (prepared(login), prepared(secret));
                let message = text(format!("\0{}\0{}", login.as_str(), secret.as_str()));
                Self::Once { message, after: None }
            }
            // Taken from the end.
            Mechanism::Login => Self::Each(vec![text(secret.to_owned()), text(login.to_owned())]),
            Mechanism::OAuthBearer => {
                let name = login.replace('=', "=3D").replace(',', "=2C");
                let message = format!("n,a={name},\u{1}auth=Bearer {secret}\u{1}\u{1}");
                Self::Once { message: text(message), after: Some("\u{1}") }
            }
            Mechanism::XOAuth2 => {
                let message = format!("user={login}\u{1}auth=Bearer {secret}\u{1}\u{1}");
                Self::Once { message: text(message), after: Some("") }
            }
            Mechanism::Scram => {
                let nonce: String =
                    random::<24>().iter().map(|octet| char::from(b'A' + octet % 26)).collect();
                Self::Scram(Box::new(Scram::new(&prepared(login), &prepared(secret), nonce)))
            }
        })
    }

    /// What can be said before the server has asked.
    pub(super) fn initial(&mut self) -> Option<Zeroizing<String>> {
        match self {
            Self::Once { message, .. } => Some(std::mem::take(message)),
            Self::Each(_) => None,
            Self::Scram(scram) => Some(Zeroizing::new(scram.initial())),
        }
    }

    /// The answer to a challenge; none if there is nothing more to say: then it is called off.
    pub(super) fn answer(&mut self, challenge: &[u8]) -> Option<Zeroizing<String>> {
        match self {
            Self::Once { after, .. } => after.take().map(|text| Zeroizing::new(text.to_owned())),
            Self::Each(texts) => texts.pop(),
            Self::Scram(scram) => scram.answer(challenge).ok().map(Zeroizing::new),
        }
    }

    /// Whether a success may be believed.
    pub(super) fn is_settled(&self) -> bool {
        match self {
            Self::Scram(scram) => scram.is_verified(),
            Self::Once { .. } | Self::Each(_) => true,
        }
    }
}
