//! Octets of a message's parts: in slices, or as a whole into a sink while they arrive
//! (RFC 9051 §6.4.5).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::command::Command;
use super::connection::ImapConnection;
use super::fetched::Fetched;
use super::wire::Response;
use crate::store::{Error, Slice};

/// A whole part is handed on from this size on.
const LARGE: usize = 64 << 10;

impl ImapConnection {
    /// Octets of a part, from `offset`: `section` as in `Structure`, or empty for the whole
    /// message; `1.MIME`, `HEADER` and `TEXT` also go. Never marks the message as seen.
    ///
    /// # Errors
    /// `NonExistent` if the message is gone.
    pub async fn body(
        &mut self,
        uid: u32,
        section: &str,
        offset: u64,
        max: u32,
    ) -> Result<Slice, Error> {
        if !is_section(section) || max == 0 {
            return Err(Error::Invalid("a section"));
        }
        let item = format!("(UID BODY.PEEK[{section}]<{offset}.{max}>)");
        self.slice(uid, &item, (&format!("BODY[{section}]"), offset, max)).await
    }

    /// Asks for an item that is answered with at most `max` octets from `offset` on. Whatever a
    /// server that ignores the partial sends, no more than that is kept.
    pub(super) async fn slice(
        &mut self,
        uid: u32,
        item: &str,
        (name, offset, max): (&str, u64, u32),
    ) -> Result<Slice, Error> {
        let mut window = Window::new(offset, max);
        let (mut slice, mut missed) = (None, false);
        let take = |response: &Response| {
            let fetched = Fetched::read(response);
            let fetched = fetched.filter(|it| it.uid().is_none_or(|found| found == uid));
            let value = fetched.as_ref().and_then(|it| Some((it, it.item(name)?)));
            let Some((it, (value, partial))) = value else {
                missed |= Fetched::is_missed(response);
                return false;
            };
            slice = Some(cut(it.slice_of(value.bytes().unwrap_or_default()), partial, offset, max));
            true
        };
        let command = uid_fetch(uid)?.words(item);
        let least = (max as usize).saturating_add(1);
        let exchange = self.run_spooling(command, least, &mut window, take).await?;
        missed |= exchange.defects > 0;
        self.absorb(exchange.untagged);
        match slice {
            Some(_) if window.total > 0 => Ok(window.slice()),
            Some(slice) => Ok(slice),
            None if missed => Err(Error::Garbled("FETCH")),
            None => Err(Error::NonExistent),
        }
    }

    /// Writes a whole part into `sink` while it arrives, whatever its size, and says how many
    /// octets it has. Other commands wait that long: for what a user looks at there is `body`.
    ///
    /// # Errors
    /// `NonExistent` if the message is gone. `Lost` also where the sink fails: what it got is not
    /// the whole then.
    pub async fn download(
        &mut self,
        uid: u32,
        section: &str,
        sink: &mut (dyn AsyncWrite + Send + Unpin),
    ) -> Result<u64, Error> {
        if !is_section(section) {
            return Err(Error::Invalid("a section"));
        }
        let name = format!("BODY[{section}]");
        let mut counting = Counting { sink, octets: 0 };
        let (mut rest, mut missed) = (None, false);
        let take = |response: &Response| {
            let fetched = Fetched::read(response);
            let fetched = fetched.filter(|it| it.uid().is_none_or(|found| found == uid));
            let value = fetched.as_ref().and_then(|it| Some((it, it.item(&name)?)));
            let Some((it, (value, _))) = value else {
                missed |= Fetched::is_missed(response);
                return false;
            };
            rest = Some(it.slice_of(value.bytes().unwrap_or_default()));
            true
        };
        let command = uid_fetch(uid)?.words(&format!("(UID BODY.PEEK[{section}])"));
        let exchange = self.run_spooling(command, LARGE, &mut counting, take).await?;
        missed |= exchange.defects > 0;
        self.absorb(exchange.untagged);
        match rest {
            Some(rest) => {
                let written = counting.write_all(&rest).await;
                written.map_err(|error| Error::Lost(Box::new(error)))?;
                Ok(counting.octets)
            }
            None if missed => Err(Error::Garbled("FETCH")),
            None => Err(Error::NonExistent),
        }
    }
}

/// Begins a FETCH of one message.
pub(super) fn uid_fetch(uid: u32) -> Result<Command, Error> {
    if uid == 0 {
        return Err(Error::Invalid("a uid"));
    }
    Ok(Command::new("UID FETCH").words(&uid.to_string()))
}

/// Whether a section can be sent.
pub(super) fn is_section(section: &str) -> bool {
    section.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

/// What was asked for of what was sent: some servers ignore the partial and send everything.
pub(super) fn cut(octets: Bytes, partial: bool, offset: u64, max: u32) -> Slice {
    let start = if partial { 0 } else { usize::try_from(offset).unwrap_or(usize::MAX) };
    let start = start.min(octets.len());
    let most = max as usize;
    let rest = octets.slice(start..);
    let end = if partial { rest.len() < most } else { rest.len() <= most };
    Slice { bytes: rest.slice(..rest.len().min(most)), end }
}

/// Keeps a stretch of a literal that is larger than what was asked for.
struct Window {
    offset: u64,
    max: u32,
    kept: Vec<u8>,
    total: u64,
}

impl Window {
    fn new(offset: u64, max: u32) -> Self {
        Self { offset, max, kept: Vec::new(), total: 0 }
    }

    fn slice(self) -> Slice {
        let end = self.total <= self.offset.saturating_add(u64::from(self.max));
        Slice { bytes: self.kept.into(), end }
    }
}

impl AsyncWrite for Window {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let at = self.total;
        self.total += octets.len() as u64;
        let last = self.offset.saturating_add(u64::from(self.max));
        let within = |place: u64| {
            usize::try_from(place.saturating_sub(at)).unwrap_or(usize::MAX).min(octets.len())
        };
        let stretch = &octets[within(self.offset)..within(last).max(within(self.offset))];
        self.kept.extend_from_slice(stretch);
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Counts what goes into a sink.
struct Counting<'a> {
    sink: &'a mut (dyn AsyncWrite + Send + Unpin),
    octets: u64,
}

impl AsyncWrite for Counting<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut *self.sink).poll_write(cx, octets);
        if let Poll::Ready(Ok(count)) = written {
            self.octets += count as u64;
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.sink).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.sink).poll_shutdown(cx)
    }
}
