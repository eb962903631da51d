//! The record of one command, and what a wire counts.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;

use super::guard;
use super::response::{Kind, Response, Status};
use crate::store::imap::limits::Limits;

/// Why a wire ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the server closed the connection")]
    Closed,
    #[error("the server exceeded the limit of {0}")]
    Limit(&'static str),
    #[error("the connection broke")]
    Io(#[source] io::Error),
}

/// What the server said to one command.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    pub(super) tag: Option<String>,
    /// The tagged status; none until the command is completed.
    pub(crate) status: Option<Status>,
    /// Every untagged response, in order.
    pub(crate) untagged: Vec<Response>,
    /// Responses that nobody could read.
    pub(crate) defects: u32,
    /// The text of the last continuation: a challenge.
    pub(crate) challenge: Bytes,
    /// Octets of responses so far.
    pub(super) size: usize,
    /// Literals of at least so many octets are handed on while they arrive.
    pub(super) spool: Option<usize>,
}

/// What arrived, seen from a raw exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// The server waits for the rest of the command.
    Continuation,
    /// The command is completed; the exchange holds its status.
    Done,
    /// Something untagged was recorded.
    Untagged,
    /// The next octets of a large literal. Its response follows, with an empty string in its place.
    Octets(Bytes),
}

/// Bytes that went over a wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// From the server.
    pub received: u64,
    /// To the server.
    pub sent: u64,
}

/// The same, while it goes on.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    received: AtomicU64,
    sent: AtomicU64,
    /// A command seems to be completed inside a literal that is still to be filled.
    overrun: AtomicBool,
}

impl Counters {
    /// Notes whether what came last looks like the end of a command, in the midst of a literal.
    pub(crate) fn note_overrun(&self, overrun: bool) {
        self.overrun.store(overrun, Ordering::Relaxed);
    }

    /// Whether more need hardly be waited for: a literal was announced longer than it is.
    pub(crate) fn is_overrun(&self) -> bool {
        self.overrun.load(Ordering::Relaxed)
    }

    pub(crate) fn note_received(&self, count: usize) {
        self.received.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn note_sent(&self, count: usize) {
        self.sent.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn traffic(&self) -> Traffic {
        Traffic {
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
        }
    }
}

impl Exchange {
    /// Enters a response; none if it was nothing that anybody can use.
    pub(super) fn record(
        &mut self,
        response: Response,
        limits: &Limits,
    ) -> Result<Option<Event>, Failure> {
        match &response.kind {
            Kind::Continuation => {
                self.challenge = response.text();
                return Ok(Some(Event::Continuation));
            }
            Kind::Tagged { tag, status } if self.tag.as_ref() == Some(tag) => {
                self.status = Some(status.clone());
                return Ok(Some(Event::Done));
            }
            Kind::Tagged { .. } | Kind::Garbled => {
                self.defects += 1;
                return Ok(None);
            }
            Kind::Status(_) | Kind::Untagged { .. } => {}
        }
        if guard::too_deep(&response, limits.nesting) {
            self.defects += 1;
            return Ok(None);
        }
        self.count(response.bytes.len(), limits)?;
        self.untagged.push(response);
        Ok(Some(Event::Untagged))
    }

    /// Counts octets of this command's responses.
    pub(super) fn count(&mut self, octets: usize, limits: &Limits) -> Result<(), Failure> {
        self.size = self.size.saturating_add(octets);
        if self.size > limits.exchange {
            return Err(Failure::Limit("one command's responses"));
        }
        Ok(())
    }
}
