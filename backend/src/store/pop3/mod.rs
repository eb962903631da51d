//! One POP3 session (RFC 1939): greeting to QUIT, messages streamed and never held whole.
//!
//! CAPA and PIPELINING 2449, AUTH 5034, UTF8 6856, response codes 2449 §8 and 3206. STLS (2595) is
//! `net`'s, before this begins. Numbers of messages mean something inside of one session only, and
//! nothing is removed before QUIT has been answered.

mod body;
mod capabilities;
pub mod collector;
mod listing;
mod reply;
mod sign_in;
mod wire;

use std::collections::{HashSet, VecDeque};

use crate::net::Opened;
use crate::store::Error;
pub use body::Body;
pub use capabilities::{Capabilities, LoginDelay};
pub use listing::{Listed, Stat};
use reply::Reply;
pub use sign_in::Plaintext;
use wire::Wire;

/// Most RETRs that the server has not answered: enough to hide the way there and back.
const AHEAD: usize = 16;
/// Most lines of an answer that is no listing.
const MOST_LINES: usize = 1_000;
/// Most octets of the answer to TOP that are taken in.
const LARGEST_TOP: usize = 1 << 20;

/// A session with a maildrop. Only one at a time is possible: the server locks the maildrop.
pub struct Pop3Connection {
    wire: Wire,
    capabilities: Capabilities,
    encrypted: bool,
    /// The timestamp of the greeting, with its angle brackets, where APOP is possible.
    timestamp: Option<String>,
    /// Messages that were asked for and not sent yet, and how many of them the server knows of.
    asked: VecDeque<(u32, Extent)>,
    written: usize,
}

/// How much of a message is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its header.
    Header,
}

impl Pop3Connection {
    /// Hears the greeting, and what the server can do.
    ///
    /// # Errors
    /// `TooManyConnections` where somebody else has the maildrop; else what keeps the server from
    /// greeting.
    pub async fn greet(opened: Opened) -> Result<Self, Error> {
        let mut connection = Self {
            wire: Wire::new(opened.stream),
            capabilities: Capabilities::default(),
            encrypted: opened.tls_version.is_some(),
            timestamp: None,
            asked: VecDeque::new(),
            written: 0,
        };
        if !opened.greeting_consumed {
            let greeting = connection.reply().await?.ok()?;
            connection.timestamp = sign_in::timestamp(&greeting);
        }
        connection.read_capabilities().await?;
        Ok(connection)
    }

    /// What the server offers; after sign-in that may be more.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// How many messages the maildrop holds, and how many octets; none where the server counts
    /// below zero, as some do.
    ///
    /// # Errors
    /// As for every verb: `Refused` by the server, `Garbled`, `Lost`, `TimedOut`.
    pub async fn stat(&mut self) -> Result<Option<Stat>, Error> {
        let text = self.command("STAT").await?.ok()?;
        Stat::read(&text)
    }

    /// The number and the size in octets of every message.
    ///
    /// # Errors
    /// As for `stat`; `Garbled` for a line that is no entry.
    pub async fn list(&mut self) -> Result<Vec<Listed>, Error> {
        let entries = self.listing("LIST", listing::entry).await?;
        entries.ok_or(Error::Garbled("LIST"))
    }

    /// The uidl of every message that has one; none where the server has no UIDL at all.
    ///
    /// # Errors
    /// As for `stat`.
    pub async fn uidl(&mut self) -> Result<Option<Vec<(u32, String)>>, Error> {
        if self.capabilities.lacks("UIDL") {
            return Ok(None);
        }
        self.listing("UIDL", listing::uidl).await
    }

    /// The uidl of one message, for servers whose listing left it out.
    ///
    /// # Errors
    /// As for `stat`.
    pub async fn uidl_of(&mut self, number: u32) -> Result<Option<String>, Error> {
        let reply = self.command(&format!("UIDL {number}")).await?;
        let Reply::Ok(text) = reply else { return Ok(None) };
        let found = listing::uidl(&text).flatten();
        Ok(found.filter(|(of, _)| *of == number).map(|(_, uidl)| uidl))
    }

    /// The header of a message and so many lines of its text, at most 1 MiB; what is beyond is
    /// left out.
    ///
    /// # Errors
    /// As for `stat`; `Unsupported` where the server has no TOP.
    pub async fn top(&mut self, number: u32, lines: u32) -> Result<Vec<u8>, Error> {
        if self.capabilities.lacks("TOP") {
            return Err(Error::Unsupported("TOP"));
        }
        self.command(&format!("TOP {number} {lines}")).await?.ok()?;
        let mut head = Vec::new();
        let mut body = Body::new(&mut self.wire);
        while let Some(octets) = body.next().await? {
            let room = LARGEST_TOP - head.len();
            head.extend_from_slice(&octets[..octets.len().min(room)]);
        }
        Ok(head)
    }

    /// Asks for messages, which [`Pop3Connection::message`] then gives in this order. A server
    /// with PIPELINING hears of several at once.
    ///
    /// # Errors
    /// `Lost`, `TimedOut`.
    pub async fn ask(&mut self, numbers: impl IntoIterator<Item = u32>) -> Result<(), Error> {
        self.ask_each(numbers.into_iter().map(|number| (number, Extent::Whole))).await
    }

    /// Asks for messages, of some perhaps for the header alone, in the same way.
    ///
    /// # Errors
    /// As for `ask`.
    pub async fn ask_each(
        &mut self,
        all: impl IntoIterator<Item = (u32, Extent)>,
    ) -> Result<(), Error> {
        self.asked.extend(all);
        self.write_ahead().await
    }

    /// Asks for messages before all that the server was not asked for yet.
    ///
    /// # Errors
    /// As for `ask`.
    pub async fn ask_first(&mut self, numbers: &[u32]) -> Result<(), Error> {
        for (place, number) in numbers.iter().enumerate() {
            self.asked.insert(self.written + place, (*number, Extent::Whole));
        }
        self.write_ahead().await
    }

    /// Takes back what the server was not told of yet; gives the numbers of that.
    pub fn take_back(&mut self, numbers: &HashSet<u32>) -> Vec<u32> {
        let mut taken = Vec::new();
        let mut place = 0;
        self.asked.retain(|(number, extent)| {
            place += 1;
            let goes = place > self.written && *extent == Extent::Whole && numbers.contains(number);
            if goes {
                taken.push(*number);
            }
            !goes
        });
        taken
    }

    /// Asks for the headers of messages in the same way.
    ///
    /// # Errors
    /// As for `ask`.
    pub async fn ask_headers(
        &mut self,
        numbers: impl IntoIterator<Item = u32>,
    ) -> Result<(), Error> {
        self.ask_each(numbers.into_iter().map(|number| (number, Extent::Header))).await
    }

    /// The next message that was asked for: its number, and its octets or the server's refusal.
    /// None once all were given.
    ///
    /// # Errors
    /// `Lost`, `TimedOut`, `Garbled`: the session is over.
    pub async fn message(&mut self) -> Result<Option<(u32, Result<Body<'_>, Error>)>, Error> {
        self.wire.finish_body().await?;
        self.write_ahead().await?;
        let Some((number, _)) = self.asked.pop_front() else { return Ok(None) };
        self.written -= 1;
        let reply = Reply::read(&mut self.wire).await?;
        let body = reply.ok().map(|_| Body::new(&mut self.wire));
        Ok(Some((number, body)))
    }

    /// Marks messages to be removed when the session ends by `quit`. What the server refused to
    /// mark is in the answer.
    ///
    /// # Errors
    /// As for `stat`, of the session alone.
    pub async fn dele(&mut self, numbers: &[u32]) -> Result<Vec<(u32, Error)>, Error> {
        let ahead = if self.capabilities.has("PIPELINING") { AHEAD } else { 1 };
        let mut refused = Vec::new();
        self.wire.finish_body().await?;
        for some in numbers.chunks(ahead) {
            let lines: String = some.iter().map(|number| format!("DELE {number}\r\n")).collect();
            self.wire.send(lines.as_bytes()).await?;
            for number in some {
                if let Err(error) = Reply::read(&mut self.wire).await?.ok() {
                    refused.push((*number, error));
                }
            }
        }
        Ok(refused)
    }

    /// Takes every mark back.
    ///
    /// # Errors
    /// As for `stat`.
    pub async fn rset(&mut self) -> Result<(), Error> {
        self.command("RSET").await?.ok().map(drop)
    }

    /// Keeps the session alive.
    ///
    /// # Errors
    /// As for `stat`.
    pub async fn noop(&mut self) -> Result<(), Error> {
        self.command("NOOP").await?.ok().map(drop)
    }

    /// Ends the session; only on success are marked messages removed. A refusal says that some or
    /// all of them are still there.
    ///
    /// # Errors
    /// As for `stat`; after `Lost` and `TimedOut` nobody knows what was removed.
    pub async fn quit(mut self) -> Result<(), Error> {
        self.command("QUIT").await?.ok().map(drop)
    }

    /// Ends the session so that nothing is removed.
    pub async fn abandon(mut self) {
        // Closing without QUIT removes nothing either (RFC 1939 §6): this is a courtesy.
        let _ = self.rset().await;
        let _ = self.quit().await;
    }

    async fn read_capabilities(&mut self) -> Result<(), Error> {
        self.capabilities = match self.command("CAPA").await? {
            Reply::Ok(_) => Capabilities::read(self.lines().await?.unwrap_or_default()),
            // RFC 1939 knows no CAPA: then nothing is known, and everything may be tried.
            Reply::Refused { .. } => Capabilities::default(),
        };
        Ok(())
    }

    async fn listing<T>(
        &mut self,
        verb: &str,
        read: impl Fn(&str) -> Option<Option<T>>,
    ) -> Result<Option<Vec<T>>, Error> {
        if let Reply::Refused { .. } = self.command(verb).await? {
            return Ok(None);
        }
        let mut entries = Vec::new();
        // Their dot is a line too.
        for _ in 0..=listing::MOST {
            let line = self.wire.line().await?;
            match line.as_str() {
                "." => return Ok(Some(entries)),
                _ if line.starts_with("-ERR") => return Ok(None),
                _ => {}
            }
            let entry = read(&line).ok_or(Error::Garbled("a listing"))?;
            entries.extend(entry);
        }
        Err(Error::Limit(listing::MESSAGES))
    }

    /// The lines of an answer up to its dot; none where the server breaks it off by a refusal.
    async fn lines(&mut self) -> Result<Option<Vec<String>>, Error> {
        let mut lines = Vec::new();
        while lines.len() < MOST_LINES {
            let line = self.wire.line().await?;
            if line == "." {
                return Ok(Some(lines));
            }
            if line.starts_with("-ERR") {
                return Ok(None);
            }
            lines.push(line.strip_prefix('.').map(str::to_owned).unwrap_or(line));
        }
        Err(Error::Limit("lines of an answer"))
    }

    async fn command(&mut self, line: &str) -> Result<Reply, Error> {
        self.wire.finish_body().await?;
        if !self.asked.is_empty() {
            return Err(Error::Invalid("a command before messages that were asked for"));
        }
        self.wire.send(format!("{line}\r\n").as_bytes()).await?;
        self.reply().await
    }

    async fn reply(&mut self) -> Result<Reply, Error> {
        Reply::read(&mut self.wire).await
    }

    /// Tells the server of what was asked for, as far as it likes to hear ahead.
    async fn write_ahead(&mut self) -> Result<(), Error> {
        let ahead = match self.capabilities.has("PIPELINING") {
            true => AHEAD,
            false if self.wire.is_in_body() => 0,
            false => 1,
        };
        let most = self.asked.len().min(ahead);
        // In batches: a packet for each would be most of the traffic.
        if self.written > 0 && self.written >= most.div_ceil(2) {
            return Ok(());
        }
        let fresh = self.asked.iter().take(most).skip(self.written);
        let line = |(number, extent): &(u32, Extent)| match extent {
            Extent::Whole => format!("RETR {number}\r\n"),
            Extent::Header => format!("TOP {number} 0\r\n"),
        };
        let lines: String = fresh.map(line).collect();
        self.written = self.written.max(most);
        match lines.is_empty() {
            true => Ok(()),
            false => self.wire.send(lines.as_bytes()).await,
        }
    }
}

#[cfg(test)]
mod tests;
