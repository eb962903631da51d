//! Runs one POP3 connection: lines, AUTH, stuffed bodies, and the faults between them.

use std::sync::Arc;

use tokio::net::TcpStream;

use super::session::{Answer, Session};
use crate::Pop3Effect;
use crate::host::Shared;
use crate::lines::{Closed, Lines};

const LONGEST_LINE: u64 = 8 * 1024;

struct Connection {
    lines: Lines,
    session: Session,
}

/// Serves POP3 on a connection until it closes.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let lines = Lines::new(stream, LONGEST_LINE);
    let session = Session::new(shared.clone());
    let mut connection = Connection { lines, session };
    // Closed is how every connection ends.
    let _ = connection.run(&shared).await;
}

impl Connection {
    async fn run(&mut self, shared: &Shared) -> Result<(), Closed> {
        let greeting = Answer { line: self.session.greeting(), body: None };
        self.strike(shared, "GREETING", || greeting).await?;
        loop {
            let line = self.lines.line().await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let verb = verb.to_ascii_uppercase();
            if let Some(login) = self.session.login() {
                shared.connections.command(&login, &format!("POP3 {verb}"));
            }
            let effect = shared.faults.pop3_effect(&verb, self.session.login().as_deref());
            match verb.as_str() {
                "QUIT" => {
                    self.play(effect, |session| session.quit()).await?;
                    return Ok(());
                }
                "AUTH" => {
                    let message = self.auth_message(rest).await?;
                    let answer = |session: &mut Session| match message {
                        Some(message) => session.auth_plain(&message),
                        None => Answer { line: "-ERR not on offer".to_owned(), body: None },
                    };
                    self.play(effect, answer).await?;
                }
                _ => self.play(effect, |session| session.answer(&verb, rest)).await?,
            }
        }
    }

    /// The message of AUTH PLAIN; none for what is not on offer.
    async fn auth_message(&mut self, rest: &str) -> Result<Option<String>, Closed> {
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        if !self.session.offers().auth_plain || !mechanism.eq_ignore_ascii_case("PLAIN") {
            return Ok(None);
        }
        if !initial.is_empty() {
            return Ok(Some(initial.to_owned()));
        }
        self.lines.send(b"+ \r\n").await?;
        self.lines.line().await.map(Some)
    }

    async fn strike(
        &mut self,
        shared: &Shared,
        command: &str,
        answer: impl FnOnce() -> Answer,
    ) -> Result<(), Closed> {
        let effect = shared.faults.pop3_effect(command, None);
        self.play(effect, |_| answer()).await
    }

    /// Answers a command, or does what a fault wants done to it.
    async fn play(
        &mut self,
        effect: Option<Pop3Effect>,
        answer: impl FnOnce(&mut Session) -> Answer,
    ) -> Result<(), Closed> {
        let mut room = usize::MAX;
        match effect {
            None => {}
            Some(Pop3Effect::Error(words)) => {
                return self.lines.send(format!("-ERR {words}\r\n").as_bytes()).await;
            }
            Some(Pop3Effect::Garbage(octets)) => return self.lines.send(&octets).await,
            Some(Pop3Effect::Slow(delay)) => tokio::time::sleep(delay).await,
            Some(Pop3Effect::CloseAfter(octets)) => room = octets,
            Some(Pop3Effect::Close) => return Err(Closed),
            Some(Pop3Effect::CloseAfterwards) => {
                answer(&mut self.session);
                return Err(Closed);
            }
            Some(Pop3Effect::Stall) => {
                // Ends when the other side closes.
                return Err(self.lines.stall().await);
            }
        }
        let Answer { line, body } = answer(&mut self.session);
        let mut octets = format!("{line}\r\n").into_bytes();
        if let Some(body) = body {
            stuff(&body, &mut octets);
            let dot: &[u8] = if self.session.quirks().bare_dot { b".\n" } else { b".\r\n" };
            octets.extend_from_slice(dot);
        }
        self.lines.send(&octets[..octets.len().min(room)]).await?;
        if octets.len() > room { Err(Closed) } else { Ok(()) }
    }
}

/// Puts a dot before every line that begins with one, and ends the last line.
fn stuff(body: &[u8], out: &mut Vec<u8>) {
    for line in body.split_inclusive(|octet| *octet == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !body.is_empty() && !body.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
}
