//! Writing: each verb gives the bytes that are next.

use postern_shared::flag::Flag;

use super::quoting::{Change, Quoting};
use super::{LINES, Lines, Shape, date};
use crate::bundle::Marks;

/// Who stands in the line that begins a message: the envelope's sender is not known any more.
const SENDER: &str = "MAILER-DAEMON";

/// Learns what has to be known of a message from all of its bytes, in pieces.
#[derive(Debug, Default)]
pub struct Shaping {
    last: u8,
    before: u8,
    bare: bool,
}

impl Shaping {
    /// The next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        for at in memchr::memchr_iter(b'\n', bytes) {
            let before = if at == 0 { self.last } else { bytes[at - 1] };
            self.bare |= before != b'\r';
        }
        match bytes {
            [] => {}
            [one] => (self.before, self.last) = (self.last, *one),
            [.., before, last] => (self.before, self.last) = (*before, *last),
        }
    }

    /// What is known now.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let lines = if self.bare { Lines::AsIs } else { Lines::Crlf };
        let open = match lines {
            Lines::Crlf => (self.before, self.last) != (b'\r', b'\n'),
            Lines::AsIs => self.last != b'\n',
        };
        Shape { lines, open }
    }
}

/// A message on its way into a file.
pub struct Writer {
    shape: Shape,
    quoting: Quoting,
    /// A CR that may belong to the end of a line.
    held: bool,
}

impl Writer {
    /// Begins a message.
    #[must_use]
    pub fn begin(marks: &Marks, shape: Shape) -> (Self, Vec<u8>) {
        let has = |flag: &Flag| marks.flags.contains(flag);
        let letters = |all: &[(Flag, char)]| -> String {
            all.iter().filter(|(flag, _)| has(flag)).map(|(_, letter)| letter).collect()
        };
        let status = letters(&[(Flag::Seen, 'R')]);
        let more = letters(&[
            (Flag::Answered, 'A'),
            (Flag::Flagged, 'F'),
            (Flag::Draft, 'T'),
            (Flag::Deleted, 'D'),
        ]);
        let keyword = |flag: &'_ Flag| match flag {
            Flag::Keyword(word) => Some(word.clone()),
            _ => None,
        };
        let keywords: Vec<String> = marks.flags.iter().filter_map(keyword).collect();
        let date = date::write(marks.received_at.unwrap_or(0));
        let text = format!(
            "From {SENDER} {date}\n{LINES}: {}\nStatus: {status}O\nX-Status: {more}\n\
             X-Keywords: {}\n",
            shape.words(),
            keywords.join(" ")
        );
        let quoting = Quoting::new(Change::Add);
        (Self { shape, quoting, held: false }, text.into_bytes())
    }

    /// Bytes of the message that was begun.
    #[must_use]
    pub fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + 64);
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest);
            let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
            self.line(line, &mut out);
            rest = after;
            if end.is_some() {
                if std::mem::take(&mut self.held) && self.shape.lines == Lines::AsIs {
                    self.quoting.push(b"\r", &mut out);
                }
                self.quoting.end_line(&mut out);
                out.push(b'\n');
                rest = &after[1..];
            }
        }
        out
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let Some((last, body)) = line.split_last() else { return };
        if std::mem::take(&mut self.held) {
            self.quoting.push(b"\r", out);
        }
        self.held = *last == b'\r';
        self.quoting.push(if self.held { body } else { line }, out);
    }

    /// Ends the message that was begun.
    #[must_use]
    pub fn end(mut self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.held {
            self.quoting.push(b"\r", &mut out);
        }
        self.quoting.end_line(&mut out);
        out.extend(if self.shape.open { &b"\n\n"[..] } else { b"\n" });
        out
    }
}
