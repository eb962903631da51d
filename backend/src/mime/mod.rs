//! Reading messages: pure functions from bytes to text and safe HTML, RFC 5322 and RFC 2045–2049.
//!
//! Hostile input is not an error: everything answers a value and its [`Defect`]s, never `Err`,
//! never a panic. Nothing here performs I/O; the caller puts [`guard::parse`] and
//! [`body::render`] on a blocking thread.

pub mod attachment;
pub mod body;
pub mod calendar;
pub mod card;
pub mod charset;
mod contact;
mod content_line;
mod css;
pub mod document;
pub mod embedded;
mod escapes;
mod fields;
mod flowed;
pub mod guard;
pub mod header;
pub mod html;
pub mod insight;
pub mod layout;
mod list;
pub mod params;
pub mod parse;
pub mod part;
mod plain;
pub mod preview;
pub mod quote;
mod receipt;
mod report;
mod signature;
mod structure;
pub mod text;
pub mod transfer;
pub mod trust;
mod words;

pub use guard::{Limits, parse, parse_as};
pub use header::Headers;
pub use parse::Parsed;
pub use part::{Disposition, Flowed, Part};
pub use plain::html_to_text;
pub use transfer::{Encoding, TransferDecoder};

#[cfg(test)]
mod corpora;
#[cfg(test)]
mod tests;

/// Something about a message that is not as the RFCs say; what could be read was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Defect {
    /// Longer than the limit: the rest was not looked at.
    Truncated,
    /// More parts than the limit: the rest belongs to the last part.
    TooManyParts,
    /// Nested deeper than the limit: the innermost part is opaque.
    TooDeep,
    /// A header block longer than the limit: its end was not looked at.
    HeaderTooLong,
    /// A multipart whose boundary is absent or never found: read as text.
    NoBoundary,
    /// A multipart that ends without its closing boundary.
    Unterminated,
    /// Bytes that are not valid in the declared transfer encoding.
    BadTransferEncoding,
    /// A charset nobody knows, or text that is not valid in it: guessed.
    BadCharset,
    /// HTML that does not come to rest under sanitising: shown as text.
    UnstableHtml,
    /// The parser gave up: the source is shown as text.
    Unreadable,
}
