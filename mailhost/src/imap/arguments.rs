//! Reads a command's arguments in order (RFC 3501 §9).

use super::sequence_set::SequenceSet;
use super::{Refusal, utf7};
use crate::Capabilities;

/// What may stand in arguments, beyond RFC 3501.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Syntax {
    pub on: Capabilities,
    pub descending_bad: bool,
}

pub(crate) struct Arguments<'a> {
    bytes: &'a [u8],
    at: usize,
    pub syntax: Syntax,
}

impl<'a> Arguments<'a> {
    pub fn new(bytes: &'a [u8], syntax: Syntax) -> Self {
        Self { bytes, at: 0, syntax }
    }

    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes a byte if it is next.
    pub fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    pub fn expect(&mut self, byte: u8) -> Result<(), Refusal> {
        match self.take(byte) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("'{}'", byte.escape_ascii()))),
        }
    }

    pub fn space(&mut self) -> Result<(), Refusal> {
        self.expect(b' ')
    }

    pub fn end(&self) -> Result<(), Refusal> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.unexpected("the end")) }
    }

    pub fn unexpected(&self, wanted: &str) -> Refusal {
        Refusal::Bad(format!("Expected {wanted} at byte {} of the arguments", self.at))
    }

    /// The bytes up to the first that is not allowed; at least one.
    pub fn word(&mut self, allowed: impl Fn(u8) -> bool) -> Result<&'a str, Refusal> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !allowed(*byte)).unwrap_or(rest.len());
        let word = std::str::from_utf8(&rest[..length]).unwrap_or_default();
        if word.is_empty() {
            return Err(self.unexpected("a word"));
        }
        self.at += length;
        Ok(word)
    }

    /// An atom in upper case.
    pub fn keyword(&mut self) -> Result<String, Refusal> {
        self.word(is_atom).map(str::to_ascii_uppercase)
    }

    /// Takes a word if it is next, in any case, and neither letter nor dot follows it.
    pub fn take_keyword(&mut self, keyword: &str) -> bool {
        let next = self.bytes.get(self.at..self.at + keyword.len());
        let after = self.bytes.get(self.at + keyword.len());
        let found = next.is_some_and(|next| next.eq_ignore_ascii_case(keyword.as_bytes()))
            && !after.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
        self.at += if found { keyword.len() } else { 0 };
        found
    }

    pub fn number(&mut self) -> Result<u32, Refusal> {
        let word = self.word(|byte| byte.is_ascii_digit())?;
        word.parse().map_err(|_| Refusal::bad("A number is too large"))
    }

    /// A number of 63 bits, as mod-sequences are.
    pub fn large_number(&mut self) -> Result<u64, Refusal> {
        let word = self.word(|byte| byte.is_ascii_digit())?;
        let number = word.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok());
        number.ok_or_else(|| Refusal::bad("A number is too large"))
    }

    pub fn flag(&mut self) -> Result<String, Refusal> {
        let backslash = self.take(b'\\');
        let word = self.word(is_atom)?;
        Ok(if backslash { format!("\\{word}") } else { word.to_owned() })
    }

    pub fn string(&mut self) -> Result<Vec<u8>, Refusal> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            Some(b'{') => self.literal(),
            _ => Err(self.unexpected("a string")),
        }
    }

    /// A string or atom; `]` is allowed in the atom.
    pub fn astring(&mut self) -> Result<Vec<u8>, Refusal> {
        match self.peek() {
            Some(b'"' | b'{') => self.string(),
            _ => {
                self.word(|byte| is_atom(byte) || byte == b']').map(|word| word.as_bytes().to_vec())
            }
        }
    }

    /// A string or atom that is text.
    pub fn text(&mut self) -> Result<String, Refusal> {
        String::from_utf8(self.astring()?).map_err(|_| Refusal::bad("A string is not UTF-8"))
    }

    /// A mailbox name, out of modified UTF-7; raw UTF-8 is taken as well.
    pub fn mailbox(&mut self) -> Result<String, Refusal> {
        let name = self.text()?;
        utf7::decode(&name).ok_or_else(|| Refusal::bad("A mailbox name is not modified UTF-7"))
    }

    /// A mailbox name in which `*` and `%` may stand.
    pub fn pattern(&mut self) -> Result<String, Refusal> {
        let pattern = match self.peek() {
            Some(b'"' | b'{') => self.text()?,
            _ => self.word(|byte| is_atom(byte) || b"]*%".contains(&byte))?.to_owned(),
        };
        utf7::decode(&pattern).ok_or_else(|| Refusal::bad("A pattern is not modified UTF-7"))
    }

    pub fn sequence_set(&mut self) -> Result<SequenceSet, Refusal> {
        let text = self.word(|byte| byte.is_ascii_digit() || b":,*$".contains(&byte))?;
        let Syntax { on, descending_bad } = self.syntax;
        let set = SequenceSet::parse(text);
        let set = set.filter(|set| on.search_res || *set != SequenceSet::Saved);
        let set = set.filter(|set| !(descending_bad && set.descends()));
        set.ok_or_else(|| Refusal::bad("Invalid sequence set"))
    }

    /// `(a b c)`, possibly empty.
    pub fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, Refusal> {
        self.expect(b'(')?;
        let mut found = Vec::new();
        while !self.take(b')') {
            if !found.is_empty() {
                self.space()?;
            }
            found.push(read(self)?);
        }
        Ok(found)
    }

    fn quoted(&mut self) -> Result<Vec<u8>, Refusal> {
        self.expect(b'"')?;
        let mut text = Vec::new();
        loop {
            let byte = self.peek().ok_or_else(|| self.unexpected("'\"'"))?;
            self.at += 1;
            match byte {
                b'"' => return Ok(text),
                b'\\' => {
                    text.push(self.peek().ok_or_else(|| self.unexpected("'\"'"))?);
                    self.at += 1;
                }
                _ => text.push(byte),
            }
        }
    }

    fn literal(&mut self) -> Result<Vec<u8>, Refusal> {
        self.expect(b'{')?;
        let length = self.number()? as usize;
        self.take(b'+');
        for byte in *b"}\r\n" {
            self.expect(byte)?;
        }
        let bytes = self.bytes.get(self.at..self.at + length);
        let bytes = bytes.ok_or_else(|| self.unexpected("a whole literal"))?;
        self.at += length;
        Ok(bytes.to_vec())
    }
}

/// Whether a byte may stand in an atom.
pub(crate) fn is_atom(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte)
}
