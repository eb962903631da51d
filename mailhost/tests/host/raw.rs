//! A connection that says exactly what a test tells it to, and times out instead of hanging.

use std::future::Future;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use postern_mailhost::{Host, MailHost};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub const ALICE: &str = "alice@postern.example";
pub const BOB: &str = "bob@postern.example";
pub const INBOX: (&str, &str) = (ALICE, "INBOX");

/// 2026-11-22 12:00:00 UTC, a Sunday.
pub fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_348_800)
}

pub async fn host() -> Host {
    let builder = MailHost::builder().user(ALICE, "Alice", "secret").user(BOB, "Bob", "secret");
    builder.clock(noon).start().await.unwrap()
}

/// A host whose Alice has messages with these subjects.
pub async fn host_with(subjects: &[&str]) -> Host {
    let host = host().await;
    for subject in subjects {
        host.deliver(ALICE, format!("Subject: {subject}\n\nText of {subject}.\n")).unwrap();
    }
    host
}

pub async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), what)
        .await
        .expect("the host did not answer in time")
}

/// An answer's untagged responses and its tagged line.
#[derive(Debug)]
pub struct Answer {
    pub untagged: Vec<Vec<u8>>,
    pub tagged: String,
}

impl Answer {
    pub fn lines(&self) -> Vec<String> {
        let lines = self.untagged.iter();
        lines.map(|line| String::from_utf8_lossy(line.trim_ascii_end()).into_owned()).collect()
    }

    pub fn is_ok(&self) -> bool {
        self.tagged.starts_with("OK")
    }
}

pub struct Raw {
    stream: BufReader<TcpStream>,
    tags: usize,
}

impl Raw {
    /// Connects, without waiting for a greeting.
    #[expect(clippy::disallowed_methods, reason = "the test is the mail program")]
    pub async fn open(address: SocketAddr) -> Self {
        let stream = in_time(TcpStream::connect(address)).await.unwrap();
        Self { stream: BufReader::new(stream), tags: 0 }
    }

    /// Connects to IMAP and reads the greeting.
    pub async fn imap(host: &Host) -> Self {
        let mut raw = Self::open(host.imap_addr()).await;
        assert!(raw.response().await.unwrap().starts_with(b"* OK"));
        raw
    }

    /// Connects, signs in and selects the inbox.
    pub async fn inbox(host: &Host) -> Self {
        let mut raw = Self::signed_in(host).await;
        assert!(raw.command("SELECT INBOX").await.is_ok());
        raw
    }

    pub async fn signed_in(host: &Host) -> Self {
        let mut raw = Self::imap(host).await;
        assert!(raw.command(&format!("LOGIN {ALICE} secret")).await.is_ok());
        raw
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        in_time(self.stream.write_all(bytes.as_ref())).await.unwrap();
    }

    /// A whole response with its literals; `None` once the host has closed.
    pub async fn response(&mut self) -> Option<Vec<u8>> {
        let mut response = Vec::new();
        loop {
            let got = in_time(self.stream.read_until(b'\n', &mut response)).await.unwrap_or(0);
            if got == 0 {
                return None;
            }
            let Some(length) = literal_length(&response) else { return Some(response) };
            let start = response.len();
            response.resize(start + length, 0);
            if in_time(self.stream.read_exact(&mut response[start..])).await.is_err() {
                return None;
            }
        }
    }

    /// A line without its break.
    pub async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let got = in_time(self.stream.read_line(&mut line)).await.unwrap_or(0);
        (got > 0).then(|| line.trim_end().to_owned())
    }

    /// Everything that is sent until the host closes.
    pub async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // A reset is a way to close, too.
        let _ = in_time(self.stream.read_to_end(&mut rest)).await;
        rest
    }

    /// Sends a command and reads its answer; panics if the host closes first.
    pub async fn command(&mut self, command: &str) -> Answer {
        self.try_command(command).await.expect("the host closed the connection")
    }

    pub async fn try_command(&mut self, command: &str) -> Option<Answer> {
        let tag = self.start(command).await;
        self.answer(&tag).await
    }

    /// Sends a command and returns its tag.
    pub async fn start(&mut self, command: &str) -> String {
        self.tags += 1;
        let tag = format!("a{}", self.tags);
        self.send(format!("{tag} {command}\r\n")).await;
        tag
    }

    pub async fn answer(&mut self, tag: &str) -> Option<Answer> {
        let mut untagged = Vec::new();
        loop {
            let response = self.response().await?;
            let tagged =
                response.strip_prefix(tag.as_bytes()).and_then(|rest| rest.strip_prefix(b" "));
            if let Some(tagged) = tagged {
                let tagged = String::from_utf8_lossy(tagged.trim_ascii_end()).into_owned();
                return Some(Answer { untagged, tagged });
            }
            untagged.push(response);
        }
    }

    /// Runs a command and compares its untagged lines; it has to succeed.
    pub async fn check(&mut self, command: &str, expect: &[&str]) {
        let answer = self.command(command).await;
        assert!(answer.is_ok(), "{command}: {}", answer.tagged);
        assert_eq!(answer.lines(), expect, "{command}");
    }

    /// Runs a command and compares how its tagged line begins.
    pub async fn check_tagged(&mut self, command: &str, expect: &str) {
        let answer = self.command(command).await;
        assert!(answer.tagged.starts_with(expect), "{command}: {}", answer.tagged);
    }
}

fn literal_length(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}\r\n")?;
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(&line[open + 1..]).ok()?.parse().ok()
}
