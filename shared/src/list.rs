//! Mailing lists, as their headers describe them (RFC 2369, RFC 2919, RFC 8058).

use serde::{Deserialize, Serialize};

/// A mailing list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MailingList {
    /// Its identifier, such as `talk.example.test`; may be empty.
    pub id: String,
    /// Its name; may be empty.
    pub name: String,
    /// Where to write to it; none where it takes no posts or does not say.
    pub post: Option<String>,
    /// Ways out of it, the sender's preferred one first.
    pub unsubscribe: Vec<Unsubscribe>,
    /// Its archive, an `https` address.
    pub archive: Option<String>,
    /// Its help, an `https` address.
    pub help: Option<String>,
}

/// A way out of a list. None of them is taken without a click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unsubscribe {
    /// One POST to this `https` address is enough (RFC 8058).
    OneClick(String),
    /// An `https` page to be opened.
    Page(String),
    /// A message to be sent.
    Mail {
        /// To whom.
        to: String,
        /// With which subject.
        subject: String,
        /// With which text.
        body: String,
    },
}
