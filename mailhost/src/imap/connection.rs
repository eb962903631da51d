//! Runs one connection: greeting, commands in order, and the faults between them.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;

use super::compress::{Inbound, Outbound};
use super::reader::{Command, Incoming, LONGEST_LINE, Prompt, Reader};
use super::session::Session;
use super::{authenticate, idle};
use crate::ImapEffect;
use crate::host::Shared;

/// The connection has to close.
pub(crate) struct Closed;

/// The sending half, which may have only so many bytes left to send.
pub(crate) struct Output {
    stream: Outbound,
    pub left: Option<usize>,
}

impl Output {
    /// Sends, up to the limit; reaching it closes the connection.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Closed> {
        let length = self.left.map_or(bytes.len(), |left| left.min(bytes.len()));
        self.stream.send(&bytes[..length]).await.map_err(|_| Closed)?;
        if let Some(left) = &mut self.left {
            *left -= length;
            if *left == 0 {
                return Err(Closed);
            }
        }
        Ok(())
    }
}

impl Prompt for Output {
    async fn prompt(&mut self) -> io::Result<()> {
        self.stream.send(b"+ Ready for literal data\r\n").await
    }
}

/// What a connection is told whose mailbox is no longer the one that it selected, as by Dovecot.
pub(crate) const EVICTED: &[u8] = b"* BYE IMAP session state is inconsistent, please relogin.\r\n";

/// Serves IMAP on a connection until it closes.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Loopback answers at once either way; without it small answers would wait for their ACK.
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let output = Output { stream: Outbound::new(write), left: None };
    let reader = Reader::new(Inbound::new(read));
    let mut connection = Connection { reader, output, session: Session::new(shared) };
    // Closed is how every connection ends.
    let _ = connection.run().await;
}

struct Connection {
    reader: Reader<Inbound>,
    output: Output,
    session: Session,
}

impl Connection {
    async fn run(&mut self) -> Result<(), Closed> {
        self.greet().await?;
        while !self.session.over {
            let longest = self.session.shared.quirks().longest_line;
            self.reader.longest = longest.unwrap_or(LONGEST_LINE);
            let incoming = self.reader.command(&mut self.output).await.map_err(|_| Closed)?;
            match incoming {
                Incoming::Command(command) => self.answer(command).await?,
                Incoming::Garbled(tag, text) => {
                    self.output.send(format!("{tag} BAD {text}\r\n").as_bytes()).await?;
                }
                Incoming::TooLarge => {
                    return self.output.send(b"* BYE [TOOBIG] Too long\r\n").await;
                }
                Incoming::Closed => return Err(Closed),
            }
        }
        Ok(())
    }

    async fn greet(&mut self) -> Result<(), Closed> {
        let line = self.session.shared.capabilities.line();
        self.session.reply.untagged(format!("OK [CAPABILITY {line}] Mail host ready"));
        let effect = self.session.shared.faults.imap_effect("GREETING", None);
        self.before("*", effect.as_ref()).await?;
        self.flush(effect).await
    }

    async fn answer(&mut self, mut command: Command) -> Result<(), Closed> {
        if command.name == "AUTHENTICATE" && !authenticate::wants_continuation(&command.rest) {
            if !self.session.shared.capabilities.sasl_ir {
                let refusal = format!("{} BAD No initial response is taken\r\n", command.tag);
                return self.output.send(refusal.as_bytes()).await;
            }
        } else if command.name == "AUTHENTICATE" && self.session.shared.capabilities.auth_plain {
            self.output.send(b"+ \r\n").await?;
            let line = self.reader.line().await.ok().flatten().ok_or(Closed)?;
            command.rest.push(b' ');
            command.rest.extend_from_slice(&line);
        }
        if self.session.is_evicted() {
            self.output.send(EVICTED).await?;
            return Err(Closed);
        }
        let shared = Arc::clone(&self.session.shared);
        let login = match &self.session.user {
            Some(user) => {
                shared.connections.command(&user.login, &command.name);
                Some(user.login.clone())
            }
            None => authenticate::attempted_login(&command),
        };
        let effect = shared.faults.imap_effect(&command.name, login.as_deref());
        if self.before(&command.tag, effect.as_ref()).await? == Run::Not {
            if matches!(command.name.as_str(), "LOGIN" | "AUTHENTICATE")
                && let Some(login) = &login
            {
                shared.connections.attempted(login, false);
            }
            return Ok(());
        }
        if command.name == "IDLE" && shared.capabilities.idle && self.session.user.is_some() {
            return idle::idle(
                &mut self.session,
                (&mut self.reader, &mut self.output),
                &command,
                effect,
            )
            .await;
        }
        let compressing = self.session.compressing;
        self.session.execute(&command);
        if self.session.is_evicted() {
            // It happened while the command ran: what was found out counts in other numbers.
            self.output.send(EVICTED).await?;
            return Err(Closed);
        }
        self.flush(effect).await?;
        if self.session.compressing && !compressing {
            self.output.stream.start();
            self.reader.stream().start();
        }
        Ok(())
    }

    /// Applies what happens before a command runs.
    async fn before(&mut self, tag: &str, effect: Option<&ImapEffect>) -> Result<Run, Closed> {
        match effect {
            Some(ImapEffect::No(text)) => {
                self.output.send(format!("{tag} NO {text}\r\n").as_bytes()).await?;
            }
            Some(ImapEffect::Bad(text)) => {
                self.output.send(format!("{tag} BAD {text}\r\n").as_bytes()).await?;
            }
            Some(ImapEffect::Bye(text)) => {
                self.output.send(format!("* BYE {text}\r\n").as_bytes()).await?;
                return Err(Closed);
            }
            Some(ImapEffect::Stall) => return Err(self.stall().await),
            Some(ImapEffect::GiantLiteral(length)) => {
                let line = format!("* 1 FETCH (UID 1 BODY[] {{{length}}}\r\n");
                self.output.send(line.as_bytes()).await?;
                return Err(self.stall().await);
            }
            Some(ImapEffect::Slow(delay)) => {
                tokio::time::sleep(*delay).await;
                return Ok(Run::Now);
            }
            Some(ImapEffect::CloseAfter(bytes)) => {
                self.output.left = Some(*bytes);
                return Ok(Run::Now);
            }
            _ => return Ok(Run::Now),
        }
        Ok(Run::Not)
    }

    /// Sends the answer, as a fault leaves it.
    async fn flush(&mut self, effect: Option<ImapEffect>) -> Result<(), Closed> {
        let mut reply = std::mem::take(&mut self.session.reply);
        let tagged = reply.tagged_at.unwrap_or(reply.bytes.len());
        match effect {
            Some(ImapEffect::Close) => return Err(Closed),
            Some(ImapEffect::Garbage(line)) => {
                let line = [line.as_slice(), b"\r\n"].concat();
                reply.bytes.splice(tagged..tagged, line);
            }
            Some(ImapEffect::Silent) => reply.bytes = reply.bytes.split_off(tagged),
            Some(ImapEffect::DropMidLiteral) => {
                self.output.send(&reply.bytes[..middle_of_literal(&reply.bytes)]).await?;
                return Err(Closed);
            }
            _ => {}
        }
        self.output.send(&reply.bytes).await
    }

    /// Never answers again; ends when the other side closes.
    async fn stall(&mut self) -> Closed {
        self.reader.drain().await;
        self.session.leave();
        Closed
    }
}

#[derive(PartialEq, Eq)]
enum Run {
    Now,
    Not,
}

/// Half way into the first literal of an answer, or into the answer where it has none.
fn middle_of_literal(answer: &[u8]) -> usize {
    let literal = answer.windows(3).position(|window| window == b"}\r\n").and_then(|close| {
        let open = answer[..close].iter().rposition(|byte| *byte == b'{')?;
        let length: usize = std::str::from_utf8(&answer[open + 1..close]).ok()?.parse().ok()?;
        Some(close + 3 + length / 2)
    });
    literal.unwrap_or(answer.len() / 2)
}
