//! Frames: what one binary WebSocket message holds.
//!
//! A message is one flag byte ([`PLAIN`] or [`DEFLATED`]) and one postcard-encoded frame, the
//! latter compressed as raw deflate (RFC 1951) where the flag says so. Only the bridge compresses.
//! The page opens with [`ToBridge::Hello`] within 5 s and the bridge answers with
//! [`ToPage::Hello`] or [`ToPage::Goodbye`]; calls may follow without waiting for the answer.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::api::{Reply, Request};
use crate::error::CallError;
use crate::event::Event;
use crate::settings::Limits;

/// Raised with every change to a type that travels.
pub const PROTOCOL_VERSION: u16 = 8;
/// Largest frame that the bridge accepts, in bytes.
pub const MAX_INBOUND: usize = 1 << 20;
/// Seconds between heartbeats that the page sends; the bridge answers each.
pub const HEARTBEAT_SECONDS: u32 = 25;
/// Flag byte of an uncompressed frame.
pub const PLAIN: u8 = 0;
/// Flag byte of a frame compressed as raw deflate.
pub const DEFLATED: u8 = 1;

/// A call's number, made by the page, unique among the calls under way on its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallId(pub u32);

/// What the page sends.
#[allow(clippy::large_enum_variant, reason = "large on 64 bits only; used up where it is decoded")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToBridge {
    /// Opens the link.
    Hello {
        /// [`PROTOCOL_VERSION`] of the page.
        protocol: u16,
        /// Build hash of the page.
        build: String,
    },
    /// Asks for something.
    Call(CallId, Request),
    /// The answer is no longer wanted: work stops where it can, and the reply may be `Cancelled`.
    Cancel(CallId),
    /// Still here.
    Heartbeat,
}

/// What the bridge sends.
#[allow(clippy::large_enum_variant, reason = "large on 64 bits only; used up where it is decoded")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToPage {
    /// The link is open.
    Hello {
        /// [`PROTOCOL_VERSION`] of the bridge.
        protocol: u16,
        /// Build hash of the page that the bridge serves now.
        build: String,
        /// What the configuration allows.
        limits: Limits,
    },
    /// The link is not to be: `VersionMismatch`, `NotSignedIn`, `Limit` or `Invalid`.
    Goodbye(CallError),
    /// The one answer to a call.
    Reply(CallId, Result<Reply, CallError>),
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

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// There is no flag byte.
    #[error("the frame is empty")]
    Empty,
    /// The flag byte is unknown, or says compressed where that must be undone first.
    #[error("the frame's flag byte {0} is not understood here")]
    Flag(u8),
    /// The rest is not the encoding of a frame, or something follows it.
    #[error("the frame is malformed")]
    Malformed,
}

/// Encodes a frame, uncompressed, flag byte included.
///
/// # Panics
/// Never: encoding into memory cannot fail for types without maps of unknown length.
#[must_use]
pub fn encode<T: Serialize>(frame: &T) -> Vec<u8> {
    postcard::to_extend(frame, vec![PLAIN]).expect("a frame always encodes into memory")
}

/// Decodes an uncompressed frame, flag byte included.
///
/// # Errors
/// See [`FrameError`]; trailing bytes are malformed.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    match bytes.split_first() {
        None => Err(FrameError::Empty),
        Some((&PLAIN, body)) => decode_body(body),
        Some((&flag, _)) => Err(FrameError::Flag(flag)),
    }
}

/// Decodes a frame's body: what follows the flag byte, decompressed.
///
/// # Errors
/// [`FrameError::Malformed`], also for trailing bytes.
pub fn decode_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, FrameError> {
    match postcard::take_from_bytes(body) {
        Ok((frame, [])) => Ok(frame),
        _ => Err(FrameError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_as_it_went() {
        let frame = ToBridge::Cancel(CallId(7));
        assert_eq!(decode(&encode(&frame)), Ok(frame));
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        assert_eq!(decode::<ToBridge>(&[]), Err(FrameError::Empty));
        assert_eq!(decode::<ToBridge>(&[DEFLATED, 1]), Err(FrameError::Flag(DEFLATED)));
        assert_eq!(decode::<ToBridge>(&[PLAIN, 99]), Err(FrameError::Malformed));
        let mut long = encode(&ToBridge::Heartbeat);
        long.push(0);
        assert_eq!(decode::<ToBridge>(&long), Err(FrameError::Malformed));
    }
}
