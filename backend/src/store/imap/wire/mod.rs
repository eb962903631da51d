//! The wire: everything a mail server says passes here before anybody else sees it.
//!
//! It lies between the protected stream and async-imap, as `AsyncRead + AsyncWrite`, because that
//! crate and its parser cannot be left alone with a server (NO is taken for success, one bad line
//! ends the stream, some lines panic or recurse without end). What it promises:
//!
//! * **Whole responses, one at a time.** `split` cuts the bytes into responses (a line and its
//!   literals) under limits of line, literal and total; nothing is allocated on an announcement.
//!   async-imap gets exactly one response per read, so that its buffer is empty between commands
//!   and a raw exchange (`send`, `next`) can run between two typed ones.
//! * **The record is the truth.** Of every command the wire keeps the tagged status and every
//!   untagged response, in order (`Exchange`). Callers judge by that record, never by what
//!   async-imap returned: no tagged OK, no success.
//! * **A guard before async-imap.** `guard` rebuilds status lines (so that odd codes or 8-bit text
//!   cannot upset the parser), hands over only what typed commands need and what parses, and keeps
//!   the rest in the record alone. What nobody can read costs that response and is counted.
//! * **One write per command.** Written bytes wait until flush, and are zeroed after (LOGIN).
//!
//! * **Large literals pass through.** Where a caller wants it (`spool`), the octets of a large
//!   literal are handed on while they arrive; one that is too large to keep costs its response.
//! * **Compression lies beneath** (`compress`), so that inflated bytes meet the same limits.
//! * **A log for support** (`set_log`) shows the protocol without secrets, names or mail.
//!
//! Timeouts are the connection's duty. Only an error of the stream, an exceeded limit or the end
//! of the stream ends a wire; it then stays ended (`failure`). RFC 9051 §2.2, §7.

mod cut;
mod deflate;
mod exchange;
mod guard;
mod log;
mod response;
mod split;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;
use zeroize::Zeroize;

use super::limits::Limits;
use deflate::Deflated;
pub use exchange::Traffic;
pub(super) use exchange::{Counters, Event, Exchange, Failure};
pub(super) use guard::handover;
pub use log::ProtocolLog;
pub(super) use response::{Condition, Kind, Name, Response, Status};
pub(super) use split::{Piece, Splitter};

/// Bytes asked of the stream at once: few while it is quiet, as many connections wait.
const CHUNK: usize = 4 << 10;
/// The same inside a long response.
const LONG_CHUNK: usize = 64 << 10;
/// Room for a command; LOGIN fits without a reallocation that would leave a copy behind.
const LINE: usize = 1 << 10;

/// The stream that async-imap is given.
pub(super) struct ImapWire {
    stream: crate::net::Stream,
    limits: Limits,
    incoming: BytesMut,
    splitter: Splitter,
    /// The rest of the one response that async-imap is reading.
    handover: Bytes,
    outgoing: Vec<u8>,
    written: usize,
    /// The stream beneath may still hold what was written.
    unflushed: bool,
    exchange: Exchange,
    counters: Arc<Counters>,
    /// The stream beneath counts, because it knows what went over the network.
    compressed: bool,
    /// The next write goes nowhere and is answered with OK.
    pretending: bool,
    log: Option<ProtocolLog>,
    failure: Option<Failure>,
}

/// What the stream brought.
enum Arrival {
    Response(Response),
    Octets(Bytes),
    Skipped,
}

impl ImapWire {
    pub(super) fn new(stream: crate::net::Stream, limits: Limits) -> Self {
        Self {
            stream,
            limits,
            incoming: BytesMut::new(),
            splitter: Splitter::default(),
            handover: Bytes::new(),
            outgoing: Vec::with_capacity(LINE),
            written: 0,
            unflushed: false,
            exchange: Exchange::default(),
            counters: Arc::default(),
            compressed: false,
            pretending: false,
            log: None,
            failure: None,
        }
    }

    /// Starts the record of a command; a typed command's tag is read from what is written.
    pub(super) fn begin(&mut self, tag: Option<String>) {
        self.exchange = Exchange { tag, ..Exchange::default() };
    }

    /// Ends the record.
    pub(super) fn take_exchange(&mut self) -> Exchange {
        std::mem::take(&mut self.exchange)
    }

    /// The untagged responses so far; the command goes on.
    pub(super) fn take_untagged(&mut self) -> Vec<Response> {
        self.exchange.size = 0;
        std::mem::take(&mut self.exchange.untagged)
    }

    /// The text of the last continuation.
    pub(super) fn challenge(&self) -> Bytes {
        self.exchange.challenge.clone()
    }

    /// Takes the untagged responses that hold content; statuses stay. They still count.
    pub(super) fn drain(&mut self) -> Vec<Response> {
        let untagged = &mut self.exchange.untagged;
        if untagged.iter().all(|response| response.status().is_none()) {
            return std::mem::take(untagged);
        }
        untagged.extract_if(.., |response| response.status().is_none()).collect()
    }

    /// Why the wire ended, if it did.
    pub(super) fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// What went over this wire so far, also while somebody waits on it.
    pub(super) fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Where a redacted log of the protocol goes, from now on.
    pub(super) fn set_log(&mut self, log: Option<ProtocolLog>) {
        self.log = log;
    }

    /// Literals of at least so many octets are handed on while they arrive, until the next `begin`.
    pub(super) fn spool(&mut self, least: usize) {
        self.exchange.spool = Some(least);
    }

    /// From here on both directions are deflated (RFC 4978): the server has just said OK to that.
    pub(super) fn compress(&mut self) {
        let plain = std::mem::replace(&mut self.stream, Box::new(tokio::io::empty()));
        let arrived = std::mem::take(&mut self.incoming);
        self.splitter = Splitter::default();
        self.stream = Box::new(Deflated::new(plain, arrived, self.counters()));
        self.compressed = true;
    }

    /// Answers the next command with OK without sending it: async-imap makes a session only after a
    /// LOGIN of its own, and sign-in is ours.
    pub(super) fn pretend(&mut self) {
        self.pretending = true;
    }

    /// Queues bytes and writes everything queued.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.outgoing.extend_from_slice(bytes);
        std::future::poll_fn(|cx| self.poll_write_out(cx)).await.map_err(Failure::Io)
    }

    /// Waits for the next response and records it. Safe to drop: nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Event, Failure> {
        std::future::poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Waits for one response outside any command: the greeting.
    pub(super) async fn greeting(&mut self) -> Result<Response, Failure> {
        loop {
            let arrival = std::future::poll_fn(|cx| self.poll_arrival(cx)).await?;
            if let Arrival::Response(response) = arrival {
                return Ok(response);
            }
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Event, Failure>> {
        loop {
            match ready!(self.poll_arrival(cx))? {
                Arrival::Response(response) => {
                    if let Some(event) = self.exchange.record(response, &self.limits)? {
                        return Poll::Ready(Ok(event));
                    }
                }
                Arrival::Octets(octets) => return Poll::Ready(Ok(Event::Octets(octets))),
                Arrival::Skipped => self.exchange.defects += 1,
            }
        }
    }

    fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<Result<Arrival, Failure>> {
        loop {
            let spool = self.exchange.spool;
            match self.splitter.next(&mut self.incoming, &self.limits, spool) {
                Ok(Piece::Response(bytes)) => {
                    if let Some(log) = &self.log {
                        log(&log::received(&bytes, self.exchange.tag.as_deref()));
                    }
                    return Poll::Ready(Ok(Arrival::Response(Response::read(bytes))));
                }
                Ok(Piece::Octets(octets)) => return Poll::Ready(Ok(Arrival::Octets(octets))),
                Ok(Piece::Skipped) => return Poll::Ready(Ok(Arrival::Skipped)),
                Ok(Piece::Nothing) => {}
                Err(what) => return Poll::Ready(Err(Failure::Limit(what))),
            }
            self.counters.note_overrun(self.ends_inside_literal());
            ready!(self.poll_write_out(cx)).map_err(Failure::Io)?;
            let long = self.incoming.len() >= CHUNK || self.splitter.is_passing();
            self.incoming.reserve(if long { LONG_CHUNK } else { CHUNK });
            let read = poll_read_buf(Pin::new(&mut self.stream), cx, &mut self.incoming);
            match ready!(read) {
                Ok(0) => return Poll::Ready(Err(Failure::Closed)),
                Ok(count) if !self.compressed => {
                    self.counters.note_received(count);
                }
                Ok(_) => {}
                Err(error) => return Poll::Ready(Err(Failure::Io(error))),
            }
        }
    }

    /// Whether what came last is the command's end, and yet octets of a literal are to come. A
    /// message may hold such a line as well: then more follows at once.
    fn ends_inside_literal(&self) -> bool {
        let Some(tag) = self.exchange.tag.as_deref() else { return false };
        let tail = self.splitter.unfinished(&self.incoming);
        let Some(tail) = tail.and_then(|tail| tail.strip_suffix(b"\r\n")) else { return false };
        let line = tail.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let status = line.strip_prefix(tag.as_bytes());
        let words: [&[u8]; 3] = [b" OK", b" NO", b" BAD"];
        status.is_some_and(|status| words.iter().any(|word| status.starts_with(word)))
    }

    fn poll_write_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.outgoing.is_empty() {
            return self.poll_flush_out(cx);
        }
        if self.exchange.tag.is_none() {
            let tag = self.outgoing.split(|byte| *byte == b' ').next().unwrap_or_default();
            self.exchange.tag = Some(String::from_utf8_lossy(tag).into_owned());
        }
        if std::mem::take(&mut self.pretending) {
            let tag = self.exchange.tag.clone().unwrap_or_default();
            self.handover = Bytes::from(format!("{tag} OK -\r\n"));
            self.written = self.outgoing.len();
        } else if self.written == 0
            && let Some(log) = &self.log
        {
            log(&log::sent(&self.outgoing, self.exchange.tag.as_deref()));
        }
        while self.written < self.outgoing.len() {
            let rest = &self.outgoing[self.written..];
            let count = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
            if !self.compressed {
                self.counters.note_sent(count);
            }
        }
        // A slice, not the vector: that would also zero all its capacity, after a large APPEND
        // each time anew.
        self.outgoing.as_mut_slice().zeroize();
        self.outgoing.clear();
        self.outgoing.shrink_to(LINE);
        self.written = 0;
        self.unflushed = true;
        self.poll_flush_out(cx)
    }

    fn poll_flush_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_handover(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        while self.handover.is_empty() {
            let response = match ready!(self.poll_arrival(cx))? {
                Arrival::Response(response) => response,
                // Nobody asked for a literal in pieces.
                Arrival::Octets(_) => continue,
                Arrival::Skipped => {
                    self.exchange.defects += 1;
                    continue;
                }
            };
            let own_tag = self.exchange.tag.as_deref();
            match handover(&response, own_tag, &self.limits) {
                Some(bytes) => self.handover = bytes,
                None if guard::is_for_typed(&response) => self.exchange.defects += 1,
                None => {}
            }
            self.exchange.record(response, &self.limits)?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for ImapWire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match ready!(self.poll_handover(cx)) {
            Ok(()) => {
                let count = buffer.remaining().min(self.handover.len());
                buffer.put_slice(&self.handover.split_to(count));
                Poll::Ready(Ok(()))
            }
            Err(failure) => {
                let error = io::Error::new(io::ErrorKind::ConnectionAborted, failure.to_string());
                self.failure = Some(failure);
                Poll::Ready(Err(error))
            }
        }
    }
}

impl AsyncWrite for ImapWire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.outgoing.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_write_out(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_write_out(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// async-imap wants one; it shows no content.
impl std::fmt::Debug for ImapWire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImapWire")
            .field("traffic", &self.counters.traffic())
            .finish_non_exhaustive()
    }
}
