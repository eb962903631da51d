//! Frames as the page writes and reads them: what a call asks and what it is answered stays encoded
//! until the caller, who knows its types, deals with it. A page holds only the types that it uses.

use serde::{Deserialize, Serialize};

use crate::error::CallError;
use crate::event::Event;
use crate::frame::{CallId, FrameError, encode};
use crate::settings::Limits;

/// [`ToBridge`](crate::frame::ToBridge), variant by variant, without what a call asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Said {
    /// Opens the link.
    Hello {
        /// [`PROTOCOL_VERSION`](crate::frame::PROTOCOL_VERSION) of the page.
        protocol: u16,
        /// Build hash of the page.
        build: String,
    },
    /// Asks for something: the encoded request follows.
    Call(CallId),
    /// The answer is no longer wanted.
    Cancel(CallId),
    /// Still here.
    Heartbeat,
}

/// [`ToPage`](crate::frame::ToPage), variant by variant, without what a reply holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub enum Heard {
    /// The link is open.
    Hello {
        /// [`PROTOCOL_VERSION`](crate::frame::PROTOCOL_VERSION) of the bridge.
        protocol: u16,
        /// Build hash of the page that the bridge serves now.
        build: String,
        /// What the configuration allows.
        limits: Limits,
    },
    /// The link is not to be.
    Goodbye(CallError),
    /// The one answer to a call: the encoded reply follows.
    Reply(CallId, Result<(), CallError>),
    /// How far a long call has come; `of` is 0 where the end is not known.
    Progress {
        /// The call.
        call: CallId,
        /// Done so far.
        done: u64,
        /// To do in all.
        of: u64,
    },
    /// Something changed.
    Event(Event),
    /// Answers a heartbeat.
    Heartbeat,
}

/// A call as it travels, flag byte included; `request` is what [`Call::encode`] made.
///
/// [`Call::encode`]: crate::api::Call::encode
#[must_use]
pub fn encode_call(id: CallId, request: &[u8]) -> Vec<u8> {
    let mut frame = encode(&Said::Call(id));
    frame.extend_from_slice(request);
    frame
}

/// Reads a frame's body; behind a reply follows what it holds, for [`Call::decode`].
///
/// # Errors
/// [`FrameError::Malformed`], also for bytes behind anything else.
///
/// [`Call::decode`]: crate::api::Call::decode
pub fn hear(body: &[u8]) -> Result<(Heard, &[u8]), FrameError> {
    match postcard::take_from_bytes(body) {
        Ok((Heard::Reply(id, Ok(())), reply)) => Ok((Heard::Reply(id, Ok(())), reply)),
        Ok((heard, [])) => Ok((heard, &[])),
        _ => Err(FrameError::Malformed),
    }
}
