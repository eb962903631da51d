//! Runs one submission connection: lines, SASL exchanges, content, and the faults between them.

use std::sync::Arc;

use tokio::io::AsyncBufReadExt;
use tokio::net::TcpStream;

use super::envelope::path;
use super::session::{LARGEST, Session, login_line};
use crate::SmtpEffect;
use crate::base64;
use crate::host::Shared;
use crate::lines::{Closed, Lines};

const LONGEST_LINE: u64 = 64 * 1024;

struct Connection {
    lines: Lines,
    session: Session,
}

/// Serves submission on a connection until it closes.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let lines = Lines::new(stream, LONGEST_LINE);
    let session = Session::new(shared);
    let mut connection = Connection { lines, session };
    // Closed is how every connection ends.
    let _ = connection.run().await;
}

impl Connection {
    async fn run(&mut self) -> Result<(), Closed> {
        if self.strike("GREETING", "").await? == Run::Now {
            self.send("220 mail.postern.example ESMTP ready").await?;
        }
        loop {
            let line = self.lines.line().await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let verb = verb.to_ascii_uppercase();
            if self.strike(&verb, rest).await? == Run::Not {
                continue;
            }
            match verb.as_str() {
                "QUIT" => return self.send("221 2.0.0 Until next time").await,
                "AUTH" => self.auth(rest).await?,
                "DATA" => self.content().await?,
                _ => {
                    let answer = self.session.answer(&verb, rest);
                    self.send(&answer).await?;
                }
            }
        }
    }

    async fn auth(&mut self, rest: &str) -> Result<(), Closed> {
        if let Some(refusal) = self.session.refuses_auth() {
            return self.send(refusal).await;
        }
        let (mechanism, initial) =
            rest.split_once(' ').map_or((rest, None), |(m, i)| (m, Some(i.to_owned())));
        let credentials = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let response = self.or_ask(initial, "334 ").await?;
                base64::plain(response.as_bytes())
            }
            "LOGIN" => {
                let login = self.or_ask(initial, "334 VXNlcm5hbWU6").await?;
                let password = self.or_ask(None, "334 UGFzc3dvcmQ6").await?;
                login_line(&login).zip(login_line(&password))
            }
            _ => return self.send("504 5.5.4 Only PLAIN and LOGIN are offered").await,
        };
        let Some((login, password)) = credentials else {
            return self.send("501 5.5.2 Not what the mechanism asks for").await;
        };
        let effect = self.session.shared.faults.smtp_effect("AUTH", Some(&login), None);
        if effect == Some(SmtpEffect::RefuseAuth) {
            self.session.shared.connections.attempted(&login, false);
            return self.send("535 5.7.8 Refused").await;
        }
        if self.apply(effect).await? == Run::Not {
            return Ok(());
        }
        let answer = self.session.sign_in(&login, &password);
        self.send(answer).await
    }

    async fn or_ask(&mut self, initial: Option<String>, prompt: &str) -> Result<String, Closed> {
        match initial {
            Some(initial) => Ok(initial),
            None => {
                self.send(prompt).await?;
                self.lines.line().await
            }
        }
    }

    async fn content(&mut self) -> Result<(), Closed> {
        if let Err(refusal) = self.session.ready_for_content() {
            return self.send(refusal).await;
        }
        let login = self.login();
        let faults = self.session.shared.faults.clone();
        let cut = match faults.smtp_effect("DATA", login.as_deref(), None) {
            Some(SmtpEffect::CloseInContent(bytes)) => bytes,
            other => {
                if self.apply(other).await? == Run::Not {
                    return Ok(());
                }
                usize::MAX
            }
        };
        self.send("354 Go on, end with a dot").await?;
        let content = self.read_content(cut).await?;
        match faults.smtp_effect(".", login.as_deref(), None) {
            Some(SmtpEffect::CloseAfterDot { delivered }) => {
                if delivered && let Some(content) = content {
                    self.session.deliver(&content);
                }
                return Err(Closed);
            }
            other => {
                if self.apply(other).await? == Run::Not {
                    self.session.reset();
                    return Ok(());
                }
            }
        }
        let answer = match content {
            Some(content) => self.session.deliver(&content),
            None => {
                self.session.reset();
                "552 5.3.4 Too large a message".to_owned()
            }
        };
        self.send(&answer).await
    }

    /// The message up to the dot, unstuffed; `None` past the size limit.
    async fn read_content(&mut self, cut: usize) -> Result<Option<Vec<u8>>, Closed> {
        let (mut content, mut line, mut received) = (Vec::new(), Vec::new(), 0);
        loop {
            line.clear();
            let got = self.lines.reader.read_until(b'\n', &mut line).await.map_err(|_| Closed)?;
            received += got;
            if got == 0 || received > cut {
                return Err(Closed);
            }
            if line == b".\r\n" {
                return Ok((content.len() <= LARGEST).then_some(content));
            }
            if content.len() <= LARGEST {
                content.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            }
        }
    }

    /// Applies a fault armed for a command; AUTH and DATA see to it themselves.
    async fn strike(&mut self, verb: &str, rest: &str) -> Result<Run, Closed> {
        if matches!(verb, "AUTH" | "DATA") {
            return Ok(Run::Now);
        }
        let recipient = path(rest, "TO").map(|path| path.address);
        let login = self.login();
        let faults = &self.session.shared.faults;
        let effect = faults.smtp_effect(verb, login.as_deref(), recipient.as_deref());
        self.apply(effect).await
    }

    async fn apply(&mut self, effect: Option<SmtpEffect>) -> Result<Run, Closed> {
        match effect {
            Some(SmtpEffect::DenyRecipient(_)) => self.send("550 5.1.1 Refused").await?,
            Some(SmtpEffect::Reply(code, text)) => {
                self.send(&format!("{code} {text}")).await?;
                if code == 421 {
                    return Err(Closed);
                }
            }
            Some(SmtpEffect::Slow(delay)) => {
                tokio::time::sleep(delay).await;
                return Ok(Run::Now);
            }
            Some(SmtpEffect::Stall) => {
                // Ends when the other side closes.
                return Err(self.lines.stall().await);
            }
            Some(SmtpEffect::Close) => return Err(Closed),
            _ => return Ok(Run::Now),
        }
        Ok(Run::Not)
    }

    fn login(&self) -> Option<String> {
        self.session.user.as_ref().map(|user| user.login.clone())
    }

    async fn send(&mut self, answer: &str) -> Result<(), Closed> {
        self.lines.send(format!("{answer}\r\n").as_bytes()).await
    }
}

#[derive(PartialEq, Eq)]
enum Run {
    Now,
    Not,
}
