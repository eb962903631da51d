//! From a fresh stream to a signed-in connection: greeting, LOGIN or AUTHENTICATE PLAIN
//! (RFC 4616), capabilities, ID (RFC 2971; some servers refuse SELECT without it).

use async_imap::{Authenticator, Client, Session};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::capabilities::Capabilities;
use super::command::Command;
use super::connection::{ImapConnection, drive};
use super::limits::Limits;
use super::refusal::{is_too_many, refused, sign_in_refused};
use super::wire::{Condition, Exchange, Failure, ImapWire};
use crate::secret::Secret;
use crate::store::{Error, Refusal};

/// What a user signs in with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The login name.
    pub login: String,
    /// The password.
    pub secret: Secret,
}

impl ImapConnection {
    /// Signs in over a stream that is protected already. `greeting_consumed`: STARTTLS has read
    /// the server's greeting.
    ///
    /// # Errors
    /// `AuthenticationFailed` for wrong credentials alone; what else the server or the network
    /// refuses is told apart from that.
    pub async fn open<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
        stream: S,
        greeting_consumed: bool,
        credentials: &Credentials,
        limits: Limits,
    ) -> Result<Self, Error> {
        let mut wire = ImapWire::new(Box::new(stream), limits);
        let mut offered = Capabilities::default();
        if !greeting_consumed {
            let greeted = timeout(limits.sign_in_time, greet(&mut wire));
            offered = greeted.await.map_err(|_| Error::TimedOut)??;
        }
        if offered.is_empty() {
            let asked = timeout(limits.sign_in_time, ask_capabilities(&mut wire));
            offered = asked.await.map_err(|_| Error::TimedOut)??;
        }
        let signing_in = sign_in(Client::new(wire), &offered, credentials);
        let (session, exchange) =
            timeout(limits.sign_in_time, signing_in).await.map_err(|_| Error::TimedOut)??;
        let told = Capabilities::of_exchange(&exchange);
        let mut connection = Self::signed_in(session, told.clone().unwrap_or_default(), limits);
        connection.absorb(exchange.untagged);
        if told.is_none() {
            connection.read_capabilities().await?;
        }
        connection.identify().await?;
        Ok(connection)
    }

    async fn read_capabilities(&mut self) -> Result<(), Error> {
        self.begin(None)?;
        let outcome = timeout(self.limits.exchange_time, self.session.capabilities()).await;
        let exchange = self.settle_typed(outcome)?;
        self.capabilities =
            Capabilities::of_exchange(&exchange).ok_or(Error::Garbled("CAPABILITY"))?;
        self.absorb(exchange.untagged);
        Ok(())
    }

    async fn identify(&mut self) -> Result<(), Error> {
        if !self.capabilities.has("ID") {
            return Ok(());
        }
        let version = env!("CARGO_PKG_VERSION");
        let id =
            format!("ID (\"name\" \"Postern\" \"version\" \"{version}\" \"vendor\" \"Postern\")");
        match self.run_quietly(Command::new(id)).await {
            // A courtesy: a server that offers ID and refuses it still has the mail.
            Err(Error::Refused { .. }) => Ok(()),
            other => other,
        }
    }
}

async fn greet(wire: &mut ImapWire) -> Result<Capabilities, Error> {
    let greeting = wire.greeting().await?;
    let status = greeting.status().ok_or(Error::Garbled("the greeting"))?;
    match status.condition {
        Condition::Ok => Ok(Capabilities::of_status(status).unwrap_or_default()),
        Condition::Bye if is_too_many(&status.text) => {
            Err(Error::TooManyConnections { text: status.text.clone() })
        }
        Condition::Bye | Condition::No | Condition::Bad => Err(refused(status)),
        // Signed in as whom? On a port that asks for a password this is somebody in between.
        Condition::Preauth => Err(Error::Garbled("the greeting: signed in already")),
    }
}

async fn ask_capabilities(wire: &mut ImapWire) -> Result<Capabilities, Error> {
    let tag = "P0".to_owned();
    let writes =
        Command::new("CAPABILITY").writes(&tag, super::command::LiteralMode::Synchronising);
    wire.begin(Some(tag));
    drive(wire, writes).await?;
    let exchange = wire.take_exchange();
    match &exchange.status {
        Some(status) if status.condition == Condition::Ok => {
            Capabilities::of_exchange(&exchange).ok_or(Error::Garbled("CAPABILITY"))
        }
        Some(status) => Err(refused(status)),
        None => Err(Failure::Closed.into()),
    }
}

async fn sign_in(
    mut client: Client<ImapWire>,
    offered: &Capabilities,
    credentials: &Credentials,
) -> Result<(Session<ImapWire>, Exchange), Error> {
    let Credentials { login, secret } = credentials;
    let password = secret.expose();
    if [login, password].iter().any(|text| text.contains(['\0', '\r', '\n'])) {
        let text = "control characters".to_owned();
        return Err(Error::AuthenticationFailed { text });
    }
    let plain = offered.has("AUTH=PLAIN");
    let no_login = offered.has("LOGINDISABLED");
    if no_login && !plain {
        return Err(Error::Unsupported("sign-in with a password"));
    }
    client.get_mut().begin(None);
    // LOGIN's strings are ASCII; PLAIN's are UTF-8.
    let ascii = login.is_ascii() && password.is_ascii();
    let result = if plain && (no_login || !ascii) {
        let message = Zeroizing::new(format!("\0{login}\0{password}"));
        client.authenticate("PLAIN", Plain(message)).await
    } else {
        client.login(login, password).await
    };
    match result {
        Ok(mut session) => {
            let exchange = session.get_mut().take_exchange();
            match &exchange.status {
                Some(status) if status.condition == Condition::Ok => Ok((session, exchange)),
                _ => Err(Error::Garbled("the answer to the sign-in")),
            }
        }
        Err((error, mut client)) => Err(failed_sign_in(error, client.get_mut())),
    }
}

fn failed_sign_in(error: async_imap::error::Error, wire: &mut ImapWire) -> Error {
    let exchange = wire.take_exchange();
    if let Some(status) = &exchange.status {
        return sign_in_refused(status);
    }
    let mut statuses = exchange.untagged.iter().filter_map(|response| response.status());
    match statuses.find(|status| status.condition == Condition::Bye) {
        // Some close after a wrong password, or a full house, with nothing but BYE.
        Some(bye) if is_too_many(&bye.text) => Error::TooManyConnections { text: bye.text.clone() },
        Some(bye) => {
            let code = bye.code.clone();
            Error::Refused { refusal: Refusal::No, code, text: bye.text.clone() }
        }
        None => match wire.take_failure() {
            Some(failure) => failure.into(),
            None => Error::Lost(Box::new(error)),
        },
    }
}

/// SASL PLAIN: one message, whatever the server asks.
struct Plain(Zeroizing<String>);

impl Authenticator for Plain {
    type Response = Zeroizing<String>;

    fn process(&mut self, _challenge: &[u8]) -> Self::Response {
        self.0.clone()
    }
}
