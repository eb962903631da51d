//! Cuts the server's bytes into whole responses: a line, with the literals it announces
//! (RFC 9051 §4.3), under limits. Linear, whatever the chunks.

use bytes::{Buf, Bytes, BytesMut};

use super::cut::cut;
use crate::store::imap::limits::Limits;

/// What the front of the buffer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Nothing whole yet.
    Nothing,
    /// A whole response, with its line end.
    Response(Bytes),
    /// The next octets of a literal that is handed on while it arrives.
    Octets(Bytes),
    /// A response with a literal beyond the limit went by; nothing of it was kept.
    Skipped,
}

/// What is done with a literal on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    HandOn,
    Skip,
}

/// Octets of an unfinished literal that are looked at: a status line fits.
const TAIL: usize = 512;

/// Where the cut of the response at the front of the buffer stands.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    /// Everything before this is scanned, or is a literal on its way.
    scanned: usize,
    /// Where the current line of the response begins (after its last literal).
    line_start: usize,
    /// Octets of literals in this response that are kept.
    literals: usize,
    /// What came before a literal that is not kept.
    head: BytesMut,
    /// The last octets of it so far.
    tail: Vec<u8>,
    /// Octets of that literal that are still to come.
    passing: Option<(Way, usize)>,
    /// A literal of this response was skipped.
    spoiled: bool,
}

impl Splitter {
    /// What is at the front of `buffer`. Literals of at least `spool` octets are handed on. An error
    /// names the limit that is exceeded.
    pub(crate) fn next(
        &mut self,
        buffer: &mut BytesMut,
        limits: &Limits,
        spool: Option<usize>,
    ) -> Result<Piece, &'static str> {
        loop {
            if let Some((way, left)) = self.passing {
                match self.pass(way, left, buffer) {
                    Some(piece) => return Ok(piece),
                    None => continue,
                }
            }
            let Some(fresh) = buffer.get(self.scanned..) else { return Ok(Piece::Nothing) };
            let Some(found) = fresh.iter().position(|byte| *byte == b'\n') else {
                if self.line_start == 0
                    && self.head.is_empty()
                    && let Some(piece) = cut(buffer)
                {
                    self.scanned = buffer.len();
                    return Ok(Piece::Response(piece));
                }
                self.scanned = buffer.len();
                self.check_line(buffer.len(), limits)?;
                return Ok(Piece::Nothing);
            };
            let end = self.scanned + found + 1;
            self.check_line(end, limits)?;
            let first = self.line_start == 0 && self.head.is_empty();
            match announced(&buffer[self.line_start..end], first) {
                Some(literal) => self.meet(literal, end, buffer, (limits, spool))?,
                None => {
                    if let Some(piece) = self.complete(buffer, end) {
                        return Ok(piece);
                    }
                }
            }
        }
    }

    /// Whether octets of a large literal go by.
    pub(crate) fn is_passing(&self) -> bool {
        self.passing.is_some()
    }

    /// What came last of a literal of which more is to come; none outside one.
    pub(crate) fn unfinished<'a>(&'a self, buffer: &'a [u8]) -> Option<&'a [u8]> {
        let start = buffer.len().saturating_sub(TAIL);
        match self.passing {
            Some((_, left)) if left > 0 && buffer.is_empty() => Some(&self.tail),
            Some(_) => None,
            None => (self.scanned > buffer.len()).then_some(&buffer[start..]),
        }
    }

    /// Decides what becomes of a literal that was announced.
    fn meet(
        &mut self,
        literal: Literal,
        end: usize,
        buffer: &mut BytesMut,
        (limits, spool): (&Limits, Option<usize>),
    ) -> Result<(), &'static str> {
        let Literal { octets, announcement } = literal;
        let spooled = spool.is_some_and(|least| octets >= least && octets <= limits.spool);
        let kept = self.literals.saturating_add(octets);
        let way = if spooled {
            Way::HandOn
        } else if kept <= limits.literal && !self.spoiled {
            self.literals = kept;
            self.scanned = end + octets;
            self.line_start = self.scanned;
            return Ok(());
        } else if octets <= limits.skip {
            // The framing holds: this response is lost, and no other.
            self.spoiled = true;
            Way::Skip
        } else {
            return Err("a literal");
        };
        let line = buffer.split_to(end);
        self.head.extend_from_slice(&line[..self.line_start + announcement]);
        self.head.extend_from_slice(b"{0}\r\n");
        self.passing = Some((way, octets));
        (self.scanned, self.line_start) = (0, 0);
        Ok(())
    }

    /// Lets octets of a literal go by.
    fn pass(&mut self, way: Way, left: usize, buffer: &mut BytesMut) -> Option<Piece> {
        if left == 0 {
            self.passing = None;
            return None;
        }
        let count = left.min(buffer.len());
        if count == 0 {
            return Some(Piece::Nothing);
        }
        self.passing = Some((way, left - count));
        self.tail.clear();
        self.tail.extend_from_slice(&buffer[count.saturating_sub(TAIL)..count]);
        match way {
            Way::HandOn => Some(Piece::Octets(buffer.split_to(count).freeze())),
            Way::Skip => {
                buffer.advance(count);
                None
            }
        }
    }

    /// Takes a whole response; none if it is an empty line.
    fn complete(&mut self, buffer: &mut BytesMut, end: usize) -> Option<Piece> {
        let mut whole = std::mem::take(self);
        let line = buffer.split_to(end);
        if buffer.is_empty() {
            // Or the tail would keep a large response's allocation alive.
            *buffer = BytesMut::new();
        }
        if whole.spoiled {
            return Some(Piece::Skipped);
        }
        let response = if whole.head.is_empty() {
            line.freeze()
        } else {
            whole.head.extend_from_slice(&line);
            whole.head.freeze()
        };
        (!response.iter().all(u8::is_ascii_whitespace)).then_some(Piece::Response(response))
    }

    fn check_line(&self, end: usize, limits: &Limits) -> Result<(), &'static str> {
        let outside_literals = (self.head.len() + end).saturating_sub(self.literals);
        if outside_literals > limits.line { Err("a line") } else { Ok(()) }
    }
}

/// A literal at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Literal {
    octets: usize,
    /// Where its announcement begins in the line.
    announcement: usize,
}

/// The literal that a line announces at its end: `{n}`, `{n+}`, `{n +}`, `~{n}`.
fn announced(line: &[u8], first: bool) -> Option<Literal> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line).strip_suffix(b"}")?;
    // The text of a status line may end in anything.
    if first && is_text(line) {
        return None;
    }
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    let number = std::str::from_utf8(&line[open + 1..]).ok()?;
    let number = number.strip_suffix('+').unwrap_or(number).trim_end();
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // What does not fit is beyond every limit.
    Some(Literal { octets: number.parse().unwrap_or(usize::MAX), announcement: open })
}

/// Whether a line is human text by its first words: a continuation or a status.
fn is_text(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ');
    let tag = words.next().unwrap_or_default();
    let word = words.next().unwrap_or_default();
    let conditions: [&[u8]; 5] = [b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"];
    tag == b"+" || conditions.iter().any(|condition| word.eq_ignore_ascii_case(condition))
}
