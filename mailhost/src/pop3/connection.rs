//! Runs one POP3 connection: lines, AUTH, stuffed bodies, and the faults between them.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::session::{Answer, Session};
use crate::Pop3Effect;
use crate::host::Shared;

const LONGEST_LINE: u64 = 8 * 1024;

/// The connection has to close.
struct Closed;

struct Connection {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    session: Session,
}

/// Serves POP3 on a connection until it closes.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Without it small answers would wait for their ACK.
    let _ = stream.set_nodelay(true);
    let (read, writer) = stream.into_split();
    let session = Session::new(shared.clone());
    let mut connection = Connection { reader: BufReader::new(read), writer, session };
    // Closed is how every connection ends.
    let _ = connection.run(&shared).await;
}

impl Connection {
    async fn run(&mut self, shared: &Shared) -> Result<(), Closed> {
        let greeting = Answer { line: self.session.greeting(), body: None };
        self.strike(shared, "GREETING", || greeting).await?;
        loop {
            let line = self.line().await?;
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
        self.send(b"+ \r\n").await?;
        self.line().await.map(Some)
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
                return self.send(format!("-ERR {words}\r\n").as_bytes()).await;
            }
            Some(Pop3Effect::Garbage(octets)) => return self.send(&octets).await,
            Some(Pop3Effect::Slow(delay)) => tokio::time::sleep(delay).await,
            Some(Pop3Effect::CloseAfter(octets)) => room = octets,
            Some(Pop3Effect::Close) => return Err(Closed),
            Some(Pop3Effect::CloseAfterwards) => {
                answer(&mut self.session);
                return Err(Closed);
            }
            Some(Pop3Effect::Stall) => {
                // Ends when the other side closes.
                let _ = tokio::io::copy(&mut self.reader, &mut tokio::io::sink()).await;
                return Err(Closed);
            }
        }
        let Answer { line, body } = answer(&mut self.session);
        let mut octets = format!("{line}\r\n").into_bytes();
        if let Some(body) = body {
            stuff(&body, &mut octets);
            let dot: &[u8] = if self.session.quirks().bare_dot { b".\n" } else { b".\r\n" };
            octets.extend_from_slice(dot);
        }
        self.send(&octets[..octets.len().min(room)]).await?;
        if octets.len() > room { Err(Closed) } else { Ok(()) }
    }

    async fn line(&mut self) -> Result<String, Closed> {
        let mut line = Vec::new();
        let mut limited = (&mut self.reader).take(LONGEST_LINE);
        limited.read_until(b'\n', &mut line).await.map_err(|_| Closed)?;
        let line = line.strip_suffix(b"\n").ok_or(Closed)?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(String::from_utf8_lossy(line).into_owned())
    }

    async fn send(&mut self, octets: &[u8]) -> Result<(), Closed> {
        self.writer.write_all(octets).await.map_err(|_| Closed)
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
