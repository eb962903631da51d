//! What the index keeps of a message.

use postern_shared::address::Address;
use postern_shared::envelope::Envelope;
use postern_shared::flag::{Flag, Flags};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::store::Row;

/// What is kept in one piece, because no query looks into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub envelope: Envelope,
    pub preview: String,
}

/// People that are kept of a header: a list shows two, a reply asks the server.
const MOST_PEOPLE: usize = 20;
/// Characters of a header that are kept.
const MOST_TEXT: usize = 1_000;

impl Kept {
    /// The row's own, cut to size.
    pub(super) fn of(row: &Row) -> Self {
        let people = |all: &[Address]| -> Vec<Address> {
            let cut_one = |one: &Address| Address { name: cut(&one.name), email: cut(&one.email) };
            all.iter().take(MOST_PEOPLE).map(cut_one).collect()
        };
        let from = &row.envelope;
        let envelope = Envelope {
            sent_at: from.sent_at,
            subject: cut(&from.subject),
            from: people(&from.from),
            sender: people(&from.sender),
            reply_to: people(&from.reply_to),
            to: people(&from.to),
            cc: people(&from.cc),
            bcc: people(&from.bcc),
            in_reply_to: cut(&from.in_reply_to),
            message_id: cut(&from.message_id),
        };
        Self { envelope, preview: cut(row.preview.as_deref().unwrap_or_default()) }
    }

    pub(super) fn write(&self) -> Result<Vec<u8>, Error> {
        postcard::to_stdvec(self).map_err(|_| Error::Damaged)
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        postcard::from_bytes(bytes).map_err(|_| Error::Damaged)
    }
}

/// The beginning of a text.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(MOST_TEXT).collect()
}

/// System flags as bits.
const BITS: [(Flag, i64); 5] = [
    (Flag::Seen, SEEN),
    (Flag::Flagged, FLAGGED),
    (Flag::Answered, 4),
    (Flag::Draft, 8),
    (Flag::Deleted, 16),
];
/// The bit of `\Seen`.
pub(in crate::store) const SEEN: i64 = 1;
/// The bit of `\Flagged`.
pub(in crate::store) const FLAGGED: i64 = 2;

/// The bit of a system flag; none for a keyword.
pub(in crate::store) fn bit(flag: &Flag) -> Option<i64> {
    BITS.iter().find(|(known, _)| known == flag).map(|(_, bit)| *bit)
}

/// Flags as bits, and keywords with a space on each side of each.
pub(in crate::store) fn pack(flags: &[Flag]) -> (i64, String) {
    let bits = flags.iter().filter_map(bit).fold(0, |all, bit| all | bit);
    let mut keywords = String::new();
    for flag in flags {
        if let Flag::Keyword(keyword) = flag {
            keywords.push(' ');
            keywords.push_str(keyword);
        }
    }
    if !keywords.is_empty() {
        keywords.push(' ');
    }
    (bits, keywords)
}

/// The flags again.
pub(in crate::store) fn unpack(bits: i64, keywords: &str) -> Flags {
    let system = BITS.iter().filter(|(_, bit)| bits & bit != 0).map(|(flag, _)| flag.clone());
    let keywords = keywords.split_whitespace().map(|word| Flag::Keyword(word.to_owned()));
    Flags(system.chain(keywords).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_back_as_they_went() {
        let flags = vec![Flag::Seen, Flag::Deleted, Flag::Keyword("$Work".into())];
        let (bits, keywords) = pack(&flags);
        assert_eq!((bits, keywords.as_str()), (17, " $Work "));
        assert_eq!(unpack(bits, &keywords), Flags(flags));
    }
}
