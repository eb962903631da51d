//! The search language: what a user types, as a tree that index and server understand alike. Pure.
//!
//! Words stand beside each other for AND; `OR` (or `|`) joins its two neighbours before that, as
//! people know it from elsewhere; `-` or `NOT` turns one term round; parentheses group; quotes keep
//! words together. `key:value` narrows a term: `from: to: cc: bcc: subject: body: has:attachment
//! is:unread is:starred in: before: after: older_than: newer_than: larger: smaller: filename:
//! list:`; after `key:` a quoted text or a group may stand. A word with an unknown key is a word.
//!
//! Input is bounded in length, in terms and in depth; nothing here panics.

mod day;
mod lex;
mod parse;
#[cfg(test)]
mod tests;
mod value;

use postern_shared::flag::Flag;
use thiserror::Error;

pub use day::Day;
pub use parse::parse;

/// Longest query, in characters.
pub const MAX_LENGTH: usize = 2_000;
/// Most terms of a query.
pub const MAX_TERMS: usize = 200;
/// Deepest nesting of a query.
pub const MAX_DEPTH: usize = 20;

/// What a message has to be like.
///
/// `And` of nothing is every message, `Or` of nothing is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// All of these hold.
    And(Vec<Query>),
    /// One of these holds.
    Or(Vec<Query>),
    /// This does not hold.
    Not(Box<Query>),
    /// One thing.
    Term(Term),
}

/// One thing to look for. Texts are parts of what is looked at, whatever their case, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// In the header or in the body (SEARCH TEXT).
    Text(String),
    /// In From: a name or an address.
    From(String),
    /// In To.
    To(String),
    /// In Cc.
    Cc(String),
    /// In Bcc.
    Bcc(String),
    /// In Subject.
    Subject(String),
    /// In the body (SEARCH BODY).
    Body(String),
    /// In the name of a part that is shown as a file.
    Filename(String),
    /// In List-Id.
    List(String),
    /// In a mailbox: a role's name as people type it (`sent`), or a part of a mailbox's name.
    In(String),
    /// With this flag.
    Flag(Flag),
    /// With a part that is shown as a file.
    HasAttachment,
    /// INTERNALDATE earlier than this day (SEARCH BEFORE).
    Before(Day),
    /// INTERNALDATE on this day or later (SEARCH SINCE).
    Since(Day),
    /// Larger than this many bytes.
    Larger(u32),
    /// Smaller than this many bytes.
    Smaller(u32),
}

impl Query {
    /// Every message.
    #[must_use]
    pub fn all() -> Self {
        Self::And(Vec::new())
    }

    /// No message.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Or(Vec::new())
    }

    /// Every message that this does not mean.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// The same tree with each term replaced by what `replace` makes of it.
    #[must_use]
    pub fn map(&self, replace: &mut impl FnMut(&Term) -> Self) -> Self {
        match self {
            Self::And(all) => Self::And(all.iter().map(|query| query.map(replace)).collect()),
            Self::Or(all) => Self::Or(all.iter().map(|query| query.map(replace)).collect()),
            Self::Not(query) => Self::Not(Box::new(query.map(replace))),
            Self::Term(term) => replace(term),
        }
    }

    /// Whether a term of it satisfies `test`.
    pub fn any(&self, test: &mut impl FnMut(&Term) -> bool) -> bool {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().any(|query| query.any(test)),
            Self::Not(query) => query.any(test),
            Self::Term(term) => test(term),
        }
    }
}

/// Why a query cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind} at character {position}")]
pub struct Error {
    /// In characters from the start, counted from 0.
    pub position: u32,
    /// What is wrong there.
    pub kind: ErrorKind,
}

/// What is wrong with a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ErrorKind {
    /// A quote that is not closed.
    #[error("an open quotation")]
    OpenQuote,
    /// A parenthesis that is not closed.
    #[error("an open parenthesis")]
    OpenParenthesis,
    /// A parenthesis that was not opened.
    #[error("a parenthesis too many")]
    StrayParenthesis,
    /// A key, `-`, `NOT` or `OR` with nothing to apply to.
    #[error("a missing term")]
    MissingTerm,
    /// `is:`, `has:` with something unknown.
    #[error("an unknown word")]
    UnknownWord,
    /// No date.
    #[error("no date")]
    BadDate,
    /// No number of days, weeks, months or years.
    #[error("no length of time")]
    BadAge,
    /// No size.
    #[error("no size")]
    BadSize,
    /// Past [`MAX_LENGTH`], [`MAX_TERMS`] or [`MAX_DEPTH`].
    #[error("too long or too deep a query")]
    TooMuch,
}
