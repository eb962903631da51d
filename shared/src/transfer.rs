//! Mail that is taken out as a file, or brought in from one.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::error::ErrorCode;
use crate::mailbox::MailboxId;

/// The id of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TransferId(pub String);

/// How mail lies in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// One file, messages behind each other (RFC 4155, quoted as in mboxrd), with their flags in
    /// `Status`, `X-Status` and `X-Keywords`.
    #[default]
    Mbox,
    /// A zip of one `.eml` a message, in a directory for each mailbox, with a list of flags and dates.
    Zip,
}

/// A transfer and how it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// Which way, and where.
    pub way: Way,
    /// The file's name.
    pub name: String,
    /// Messages that were taken out or brought in.
    pub done: u32,
    /// Messages that there are; 0 while nobody knows.
    pub total: u32,
    /// Messages of a file that are in the mailbox already, and were left out.
    pub known: u32,
    /// Messages that could not be read or were refused.
    pub failed: u32,
    /// What is going on.
    pub stage: Stage,
}

/// Which way a transfer goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// Out, into a file.
    Out,
    /// In: into this mailbox; none: into those that the file names, which are made where they lack.
    In(AccountId, Option<MailboxId>),
}

/// What is going on in a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// It waits: for the download to begin, or for the account to be there.
    Waiting,
    /// It is on its way.
    Running,
    /// It came to its end.
    Done,
    /// The user stopped it. What came in stays.
    Stopped,
    /// It was given up.
    Failed(ErrorCode),
}
