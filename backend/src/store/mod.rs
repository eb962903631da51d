//! The message stores: IMAP, where an `imap::ImapConnection` is the unit, the mailboxes that live
//! in our own data (`local`), and POP3 sessions.
//!
//! Answers are never read as "empty" when they were refused, cut short or unreadable: every verb
//! ends in the tagged status of its command, or in an `Error`.

mod change;
mod clause;
mod connection;
mod error;
pub mod imap;
pub mod index;
pub mod local;
mod mailbox_name;
mod news;
pub mod pop3;
mod positions;
pub mod query;
mod row;
mod structure;

pub use connection::Connection;
pub use error::{Error, Refusal};
pub use mailbox_name::MailboxName;
pub use news::{News, Told};
pub use row::{
    Counts, Criteria, Expunged, FlagsOf, Found, FoundPart, IndexRow, Known, ListedMailbox, Moved,
    Namespace, Namespaces, Opened, Quota, Resource, Rights, Row, Selected, Since, Slice, SortBy,
    Stretch, Traits,
};
pub use structure::Structure;

/// The Message-ID of a message that begins so, as envelopes have it; empty where it has none.
#[must_use]
pub fn message_id(beginning: &[u8]) -> String {
    imap::convert::from_header(beginning).message_id
}
