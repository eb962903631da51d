//! What a message tells beyond its text: who sent it, what its parts mean, how it was read.
//!
//! It travels encoded inside [`Message`](crate::message::Message), so that a page which only shows
//! lists and texts need not know its types: [`Insight::decode`] reads it where it is drawn.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::card::Card;
use crate::list::MailingList;
use crate::message::RemoteContent;
use crate::trust::Trust;

/// Everything that is known of a message beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Insight {
    /// Who really sent it.
    pub trust: Trust,
    /// Parts that are more than files: reports, events, contacts.
    pub cards: Vec<Card>,
    /// The mailing list that it came through.
    pub list: Option<MailingList>,
    /// The charset that its text was read in, lower case; empty where there is no text.
    pub charset: String,
    /// Whether that charset is a guess.
    pub charset_guessed: bool,
    /// Attachments that are not to be opened lightly, by section.
    pub dangers: Vec<(String, Danger)>,
    /// Looking for all this failed: nothing is known.
    pub failed: bool,
    /// What it wants from elsewhere, and what becomes of that for the user who asks.
    pub remote: RemoteContent,
    /// It is certain that the user never wrote to its sender, and had nothing from there before.
    pub first_contact: bool,
    /// Its sender asks to be told that it was read, and this user has not decided yet.
    pub receipt: Option<ReceiptRequest>,
}

/// A sender asks to be told that a message was read (RFC 8098 §2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptRequest {
    /// Who would be told.
    pub to: Address,
    /// That is not where the message came from: its Return-Path, or its From where it has none.
    pub elsewhere: bool,
}

/// Why a file is not to be opened lightly, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Danger {
    /// It runs when it is opened.
    Program,
    /// It runs, and its name begins like that of a document: `invoice.pdf.exe`.
    Disguised,
    /// A document that may hold programs.
    Macros,
}

impl Insight {
    /// As it travels.
    ///
    /// # Panics
    /// Never: encoding into memory cannot fail for types without maps of unknown length.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("an insight always encodes into memory")
    }

    /// What travelled; nothing known where it is malformed.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Self {
        postcard::from_bytes(bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_went() {
        let insight = Insight { charset: "gb18030".into(), ..Insight::default() };
        assert_eq!(Insight::decode(&insight.encode()), insight);
        assert_eq!(Insight::decode(&[]), Insight::default());
    }
}
