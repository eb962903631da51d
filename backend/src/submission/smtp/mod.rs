//! One submission over one connection: who was accepted, who was refused, in the server's words.
//!
//! RFC 6409, 5321; SIZE 1870, 8BITMIME 6152, SMTPUTF8 6531, AUTH 4954. lettre speaks the protocol;
//! its own `send` stops at the first refused recipient, so the order of commands is ours.

mod reply;
mod sign_in;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt};
use lettre::transport::smtp::extension::{
    ClientId, MailBodyParameter, MailParameter, RcptParameter,
};
use lettre::transport::smtp::response::Response;
use serde::{Deserialize, Serialize};

use super::wire::{Content, Feed, Wire};
use crate::net::Opened;
use crate::sasl;
use crate::secret::Secret;
use reply::within;
pub use reply::{Error, Reply};

/// Longest wait for greeting, EHLO, AUTH, MAIL and RCPT (RFC 5321 §4.5.3.2 allows 5 minutes).
const COMMAND: Duration = Duration::from_secs(90);
/// Longest wait for the go-ahead of DATA.
const GO_AHEAD: Duration = Duration::from_secs(120);
/// Longest wait for the word on the whole message, beside the time that its transfer takes.
const MESSAGE: Duration = Duration::from_secs(10 * 60);
/// The slowest transfer that is waited for, in octets a second.
const SLOWEST: u64 = 16 << 10;
/// Longest wait for a polite goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// MAIL FROM and RCPT TO (RFC 5321).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmtpEnvelope {
    /// The reverse path; empty for mail that must cause no report.
    pub from: String,
    /// The forward paths.
    pub to: Vec<String>,
}

/// What proves who hands mail over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A password.
    Password,
    /// A token of OAuth 2 (RFC 6750).
    Token,
}

/// Who hands mail over.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user name.
    pub name: String,
    /// The password or token.
    pub secret: Secret,
    /// Which of them it is.
    pub proof: Proof,
}

impl Login {
    fn proof(&self) -> sasl::Proof<'_> {
        match self.proof {
            Proof::Password => sasl::Proof::Password(&self.secret),
            Proof::Token => sasl::Proof::Token(&self.secret),
        }
    }
}

/// Whether a server may take mail from somebody who has not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsigned {
    /// The administrator named the server: it knows best whom it lets in.
    Allowed,
    /// A user typed the server in: never.
    Never,
}

/// What is said of a message before it is handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its bytes.
    pub size: u64,
    /// It holds bytes outside of ASCII.
    pub eight_bit: bool,
    /// By what reports of its fate name it (RFC 3461 §4.4).
    pub envelope_id: String,
    /// The sender wants to hear of its delivery, not only of failures (RFC 3461 §4.1).
    pub notify_success: bool,
}

/// What the server said to each recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipients {
    /// Those it takes the message for, once it has taken the message.
    pub accepted: Vec<String>,
    /// Those it does not, for now or for ever.
    pub refused: Vec<(String, Reply)>,
}

/// A connection past sign-in.
pub struct Submitter {
    connection: AsyncSmtpConnection,
    extensions: HashMap<String, Vec<String>>,
    feed: Feed,
}

impl Submitter {
    /// Greets the server and signs in where `login` is given and the server wants it.
    ///
    /// # Errors
    /// `Plaintext` when the password would go over an unencrypted connection that the endpoint
    /// does not allow; else what the server said.
    pub async fn connect(
        opened: Opened,
        login: Option<&Login>,
        allow_plaintext: bool,
        unsigned: Unsigned,
    ) -> Result<Self, Error> {
        let encrypted = opened.tls_version.is_some();
        let mut submitter = Self::greet(opened).await?;
        match login {
            Some(_) if !encrypted && !allow_plaintext => {
                submitter.quit().await;
                return Err(Error::Plaintext);
            }
            Some(login) => submitter.authenticate(login, unsigned).await?,
            None => {}
        }
        Ok(submitter)
    }

    /// Greets the server and hears what it offers, without signing in.
    ///
    /// # Errors
    /// What the server said.
    pub async fn greet(opened: Opened) -> Result<Self, Error> {
        let hello = client_id(opened.peer);
        let feed = Feed::default();
        let wire = Wire::new(opened, feed.clone());
        let mut connection =
            within(COMMAND, AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello))
                .await?;
        // lettre forgets most of the answer to its own EHLO, and this is the last moment to ask:
        // after AUTH it resets some servers.
        let offered = within(COMMAND, connection.command(Ehlo::new(hello))).await?;
        Ok(Self { connection, extensions: extensions(&offered), feed })
    }

    /// The largest message that the server takes, in bytes, where it says so (RFC 1870).
    #[must_use]
    pub fn size_limit(&self) -> Option<u64> {
        let limit = self.extensions.get("SIZE")?.first()?;
        limit.parse().ok().filter(|limit| *limit > 0)
    }

    /// Whether it takes addresses outside of ASCII (RFC 6531).
    #[must_use]
    pub fn is_international(&self) -> bool {
        self.extensions.contains_key("SMTPUTF8")
    }

    async fn authenticate(&mut self, login: &Login, unsigned: Unsigned) -> Result<(), Error> {
        match self.extensions.get("AUTH") {
            Some(offered) => sign_in::sign_in(&mut self.connection, login, offered).await,
            // A server that asks for no sign-in; where it does, it refuses MAIL and says so.
            None if unsigned == Unsigned::Allowed => Ok(()),
            None => Err(Error::Authentication(Reply::local("the server offers no sign-in"))),
        }
    }

    /// MAIL and RCPT: asks for every recipient, whatever becomes of the others.
    ///
    /// # Errors
    /// Only when no recipient can be asked; refused recipients are part of the answer.
    pub async fn recipients(
        &mut self,
        envelope: &SmtpEnvelope,
        facts: &Facts,
    ) -> Result<Recipients, Error> {
        let from = match envelope.from.as_str() {
            "" => None,
            from => Some(address(from)?),
        };
        let parameters = self.mail_parameters(envelope, facts)?;
        within(COMMAND, self.connection.command(Mail::new(from, parameters))).await?;
        let mut asked = Recipients::default();
        for recipient in &envelope.to {
            let command = |address| Rcpt::new(address, self.rcpt_parameters(envelope, facts));
            let reply = match address(recipient).map(command) {
                Ok(command) => within(COMMAND, self.connection.command(command)).await,
                Err(error) => Err(error),
            };
            match reply {
                Ok(_) => asked.accepted.push(recipient.clone()),
                // 421: the server hangs up, and this recipient has no answer yet.
                Err(Error::Temporary(reply)) if reply.code == 0 || reply.code == 421 => {
                    return Err(Error::Temporary(reply));
                }
                Err(Error::Temporary(reply) | Error::Permanent(reply)) => {
                    asked.refused.push((recipient.clone(), reply));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(asked)
    }

    /// DATA and the message, for the recipients accepted before; ends the connection.
    ///
    /// # Errors
    /// `Uncertain` once the end of the message may have reached the server without an answer.
    pub async fn message(mut self, content: Content, size: u64) -> Result<Reply, Error> {
        within(GO_AHEAD, self.connection.command(Data)).await?;
        self.feed.put(content);
        let limit = MESSAGE + Duration::from_secs(size / SLOWEST);
        // The content goes out beneath lettre, which adds only its end.
        let end = self.connection.message_iter(std::iter::empty::<&[u8]>());
        match within(limit, end).await {
            Ok(response) => {
                self.quit().await;
                Ok(Reply::from(&response))
            }
            // Lost: QUIT would only become a line of the message.
            Err(Error::Temporary(reply)) if reply.code == 0 => match self.feed.is_complete() {
                true => Err(Error::Uncertain),
                false => Err(Error::Temporary(reply)),
            },
            Err(error) => {
                self.quit().await;
                Err(error)
            }
        }
    }

    /// Ends the connection; whether the server answers no longer matters.
    pub async fn quit(&mut self) {
        let _ = tokio::time::timeout(GOODBYE, self.connection.abort()).await;
    }

    fn mail_parameters(
        &self,
        envelope: &SmtpEnvelope,
        facts: &Facts,
    ) -> Result<Vec<MailParameter>, Error> {
        let mut parameters = Vec::new();
        if self.extensions.contains_key("SIZE") {
            if let Some(limit) = self.size_limit().filter(|limit| facts.size > *limit) {
                let text =
                    format!("the message has {} bytes, the server takes {limit}", facts.size);
                let enhanced = Some("5.3.4".to_owned());
                return Err(Error::Permanent(Reply { code: 552, enhanced, text }));
            }
            parameters.push(MailParameter::Size(usize::try_from(facts.size).unwrap_or(usize::MAX)));
        }
        if facts.eight_bit && self.extensions.contains_key("8BITMIME") {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        } else if facts.eight_bit {
            return Err(Error::International("content"));
        }
        let wide = |address: &String| !address.is_ascii();
        if wide(&envelope.from) || envelope.to.iter().any(wide) {
            if !self.is_international() {
                return Err(Error::International("addresses"));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if self.extensions.contains_key("DSN") && !facts.envelope_id.is_empty() {
            parameters.push(other("RET", "HDRS"));
            parameters.push(other("ENVID", &facts.envelope_id));
        }
        Ok(parameters)
    }

    fn rcpt_parameters(&self, envelope: &SmtpEnvelope, facts: &Facts) -> Vec<RcptParameter> {
        if !self.extensions.contains_key("DSN") || facts.envelope_id.is_empty() {
            return Vec::new();
        }
        let value = match envelope.from.as_str() {
            // Also where the server writes a sender of its own into the empty place.
            "" => "NEVER",
            _ if facts.notify_success => "SUCCESS,FAILURE,DELAY",
            _ => "FAILURE,DELAY",
        };
        vec![RcptParameter::Other { keyword: "NOTIFY".into(), value: Some(value.into()) }]
    }
}

fn other(keyword: &str, value: &str) -> MailParameter {
    MailParameter::Other { keyword: keyword.to_owned(), value: Some(value.to_owned()) }
}

fn address(address: &str) -> Result<lettre::Address, Error> {
    address.parse().map_err(|_| Error::Permanent(Reply::local("not an address")))
}

/// Keyword to parameters, both in upper case.
fn extensions(offered: &Response) -> HashMap<String, Vec<String>> {
    let mut extensions: HashMap<String, Vec<String>> = HashMap::new();
    for line in offered.message().skip(1) {
        // `AUTH=LOGIN` is how servers older than the RFC say it.
        let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
        let mut words = line.split_whitespace().map(str::to_owned);
        if let Some(keyword) = words.next() {
            extensions.entry(keyword).or_default().extend(words);
        }
    }
    extensions
}

/// The address literal of this end is not known here; the peer's family is enough for RFC 5321.
fn client_id(peer: SocketAddr) -> ClientId {
    match peer.ip() {
        IpAddr::V4(_) => ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => ClientId::Ipv6(std::net::Ipv6Addr::LOCALHOST),
    }
}

#[cfg(test)]
mod tests;
