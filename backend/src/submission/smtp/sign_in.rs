//! AUTH (RFC 4954) by PLAIN and LOGIN, or with a token by OAUTHBEARER (RFC 7628) and XOAUTH2.

use std::fmt;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::response::Response;

use super::reply::{Error, Reply, within};
use super::{COMMAND, Login, Proof};
use crate::submission::base64;

/// One line to the server; whoever makes it sees to it that it is one.
struct Line(String);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\r\n", self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mechanism {
    Plain,
    Login,
    OAuthBearer,
    XOAuth2,
}

impl Mechanism {
    /// The best that both know.
    fn choose(proof: Proof, offered: &[String]) -> Option<Self> {
        let known: &[(Self, &str)] = match proof {
            Proof::Password => &[(Self::Plain, "PLAIN"), (Self::Login, "LOGIN")],
            Proof::Token => &[(Self::OAuthBearer, "OAUTHBEARER"), (Self::XOAuth2, "XOAUTH2")],
        };
        let found = known.iter().find(|(_, name)| offered.iter().any(|one| one == name));
        found.map(|(mechanism, _)| *mechanism)
    }

    /// What it says first, together with its name.
    fn first(self, login: &Login) -> String {
        let (name, secret) = (login.name.as_str(), login.secret.expose());
        let said = |name: &str, message: String| format!("AUTH {name} {}", coded(&message));
        match self {
            Self::Plain => said("PLAIN", format!("\0{name}\0{secret}")),
            Self::Login => "AUTH LOGIN".to_owned(),
            Self::OAuthBearer => {
                // RFC 5801 §4: what would end the field is written otherwise.
                let name = name.replace('=', "=3D").replace(',', "=2C");
                let message = format!("n,a={name},\x01auth=Bearer {secret}\x01\x01");
                said("OAUTHBEARER", message)
            }
            Self::XOAuth2 => {
                said("XOAUTH2", format!("user={name}\x01auth=Bearer {secret}\x01\x01"))
            }
        }
    }

    /// What it answers to the challenge of this number.
    fn answer(self, login: &Login, challenge: usize) -> Option<String> {
        match (self, challenge) {
            (Self::Login, 0) => Some(coded(&login.name)),
            (Self::Login, 1) => Some(coded(login.secret.expose())),
            // The challenge holds an error; an answer to it brings the server's own words.
            (Self::OAuthBearer, 0) => Some(coded("\x01")),
            (Self::XOAuth2, 0) => Some(String::new()),
            _ => None,
        }
    }
}

fn coded(message: &str) -> String {
    base64::encode(message.as_bytes())
}

/// Signs in by the best mechanism that the server offers.
pub(super) async fn sign_in(
    connection: &mut AsyncSmtpConnection,
    login: &Login,
    offered: &[String],
) -> Result<(), Error> {
    let Some(mechanism) = Mechanism::choose(login.proof, offered) else {
        return Err(Error::Permanent(Reply::local("no sign-in method in common")));
    };
    let mut line = mechanism.first(login);
    for challenge in 0..3 {
        let response: Response = match within(COMMAND, connection.command(Line(line))).await {
            Ok(response) => response,
            Err(Error::Permanent(reply)) => return Err(Error::Authentication(reply)),
            Err(other) => return Err(other),
        };
        if response.has_code(235) {
            return Ok(());
        }
        let answer = mechanism.answer(login, challenge).filter(|_| response.has_code(334));
        let Some(answer) = answer else {
            return Err(Error::Authentication(Reply::from(&response)));
        };
        line = answer;
    }
    Err(Error::Authentication(Reply::local("the server asks without end")))
}
