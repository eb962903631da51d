//! What a server offers (RFC 9051 §7.2.2).

use std::collections::BTreeSet;

use super::wire::{Condition, Exchange, Name, Status};

/// What IMAP4rev2 brings without naming it (RFC 9051 appendix E).
const OF_REV2: [&str; 16] = [
    "BINARY",
    "ENABLE",
    "ESEARCH",
    "IDLE",
    "LIST-EXTENDED",
    "LIST-STATUS",
    "LITERAL-",
    "MOVE",
    "NAMESPACE",
    "SASL-IR",
    "SEARCHRES",
    "SPECIAL-USE",
    "STATUS=SIZE",
    "UIDPLUS",
    "UNSELECT",
    "CHILDREN",
];

/// A server's capabilities, compared without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities(BTreeSet<String>);

impl Capabilities {
    /// Whether `name` is offered, by its name or as a part of IMAP4rev2: `IDLE`, `AUTH=PLAIN`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name) || OF_REV2.contains(&name) && self.0.contains("IMAP4REV2")
    }

    /// Whether the server numbers changes: CONDSTORE, or QRESYNC, which includes it (RFC 7162).
    #[must_use]
    pub fn counts_changes(&self) -> bool {
        self.has("CONDSTORE") || self.has("QRESYNC")
    }

    /// Whether the server speaks IMAP4rev2 and nothing older.
    #[must_use]
    pub fn is_rev2_alone(&self) -> bool {
        self.0.contains("IMAP4REV2") && !self.0.contains("IMAP4REV1")
    }

    /// What stands behind `=` of the capabilities that begin with `name`: `THREAD`, `AUTH`.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter_map(move |it| it.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, upper case, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Those that a status carries as its response code.
    pub(super) fn of_status(status: &Status) -> Option<Self> {
        if status.condition == Condition::Bye {
            return None;
        }
        status.code_arguments("CAPABILITY").map(Self::of_words).filter(|found| !found.is_empty())
    }

    /// Those that the server told while it did a command, the latest of them.
    pub(super) fn of_exchange(exchange: &Exchange) -> Option<Self> {
        let told = exchange.untagged.iter().rev().find_map(|response| {
            if let Some((_, content)) = response.untagged(Name::Capability) {
                return Some(Self::read(content));
            }
            response.status().and_then(Self::of_status)
        });
        exchange.status.as_ref().and_then(Self::of_status).or(told)
    }

    /// Those of an untagged CAPABILITY.
    pub(super) fn read(content: &[u8]) -> Self {
        Self::of_words(&String::from_utf8_lossy(content))
    }

    /// These.
    pub(in crate::store) fn of_words(words: &str) -> Self {
        Self(words.split_whitespace().map(str::to_ascii_uppercase).collect())
    }
}
