//! Mailboxes and their roles (RFC 9051 §2.3, RFC 6154, RFC 8621 §2).

use serde::{Deserialize, Serialize};

use crate::account::AccountId;

/// A mailbox's id: MAILBOXID (RFC 8474) or a hash of account and name; safe in a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MailboxId(pub String);

/// What a mailbox is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Where mail arrives.
    Inbox,
    /// Unsent messages.
    Drafts,
    /// Copies of what was sent.
    Sent,
    /// Kept, out of the way.
    Archive,
    /// Unwanted mail.
    Junk,
    /// To be removed.
    Trash,
    /// A view of flagged messages.
    Flagged,
    /// A view of messages the server deems important.
    Important,
    /// A view of all messages.
    All,
}

/// One mailbox of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Its id.
    pub id: MailboxId,
    /// The account that it belongs to.
    pub account: AccountId,
    /// The mailbox that it lies in, by the hierarchy delimiter; none at the top.
    pub parent: Option<MailboxId>,
    /// The last part of its name, decoded.
    pub name: String,
    /// What it is for, by SPECIAL-USE or by its name.
    pub role: Option<Role>,
    /// Whether it can hold messages (`\Noselect` cannot).
    pub selectable: bool,
    /// Whether the user subscribed to it.
    pub subscribed: bool,
    /// How much is in it; none where the server was not or could not be asked.
    pub counts: Option<Counts>,
}

/// A mailbox's id before and after it was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed {
    /// Its id before.
    pub from: MailboxId,
    /// Its id now.
    pub to: MailboxId,
}

/// How much is in a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Messages in it.
    pub messages: u32,
    /// Those without `\Seen`.
    pub unseen: u32,
}
