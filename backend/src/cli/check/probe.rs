//! A short talk with one server: greeting, capabilities, goodbye.

use postern::config::{Endpoint, Protocol};
use postern::net::{Provider, Stream};
use serde::Serialize;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

const PATIENCE: Duration = Duration::from_secs(10);
const MAX_LINE: u64 = 8 * 1024;
const MAX_LINES: usize = 200;

/// What was seen of a server.
#[derive(Default, Serialize)]
pub struct Report {
    pub protocol: &'static str,
    pub endpoint: String,
    pub peer: String,
    pub tls: Option<&'static str>,
    pub greeting: String,
    pub capabilities: Vec<String>,
    pub error: Option<String>,
}

/// Connects and talks; whatever fails is in the report.
pub async fn probe(provider: &Provider, protocol: Protocol, endpoint: &Endpoint) -> Report {
    let mut report =
        Report { protocol: protocol.name(), endpoint: endpoint.to_string(), ..Report::default() };
    let opened = match provider.connect(protocol).await {
        Ok(opened) => opened,
        Err(error) => {
            report.error = Some(error.to_string());
            return report;
        }
    };
    report.peer = opened.peer.to_string();
    report.tls = opened.tls_version;
    let mut talk = Talk(BufReader::new(opened.stream));
    let work = talk.with(protocol, opened.greeting_consumed, &mut report);
    report.error = match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("no answer in time".into()),
    };
    report
}

struct Talk(BufReader<Stream>);

impl Talk {
    async fn with(
        &mut self,
        protocol: Protocol,
        greeted: bool,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        if !greeted {
            report.greeting = match protocol {
                Protocol::Smtp => self.smtp_reply("220").await?.join(" "),
                Protocol::Imap => expect(self.line().await?, "* ")?,
                Protocol::Pop3 => expect(self.line().await?, "+OK")?,
            };
        }
        report.capabilities = match protocol {
            Protocol::Imap => self.imap_capabilities().await?,
            Protocol::Smtp => {
                self.say("EHLO localhost").await?;
                self.smtp_reply("250").await?.into_iter().skip(1).collect()
            }
            Protocol::Pop3 => self.pop3_capabilities().await?,
        };
        // A server that does not say goodbye is no worse for it.
        let _ = self.say(if protocol == Protocol::Imap { "P2 LOGOUT" } else { "QUIT" }).await;
        Ok(())
    }

    async fn imap_capabilities(&mut self) -> anyhow::Result<Vec<String>> {
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
        anyhow::bail!("too many lines")
    }

    async fn pop3_capabilities(&mut self) -> anyhow::Result<Vec<String>> {
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
        anyhow::bail!("too many lines")
    }

    async fn smtp_reply(&mut self, code: &str) -> anyhow::Result<Vec<String>> {
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
        anyhow::bail!("too many lines")
    }

    async fn say(&mut self, command: &str) -> anyhow::Result<()> {
        self.0.write_all(format!("{command}\r\n").as_bytes()).await?;
        Ok(self.0.flush().await?)
    }

    /// The next line; its control characters never reach the terminal.
    async fn line(&mut self) -> anyhow::Result<String> {
        let mut bytes = Vec::new();
        let count = (&mut self.0).take(MAX_LINE).read_until(b'\n', &mut bytes).await?;
        anyhow::ensure!(count > 0, "the server closed the connection");
        anyhow::ensure!(bytes.ends_with(b"\n"), "a line without end");
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end().chars().map(|c| if c.is_control() { '?' } else { c }).collect())
    }
}

fn expect(line: String, start: &str) -> anyhow::Result<String> {
    match line.starts_with(start) {
        true => Ok(line),
        false => anyhow::bail!("the server said \"{line}\""),
    }
}
