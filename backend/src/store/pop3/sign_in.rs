//! USER and PASS, APOP (RFC 1939 §7), and AUTH (RFC 5034).

use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::Pop3Connection;
use super::reply::Reply;
use crate::sasl::{Mechanism, Proof, Steps, base64};
use crate::store::Error;

/// The longest AUTH with a first message in it, in octets with its end (RFC 5034 §4).
const LONGEST_AUTH: usize = 255;
/// The longest that a mechanism may take, in challenges.
const MOST_CHALLENGES: usize = 8;

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Sasl(Mechanism),
    User,
    /// The timestamp is hashed with the password: by MD5, so only under TLS.
    Apop,
}

/// Whether a password may travel as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plaintext {
    /// The administrator said so of this server.
    Allowed,
    /// Only under TLS.
    Refused,
}

impl Pop3Connection {
    /// Signs in, and hears what the server offers now.
    ///
    /// # Errors
    /// `AuthenticationFailed` for wrong credentials alone; `TooManyConnections` where somebody
    /// else has the maildrop; `Refused` with the code `LOGIN-DELAY` where it is too early;
    /// `Unsupported` where there is no way in common or the connection is not safe enough.
    pub async fn sign_in(
        &mut self,
        login: &str,
        proof: Proof<'_>,
        plaintext: Plaintext,
    ) -> Result<(), Error> {
        if !self.encrypted && plaintext == Plaintext::Refused {
            return Err(Error::Unsupported("a protected connection"));
        }
        let texts = [login, proof.secret().expose()];
        if texts.iter().any(|text| text.contains(['\0', '\r', '\n'])) {
            return Err(Error::AuthenticationFailed { text: "control characters".to_owned() });
        }
        let way = self.way(proof).ok_or(Error::Unsupported("this kind of sign-in"))?;
        if self.capabilities.has("UTF8") {
            // A courtesy (RFC 6856 §2): a server that refuses it sends what it sends.
            let _ = self.command("UTF8").await?;
        }
        let reply = match way {
            Way::Sasl(mechanism) => self.authenticate(mechanism, login, proof).await?,
            Way::User => self.user(login, proof).await?,
            Way::Apop => self.apop(login, proof).await?,
        };
        reply.signed_in(self.capabilities.tells_refusals_apart())?;
        self.read_capabilities().await
    }

    fn way(&self, proof: Proof<'_>) -> Option<Way> {
        let sasl = |mechanism: Mechanism| {
            self.capabilities.has_mechanism(mechanism.name()).then_some(Way::Sasl(mechanism))
        };
        match proof {
            Proof::Token(_) => sasl(Mechanism::OAuthBearer).or_else(|| sasl(Mechanism::XOAuth2)),
            Proof::Password(_) => {
                let apop = (self.encrypted && self.timestamp.is_some()).then_some(Way::Apop);
                sasl(Mechanism::Scram)
                    .or_else(|| sasl(Mechanism::Plain))
                    .or_else(|| (!self.capabilities.lacks("USER")).then_some(Way::User))
                    .or_else(|| sasl(Mechanism::Login))
                    .or(apop)
            }
        }
    }

    async fn user(&mut self, login: &str, proof: Proof<'_>) -> Result<Reply, Error> {
        let reply = self.command(&format!("USER {login}")).await?;
        // Some refuse an unknown name at once.
        if let Reply::Refused { .. } = reply {
            return Ok(reply);
        }
        let line = Zeroizing::new(format!("PASS {}\r\n", proof.secret().expose()));
        self.wire.send(line.as_bytes()).await?;
        self.reply().await
    }

    async fn apop(&mut self, login: &str, proof: Proof<'_>) -> Result<Reply, Error> {
        let timestamp = self.timestamp.clone().unwrap_or_default();
        let digest = digest(&timestamp, proof.secret().expose());
        self.command(&format!("APOP {login} {digest}")).await
    }

    async fn authenticate(
        &mut self,
        mechanism: Mechanism,
        login: &str,
        proof: Proof<'_>,
    ) -> Result<Reply, Error> {
        let mut steps = Steps::new(mechanism, login, proof);
        let mut initial = steps.initial().map(|message| base64::encode(message.as_bytes()));
        let mut line = Zeroizing::new(format!("AUTH {}", mechanism.name()));
        let fits = |message: &Zeroizing<String>| line.len() + message.len() + 3 <= LONGEST_AUTH;
        if let Some(message) = initial.take_if(|message| fits(message)) {
            line.push(' ');
            line.push_str(&message);
        }
        for _ in 0..MOST_CHALLENGES {
            line.push_str("\r\n");
            self.wire.send(line.as_bytes()).await?;
            let answer = self.wire.line().await?;
            let Some(challenge) = answer.strip_prefix('+').filter(|it| !it.starts_with("OK"))
            else {
                let reply = Reply::parse(&answer).ok_or(Error::Garbled("an answer"))?;
                return match reply {
                    Reply::Ok(_) if !steps.is_settled() => {
                        Err(Error::Garbled("the server's proof"))
                    }
                    reply => Ok(reply),
                };
            };
            line = match initial.take() {
                Some(message) => message,
                None => {
                    let challenge = base64::decode(challenge.as_bytes()).unwrap_or_default();
                    // A proof takes as long as the server wishes.
                    let thinking = tokio::task::spawn_blocking(move || {
                        let answer = steps.answer(&challenge);
                        (steps, answer)
                    });
                    let (back, answer) =
                        thinking.await.map_err(|_| Error::Garbled("the server's challenge"))?;
                    steps = back;
                    let coded = answer.map(|answer| base64::encode(answer.as_bytes()));
                    coded.unwrap_or_else(|| Zeroizing::new("*".to_owned()))
                }
            };
        }
        Err(Error::Garbled("challenges without end"))
    }
}

/// The timestamp of a greeting (RFC 1939 §7), wherever in it that stands.
pub(super) fn timestamp(greeting: &str) -> Option<String> {
    let from = greeting.find('<')?;
    let length = greeting[from..].find('>')?;
    let stamp = &greeting[from..=from + length];
    let is_one = stamp.contains('@') && stamp.bytes().all(|byte| byte.is_ascii_graphic());
    is_one.then(|| stamp.to_owned())
}

fn digest(timestamp: &str, password: &str) -> String {
    let hash = Md5::new().chain_update(timestamp).chain_update(password).finalize();
    hash.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_1939_holds() {
        let stamp = timestamp("POP3 server ready <1896.697170952@dbc.mtview.ca.us>").unwrap();
        assert_eq!(digest(&stamp, "tanstaaf"), "c4c9334bac560ecc979e58001b3e22fb");
    }

    #[test]
    fn timestamps_are_found_or_not() {
        let check = |greeting: &str, expect: Option<&str>| {
            assert_eq!(timestamp(greeting).as_deref(), expect);
        };
        check("ready <a@b> have fun", Some("<a@b>"));
        check("ready", None);
        check("ready <now>", None);
        check("ready <a@b", None);
        check("ready <a @b>", None);
    }
}
