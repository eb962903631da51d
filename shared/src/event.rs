//! What the bridge pushes without being asked.

use serde::{Deserialize, Serialize};

use crate::account::{Account, AccountId};
use crate::collecting::Collecting;
use crate::mailbox::{Counts, Mailbox, MailboxId};
use crate::message::MessageSummary;
use crate::submission::{Submission, SubmissionId};
use crate::transfer::Transfer;
use crate::window::{Delta, WindowId};

/// Something changed. Events of one account arrive in the order in which they happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// An account's state or facts are now these.
    AccountChanged(Account),
    /// An account's mailboxes are now these: the whole tree.
    MailboxesChanged(AccountId, Vec<Mailbox>),
    /// Some mailboxes of an account hold this much now.
    CountsChanged(AccountId, Vec<(MailboxId, Counts)>),
    /// A window's list changed.
    WindowDelta(WindowId, Delta),
    /// A window cannot be followed any longer: open it again.
    WindowStale(WindowId),
    /// New mail came into an inbox; newest last.
    MailArrived(Vec<MessageSummary>),
    /// The mail server wants the user to read this (RFC 9051 §7.1, ALERT).
    ServerAlert(AccountId, String),
    /// The session ended: signed out elsewhere, revoked or expired. The link closes after it.
    SessionEnded,
    /// The bridge is shutting down: reconnect after a moment.
    BridgeStopping,
    /// Accounts came, went or changed places: these are all of them now.
    AccountsChanged(Vec<Account>),
    /// News that only later parts of the page read: an encoded [`Aside`].
    Aside(Vec<u8>),
}

/// News that the page's first part hands on unread, so that it need not know their types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aside {
    /// How the collection of an account goes now.
    CollectingChanged(AccountId, Collecting),
    /// How a transfer goes now.
    TransferChanged(Transfer),
    /// A submission came into being or moved on.
    SubmissionChanged(Submission),
    /// A submission was given up or taken back: it is in the outbox no longer, and was not sent.
    SubmissionGone(SubmissionId),
}

impl Event {
    /// The news for later parts, where it is such and well formed.
    #[must_use]
    pub fn aside(&self) -> Option<Aside> {
        match self {
            Self::Aside(bytes) => Aside::unwrap(bytes),
            _ => None,
        }
    }
}

impl Aside {
    /// As it travels.
    ///
    /// # Panics
    /// Never: what is in memory always encodes.
    #[must_use]
    pub fn wrap(&self) -> Event {
        Event::Aside(postcard::to_stdvec(self).expect("an event always encodes into memory"))
    }

    /// Out of what travelled; none where it is malformed.
    #[must_use]
    pub fn unwrap(bytes: &[u8]) -> Option<Self> {
        crate::frame::decode_body(bytes).ok()
    }
}
