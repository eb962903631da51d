//! From a fresh stream to a signed-in connection: greeting, sign-in, capabilities, ID (RFC 2971;
//! some servers refuse SELECT without it), names in UTF-8 (RFC 6855), compression (RFC 4978).

mod choices;

use async_imap::{Client, Session};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use zeroize::Zeroizing;

use self::choices::{Way, choices};
use super::capabilities::Capabilities;
use super::command::{Command, LiteralMode};
use super::connection::{ImapConnection, drive, go_ahead};
use super::ext::enable;
use super::options::Options;
use super::refusal::{is_too_many, refused, sign_in_refused};
use super::wire::{Condition, Event, Exchange, Failure, ImapWire, Name, Response};
use crate::sasl::{Mechanism, Proof, Steps, base64};
use crate::secret::Secret;
use crate::store::{Error, Refusal};

/// The longest that a mechanism may take, in challenges.
const MOST_CHALLENGES: usize = 8;

/// What a user signs in with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The login name.
    pub login: String,
    /// The password.
    pub secret: Secret,
}

/// A command of the time right after sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    Id,
    Utf8,
    Compress,
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
        options: impl Into<Options>,
    ) -> Result<Self, Error> {
        let proof = Proof::Password(&credentials.secret);
        Self::open_with(stream, greeting_consumed, (&credentials.login, proof), options.into())
            .await
    }

    /// The same with a login name and any proof.
    ///
    /// # Errors
    /// As `open`; `Unsupported` where the server takes no proof of this kind.
    pub async fn open_with<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
        stream: S,
        greeting_consumed: bool,
        (login, proof): (&str, Proof<'_>),
        options: Options,
    ) -> Result<Self, Error> {
        let limits = options.limits;
        let mut wire = ImapWire::new(Box::new(stream), limits);
        wire.set_log(options.log.clone());
        let mut offered = Capabilities::default();
        let mut signed_in = false;
        if !greeting_consumed {
            let greeted = timeout(limits.greeting_time, greet(&mut wire, options.preauth));
            (offered, signed_in) = greeted.await.map_err(|_| Error::TimedOut)??;
        }
        let mut told = Some(offered.clone()).filter(|it| !it.is_empty());
        let mut news = Vec::new();
        if !signed_in {
            if offered.is_empty() {
                let asked = timeout(limits.sign_in_time, ask_capabilities(&mut wire));
                offered = asked.await.map_err(|_| Error::TimedOut)??;
            }
            let signing_in = sign_in(&mut wire, &offered, login, proof);
            let exchange =
                timeout(limits.sign_in_time, signing_in).await.map_err(|_| Error::TimedOut)??;
            // What was offered before may not be what is offered now.
            told = Capabilities::of_exchange(&exchange);
            news = exchange.untagged;
        }
        let session = adopt(wire).await?;
        let mut connection = Self::signed_in(session, told.clone().unwrap_or_default(), limits);
        connection.absorb(news);
        if told.is_none() {
            connection.read_capabilities().await?;
        }
        connection.settle_in(&options).await?;
        Ok(connection)
    }

    async fn read_capabilities(&mut self) -> Result<(), Error> {
        let mut found = None;
        let take = |response: &Response| {
            let content = response.untagged(Name::Capability);
            found = content.map(|(_, content)| Capabilities::read(content)).or(found.take());
            content.is_some()
        };
        let exchange = self.run_each(Command::new("CAPABILITY"), take).await?;
        let found = found.or_else(|| Capabilities::of_exchange(&exchange));
        self.absorb(exchange.untagged);
        self.capabilities = found.ok_or(Error::Garbled("CAPABILITY"))?;
        Ok(())
    }

    /// Says who we are and agrees on names and compression, in one write.
    async fn settle_in(&mut self, options: &Options) -> Result<(), Error> {
        let has = |name| self.capabilities.has(name);
        let utf8 = options.utf8 && (has("UTF8=ACCEPT") || has("UTF8=ONLY")) && has("ENABLE");
        // Compression is last: what is sent after it would have to be compressed.
        let steps = [
            (has("ID"), Opening::Id),
            (utf8, Opening::Utf8),
            (options.compress && has("COMPRESS=DEFLATE"), Opening::Compress),
        ];
        let steps: Vec<Opening> =
            steps.into_iter().filter(|(wanted, _)| *wanted).map(|(_, step)| step).collect();
        if steps.is_empty() {
            return Ok(());
        }
        let commands = steps.iter().map(|step| step.command()).collect();
        let results = self.run_pipelined(commands).await?;
        for (step, result) in steps.into_iter().zip(results) {
            match (step, result) {
                // Courtesies: a server that offers one and refuses it still has the mail.
                (_, Err(Error::Refused { .. })) => {}
                (_, Err(error)) => return Err(error),
                (Opening::Utf8, Ok(exchange)) => {
                    let on = enable::is_on(&exchange, "UTF8=ACCEPT");
                    self.enabled.insert("UTF8=ACCEPT", on);
                    self.absorb(exchange.untagged);
                }
                (Opening::Compress, Ok(exchange)) => {
                    self.wire().compress();
                    self.absorb(exchange.untagged);
                }
                (Opening::Id, Ok(exchange)) => self.absorb(exchange.untagged),
            }
        }
        Ok(())
    }
}

impl Opening {
    fn command(self) -> Command {
        let version = env!("CARGO_PKG_VERSION");
        Command::new(match self {
            Self::Id => format!(
                "ID (\"name\" \"Postern\" \"version\" \"{version}\" \"vendor\" \"Postern\")"
            ),
            Self::Utf8 => "ENABLE UTF8=ACCEPT".to_owned(),
            Self::Compress => "COMPRESS DEFLATE".to_owned(),
        })
    }
}

/// Reads the greeting: what it offers, and whether one is signed in by it.
async fn greet(wire: &mut ImapWire, preauth: bool) -> Result<(Capabilities, bool), Error> {
    let greeting = wire.greeting().await?;
    let status = greeting.status().ok_or(Error::Garbled("the greeting"))?;
    let offered = || Capabilities::of_status(status).unwrap_or_default();
    match status.condition {
        Condition::Ok => Ok((offered(), false)),
        Condition::Bye if is_too_many(&status.text) => {
            Err(Error::TooManyConnections { text: status.text.clone() })
        }
        Condition::Bye | Condition::No | Condition::Bad => Err(refused(status)),
        Condition::Preauth if preauth => Ok((offered(), true)),
        // Signed in as whom? On a port that asks for a password this is somebody in between.
        Condition::Preauth => Err(Error::Garbled("the greeting: signed in already")),
    }
}

async fn ask_capabilities(wire: &mut ImapWire) -> Result<Capabilities, Error> {
    let tag = "S0".to_owned();
    let writes = Command::new("CAPABILITY").writes(&tag, LiteralMode::Synchronising);
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

/// async-imap makes a session after a LOGIN of its own only: it gets one that goes nowhere.
async fn adopt(mut wire: ImapWire) -> Result<Session<ImapWire>, Error> {
    wire.begin(None);
    wire.pretend();
    match Client::new(wire).login("-", "-").await {
        Ok(mut session) => {
            session.get_mut().take_exchange();
            Ok(session)
        }
        Err((error, _)) => Err(Error::Lost(Box::new(error))),
    }
}

async fn sign_in(
    wire: &mut ImapWire,
    offered: &Capabilities,
    login: &str,
    proof: Proof<'_>,
) -> Result<Exchange, Error> {
    if [login, proof.secret().expose()].iter().any(|text| text.contains(['\0', '\r', '\n'])) {
        let text = "control characters".to_owned();
        return Err(Error::AuthenticationFailed { text });
    }
    let mut ways = choices(offered, login, proof)?.into_iter().peekable();
    let mut round = 0;
    while let Some(way) = ways.next() {
        round += 1;
        let tag = format!("S{round}");
        wire.begin(Some(tag.clone()));
        let attempt = match way {
            Way::Sasl(mechanism) => {
                let steps = Steps::new(mechanism, login, proof);
                authenticate(wire, &tag, (mechanism, steps), offered).await
            }
            Way::LoginCommand => {
                let literal = if offered.has("LITERAL+") {
                    LiteralMode::NonSynchronising(4096)
                } else {
                    LiteralMode::Synchronising
                };
                login_command(wire, &tag, (login, proof), literal).await.map(|()| Ended::Believed)
            }
        };
        let exchange = wire.take_exchange();
        let ended = match attempt {
            Ok(ended) => ended,
            Err(failure) => return Err(lost_sign_in(&exchange, failure)),
        };
        let Some(status) = &exchange.status else { return Err(Failure::Closed.into()) };
        match (status.condition, ended) {
            (Condition::Ok, Ended::Believed) => return Ok(exchange),
            (Condition::Ok, _) => return Err(Error::Garbled("the server's proof")),
            // Some offer SCRAM for users whose passwords they keep in another way.
            (_, Ended::Unheard) if way == Way::Sasl(Mechanism::Scram) && ways.peek().is_some() => {}
            (_, Ended::CalledOff) => return Err(Error::Garbled("the answer to the sign-in")),
            _ => return Err(sign_in_refused(status)),
        }
    }
    Err(Error::Unsupported("sign-in"))
}

/// How an attempt came to its tagged status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// By the server, and a success may be believed.
    Believed,
    /// By the server before it had asked anything.
    Unheard,
    /// By the server, but it has not proved what it had to.
    Unproved,
    /// By us: there was nothing more to say.
    CalledOff,
}

async fn authenticate(
    wire: &mut ImapWire,
    tag: &str,
    (mechanism, mut steps): (Mechanism, Steps),
    offered: &Capabilities,
) -> Result<Ended, Failure> {
    let mut initial = steps.initial();
    let mut line = Zeroizing::new(format!("{tag} AUTHENTICATE {}", mechanism.name()));
    if offered.has("SASL-IR")
        && let Some(message) = initial.take()
    {
        line.push(' ');
        line.push_str(&base64::encode(message.as_bytes()));
    }
    line.push_str("\r\n");
    wire.send(line.as_bytes()).await?;
    let (mut asked, mut called_off) = (0, false);
    loop {
        match wire.next().await? {
            Event::Untagged | Event::Octets(_) => {}
            Event::Done if called_off => return Ok(Ended::CalledOff),
            Event::Done if steps.is_settled() => return Ok(Ended::Believed),
            Event::Done if asked == 0 => return Ok(Ended::Unheard),
            Event::Done => return Ok(Ended::Unproved),
            Event::Continuation => {
                let challenge = base64::decode(&wire.challenge());
                let answer = match initial.take() {
                    Some(message) => Some(message),
                    None if asked >= MOST_CHALLENGES => None,
                    None => {
                        asked += 1;
                        let answered = challenge.unwrap_or_default();
                        // A proof takes as long as the server wishes.
                        let thinking = tokio::task::spawn_blocking(move || {
                            let answer = steps.answer(&answered);
                            (steps, answer)
                        });
                        let (back, answer) = thinking.await.map_err(|_| Failure::Closed)?;
                        steps = back;
                        answer
                    }
                };
                called_off |= answer.is_none();
                let mut line = answer.map_or_else(
                    || Zeroizing::new("*".to_owned()),
                    |answer| base64::encode(answer.as_bytes()),
                );
                line.push_str("\r\n");
                wire.send(line.as_bytes()).await?;
            }
        }
    }
}

async fn login_command(
    wire: &mut ImapWire,
    tag: &str,
    (login, proof): (&str, Proof<'_>),
    literal: LiteralMode,
) -> Result<(), Failure> {
    let command = Command::new("LOGIN").string(login.as_bytes());
    let command = command.and_then(|it| it.string(proof.secret().expose().as_bytes()));
    // Control characters were refused before.
    let Ok(command) = command else { return Err(Failure::Closed) };
    let writes = Zeroizing::new(command.writes(tag, literal));
    for (index, write) in writes.iter().enumerate() {
        wire.send(write).await?;
        if index + 1 < writes.len() && go_ahead(wire).await? == Event::Done {
            return Ok(());
        }
    }
    while wire.next().await? != Event::Done {}
    Ok(())
}

fn lost_sign_in(exchange: &Exchange, failure: Failure) -> Error {
    let mut statuses = exchange.untagged.iter().filter_map(Response::status);
    match statuses.find(|status| status.condition == Condition::Bye) {
        // Some close after a wrong password, or a full house, with nothing but BYE.
        Some(bye) if is_too_many(&bye.text) => Error::TooManyConnections { text: bye.text.clone() },
        Some(bye) => {
            let code = bye.code.clone();
            Error::Refused { refusal: Refusal::No, code, text: bye.text.clone() }
        }
        None => failure.into(),
    }
}
