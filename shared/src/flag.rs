//! Flags and keywords of a message (RFC 9051 §2.3.2, RFC 5788).

use serde::{Deserialize, Serialize};

/// A system flag, or a keyword such as `$Forwarded`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Flag {
    /// `\Seen`
    Seen,
    /// `\Flagged`: the screen says star.
    Flagged,
    /// `\Answered`
    Answered,
    /// `\Draft`
    Draft,
    /// `\Deleted`: marked for removal, still there.
    Deleted,
    /// A keyword, in the spelling of the server.
    Keyword(String),
}

impl Flag {
    /// The keyword that marks a forwarded message.
    pub const FORWARDED: &'static str = "$Forwarded";
    /// The keyword of what somebody called junk (RFC 5788's registry).
    pub const JUNK: &'static str = "$Junk";
    /// The keyword of what somebody called wanted.
    pub const NOT_JUNK: &'static str = "$NotJunk";

    /// The keyword of what was decided about the receipt that it asks for (RFC 3503).
    pub const RECEIPT_DECIDED: &'static str = "$MDNSent";

    /// Reads a flag as IMAP writes it; `\Recent` and unknown system flags are none of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = [Self::Seen, Self::Flagged, Self::Answered, Self::Draft, Self::Deleted];
        match text.strip_prefix('\\') {
            Some(_) => known.into_iter().find(|flag| flag.as_imap().eq_ignore_ascii_case(text)),
            None if text.is_empty() => None,
            None => Some(Self::Keyword(text.to_owned())),
        }
    }

    /// The flag as IMAP writes it.
    #[must_use]
    pub fn as_imap(&self) -> &str {
        match self {
            Self::Seen => "\\Seen",
            Self::Flagged => "\\Flagged",
            Self::Answered => "\\Answered",
            Self::Draft => "\\Draft",
            Self::Deleted => "\\Deleted",
            Self::Keyword(keyword) => keyword,
        }
    }
}

/// The flags of one message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flags(pub Vec<Flag>);

impl Flags {
    /// Whether `flag` is set.
    #[must_use]
    pub fn has(&self, flag: &Flag) -> bool {
        self.0.contains(flag)
    }

    /// Whether `\Seen` is set.
    #[must_use]
    pub fn seen(&self) -> bool {
        self.has(&Flag::Seen)
    }

    /// Whether `\Flagged` is set.
    #[must_use]
    pub fn flagged(&self) -> bool {
        self.has(&Flag::Flagged)
    }

    /// Applies a change; what is both added and removed ends up removed.
    pub fn apply(&mut self, change: &FlagChange) {
        for flag in &change.add {
            if !self.has(flag) {
                self.0.push(flag.clone());
            }
        }
        self.0.retain(|flag| !change.remove.contains(flag));
    }
}

/// The flags to set and to clear; those in neither list stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FlagChange {
    /// Set these.
    pub add: Vec<Flag>,
    /// Clear these.
    pub remove: Vec<Flag>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_flags_are_read_without_regard_to_case() {
        assert_eq!(Flag::parse("\\SEEN"), Some(Flag::Seen));
        assert_eq!(Flag::parse("\\Recent"), None);
        assert_eq!(Flag::parse("$Forwarded"), Some(Flag::Keyword("$Forwarded".into())));
    }

    #[test]
    fn a_change_sets_and_clears_without_doubles() {
        let mut flags = Flags(vec![Flag::Seen]);
        flags.apply(&FlagChange { add: vec![Flag::Seen, Flag::Flagged], remove: vec![] });
        assert_eq!(flags.0, [Flag::Seen, Flag::Flagged]);
        flags.apply(&FlagChange { add: vec![], remove: vec![Flag::Seen] });
        assert_eq!(flags.0, [Flag::Flagged]);
    }
}
