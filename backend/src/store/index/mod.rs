//! The header index: what sorting, filters, threads and search need of every message, on disk.
//!
//! Disposable: one SQLite file per user and node, with an account column, filled from the servers
//! and thrown away at will: when it is damaged, of another version, past its size, or when a
//! mailbox's uid_validity changes. Nothing is lost with it, and nothing durable is in it.
//!
//! `open` holds the process's connections (at most 32, each a thread), `write` takes messages in,
//! `union` and `link` tie them to threads, `view` gives orders, `read` rows, `search` what a query
//! means here, `people` those whom the user has written to. `fold` and `subject` are the texts'.
//!
//! A listed order costs 4 bytes a message while a window shows it; everything else is on disk.

pub(super) mod entry;
pub(super) mod fold;
mod link;
mod mailboxes;
mod open;
mod people;
mod previews;
mod read;
mod search;
mod subject;
#[cfg(test)]
mod tests;
mod union;
mod view;
mod write;

use postern_shared::account::AccountId;
use postern_shared::mailbox::MailboxId;
use thiserror::Error;

pub use mailboxes::{Kind, Known, Mark};
pub use open::{Index, Indexes, Settings};
pub use search::{Places, Wanted, is_answered_by_headers, possible};
pub use view::Look;

/// Why the index cannot answer. Nothing is lost: it is filled again.
#[derive(Debug, Error)]
pub enum Error {
    /// It does not hold this mailbox, or not with these uids: begin it again.
    #[error("the index does not hold this mailbox")]
    Unknown,
    /// It has reached its size.
    #[error("the index is full")]
    Full,
    /// What it holds cannot be read: it has been thrown away.
    #[error("the index was damaged")]
    Damaged,
    /// The disk, or SQLite.
    #[error("index: {0}")]
    Sqlite(#[from] sqlx::Error),
}

/// A mailbox of an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Whose it is.
    pub account: AccountId,
    /// Which one.
    pub mailbox: MailboxId,
}
