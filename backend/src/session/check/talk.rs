//! A short talk with one server: greeting, capabilities, goodbye.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use crate::net::{Opened, Protocol, Stream};

const PATIENCE: Duration = Duration::from_secs(10);
const MAX_LINE: u64 = 8 * 1024;
const MAX_LINES: usize = 200;

/// What a server says before anybody signs in.
#[derive(Default)]
pub(super) struct Heard {
    /// None where it went by before the connection was protected, or did not come.
    pub(super) greeting: Option<String>,
    /// None where it did not say.
    pub(super) capabilities: Option<Vec<String>>,
    /// What kept it from going on.
    pub(super) problem: Option<Problem>,
}

/// Why a talk ended early.
pub(super) enum Problem {
    /// The connection ended, or nothing came.
    Silence,
    /// It said something else than was to be expected.
    Odd(String),
}

/// Hears what a server says.
pub(super) async fn hear(opened: Opened, protocol: Protocol) -> Heard {
    let mut heard = Heard::default();
    let greeted = opened.greeting_consumed;
    let mut talk = Talk(BufReader::new(opened.stream));
    let work = talk.with(protocol, greeted, &mut heard);
    let ended = tokio::time::timeout(PATIENCE, work).await;
    heard.problem = ended.unwrap_or(Err(Problem::Silence)).err();
    heard
}

struct Talk(BufReader<Stream>);

impl Talk {
    async fn with(
        &mut self,
        protocol: Protocol,
        greeted: bool,
        heard: &mut Heard,
    ) -> Result<(), Problem> {
        if !greeted {
            heard.greeting = Some(match protocol {
                Protocol::Smtp => self.smtp_reply("220").await?.join(" "),
                Protocol::Imap => expect(self.line().await?, "* ")?,
                Protocol::Pop3 => expect(self.line().await?, "+OK")?,
            });
        }
        heard.capabilities = Some(match protocol {
            Protocol::Imap => self.imap_capabilities().await?,
            Protocol::Smtp => {
                self.say("EHLO localhost").await?;
                self.smtp_reply("250").await?.into_iter().skip(1).collect()
            }
            Protocol::Pop3 => self.pop3_capabilities().await?,
        });
        // A server that does not say goodbye is no worse for it.
        let _ = self.say(if protocol == Protocol::Imap { "P2 LOGOUT" } else { "QUIT" }).await;
        Ok(())
    }

    async fn imap_capabilities(&mut self) -> Result<Vec<String>, Problem> {
        self.say("P1 CAPABILITY").await?;
        let mut found = Vec::new();
        for _ in 0..MAX_LINES {
            let line = self.line().await?;
            if let Some(list) = line.strip_prefix("* CAPABILITY ") {
                found = list.split(' ').map(str::to_owned).collect();
            } else if line.starts_with("P1 ") {
                expect(line, "P1 OK")?;
                return Ok(found);
            }
        }
        Err(Problem::Odd("too many lines".into()))
    }

    async fn pop3_capabilities(&mut self) -> Result<Vec<String>, Problem> {
        self.say("CAPA").await?;
        let mut found = Vec::new();
        // CAPA is optional (RFC 2449 §5).
        if !self.line().await?.starts_with("+OK") {
            return Ok(found);
        }
        for _ in 0..MAX_LINES {
            match self.line().await?.as_str() {
                "." => return Ok(found),
                line => found.push(line.to_owned()),
            }
        }
        Err(Problem::Odd("too many lines".into()))
    }

    async fn smtp_reply(&mut self, code: &str) -> Result<Vec<String>, Problem> {
        let mut lines = Vec::new();
        for _ in 0..MAX_LINES {
            let line = expect(self.line().await?, code)?;
            let rest = line.strip_prefix(code).unwrap_or_default();
            let is_last = !rest.starts_with('-');
            lines.push(rest.get(1..).unwrap_or_default().to_owned());
            if is_last {
                return Ok(lines);
            }
        }
        Err(Problem::Odd("too many lines".into()))
    }

    async fn say(&mut self, command: &str) -> Result<(), Problem> {
        let line = format!("{command}\r\n");
        let said = async {
            self.0.write_all(line.as_bytes()).await?;
            self.0.flush().await
        };
        said.await.map_err(|_| Problem::Silence)
    }

    /// The next line; its control characters never reach a terminal.
    async fn line(&mut self) -> Result<String, Problem> {
        let mut bytes = Vec::new();
        let read = (&mut self.0).take(MAX_LINE).read_until(b'\n', &mut bytes).await;
        match read {
            Ok(0) | Err(_) => return Err(Problem::Silence),
            Ok(_) if !bytes.ends_with(b"\n") => {
                return Err(Problem::Odd("a line without end".into()));
            }
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end().chars().map(|c| if c.is_control() { '?' } else { c }).collect())
    }
}

fn expect(line: String, start: &str) -> Result<String, Problem> {
    match line.starts_with(start) {
        true => Ok(line),
        false => Err(Problem::Odd(line)),
    }
}
