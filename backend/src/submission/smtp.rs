//! One submission over one connection: who was accepted, who was refused, in the server's words.
//!
//! RFC 6409, 5321; SIZE 1870, 8BITMIME 6152, SMTPUTF8 6531, AUTH 4954. lettre speaks the protocol;
//! its own `send` stops at the first refused recipient, so the order of commands is ours.

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use serde::{Deserialize, Serialize};

use super::wire::Wire;
use crate::net::Opened;
use crate::secret::Secret;

/// Longest wait for greeting, EHLO, AUTH, MAIL and RCPT (RFC 5321 §4.5.3.2 allows 5 minutes).
const COMMAND: Duration = Duration::from_secs(90);
/// Longest wait for the go-ahead of DATA.
const GO_AHEAD: Duration = Duration::from_secs(120);
/// Longest wait for the word on the whole message, its transfer included.
const MESSAGE: Duration = Duration::from_secs(15 * 60);
/// Longest wait for a polite goodbye.
const GOODBYE: Duration = Duration::from_secs(5);
/// Bytes of the message given to the connection at a time.
const SLICE: usize = 64 * 1024;

/// MAIL FROM and RCPT TO (RFC 5321).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmtpEnvelope {
    /// The reverse path.
    pub from: String,
    /// The forward paths.
    pub to: Vec<String>,
}

/// Who hands mail over.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user name.
    pub name: String,
    /// The password.
    pub secret: Secret,
}

/// A server's refusal, in its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The reply code; 0 where there was no reply.
    pub code: u16,
    /// The enhanced status code (RFC 3463), where it sent one.
    pub enhanced: Option<String>,
    /// Its text.
    pub text: String,
}

impl Reply {
    /// Another attempt may end otherwise.
    pub fn is_temporary(&self) -> bool {
        !(500..600).contains(&self.code)
    }

    fn local(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

/// Why a message was not handed over, by what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Try again later: a 4xx reply, or the connection was lost before the message was complete.
    #[error("put off: {} {}", .0.code, .0.text)]
    Temporary(Reply),
    /// It will never be taken: a 5xx reply, or something the server cannot do.
    #[error("refused: {} {}", .0.code, .0.text)]
    Permanent(Reply),
    /// The credentials were refused.
    #[error("authentication failed: {} {}", .0.code, .0.text)]
    Authentication(Reply),
    /// The connection would carry the password in the clear.
    #[error("the connection is not encrypted")]
    Plaintext,
    /// Lost between the end of the message and the server's word: it may have been taken.
    #[error("the connection was lost before the server's last word")]
    Uncertain,
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
    ) -> Result<Self, Error> {
        let encrypted = opened.tls_version.is_some();
        let hello = client_id(opened.peer);
        let wire = Wire::new(opened);
        let mut connection =
            within(COMMAND, AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello))
                .await?;
        // lettre forgets most of the answer to its own EHLO, and this is the last moment to ask:
        // after AUTH it resets some servers.
        let offered = within(COMMAND, connection.command(Ehlo::new(hello))).await?;
        let mut submitter = Self { connection, extensions: extensions(&offered) };
        match login {
            Some(_) if !encrypted && !allow_plaintext => {
                submitter.quit().await;
                return Err(Error::Plaintext);
            }
            Some(login) => submitter.authenticate(login).await?,
            None => {}
        }
        Ok(submitter)
    }

    async fn authenticate(&mut self, login: &Login) -> Result<(), Error> {
        let Some(offered) = self.extensions.get("AUTH") else {
            // A server that asks for no sign-in; where it does, it refuses MAIL and says so.
            return Ok(());
        };
        let mechanism = [Mechanism::Plain, Mechanism::Login]
            .into_iter()
            .find(|mechanism| offered.iter().any(|name| *name == mechanism.to_string()))
            .ok_or_else(|| Error::Permanent(Reply::local("no sign-in method in common")))?;
        let credentials = Credentials::new(login.name.clone(), login.secret.expose().to_owned());
        let exchange = async {
            let mut response =
                self.connection.command(Auth::new(mechanism, credentials.clone(), None)?).await?;
            // PLAIN needs no challenge and LOGIN two; a server that goes on is not asked again.
            for _ in 0..3 {
                if !response.has_code(334) {
                    break;
                }
                let answer = Auth::new_from_response(mechanism, credentials.clone(), &response)?;
                response = self.connection.command(answer).await?;
            }
            Ok(response)
        };
        match within(COMMAND, exchange).await {
            Ok(response) if response.has_code(235) => Ok(()),
            Ok(response) => Err(Error::Authentication(words(&response))),
            Err(Error::Permanent(reply)) => Err(Error::Authentication(reply)),
            Err(other) => Err(other),
        }
    }

    /// MAIL and RCPT: asks for every recipient, whatever becomes of the others.
    ///
    /// # Errors
    /// Only when no recipient can be asked; refused recipients are part of the answer.
    pub async fn recipients(
        &mut self,
        envelope: &SmtpEnvelope,
        message: &[u8],
    ) -> Result<Recipients, Error> {
        let from = self.address(&envelope.from)?;
        let parameters = self.mail_parameters(envelope, message)?;
        within(COMMAND, self.connection.command(Mail::new(Some(from), parameters))).await?;
        let mut asked = Recipients::default();
        for recipient in &envelope.to {
            let reply = match self.address(recipient) {
                Ok(address) => {
                    within(COMMAND, self.connection.command(Rcpt::new(address, vec![]))).await
                }
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
    pub async fn message(mut self, message: &[u8]) -> Result<Reply, Error> {
        within(GO_AHEAD, self.connection.command(Data)).await?;
        // lettre ends the message with a line break of its own.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        let complete = AtomicBool::new(false);
        let slices = message.chunks(SLICE).chain(std::iter::from_fn(|| {
            complete.store(true, Ordering::Relaxed);
            None
        }));
        let sent = within(MESSAGE, self.connection.message_iter(slices)).await;
        match sent {
            Ok(response) => {
                self.quit().await;
                Ok(words(&response))
            }
            // Lost: QUIT would only become a line of the message.
            Err(Error::Temporary(reply)) if reply.code == 0 => match complete.into_inner() {
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
        message: &[u8],
    ) -> Result<Vec<MailParameter>, Error> {
        let mut parameters = Vec::new();
        if let Some(limit) = self.extensions.get("SIZE") {
            let limit = limit.first().and_then(|limit| limit.parse::<usize>().ok()).unwrap_or(0);
            if limit > 0 && message.len() > limit {
                let text =
                    format!("the message has {} bytes, the server takes {limit}", message.len());
                return Err(Error::Permanent(Reply {
                    code: 552,
                    enhanced: Some("5.3.4".to_owned()),
                    text,
                }));
            }
            parameters.push(MailParameter::Size(message.len()));
        }
        if !message.is_ascii() && self.extensions.contains_key("8BITMIME") {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let wide = |address: &String| !address.is_ascii();
        if wide(&envelope.from) || envelope.to.iter().any(wide) {
            if !self.extensions.contains_key("SMTPUTF8") {
                return Err(Error::Permanent(Reply::local(
                    "the server takes no international addresses",
                )));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        Ok(parameters)
    }

    fn address(&self, address: &str) -> Result<lettre::Address, Error> {
        address.parse().map_err(|_| Error::Permanent(Reply::local("not an address")))
    }
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

/// A step with its time limit, its error sorted by what follows from it.
async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(limit, step).await {
        Ok(done) => done.map_err(sorted),
        Err(_) => Err(Error::Temporary(Reply::local("no answer in time"))),
    }
}

fn sorted(error: lettre::transport::smtp::Error) -> Error {
    let text = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    let code = error.status().map_or(0, u16::from);
    let reply = reply(code, &text);
    match code {
        500..600 => Error::Permanent(reply),
        400..500 => Error::Temporary(reply),
        _ if error.is_client() => Error::Permanent(reply),
        _ => Error::Temporary(Reply { code: 0, ..reply }),
    }
}

fn words(response: &Response) -> Reply {
    reply(response.code().into(), &response.message().collect::<Vec<_>>().join(" "))
}

fn reply(code: u16, text: &str) -> Reply {
    let text: String = text.chars().filter(|c| !c.is_control()).take(500).collect();
    let is_status = |word: &&str| {
        word.split('.').count() == 3
            && word
                .split('.')
                .all(|n| !n.is_empty() && n.len() < 4 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let enhanced = text.split(' ').next().filter(is_status).map(str::to_owned);
    let text = enhanced
        .as_ref()
        .and_then(|e| text.strip_prefix(e.as_str()))
        .unwrap_or(&text)
        .trim()
        .to_owned();
    Reply { code, enhanced, text }
}

#[cfg(test)]
mod tests;
