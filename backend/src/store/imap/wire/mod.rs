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
//! Timeouts are the connection's duty. Only an error of the stream, an exceeded limit or the end
//! of the stream ends a wire; it then stays ended (`failure`). RFC 9051 §2.2, §7.

mod cut;
mod guard;
mod response;
mod split;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;
use zeroize::Zeroize;

use super::limits::Limits;
pub(super) use guard::handover;
pub(super) use response::{Condition, Kind, Name, Response, Status};
pub(super) use split::Splitter;

/// Bytes asked of the stream at once: few while it is quiet, as many connections wait.
const CHUNK: usize = 4 << 10;
/// The same inside a long response.
const LONG_CHUNK: usize = 64 << 10;
/// Room for a command; LOGIN fits without a reallocation that would leave a copy behind.
const LINE: usize = 1 << 10;

/// Why a wire ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the server closed the connection")]
    Closed,
    #[error("the server exceeded the limit of {0}")]
    Limit(&'static str),
    #[error("the connection broke")]
    Io(#[source] io::Error),
}

/// What the server said to one command.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    tag: Option<String>,
    /// The tagged status; none until the command is completed.
    pub(super) status: Option<Status>,
    /// Every untagged response, in order.
    pub(super) untagged: Vec<Response>,
    /// Responses that nobody could read.
    pub(super) defects: u32,
    size: usize,
}

/// What arrived, seen from a raw exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The server waits for the rest of the command.
    Continuation,
    /// The command is completed; the exchange holds its status.
    Done,
    /// Something untagged was recorded.
    Untagged,
}

/// Bytes that went over a wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// From the server.
    pub received: u64,
    /// To the server.
    pub sent: u64,
}

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
    exchange: Exchange,
    traffic: Traffic,
    failure: Option<Failure>,
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
            exchange: Exchange::default(),
            traffic: Traffic::default(),
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

    pub(super) fn traffic(&self) -> Traffic {
        self.traffic
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
        std::future::poll_fn(|cx| self.poll_response(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Event, Failure>> {
        loop {
            let response = ready!(self.poll_response(cx))?;
            if let Some(event) = self.record(response)? {
                return Poll::Ready(Ok(event));
            }
        }
    }

    fn poll_response(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response, Failure>> {
        loop {
            match self.splitter.next(&mut self.incoming, &self.limits) {
                Ok(Some(bytes)) => return Poll::Ready(Ok(Response::read(bytes))),
                Ok(None) => {}
                Err(what) => return Poll::Ready(Err(Failure::Limit(what))),
            }
            ready!(self.poll_write_out(cx)).map_err(Failure::Io)?;
            let long = self.incoming.len() >= CHUNK;
            self.incoming.reserve(if long { LONG_CHUNK } else { CHUNK });
            let read = poll_read_buf(Pin::new(&mut self.stream), cx, &mut self.incoming);
            match ready!(read) {
                Ok(0) => return Poll::Ready(Err(Failure::Closed)),
                Ok(count) => self.traffic.received += count as u64,
                Err(error) => return Poll::Ready(Err(Failure::Io(error))),
            }
        }
    }

    /// Enters a response into the record; none if it was nothing that anybody can use.
    fn record(&mut self, response: Response) -> Result<Option<Event>, Failure> {
        let exchange = &mut self.exchange;
        match &response.kind {
            Kind::Continuation => return Ok(Some(Event::Continuation)),
            Kind::Tagged { tag, status } if exchange.tag.as_ref() == Some(tag) => {
                exchange.status = Some(status.clone());
                return Ok(Some(Event::Done));
            }
            Kind::Tagged { .. } | Kind::Garbled => {
                exchange.defects += 1;
                return Ok(None);
            }
            Kind::Status(_) | Kind::Untagged { .. } => {}
        }
        if guard::too_deep(&response, self.limits.nesting) {
            exchange.defects += 1;
            return Ok(None);
        }
        exchange.size += response.bytes.len();
        if exchange.size > self.limits.exchange {
            return Err(Failure::Limit("one command's responses"));
        }
        exchange.untagged.push(response);
        Ok(Some(Event::Untagged))
    }

    fn poll_write_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.outgoing.is_empty() {
            return Poll::Ready(Ok(()));
        }
        if self.exchange.tag.is_none() {
            let tag = self.outgoing.split(|byte| *byte == b' ').next().unwrap_or_default();
            self.exchange.tag = Some(String::from_utf8_lossy(tag).into_owned());
        }
        while self.written < self.outgoing.len() {
            let rest = &self.outgoing[self.written..];
            let count = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
            self.traffic.sent += count as u64;
        }
        // A slice, not the vector: that would also zero all its capacity, after a large APPEND
        // each time anew.
        self.outgoing.as_mut_slice().zeroize();
        self.outgoing.clear();
        self.outgoing.shrink_to(LINE);
        self.written = 0;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_handover(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        while self.handover.is_empty() {
            let response = ready!(self.poll_response(cx))?;
            let own_tag = self.exchange.tag.as_deref();
            match handover(&response, own_tag, &self.limits) {
                Some(bytes) => self.handover = bytes,
                None if guard::is_for_typed(&response) => self.exchange.defects += 1,
                None => {}
            }
            self.record(response)?;
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
        f.debug_struct("ImapWire").field("traffic", &self.traffic).finish_non_exhaustive()
    }
}
