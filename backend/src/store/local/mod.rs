//! Mailboxes that live in our own data: where mail that was collected is delivered.
//!
//! One SQLite file a user (`open`), beside it the few messages too large for it, as blobs. What is
//! immutable of a message is its content: its bytes (deflated where that pays, `pack`), a checksum,
//! and what lists and searches need, read once (`content`, `parts`), so that listing reads no
//! message. A copy is a row that points at a content. Bytes and row are one transaction, synced
//! before anybody is told: a crash leaves both or neither, and no row without its bytes.
//!
//! `write` and `keep` hold the steps that transactions are made of, `deliver` takes batches in, each message
//! once by the name that its deliverer knows it by; of large ones perhaps the header alone, and `complete`
//! puts the whole in its place; `sweep` collects what was expunged a while ago
//! and compares checksums. [`LocalConnection`] has the verbs of an IMAP connection, by the same
//! types, and counts changes as CONDSTORE and QRESYNC do (RFC 7162); what one connection does, the
//! user's others are told.

mod body;
mod complete;
mod connection;
mod content;
mod deliver;
mod flags;
mod keep;
mod large;
mod ledger;
mod list;
mod mailboxes;
mod news;
mod open;
mod outline;
mod pack;
mod parts;
mod rows;
mod search;
mod sweep;
#[cfg(test)]
mod tests;
mod transfer;
mod write;

pub use connection::LocalConnection;
pub use deliver::{Delivered, Delivery, Known, Octets};
pub use large::Large;
pub use ledger::{Amendment, Entry, Label, Rounds, Taken};
pub use open::{LocalMail, Stores, UserStore};
pub use sweep::{Scrubbed, Swept};

use futures_util::{StreamExt, TryStreamExt};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteRow};

use super::Error;
use crate::{blob, db};

/// SQLite's word for a full disk (SQLITE_FULL).
const FULL: &str = "13";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let full = error.as_database_error().and_then(|it| it.code()).is_some_and(|it| it == FULL);
        if full { Self::OverQuota } else { Self::Storage(Box::new(error)) }
    }
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Sqlite(error) => error.into(),
            error => Self::Storage(Box::new(error)),
        }
    }
}

impl From<blob::Error> for Error {
    fn from(error: blob::Error) -> Self {
        match error {
            blob::Error::NonExistent => Self::NonExistent,
            error if is_full(&error) => Self::OverQuota,
            error => Self::Storage(Box::new(error)),
        }
    }
}

/// Whether a disk without space is behind an error.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind;
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    matches!(kind, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
        || error.source().is_some_and(is_full)
}

/// What is stored cannot be read.
fn damaged(what: &'static str) -> Error {
    Error::Storage(what.into())
}

/// What a query gives, read row by row: those of a large mailbox together would take many times the
/// room of what is read of them.
async fn each<T>(
    query: sqlx::query::Query<'_, Sqlite, SqliteArguments>,
    reading: &mut SqliteConnection,
    read: impl Fn(&SqliteRow) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let rows = query.fetch(reading).map_err(Error::from);
    rows.map(|row| read(&row?)).try_collect().await
}
