//! Where the parts of a message lie: byte ranges, as IMAP's sections and BODYSTRUCTURE need them.
//!
//! Written apart from the bridge's parser on purpose: the host is a second opinion on every message.

mod address;
mod field;
mod parameters;

pub(crate) use address::{Address, addresses};
pub(crate) use field::{Fields, field};
pub(crate) use parameters::{Value, value};

use std::ops::Range;

/// Deeper parts are taken as they are, without looking inside.
const DEEPEST: usize = 50;
/// Deeper messages are not decoded: mail-parser recurses without a limit.
pub(crate) const DEEPEST_DECODED: usize = 20;

/// A message or one of its parts, as ranges of the whole message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The header with the empty line that ends it.
    pub header: Range<usize>,
    pub body: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Leaf,
    Multipart(Vec<Part>),
    /// `message/rfc822`: the message inside.
    Message(Box<Part>),
}

impl Part {
    /// Reads a whole message.
    pub fn parse(raw: &[u8]) -> Self {
        parse(raw, 0..raw.len(), "text/plain", 0)
    }

    /// How many levels of parts there are.
    pub fn depth(&self) -> usize {
        1 + match &self.kind {
            Kind::Leaf => 0,
            Kind::Multipart(parts) => parts.iter().map(Self::depth).max().unwrap_or(0),
            Kind::Message(inner) => inner.depth(),
        }
    }

    /// The part that one number of a section names (RFC 3501 §6.4.5).
    ///
    /// `is_message`: whether this stands for a message, whose only part is number 1.
    pub fn child(&self, number: usize, is_message: bool) -> Option<&Self> {
        match &self.kind {
            Kind::Multipart(parts) => parts.get(number.checked_sub(1)?),
            Kind::Message(inner) if !is_message => inner.child(number, true),
            _ if is_message && number == 1 => Some(self),
            _ => None,
        }
    }
}

fn parse(raw: &[u8], range: Range<usize>, default_type: &str, depth: usize) -> Part {
    let split = header_end(&raw[range.clone()]) + range.start;
    let (header, body) = (range.start..split, split..range.end);
    let content_type = field(&raw[header.clone()], "Content-Type");
    let content_type = value(content_type.as_deref().unwrap_or(default_type.as_bytes()));
    let kind = match content_type.word.split_once('/') {
        _ if depth == DEEPEST => Kind::Leaf,
        Some(("multipart", subtype)) => match content_type.parameter("boundary") {
            Some(boundary) => {
                let inherited = if subtype == "digest" { "message/rfc822" } else { "text/plain" };
                let read = |part| parse(raw, part, inherited, depth + 1);
                Kind::Multipart(split_parts(raw, &body, boundary).into_iter().map(read).collect())
            }
            None => Kind::Leaf,
        },
        Some(("message", "rfc822" | "global")) => {
            Kind::Message(Box::new(parse(raw, body.clone(), "text/plain", depth + 1)))
        }
        _ => Kind::Leaf,
    };
    Part { header, body, kind }
}

/// Where the body begins: after the first empty line, or at the end.
fn header_end(raw: &[u8]) -> usize {
    let mut at = 0;
    while at < raw.len() {
        let line = &raw[at..line_end(raw, at)];
        at += line.len();
        if matches!(line, b"\r\n" | b"\n") {
            return at;
        }
    }
    raw.len()
}

fn line_end(raw: &[u8], at: usize) -> usize {
    raw[at..].iter().position(|byte| *byte == b'\n').map_or(raw.len(), |length| at + length + 1)
}

/// The ranges between the delimiter lines; one empty part where there is no delimiter at all,
/// because IMAP cannot express a multipart without parts.
fn split_parts(raw: &[u8], body: &Range<usize>, boundary: &[u8]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = body.start;
    while at < body.end {
        let end = line_end(raw, at).min(body.end);
        let line = raw[at..end].trim_ascii_end();
        if let Some(rest) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary))
            && matches!(rest, b"" | b"--")
        {
            if let Some(start) = open.take() {
                parts.push(start..before_break(raw, start, at));
            }
            if rest == b"--" {
                break;
            }
            open = Some(end);
        }
        at = end;
    }
    if let Some(start) = open {
        parts.push(start..body.end);
    }
    if parts.is_empty() {
        parts.push(body.end..body.end);
    }
    parts
}

/// The line break before a delimiter belongs to the delimiter (RFC 2046 §5.1.1).
fn before_break(raw: &[u8], start: usize, end: usize) -> usize {
    let line = &raw[start..end];
    let line =
        line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
    start + line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NESTED: &[u8] = b"Content-Type: multipart/mixed; boundary=a\r\n\r\npreamble\r\n--a\r\n\r\n\
        one\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\
        Content-Type: multipart/alternative; boundary=\"b c\"\r\n\r\n--b c\r\n\r\ntwo\r\n--b c\r\n\r\n\
        three\r\n--b c--\r\n--a--\r\nepilogue";

    fn check(path: &[usize], expect: Option<&str>) {
        let root = Part::parse(NESTED);
        let mut at = Some((&root, true));
        for number in path {
            at = at.and_then(|(part, top)| Some((part.child(*number, top)?, false)));
        }
        let body = at.map(|(part, _)| std::str::from_utf8(&NESTED[part.body.clone()]).unwrap());
        assert_eq!(body, expect, "{path:?}");
    }

    #[test]
    fn sections_name_the_parts_of_a_nested_message() {
        check(&[1], Some("one"));
        check(&[2, 1], Some("two"));
        check(&[2, 2], Some("three"));
        check(&[2, 3], None);
        check(&[3], None);
        check(&[1, 1], None);
    }

    #[test]
    fn a_message_without_parts_is_its_own_part_one() {
        let part = Part::parse(b"Subject: x\r\n\r\nbody");
        assert_eq!(part.child(1, true).map(|part| part.body.clone()), Some(14..18));
        assert_eq!(part.child(2, true), None);
    }

    #[test]
    fn ten_thousand_levels_are_cut_off() {
        let raw = "Content-Type: message/rfc822\r\n\r\n".repeat(10_000);
        let (mut part, mut levels) = (&Part::parse(raw.as_bytes()), 0);
        while let Kind::Message(inner) = &part.kind {
            part = inner;
            levels += 1;
        }
        assert_eq!(levels, DEEPEST);
    }
}
