//! AUTH (RFC 4954) by PLAIN and LOGIN, or with a token by OAUTHBEARER (RFC 7628) and XOAUTH2.

use std::fmt;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::response::Response;

use zeroize::Zeroizing;

use super::reply::{Error, Reply, within};
use super::{COMMAND, Login};
use crate::sasl::{Mechanism, Proof, Steps, base64};

/// The longest that a mechanism may take, in challenges.
const MOST_CHALLENGES: usize = 3;

/// One line to the server; whoever makes it sees to it that it is one.
struct Line(Zeroizing<String>);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\r\n", self.0.as_str())
    }
}

/// The best mechanism that both know.
fn choose(proof: Proof<'_>, offered: &[String]) -> Option<Mechanism> {
    let known = match proof {
        Proof::Password(_) => [Mechanism::Plain, Mechanism::Login],
        Proof::Token(_) => [Mechanism::OAuthBearer, Mechanism::XOAuth2],
    };
    known.into_iter().find(|known| offered.iter().any(|one| one == known.name()))
}

/// Signs in by the best mechanism that the server offers.
pub(super) async fn sign_in(
    connection: &mut AsyncSmtpConnection,
    login: &Login,
    offered: &[String],
) -> Result<(), Error> {
    let Some(mechanism) = choose(login.proof(), offered) else {
        return Err(Error::Permanent(Reply::local("no sign-in method in common")));
    };
    let mut steps = Steps::new(mechanism, &login.name, login.proof());
    let mut line = Zeroizing::new(format!("AUTH {}", mechanism.name()));
    if let Some(message) = steps.initial() {
        line.push(' ');
        line.push_str(&base64::encode(message.as_bytes()));
    }
    for _ in 0..MOST_CHALLENGES {
        let response: Response = match within(COMMAND, connection.command(Line(line))).await {
            Ok(response) => response,
            Err(Error::Permanent(reply)) => return Err(Error::Authentication(reply)),
            Err(other) => return Err(other),
        };
        if response.has_code(235) {
            return Ok(());
        }
        // What the challenge says is an error, or a question whose answer is known anyway.
        let answer = steps.answer(&[]).filter(|_| response.has_code(334));
        let Some(answer) = answer else {
            return Err(Error::Authentication(Reply::from(&response)));
        };
        line = base64::encode(answer.as_bytes());
    }
    Err(Error::Authentication(Reply::local("the server asks without end")))
}
