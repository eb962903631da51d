//! A search query in the words of SEARCH (RFC 9051 §6.4.4), as exactly as the server can take it.
//!
//! What it cannot take is widened: the answer then holds more than what matches, never less, and
//! says so. So a term that cannot be asked for is every message, and so is its negation.

use postern_shared::flag::Flag;

use super::command::{Command, is_sendable};
use crate::store::Error;
use crate::store::query::{Query, Term};

/// A part of ASCII that stands for a longer text.
const SHORTEST_PART: usize = 3;

/// What a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Texts beyond ASCII may be sent.
    pub(super) unicode: bool,
    /// Gmail's own search (X-GM-RAW).
    pub(super) gmail: bool,
}

/// Search keys, ready to be put into a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys {
    pieces: Vec<Piece>,
    /// Whether they mean what the query means, no more.
    pub(super) exact: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Text(String),
    Open,
    Close,
}

impl Keys {
    /// Translates a query.
    pub(super) fn of(query: &Query, dialect: Dialect) -> Self {
        match query {
            Query::And(all) => Self::all_of(all, dialect),
            Query::Or(all) => Self::any_of(all, dialect),
            Query::Not(inner) => {
                let inner = Self::of(inner, dialect);
                if inner.exact { Self::words("NOT").and(inner.single()) } else { Self::widest() }
            }
            Query::Term(term) => Self::of_term(term, dialect),
        }
    }

    /// Whether a text among them is beyond ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.pieces.iter().all(|piece| match piece {
            Piece::Text(text) => text.is_ascii(),
            Piece::Words(_) | Piece::Open | Piece::Close => true,
        })
    }

    /// Puts them into a command.
    pub(super) fn write(&self, mut command: Command) -> Result<Command, Error> {
        for piece in &self.pieces {
            command = match piece {
                Piece::Words(words) => command.words(words),
                Piece::Text(text) => command.string(text.as_bytes())?,
                Piece::Open => command.open(),
                Piece::Close => command.close(),
            };
        }
        Ok(command)
    }

    fn all_of(all: &[Query], dialect: Dialect) -> Self {
        let keys = all.iter().map(|query| Self::of(query, dialect).single());
        keys.reduce(Self::and).unwrap_or_else(|| Self::words("ALL"))
    }

    /// Halves joined by OR, so that the depth is small.
    fn any_of(all: &[Query], dialect: Dialect) -> Self {
        match all {
            [] => Self::words("NOT ALL"),
            [one] => Self::of(one, dialect).single(),
            more => {
                let (left, right) = more.split_at(more.len() / 2);
                let (left, right) = (Self::any_of(left, dialect), Self::any_of(right, dialect));
                Self::words("OR").and(left).and(right)
            }
        }
    }

    fn of_term(term: &Term, dialect: Dialect) -> Self {
        let text = |key: &str, text: &str| Self::of_text(key, text, dialect);
        match term {
            Term::Text(it) => text("TEXT", it),
            Term::From(it) => text("FROM", it),
            Term::To(it) => text("TO", it),
            Term::Cc(it) => text("CC", it),
            Term::Bcc(it) => text("BCC", it),
            Term::Subject(it) => text("SUBJECT", it),
            Term::Body(it) => text("BODY", it),
            Term::List(it) => text("HEADER List-Id", it),
            Term::Flag(flag) => Self::of_flag(flag),
            Term::Before(day) => Self::words(&format!("BEFORE {}", day.as_imap())),
            Term::Since(day) => Self::words(&format!("SINCE {}", day.as_imap())),
            Term::Larger(octets) => Self::words(&format!("LARGER {octets}")),
            Term::Smaller(octets) => Self::words(&format!("SMALLER {octets}")),
            Term::HasAttachment if dialect.gmail => Self::words("X-GM-RAW \"has:attachment\""),
            // Nothing of SEARCH looks at parts, or beyond the mailbox.
            Term::HasAttachment | Term::Filename(_) | Term::In(_) => Self::widest(),
        }
    }

    fn of_flag(flag: &Flag) -> Self {
        match flag {
            Flag::Keyword(word) if is_sendable(flag) => Self::words(&format!("KEYWORD {word}")),
            Flag::Keyword(_) => Self::widest(),
            system => Self::words(system.as_imap().trim_start_matches('\\')),
        }
    }

    fn of_text(key: &str, text: &str, dialect: Dialect) -> Self {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let with = |text: String, exact| {
            let mut keys = Self::words(key);
            keys.pieces.push(Piece::Text(text));
            Self { exact, ..keys }
        };
        if dialect.unicode || text.is_ascii() {
            return with(text, true);
        }
        // Whatever holds the text holds this part of it.
        let parts = text.split(|c: char| !c.is_ascii()).map(str::trim);
        match parts.max_by_key(|part| part.len()) {
            Some(part) if part.len() >= SHORTEST_PART => with(part.to_owned(), false),
            _ => Self::widest(),
        }
    }

    fn words(words: &str) -> Self {
        Self { pieces: vec![Piece::Words(words.to_owned())], exact: true }
    }

    fn widest() -> Self {
        Self { exact: false, ..Self::words("ALL") }
    }

    fn and(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        Self { exact: self.exact && other.exact, ..self }
    }

    /// As one key: in parentheses where it may be several.
    fn single(mut self) -> Self {
        if self.pieces.len() > 1 {
            self.pieces.insert(0, Piece::Open);
            self.pieces.push(Piece::Close);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::imap::command::LiteralMode;
    use crate::store::query::Day;

    const FULL: Dialect = Dialect { unicode: true, gmail: false };

    fn check_in(dialect: Dialect, query: &Query, expect: &str, exact: bool) {
        let keys = Keys::of(query, dialect);
        let command = keys.write(Command::new("SEARCH")).unwrap();
        let writes = command.writes("T", LiteralMode::NonSynchronising(9999)).concat();
        let line = String::from_utf8(writes).unwrap();
        assert_eq!(line.trim_end(), format!("T SEARCH {expect}"));
        assert_eq!(keys.exact, exact, "{line}");
    }

    fn check(query: &Query, expect: &str) {
        check_in(FULL, query, expect, true);
    }

    fn term(term: Term) -> Query {
        Query::Term(term)
    }

    fn subject(text: &str) -> Query {
        term(Term::Subject(text.to_owned()))
    }

    #[test]
    fn terms_are_keys() {
        check(&Query::all(), "ALL");
        check(&Query::nothing(), "NOT ALL");
        check(&subject("a \"b\""), "SUBJECT \"a \\\"b\\\"\"");
        check(&subject("a\r\nA1 LOGOUT"), "SUBJECT \"a  A1 LOGOUT\"");
        check(&term(Term::List("us".into())), "HEADER List-Id \"us\"");
        check(&term(Term::Flag(Flag::Seen)).negated(), "NOT Seen");
        check(&term(Term::Flag(Flag::Keyword("$Work".into()))), "KEYWORD $Work");
        check(&term(Term::Since(Day::of(2026, 2, 1).unwrap())), "SINCE 1-Feb-2026");
        check(&term(Term::Larger(5)), "LARGER 5");
    }

    #[test]
    fn terms_are_joined() {
        let [a, b, c] = ["a", "b", "c"].map(subject);
        let both = Query::And(vec![a.clone(), b]);
        check(&both, "(SUBJECT \"a\") (SUBJECT \"b\")");
        let any = Query::Or(vec![a, both, c]);
        check(&any, "OR (SUBJECT \"a\") OR ((SUBJECT \"a\") (SUBJECT \"b\")) (SUBJECT \"c\")");
    }

    #[test]
    fn what_cannot_be_asked_for_is_widened() {
        let ascii = Dialect { unicode: false, gmail: false };
        check_in(ascii, &subject("Grüße aus Rom"), "SUBJECT \"e aus Rom\"", false);
        check_in(ascii, &subject("台北"), "ALL", false);
        check_in(ascii, &subject("Grüße aus Rom").negated(), "ALL", false);
        check_in(FULL, &subject("台北"), "SUBJECT {6+}\r\n台北", true);
        let file = term(Term::Filename("a.pdf".into()));
        check_in(FULL, &file, "ALL", false);
        check_in(FULL, &Query::And(vec![subject("a"), file]), "(SUBJECT \"a\") ALL", false);
        let hostile = term(Term::Flag(Flag::Keyword("x) NOOP".into())));
        check_in(FULL, &hostile, "ALL", false);
        let gmail = Dialect { unicode: true, gmail: true };
        check_in(gmail, &term(Term::HasAttachment), "X-GM-RAW \"has:attachment\"", true);
    }
}
