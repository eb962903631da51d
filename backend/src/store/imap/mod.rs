//! The IMAP store: async-imap with our wire beneath it (RFC 3501, 9051).
//!
//! `connection` runs commands and judges them by the wire's record; one file per command family
//! holds the verbs; `ext` reads what async-imap cannot; `convert` makes it ours.

mod append;
mod body;
mod capabilities;
mod command;
mod connection;
pub(super) mod convert;
mod dates;
mod each;
mod ext;
mod fetched;
mod flags;
mod idle;
mod index_rows;
mod limits;
mod list;
mod mailboxes;
mod news;
mod open;
mod options;
mod patience;
mod previews;
mod query;
mod refusal;
mod roles;
mod rows;
mod search;
mod search_query;
mod select;
mod sign_in;
mod stretch;
mod transfer;
mod wire;

#[cfg(test)]
mod tests;

pub use capabilities::Capabilities;
pub use connection::ImapConnection;
pub use ext::NewMessage;
pub use limits::Limits;
pub use options::Options;
pub use previews::Extract;
pub use sign_in::Credentials;
pub use wire::{ProtocolLog, Traffic};
