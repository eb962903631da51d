//! mbox (RFC 4155): messages behind each other, each after a line that begins with `From `.
//!
//! Written as mboxrd: lines end in LF, and what looks like such a line within a message has one `>`
//! more. A first field of ours says how its lines ended, so that the message that is read is the one
//! that was written, byte for byte; flags stand where other programs look for them (`Status`,
//! `X-Status`, `X-Keywords`). Read is whatever others write: mboxo, mboxrd, mboxcl, either end of
//! line, Thunderbird's and Gmail's fields. `Content-Length` is believed by nobody.

mod date;
mod fields;
mod message;
mod quoting;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use read::{Found, Reader, is_mbox};
pub use write::{Shaping, Writer};

/// How a line that begins a message begins.
const FROM: &[u8] = b"From ";
/// The field that says how the lines of the message ended.
const LINES: &str = "X-Postern-Lines";

/// How the lines of a message end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// All in CRLF: in the file they end in LF.
    Crlf,
    /// Not all: in the file they are as they are.
    AsIs,
}

/// What has to be known of a message before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// How its lines end.
    pub lines: Lines,
    /// Whether its last line has no end.
    pub open: bool,
}

impl Shape {
    fn words(self) -> &'static str {
        match (self.lines, self.open) {
            (Lines::Crlf, false) => "crlf",
            (Lines::Crlf, true) => "crlf open",
            (Lines::AsIs, false) => "as-is",
            (Lines::AsIs, true) => "as-is open",
        }
    }

    fn read(words: &str) -> Option<Self> {
        let all =
            [(Lines::Crlf, false), (Lines::Crlf, true), (Lines::AsIs, false), (Lines::AsIs, true)];
        let all = all.map(|(lines, open)| Self { lines, open });
        all.into_iter().find(|shape| shape.words() == words)
    }
}
