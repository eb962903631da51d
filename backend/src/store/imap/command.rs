//! Commands to the server: arguments that cannot inject, literals where they must be
//! (RFC 9051 §4, RFC 7888).

use postern_shared::flag::Flag;

use crate::store::mailbox_name::Spelling;
use crate::store::{Error, MailboxName};

/// One command without its tag: pieces of line, with literals between them.
#[derive(Debug, Clone)]
pub(super) struct Command {
    /// The pieces of line; between each two of them stands a literal.
    lines: Vec<Vec<u8>>,
    literals: Vec<Vec<u8>>,
    /// The mailbox names that stand in the first line, and where each begins and ends.
    names: Vec<(usize, usize, MailboxName)>,
}

/// How literals may be sent without waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LiteralMode {
    /// Wait for the server's go-ahead.
    Synchronising,
    /// `{n+}` up to this many octets.
    NonSynchronising(usize),
}

impl Command {
    /// A command that begins with fixed words.
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self { lines: vec![words.into().into_bytes()], literals: Vec::new(), names: Vec::new() }
    }

    /// Adds a space and fixed words: never anything that a person or a server wrote.
    pub(super) fn words(mut self, words: &str) -> Self {
        self.space();
        self.line().extend_from_slice(words.as_bytes());
        self
    }

    /// Adds a string: quoted if it is plain, otherwise a literal.
    pub(super) fn string(mut self, string: &[u8]) -> Result<Self, Error> {
        self.space();
        self.bare_string(string)
    }

    /// The same without a space before it.
    fn bare_string(mut self, string: &[u8]) -> Result<Self, Error> {
        if string.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
            return Err(Error::Invalid("control characters"));
        }
        if string.len() > 1000 || !string.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return Ok(self.literal(string.to_vec()));
        }
        self.line().extend(quoted(string));
        Ok(self)
    }

    /// Adds a mailbox name.
    pub(super) fn mailbox(mut self, name: &MailboxName) -> Result<Self, Error> {
        if name.as_bytes().is_empty() {
            return Err(Error::Invalid("an empty mailbox name"));
        }
        self.space();
        let start = self.line().len();
        self = self.bare_string(name.as_bytes())?;
        if self.literals.is_empty() {
            let end = self.line().len();
            self.names.push((start, end, name.clone()));
        }
        Ok(self)
    }

    /// The same with its mailbox names spelt as a connection wants them.
    pub(super) fn spelt(mut self, spelling: Spelling) -> Self {
        for (start, end, name) in self.names.drain(..).rev() {
            if let Some(spelt) = name.spelt(spelling) {
                self.lines[0].splice(start..end, quoted(spelt.as_bytes()));
            }
        }
        self
    }

    /// Adds a parenthesised list of flags.
    pub(super) fn flags(self, flags: &[Flag]) -> Result<Self, Error> {
        if flags.iter().any(|flag| !is_sendable(flag)) {
            return Err(Error::Invalid("a keyword"));
        }
        let flags: Vec<&str> = flags.iter().map(Flag::as_imap).collect();
        Ok(self.words(&format!("({})", flags.join(" "))))
    }

    /// Adds a literal; the space before it is there already.
    pub(super) fn literal(mut self, octets: Vec<u8>) -> Self {
        self.literals.push(octets);
        self.lines.push(Vec::new());
        self
    }

    /// The command as one line of text, if it has no literals.
    pub(super) fn as_line(&self) -> Option<&str> {
        if self.literals.is_empty() { std::str::from_utf8(&self.lines[0]).ok() } else { None }
    }

    /// The writes that make up the command; between each two the server is waited for.
    pub(super) fn writes(self, tag: &str, mode: LiteralMode) -> Vec<Vec<u8>> {
        let mut writes = Vec::new();
        let mut write = format!("{tag} ").into_bytes();
        let mut literals = self.literals.into_iter();
        for line in self.lines {
            write.extend_from_slice(&line);
            let Some(literal) = literals.next() else { break };
            let direct =
                matches!(mode, LiteralMode::NonSynchronising(most) if literal.len() <= most);
            let plus = if direct { "+" } else { "" };
            write.extend_from_slice(format!("{{{}{plus}}}\r\n", literal.len()).as_bytes());
            if !direct {
                writes.push(std::mem::take(&mut write));
            }
            write.extend_from_slice(&literal);
        }
        write.extend_from_slice(b"\r\n");
        writes.push(write);
        writes
    }

    /// Opens a parenthesis: no space follows it.
    pub(super) fn open(mut self) -> Self {
        self.space();
        self.line().push(b'(');
        self
    }

    /// Closes one.
    pub(super) fn close(mut self) -> Self {
        self.line().push(b')');
        self
    }

    fn space(&mut self) {
        let line = self.line();
        if !line.ends_with(b"(") {
            line.push(b' ');
        }
    }

    fn line(&mut self) -> &mut Vec<u8> {
        if self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }
}

/// A quoted string.
fn quoted(string: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(string.len() + 2);
    quoted.push(b'"');
    for byte in string {
        if matches!(byte, b'"' | b'\\') {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted.push(b'"');
    quoted
}

/// Whether a flag is a system flag or an atom.
pub(super) fn is_sendable(flag: &Flag) -> bool {
    let Flag::Keyword(keyword) = flag else { return true };
    let atom = |byte| matches!(byte, b'!'..=b'~') && !b"(){%*\"\\]".contains(&byte);
    !keyword.is_empty() && keyword.len() <= 255 && keyword.bytes().all(atom)
}

/// Octets of a set in one command: servers limit the line (Courier to 16 kB).
const SET_OCTETS: usize = 7000;

/// Uids as sets (`1:3,7`), each short enough for one command; ascending, without doubles.
pub(super) fn sets(uids: &[u32]) -> Vec<String> {
    let mut uids: Vec<u32> = uids.iter().copied().filter(|uid| *uid != 0).collect();
    uids.sort_unstable();
    uids.dedup();
    let mut sets: Vec<String> = Vec::new();
    for range in uids.chunk_by(|left, right| left.checked_add(1) == Some(*right)) {
        let (first, last) = (range[0], range[range.len() - 1]);
        let text = if first == last { first.to_string() } else { format!("{first}:{last}") };
        match sets.last_mut() {
            Some(set) if set.len() + text.len() < SET_OCTETS => {
                set.push(',');
                set.push_str(&text);
            }
            _ => sets.push(text),
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_ranges_in_order() {
        assert_eq!(sets(&[7, 3, 1, 2, 2, 0]), ["1:3,7"]);
        assert_eq!(sets(&[]), Vec::<String>::new());
        let odd: Vec<u32> = (0..10_000).map(|n| n * 2 + 1).collect();
        let sets = sets(&odd);
        assert!(sets.len() > 1 && sets.iter().all(|set| set.len() <= SET_OCTETS));
    }

    #[test]
    fn no_argument_injects() {
        for hostile in ["a\r\nA1 LOGOUT", "a\0b", "a\nb"] {
            let name = MailboxName::from_server(hostile.as_bytes());
            assert!(matches!(Command::new("SELECT").mailbox(&name), Err(Error::Invalid(_))));
        }
        let flags = [Flag::Keyword("x) NOOP".into())];
        assert!(matches!(Command::new("STORE").flags(&flags), Err(Error::Invalid(_))));
        let quoted = Command::new("SELECT").string(br#"a"b\c"#).unwrap();
        assert_eq!(quoted.as_line(), Some(r#"SELECT "a\"b\\c""#));
    }

    #[test]
    fn names_are_spelt_as_the_connection_wants_them() {
        let rename = |from: &str, to: &str| {
            let (from, to) = (MailboxName::from_text(from), MailboxName::from_text(to));
            Command::new("RENAME").mailbox(&from).unwrap().mailbox(&to).unwrap()
        };
        let command = rename("Entwürfe", "Q&A \"neu\"");
        let plain = command.clone().spelt(Spelling::Utf7);
        assert_eq!(plain.as_line(), Some("RENAME \"Entw&APw-rfe\" \"Q&-A \\\"neu\\\"\""));
        let utf8 = command.spelt(Spelling::Utf8);
        assert_eq!(utf8.as_line(), Some("RENAME \"Entwürfe\" \"Q&A \\\"neu\\\"\""));
    }

    #[test]
    fn what_is_not_plain_goes_as_a_literal() {
        let command = || Command::new("SELECT").string("é".as_bytes()).unwrap();
        assert_eq!(command().as_line(), None);
        let waiting = command().writes("P1", LiteralMode::Synchronising);
        assert_eq!(waiting, [b"P1 SELECT {2}\r\n".to_vec(), "é\r\n".as_bytes().to_vec()]);
        let direct = command().writes("P1", LiteralMode::NonSynchronising(100));
        assert_eq!(direct, ["P1 SELECT {2+}\r\né\r\n".as_bytes().to_vec()]);
    }
}
