//! A message's flags and keywords (RFC 3501 §2.3.2), compared without regard to case.

use std::collections::BTreeSet;
use std::fmt;

const SYSTEM: [&str; 5] = ["\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen"];

/// A set of flags; system flags are spelled as in RFC 3501, keywords as first stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags(BTreeSet<Box<str>>);

impl Flags {
    /// The flags of a list such as `["\\Seen", "$Forwarded"]`; `\Recent` cannot be stored and is left out.
    pub fn new<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut flags = Self::default();
        for name in names {
            flags.insert(name.as_ref());
        }
        flags
    }

    /// Whether the flag is set.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|flag| flag.eq_ignore_ascii_case(name))
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Sets a flag; false if it was set already.
    pub(crate) fn insert(&mut self, name: &str) -> bool {
        if self.contains(name) || name.eq_ignore_ascii_case("\\Recent") {
            return false;
        }
        let system = SYSTEM.iter().find(|flag| flag.eq_ignore_ascii_case(name));
        self.0.insert(system.copied().unwrap_or(name).into())
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|flag| !flag.eq_ignore_ascii_case(name));
    }
}

impl fmt::Display for Flags {
    /// As in a FETCH answer, without the parentheses.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            if index > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(name)?;
        }
        Ok(())
    }
}
