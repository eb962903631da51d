//! STARTTLS for IMAP (RFC 9051 §6.2.1), SMTP (RFC 3207) and POP3 (RFC 2595 §4).
//!
//! Nothing that the server says before TLS is kept, and bytes that arrive together with the
//! go-ahead are refused: they would be taken for protected ones (command injection).

use super::{Error, Protocol, TLS_TIMEOUT, Unreachable};
use crate::config::Endpoint;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest line, and most lines, that a server may say before TLS.
const MAX_LINE: usize = 8 * 1024;
const MAX_LINES: usize = 100;

/// Talks to the point where the TLS handshake starts.
pub(super) async fn upgrade(
    tcp: TcpStream,
    endpoint: &Endpoint,
    protocol: Protocol,
) -> Result<TcpStream, Error> {
    let mut dialogue = Dialogue { tcp, endpoint, buffer: Vec::new() };
    let work = async {
        match protocol {
            Protocol::Imap => dialogue.imap().await,
            Protocol::Smtp => dialogue.smtp().await,
            Protocol::Pop3 => dialogue.pop3().await,
        }
    };
    tokio::time::timeout(TLS_TIMEOUT, work)
        .await
        .unwrap_or_else(|_| Err(Error::unreachable(endpoint, Unreachable::TimedOut)))?;
    match dialogue.buffer.is_empty() {
        true => Ok(dialogue.tcp),
        false => Err(Error::protocol(endpoint, "plaintext after the go-ahead for TLS")),
    }
}

struct Dialogue<'a> {
    tcp: TcpStream,
    endpoint: &'a Endpoint,
    buffer: Vec<u8>,
}

impl Dialogue<'_> {
    async fn imap(&mut self) -> Result<(), Error> {
        let greeting = self.line().await?.to_ascii_uppercase();
        if !greeting.starts_with("* OK") {
            // PREAUTH too: a server that is past signing in cannot start TLS any more.
            return Err(self.refuse("no IMAP greeting that allows STARTTLS"));
        }
        self.say("P1 STARTTLS\r\n").await?;
        for _ in 0..MAX_LINES {
            let line = self.line().await?.to_ascii_uppercase();
            if let Some(status) = line.strip_prefix("P1 ") {
                return match status.starts_with("OK") {
                    true => Ok(()),
                    false => Err(self.refuse("STARTTLS is refused")),
                };
            }
        }
        Err(self.refuse("too many lines before TLS"))
    }

    async fn smtp(&mut self) -> Result<(), Error> {
        self.expect_code("220", "no SMTP greeting").await?;
        let name = match self.tcp.local_addr().map(|address| address.ip()) {
            Ok(std::net::IpAddr::V4(ip)) => format!("[{ip}]"),
            Ok(std::net::IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
            Err(_) => "localhost".into(),
        };
        self.say(&format!("EHLO {name}\r\n")).await?;
        let offered = self.expect_code("250", "EHLO is refused").await?;
        if !offered.iter().any(|keyword| keyword.eq_ignore_ascii_case("STARTTLS")) {
            return Err(self.refuse("STARTTLS is not offered"));
        }
        self.say("STARTTLS\r\n").await?;
        self.expect_code("220", "STARTTLS is refused").await.map(drop)
    }

    async fn pop3(&mut self) -> Result<(), Error> {
        if !self.line().await?.starts_with("+OK") {
            return Err(self.refuse("no POP3 greeting"));
        }
        self.say("STLS\r\n").await?;
        match self.line().await?.starts_with("+OK") {
            true => Ok(()),
            false => Err(self.refuse("STLS is refused")),
        }
    }

    /// One SMTP reply of any number of lines; gives the text of each.
    async fn expect_code(&mut self, code: &str, otherwise: &str) -> Result<Vec<String>, Error> {
        let mut texts = Vec::new();
        for _ in 0..MAX_LINES {
            let line = self.line().await?;
            let Some(rest) = line.strip_prefix(code) else {
                return Err(self.refuse(otherwise));
            };
            texts.push(rest.get(1..).unwrap_or_default().trim().to_owned());
            if !rest.starts_with('-') {
                return Ok(texts);
            }
        }
        Err(self.refuse("too many lines before TLS"))
    }

    /// The next line without its end.
    async fn line(&mut self) -> Result<String, Error> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.buffer.len() > MAX_LINE {
                return Err(self.refuse("a line without end"));
            }
            let mut chunk = [0; 1024];
            match self.tcp.read(&mut chunk).await {
                Ok(0) => return Err(Error::unreachable(self.endpoint, Unreachable::Closed)),
                Ok(count) => self.buffer.extend_from_slice(&chunk[..count]),
                Err(error) => return Err(Error::lost(self.endpoint, error)),
            }
        }
    }

    /// Sends a command. Answers that came before it was asked for are no answers.
    async fn say(&mut self, command: &str) -> Result<(), Error> {
        if !self.buffer.is_empty() {
            return Err(self.refuse("an answer before the question"));
        }
        self.tcp
            .write_all(command.as_bytes())
            .await
            .map_err(|error| Error::lost(self.endpoint, error))
    }

    fn refuse(&self, reason: &str) -> Error {
        Error::protocol(self.endpoint, reason)
    }
}
