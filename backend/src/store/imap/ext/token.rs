//! A tolerant tokenizer for the content of untagged responses (RFC 9051 §9): atoms, strings,
//! literals, lists. Linear; depth is limited by the wire before and here again.

use std::borrow::Cow;

/// Lists in lists that are followed.
const DEPTH: usize = 64;

/// One value of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// `NIL`
    Nil,
    /// A bare word; `BODY[…]<0>` and `\Seen` are one each.
    Atom(&'a [u8]),
    /// A quoted string or a literal.
    String(Cow<'a, [u8]>),
    /// Parentheses.
    List(Vec<Value<'a>>),
}

/// What cannot be read: the rest of this response is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Garbled;

impl<'a> Value<'a> {
    /// The bytes of an atom or a string; none for NIL and lists.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Atom(bytes) => Some(bytes),
            Self::String(bytes) => Some(bytes),
            Self::Nil | Self::List(_) => None,
        }
    }

    /// The values of a list; none of anything else.
    pub(crate) fn list(&self) -> &[Value<'a>] {
        match self {
            Self::List(values) => values,
            _ => &[],
        }
    }

    /// Whether it is a list.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// Its bytes as text, invalid ones replaced; empty for NIL and lists.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        self.bytes().map_or(Cow::Borrowed(""), String::from_utf8_lossy)
    }

    /// A number that fits; servers also send negative ones, NIL, and `9.3736e+06`.
    pub(crate) fn number<T: std::str::FromStr + TryFrom<u64>>(&self) -> Option<T> {
        let text = std::str::from_utf8(self.bytes()?).ok()?.trim();
        text.parse().ok().or_else(|| {
            let number: f64 = text.parse().ok()?;
            let whole = number.fract() == 0.0 && (0.0..1e15).contains(&number);
            whole.then_some(number as u64)?.try_into().ok()
        })
    }

    /// A modification number, with or without parentheses (RFC 7162); negative ones are none.
    pub(crate) fn modseq(&self) -> Option<u64> {
        self.list().first().unwrap_or(self).number()
    }

    /// Whether it is this atom or string, in any case.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.bytes().is_some_and(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// Reads values one after the other.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    /// Begins at the content of a response.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Reads all that is left.
    pub(crate) fn all(mut self) -> Result<Vec<Value<'a>>, Garbled> {
        let mut values = Vec::new();
        while let Some(value) = self.next()? {
            values.push(value);
        }
        Ok(values)
    }

    /// The next value; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Value<'a>>, Garbled> {
        // A closing parenthesis too many is no reason to lose what follows.
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n' | b')')) {
            self.at += 1;
        }
        if self.peek().is_none() { Ok(None) } else { self.value(0).map(Some) }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, Garbled> {
        match self.peek() {
            Some(b'(') => self.list(depth),
            Some(b'"') => self.quoted(),
            Some(b'{') => self.literal().ok_or(Garbled),
            Some(b'~') if self.bytes.get(self.at + 1) == Some(&b'{') => {
                self.at += 1;
                self.literal().ok_or(Garbled)
            }
            _ => self.atom(),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Garbled> {
        if depth >= DEPTH {
            return Err(Garbled);
        }
        self.at += 1;
        let mut values = Vec::new();
        loop {
            match self.peek() {
                Some(b')') => {
                    self.at += 1;
                    return Ok(Value::List(values));
                }
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(_) => values.push(self.value(depth + 1)?),
                None => return Err(Garbled),
            }
        }
    }

    fn quoted(&mut self) -> Result<Value<'a>, Garbled> {
        let start = self.at + 1;
        let rest = &self.bytes[start..];
        let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).ok_or(Garbled)?;
        if rest[plain] == b'"' {
            self.at = start + plain + 1;
            return Ok(Value::String(Cow::Borrowed(&rest[..plain])));
        }
        let mut string = rest[..plain].to_vec();
        let mut at = plain;
        while let Some(byte) = rest.get(at) {
            match byte {
                b'"' => {
                    self.at = start + at + 1;
                    return Ok(Value::String(Cow::Owned(string)));
                }
                b'\\' => {
                    at += 1;
                    string.push(*rest.get(at).ok_or(Garbled)?);
                }
                _ => string.push(*byte),
            }
            at += 1;
        }
        Err(Garbled)
    }

    fn literal(&mut self) -> Option<Value<'a>> {
        let rest = &self.bytes[self.at + 1..];
        let close = rest.iter().take(24).position(|byte| *byte == b'}')?;
        let number = std::str::from_utf8(&rest[..close]).ok()?;
        let octets: usize = number.trim_end_matches([' ', '+']).parse().ok()?;
        let line_end = rest[close..].iter().take(3).position(|byte| *byte == b'\n')?;
        let start = self.at + 1 + close + line_end + 1;
        let end = start.checked_add(octets)?;
        let string = self.bytes.get(start..end)?;
        self.at = end;
        Some(Value::String(Cow::Borrowed(string)))
    }

    fn atom(&mut self) -> Result<Value<'a>, Garbled> {
        let start = self.at;
        let mut bracketed = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'[' => bracketed = true,
                b']' => bracketed = false,
                b'\r' | b'\n' => break,
                b' ' | b'\t' | b'(' | b')' | b'"' if !bracketed => break,
                _ => {}
            }
            self.at += 1;
        }
        match &self.bytes[start..self.at] {
            [] => Err(Garbled),
            nil if nil.eq_ignore_ascii_case(b"NIL") => Ok(Value::Nil),
            atom => Ok(Value::Atom(atom)),
        }
    }
}
