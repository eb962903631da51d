//! A raw IMAP session (RFC 9051 §7): sends a line, reads until the tagged answer. For assertions and for measuring.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::{Person, wait};

/// A signed-in session that speaks what the test says, word for word.
#[derive(Debug)]
pub struct RawImap {
    stream: BufReader<TcpStream>,
    tag: u32,
}

/// The answer to one command.
#[derive(Debug)]
pub struct Answer {
    /// The untagged responses, literals included, without the line ends.
    pub untagged: Vec<String>,
    /// The tagged line without its tag, such as `OK Fetch completed`.
    pub tagged: String,
    /// From the first byte sent to the last byte read.
    pub took: Duration,
}

impl Answer {
    /// The first untagged response that holds `needle`.
    pub fn line(&self, needle: &str) -> Option<&str> {
        self.untagged.iter().map(String::as_str).find(|line| line.contains(needle))
    }
}

impl RawImap {
    /// Connects to a loopback port and reads the greeting.
    pub async fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let mut session = Self { stream: BufReader::new(stream), tag: 0 };
        let greeting = session.response().await?;
        ensure!(greeting.starts_with("* OK"), "the server greeted with {greeting}");
        Ok(session)
    }

    /// Connects and signs in.
    pub async fn sign_in(port: u16, person: &Person) -> Result<Self> {
        let mut session = Self::connect(port).await?;
        session.ok(&format!("LOGIN {} {}", person.address, person.password)).await?;
        Ok(session)
    }

    /// Sends one command and returns its answer, whatever it is.
    pub async fn command(&mut self, text: &str) -> Result<Answer> {
        self.exchange(text.as_bytes()).await
    }

    /// Sends one command and fails unless it is answered OK.
    pub async fn ok(&mut self, text: &str) -> Result<Answer> {
        let answer = self.command(text).await?;
        ensure!(answer.tagged.starts_with("OK"), "{text} was answered {}", answer.tagged);
        Ok(answer)
    }

    /// Files messages, all in one command (RFC 3502), and returns the last answer.
    pub async fn append<'a>(
        &mut self,
        mailbox: &str,
        flags: &str,
        messages: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Answer> {
        let mut bytes = format!("APPEND \"{mailbox}\"").into_bytes();
        for message in messages {
            bytes.extend_from_slice(format!(" ({flags}) {{{}+}}\r\n", message.len()).as_bytes());
            bytes.extend_from_slice(message);
        }
        let answer = self.exchange(&bytes).await?;
        ensure!(answer.tagged.starts_with("OK"), "APPEND was answered {}", answer.tagged);
        Ok(answer)
    }

    /// Files messages, each with flags and date of its own, all in one command (RFC 3502): `begin` is
    /// `(\\Seen) "1-Nov-2026 10:00:00 +0000"`.
    pub async fn append_each<'a>(
        &mut self,
        mailbox: &str,
        messages: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Answer> {
        let mut bytes = format!("APPEND \"{mailbox}\"").into_bytes();
        for (begin, message) in messages {
            bytes.extend_from_slice(format!(" {begin} {{{}+}}\r\n", message.len()).as_bytes());
            bytes.extend_from_slice(message);
        }
        let answer = self.exchange(&bytes).await?;
        ensure!(answer.tagged.starts_with("OK"), "APPEND was answered {}", answer.tagged);
        Ok(answer)
    }

    /// Files one message: `begin` is its flags and its date, `\\Seen "1-Nov-2026 10:00:00 +0000"`.
    pub async fn append_dated(
        &mut self,
        mailbox: &str,
        begin: &str,
        message: &[u8],
    ) -> Result<Answer> {
        let (flags, date) = begin.split_once('"').context("a date in quotes")?;
        let head = format!(
            "APPEND \"{mailbox}\" ({}) \"{date} {{{}+}}\r\n",
            flags.trim_end(),
            message.len()
        );
        let answer = self.exchange(&[head.as_bytes(), message].concat()).await?;
        ensure!(answer.tagged.starts_with("OK"), "APPEND was answered {}", answer.tagged);
        Ok(answer)
    }

    /// How many messages SELECT finds in the mailbox.
    pub async fn count(&mut self, mailbox: &str) -> Result<usize> {
        let answer = self.ok(&format!("SELECT \"{mailbox}\"")).await?;
        let exists = answer.line(" EXISTS").context("SELECT without EXISTS")?;
        Ok(exists.split(' ').nth(1).context("EXISTS without a number")?.parse()?)
    }

    /// The UIDs that match a search in the selected mailbox.
    pub async fn search(&mut self, criteria: &str) -> Result<Vec<u32>> {
        let answer = self.ok(&format!("UID SEARCH {criteria}")).await?;
        let found = answer.line("* SEARCH").context("UID SEARCH without an answer")?;
        found.split(' ').skip(2).map(|uid| Ok(uid.parse()?)).collect()
    }

    /// Waits until a search in the mailbox finds at least one message.
    pub async fn wait_for(&mut self, mailbox: &str, criteria: &str) -> Result<Vec<u32>> {
        let deadline = Instant::now() + wait::LONG_PATIENCE;
        self.ok(&format!("SELECT \"{mailbox}\"")).await?;
        while Instant::now() < deadline {
            let found = self.search(criteria).await?;
            if !found.is_empty() {
                return Ok(found);
            }
            self.ok("NOOP").await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("waited in vain for {criteria} in {mailbox}")
    }

    /// Starts IDLE (RFC 2177) and waits until the server idles; the session does nothing else after.
    pub async fn start_idle(&mut self) -> Result<()> {
        self.stream.write_all(b"idle IDLE\r\n").await?;
        self.idle_line("+").await.map(drop)
    }

    /// Waits for a line that holds `needle` while idling.
    pub async fn idle_line(&mut self, needle: &str) -> Result<String> {
        wait::within("a line while idling", async {
            loop {
                let line = self.response().await?;
                if line.contains(needle) {
                    return Ok(line);
                }
            }
        })
        .await
    }

    /// Sends bytes with a fresh tag in front and CRLF behind; reads up to the tagged line.
    async fn exchange(&mut self, bytes: &[u8]) -> Result<Answer> {
        self.tag += 1;
        let tag = format!("t{} ", self.tag);
        let mut sent = tag.clone().into_bytes();
        sent.extend_from_slice(bytes);
        sent.extend_from_slice(b"\r\n");
        let started = Instant::now();
        self.stream.write_all(&sent).await?;
        let mut untagged = Vec::new();
        loop {
            let line = wait::within("an IMAP answer", self.response()).await?;
            match line.strip_prefix(&tag) {
                Some(tagged) => {
                    let took = started.elapsed();
                    return Ok(Answer { untagged, tagged: tagged.to_owned(), took });
                }
                None => untagged.push(line),
            }
        }
    }

    /// Reads one whole response: a line, and what follows each literal in it.
    async fn response(&mut self) -> Result<String> {
        let mut bytes = Vec::new();
        loop {
            let read = self.stream.read_until(b'\n', &mut bytes).await?;
            ensure!(read > 0, "the server closed the connection");
            while bytes.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
                bytes.pop();
            }
            let Some(size) = announced(&bytes) else {
                return Ok(String::from_utf8_lossy(&bytes).into_owned());
            };
            bytes.extend_from_slice(b"\r\n");
            let start = bytes.len();
            bytes.resize(start + size, 0);
            self.stream.read_exact(&mut bytes[start..]).await?;
        }
    }
}

/// The size of the literal that a line announces at its end.
fn announced(line: &[u8]) -> Option<usize> {
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    let digits = line[open + 1..].strip_suffix(b"}")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
