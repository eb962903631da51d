//! Cuts the server's bytes into whole responses: a line, with the literals it announces
//! (RFC 9051 §4.3), under limits. Linear, whatever the chunks.

use bytes::{Bytes, BytesMut};

use super::cut::cut;
use crate::store::imap::limits::Limits;

/// Where the cut of the response at the front of the buffer stands.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    /// Everything before this is scanned, or is a literal on its way.
    scanned: usize,
    /// Where the current line of the response begins (after its last literal).
    line_start: usize,
    /// Octets of literals in this response.
    literals: usize,
}

impl Splitter {
    /// The next whole response at the front of `buffer`, with its line end; none if it is not
    /// complete. An error names the limit that it exceeds.
    pub(crate) fn next(
        &mut self,
        buffer: &mut BytesMut,
        limits: &Limits,
    ) -> Result<Option<Bytes>, &'static str> {
        loop {
            let Some(fresh) = buffer.get(self.scanned..) else { return Ok(None) };
            let Some(found) = fresh.iter().position(|byte| *byte == b'\n') else {
                if self.line_start == 0
                    && let Some(piece) = cut(buffer)
                {
                    self.scanned = buffer.len();
                    return Ok(Some(piece));
                }
                self.scanned = buffer.len();
                self.check_line(buffer.len(), limits)?;
                return Ok(None);
            };
            let end = self.scanned + found + 1;
            self.check_line(end, limits)?;
            match announced(&buffer[self.line_start..end], self.line_start == 0) {
                Some(octets) => {
                    self.literals = self.literals.saturating_add(octets);
                    if self.literals > limits.literal {
                        return Err("a literal");
                    }
                    self.scanned = end + octets;
                    self.line_start = self.scanned;
                }
                None => {
                    *self = Self::default();
                    let response = buffer.split_to(end).freeze();
                    if buffer.is_empty() {
                        // Or the tail would keep a large response's allocation alive.
                        *buffer = BytesMut::new();
                    }
                    if !response.iter().all(u8::is_ascii_whitespace) {
                        return Ok(Some(response));
                    }
                }
            }
        }
    }

    fn check_line(&self, end: usize, limits: &Limits) -> Result<(), &'static str> {
        let outside_literals = end.saturating_sub(self.literals);
        if outside_literals > limits.line { Err("a line") } else { Ok(()) }
    }
}

/// The octets of the literal that a line announces at its end: `{n}`, `{n+}`, `{n +}`, `~{n}`.
fn announced(line: &[u8], first: bool) -> Option<usize> {
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
    Some(number.parse().unwrap_or(usize::MAX))
}

/// Whether a line is human text by its first words: a continuation or a status.
fn is_text(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ');
    let tag = words.next().unwrap_or_default();
    let word = words.next().unwrap_or_default();
    let conditions: [&[u8]; 5] = [b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"];
    tag == b"+" || conditions.iter().any(|condition| word.eq_ignore_ascii_case(condition))
}
