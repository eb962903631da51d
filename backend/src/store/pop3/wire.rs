//! The octets of a POP3 session: bounded lines, bodies up to their dot, and patience that ends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::body::{Dots, Seen};
use crate::net::Stream;
use crate::store::Error;

/// Longest line of an answer, in octets; RFC 2449 §4 knows 512.
const LONGEST_LINE: usize = 8 << 10;
/// Longest silence of the server. It may look for a while before the first octet of a listing.
const SILENCE: Duration = Duration::from_secs(120);
/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// The stream of one session.
pub(super) struct Wire {
    stream: Stream,
    /// What was read and not used: `buffer[used..filled]`.
    buffer: Box<[u8]>,
    used: usize,
    filled: usize,
    /// Where in a body the session stands; none between answers.
    dots: Option<Dots>,
}

impl Wire {
    pub(super) fn new(stream: Stream) -> Self {
        let buffer = vec![0; CHUNK].into_boxed_slice();
        Self { stream, buffer, used: 0, filled: 0, dots: None }
    }

    pub(super) async fn send(&mut self, octets: &[u8]) -> Result<(), Error> {
        let sending = async {
            self.stream.write_all(octets).await?;
            self.stream.flush().await
        };
        let sent = timeout(SILENCE, sending).await.map_err(|_| Error::TimedOut)?;
        sent.map_err(|error| Error::Lost(Box::new(error)))
    }

    /// The next line without its end, which may be a bare LF. What is no UTF-8 is replaced.
    pub(super) async fn line(&mut self) -> Result<String, Error> {
        let mut line = Vec::new();
        loop {
            let unread = &self.buffer[self.used..self.filled];
            let end = memchr::memchr(b'\n', unread);
            line.extend_from_slice(&unread[..end.unwrap_or(unread.len())]);
            if line.len() > LONGEST_LINE {
                return Err(Error::Limit("a line"));
            }
            self.used += end.map_or(unread.len(), |end| end + 1);
            if end.is_some() {
                let line = line.strip_suffix(b"\r").unwrap_or(&line);
                return Ok(String::from_utf8_lossy(line).into_owned());
            }
            self.fill().await?;
        }
    }

    /// From here to its dot there is a body.
    pub(super) fn begin_body(&mut self) {
        self.dots = Some(Dots::default());
    }

    pub(super) fn is_in_body(&self) -> bool {
        self.dots.is_some()
    }

    /// The next octets of the body as they were before they were stuffed; none at its end.
    pub(super) async fn body(&mut self) -> Result<Option<&[u8]>, Error> {
        while let Some(dots) = &mut self.dots {
            if self.used == self.filled {
                self.fill().await?;
                continue;
            }
            match dots.next(&self.buffer[self.used..self.filled]) {
                Seen::Octets(count) => {
                    let from = self.used;
                    self.used += count;
                    return Ok(Some(&self.buffer[from..self.used]));
                }
                Seen::Held(count) => self.used += count,
                Seen::Owed(octets) => return Ok(Some(octets)),
                Seen::End(count) => {
                    self.used += count;
                    self.dots = None;
                }
            }
        }
        Ok(None)
    }

    /// Reads over what is left of a body that nobody wanted to its end.
    pub(super) async fn finish_body(&mut self) -> Result<(), Error> {
        while self.body().await?.is_some() {}
        Ok(())
    }

    /// Reads more, once all is used or a line goes on.
    async fn fill(&mut self) -> Result<(), Error> {
        (self.used, self.filled) = (0, 0);
        let read = self.stream.read(&mut self.buffer);
        match timeout(SILENCE, read).await.map_err(|_| Error::TimedOut)? {
            Ok(0) => Err(Error::Lost("the server closed the connection".into())),
            Ok(count) => {
                self.filled = count;
                Ok(())
            }
            Err(error) => Err(Error::Lost(Box::new(error))),
        }
    }
}
