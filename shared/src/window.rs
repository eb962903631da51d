//! Windows: a stretch of a list that the page looks at, and the deltas that keep it true.
//!
//! Positions count from 0 over the whole list, so a page may cache rows outside its window and
//! shift them as deltas say. A delta's parts apply in this order: `removed` (highest position
//! first), `inserted` (lowest first), `changed`, `total`.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::flag::Flags;
use crate::mailbox::{MailboxId, Role};
use crate::message::{MessageKey, MessageSummary};

/// A window's name, made by the page; unique within its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WindowId(pub u32);

/// A list's version: every delta leads from one to the next.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Generation(pub u64);

/// Which messages, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct View {
    /// Where from.
    pub scope: Scope,
    /// In which order.
    pub sort: Sort,
    /// Which of them.
    pub filter: Filter,
    /// One row a message, or one a thread.
    pub grouping: Grouping,
}

impl View {
    /// Everything in one mailbox, newest arrival first.
    #[must_use]
    pub fn of_mailbox(account: AccountId, mailbox: MailboxId) -> Self {
        Self {
            scope: Scope::Mailbox(account, mailbox),
            sort: Sort::NEWEST_FIRST,
            filter: Filter::All,
            grouping: Grouping::Messages,
        }
    }
}

/// Where a view's messages come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// One mailbox.
    Mailbox(AccountId, MailboxId),
    /// The mailboxes of one role in every account.
    Role(Role),
    /// Every mailbox of an account.
    Account(AccountId),
    /// Everything.
    All,
    /// What a search finds.
    Search {
        /// What to look for, as the user typed it.
        query: String,
        /// Where to look.
        within: Within,
    },
}

/// Where a search looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Within {
    /// In one mailbox.
    Mailbox(AccountId, MailboxId),
    /// In every mailbox of an account.
    Account(AccountId),
    /// In every mailbox of every account.
    All,
}

/// The order of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    /// What is compared.
    pub by: SortKey,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Sort {
    /// By arrival, newest first.
    pub const NEWEST_FIRST: Self = Self { by: SortKey::ReceivedAt, descending: true };
    /// By arrival, oldest first.
    pub const OLDEST_FIRST: Self = Self { by: SortKey::ReceivedAt, descending: false };
}

/// What an order compares; what is equal stands newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SortKey {
    /// Arrival: the order of uids within one mailbox, INTERNALDATE across several.
    ReceivedAt,
    /// The Date header; INTERNALDATE where there is none (RFC 5256 §2.2).
    SentAt,
    /// The name of the first From address, or the address where it has no name.
    From,
    /// The base subject (RFC 5256 §2.1).
    Subject,
    /// RFC822.SIZE.
    Size,
    /// Those with `\Flagged` apart from those without.
    Flagged,
}

/// Which messages of the scope a view holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Filter {
    /// All of them.
    All,
    /// Those without `\Seen` when the view was opened, and those that came since.
    Unseen,
    /// Those with `\Flagged`, in the same sense.
    Flagged,
    /// Those with a part that is shown as a file.
    WithAttachment,
    /// Those from people whom the user has written to.
    FromKnown,
}

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grouping {
    /// A message.
    Messages,
    /// A thread (RFC 5256).
    Threads,
}

/// Where in the list a window lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Anchor {
    /// From this position on.
    Offset(u32),
    /// So that this message is in its middle.
    Around(MessageKey),
}

/// How long the list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Total {
    /// Exactly this long.
    Exact(u32),
    /// This long or longer.
    AtLeast(u32),
    /// Nobody knows yet.
    Unknown,
}

/// Whether the order is the one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// It is.
    Final,
    /// Not yet: so many of so many messages are in place.
    Provisional {
        /// In place.
        done: u32,
        /// In all.
        of: u32,
    },
}

/// The rows of a window at one generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The list's version.
    pub generation: Generation,
    /// The position of the first row.
    pub offset: u32,
    /// How long the list is.
    pub total: Total,
    /// Whether the order is final.
    pub order: Order,
    /// The rows from `offset` on; none where the server left one out.
    pub rows: Vec<Option<MessageSummary>>,
}

/// What changed in a list from one generation to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// Applies to this version only.
    pub from: Generation,
    /// And leads to this one.
    pub to: Generation,
    /// Positions taken out, as they stood in `from`, ascending.
    pub removed: Vec<u32>,
    /// Positions filled, as they stand in `to`, ascending; no row outside the window.
    pub inserted: Vec<(u32, Option<MessageSummary>)>,
    /// New flags of messages whose rows the window holds.
    pub changed: Vec<(MessageKey, Flags)>,
    /// How long the list is now.
    pub total: Total,
    /// Whether the order is final now, and how far it is.
    pub order: Order,
}
