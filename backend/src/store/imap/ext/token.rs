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
    /// Strings so far that were not what they seemed: after some, nothing is guessed any more.
    misread: u32,
    /// Values that may still come.
    left: u32,
}

/// Values of one response: each takes many times the octets that it is said in.
const MOST_VALUES: u32 = 100_000;

/// How far a string is followed past a quote that may be one of its own.
const GUESS: usize = 256;
/// How often that may fail in one response.
const MOST_MISREAD: u32 = 64;

impl<'a> Tokens<'a> {
    /// Begins at the content of a response.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, misread: 0, left: MOST_VALUES }
    }

    /// What is left, unread, without the spaces before it.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes[self.at..].trim_ascii()
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
        self.left = self.left.checked_sub(1).ok_or(Garbled)?;
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
        if rest[plain] == b'"' && ends_string(&rest[plain + 1..]) {
            self.at = start + plain + 1;
            return Ok(Value::String(Cow::Borrowed(&rest[..plain])));
        }
        let mut string = rest[..plain].to_vec();
        // Where the string ends if no later quote is better, and how long it is then.
        let mut fallback = None;
        let mut at = plain;
        while let Some(byte) = rest.get(at) {
            match byte {
                b'"' if ends_string(&rest[at + 1..]) => {
                    self.at = start + at + 1;
                    return Ok(Value::String(Cow::Owned(string)));
                }
                b'"' => {
                    let (end, _) = *fallback.get_or_insert((at, string.len()));
                    if self.misread >= MOST_MISREAD || at - end > GUESS {
                        break;
                    }
                    string.push(b'"');
                }
                b'\\' => {
                    at += 1;
                    string.push(*rest.get(at).ok_or(Garbled)?);
                }
                b'\n' if fallback.is_some() => break,
                _ => string.push(*byte),
            }
            if fallback.is_some_and(|(end, _)| at - end > GUESS) {
                break;
            }
            at += 1;
        }
        let (end, length) = fallback.ok_or(Garbled)?;
        self.misread += 1;
        string.truncate(length);
        self.at = start + end + 1;
        Ok(Value::String(Cow::Owned(string)))
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
                b'[' => bracketed = has_section(&self.bytes[start..self.at]),
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

/// Whether a quote before `rest` ends its string. Some servers do not escape the quotes inside one;
/// others leave out the space that should follow.
fn ends_string(rest: &[u8]) -> bool {
    let Some(first) = rest.first() else { return true };
    match first {
        b' ' | b'\t' | b'\r' | b'\n' | b')' | b'(' | b'{' => true,
        // `""`: two strings, unless the second quote is what ends this one.
        b'"' => !matches!(rest.get(1), None | Some(b' ' | b')' | b'\r' | b'\n')),
        _ => {
            let end = rest.iter().take(40).position(|byte| b" \t\r\n()\"".contains(byte));
            let word = &rest[..end.unwrap_or(rest.len().min(40))];
            let number = word.iter().all(u8::is_ascii_digit);
            let items: [&[u8]; 8] = [
                b"NIL",
                b"UID",
                b"FLAGS",
                b"MODSEQ",
                b"ENVELOPE",
                b"BODYSTRUCTURE",
                b"RFC822.SIZE",
                b"INTERNALDATE",
            ];
            number || items.iter().any(|item| word.eq_ignore_ascii_case(item))
        }
    }
}

/// Whether an atom is a FETCH item whose name goes on in brackets. A keyword may hold a bracket.
fn has_section(atom: &[u8]) -> bool {
    let names: [&[u8]; 5] = [b"BODY", b"BODY.PEEK", b"BINARY", b"BINARY.PEEK", b"BINARY.SIZE"];
    names.iter().any(|name| atom.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values as they would be written by a careful server.
    fn written(values: &[Value<'_>]) -> String {
        let one = |value: &Value<'_>| match value {
            Value::Nil => "NIL".to_owned(),
            Value::Atom(atom) => String::from_utf8_lossy(atom).into_owned(),
            Value::String(string) => format!("<{}>", String::from_utf8_lossy(string)),
            Value::List(values) => format!("({})", written(values)),
        };
        values.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn check(content: &str, expect: &str) {
        let found = Tokens::new(content.as_bytes()).all().map(|values| written(&values));
        assert_eq!(found.as_deref(), Ok(expect), "{content}");
    }

    #[test]
    fn values_are_read_whatever_the_spaces() {
        check(" (UID 5 FLAGS (\\Seen $x))\r\n", "(UID 5 FLAGS (\\Seen $x))");
        check("(UID\t5  FLAGS(\\Seen)X(1)(2) )", "(UID 5 FLAGS (\\Seen) X (1) (2))");
        check("(\"a\"\"b\"NIL\"c\"28(d)nil)", "(<a> <b> NIL <c> 28 (d) NIL)");
        check(
            "(BODY[HEADER.FIELDS (\"A\" B)]<0> {3}\r\na)\" X \"\")",
            "(BODY[HEADER.FIELDS (\"A\" B)]<0> <a)\"> X <>)",
        );
        check("({1+}\r\na {1 +}\nb ~{1}\r\nc)", "(<a> <b> <c>)");
        check(") 5 ) 6", "5 6");
    }

    #[test]
    fn brackets_belong_to_sections_alone() {
        check("(de:hacking $label [css3-page \\*)", "(de:hacking $label [css3-page \\*)");
        check("(BODY[] \"a\" body[1.2.MIME]<7> NIL)", "(BODY[] <a> body[1.2.MIME]<7> NIL)");
        check("[Gmail]/All", "[Gmail]/All");
    }

    #[test]
    fn quotes_that_were_not_escaped_stay_inside() {
        check("(\"a\"b\"c\" \"d\")", "(<a\"b\"c> <d>)");
        check("(\"x=\"_y_\"\" \"z\")", "(<x=\"_y_\"> <z>)");
        check("(\"a\\\"b\\\\\" \"c\")", "(<a\"b\\> <c>)");
        // Nothing better follows: it ended where it seemed to.
        check("(\"a\"b c)", "(<a> b c)");
    }

    #[test]
    fn what_is_cut_off_is_not_read() {
        for content in ["(", "(\"a", "({5}\r\nabc", "(a (b)", "\"a\\"] {
            assert_eq!(Tokens::new(content.as_bytes()).all(), Err(Garbled), "{content}");
        }
        let deep = "(".repeat(100_000);
        assert_eq!(Tokens::new(deep.as_bytes()).all(), Err(Garbled));
    }
}
