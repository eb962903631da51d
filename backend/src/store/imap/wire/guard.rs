//! What async-imap and imap-proto get to see: what typed commands need, in a form that their
//! parser is known to stand. Everything else stays in the wire's record.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;

use super::{Kind, Name, Response, Status};
use crate::store::imap::limits::Limits;

/// Whether a typed command could use this response.
pub(super) fn is_for_typed(response: &Response) -> bool {
    match &response.kind {
        Kind::Tagged { .. } | Kind::Status(_) | Kind::Continuation => true,
        Kind::Untagged { name, .. } => {
            use Name::{Capability, Exists, Flags, List, Lsub, Recent};
            matches!(name, Capability | Exists | Flags | List | Lsub | Recent | Name::Status)
        }
        Kind::Garbled => false,
    }
}

/// The bytes to hand over, or none.
pub(crate) fn handover(
    response: &Response,
    own_tag: Option<&str>,
    limits: &Limits,
) -> Option<Bytes> {
    match &response.kind {
        Kind::Tagged { tag, status } if own_tag == Some(tag) => Some(rebuilt(tag, status, limits)),
        Kind::Tagged { .. } | Kind::Garbled => None,
        Kind::Status(status) => Some(rebuilt("*", status, limits)),
        Kind::Continuation => {
            let whole = response.bytes.is_ascii() && response.bytes.len() <= limits.typed_line;
            Some(if whole && parses(&response.bytes) {
                response.bytes.clone()
            } else {
                Bytes::from_static(b"+ \r\n")
            })
        }
        Kind::Untagged { .. } => {
            let fits = response.bytes.len() <= limits.typed_line;
            let fit = is_for_typed(response) && fits && !too_deep(response, limits.nesting);
            (fit && parses(&response.bytes)).then(|| response.bytes.clone())
        }
    }
}

/// A status line in plain form: the code only where it parses, no text of the server's.
fn rebuilt(tag: &str, status: &Status, limits: &Limits) -> Bytes {
    let word = status.condition.word();
    if let Some(code) = &status.code
        && code.is_ascii()
        && code.len() <= limits.typed_line
    {
        let line = Bytes::from(format!("{tag} {word} [{code}] -\r\n"));
        if parses(&line) {
            return line;
        }
    }
    Bytes::from(format!("{tag} {word} -\r\n"))
}

/// Whether imap-proto reads all of it. A panic of the parser counts as no.
fn parses(bytes: &[u8]) -> bool {
    let read = AssertUnwindSafe(|| imap_proto::Response::parse(bytes).map(|(rest, _)| rest.len()));
    matches!(catch_unwind(read), Ok(Ok(0)))
}

/// Whether parentheses outside strings and literals nest deeper than `limit`.
pub(super) fn too_deep(response: &Response, limit: usize) -> bool {
    let Kind::Untagged { content, name, .. } = response.kind else { return false };
    // Threads are read without recursion, and nest as deep as people answer each other.
    if name == Name::Thread {
        return false;
    }
    let bytes = &response.bytes;
    let (mut at, mut depth, mut quoted) = (content, 0_usize, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'(' if !quoted => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b')' if !quoted => depth = depth.saturating_sub(1),
            b'{' if !quoted => at = after_literal(bytes, at).unwrap_or(at),
            // A string never goes over a line's end; a stray quote must not hide the rest.
            b'\n' => quoted = false,
            _ => {}
        }
        at += 1;
    }
    false
}

/// The last octet of the literal that begins with the `{` at `at`.
fn after_literal(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at + 1..];
    let close = rest.iter().take(24).position(|byte| *byte == b'}')?;
    let number = std::str::from_utf8(&rest[..close]).ok()?;
    let octets: usize = number.trim_end_matches([' ', '+']).parse().ok()?;
    let line_end = rest[close..].iter().take(3).position(|byte| *byte == b'\n')?;
    at.checked_add(1 + close + line_end)?.checked_add(octets)
}
