//! Calls about mailboxes.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::action::ActionId;
use crate::mailbox::{MailboxId, Role};

/// Asks for the mailboxes of an account; later changes come as events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListMailboxes {
    /// The account.
    pub account: AccountId,
}

/// Asks how much space there is for a mailbox and those that share its limits; nothing where the
/// server sets none or does not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadQuota {
    /// Whose.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
}

/// Makes a mailbox, subscribed; answers its id.
///
/// # Errors
/// `Invalid` for a name that no mailbox can have (empty, control characters, `*`, `%`, the
/// server's delimiter, too long); `AlreadyExists`; `NonExistent` for an unknown parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateMailbox {
    /// This action.
    pub action: ActionId,
    /// Whose.
    pub account: AccountId,
    /// Where it lies; none for the top.
    pub parent: Option<MailboxId>,
    /// What it is called, as a person writes it.
    pub name: String,
}

/// Renames a mailbox, or moves it to another parent, with all that lies below it. Answers which
/// ids became which: the mailbox's own first.
///
/// # Errors
/// As for [`CreateMailbox`]; `Invalid` for the inbox and for a parent that lies below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenameMailbox {
    /// This action.
    pub action: ActionId,
    /// Whose.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Where it lies afterwards; none for the top.
    pub parent: Option<MailboxId>,
    /// What it is called afterwards.
    pub name: String,
}

/// Removes a mailbox for ever, with its messages and all that lies below it. Cannot be undone.
///
/// # Errors
/// `Invalid` for the inbox; what the server refuses stays, as the tree then shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteMailbox {
    /// This action.
    pub action: ActionId,
    /// Whose.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
}

/// Says whether a mailbox is shown: subscribed (RFC 9051 §6.3.7) or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscribeMailbox {
    /// This action.
    pub action: ActionId,
    /// Whose.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Whether it is subscribed afterwards.
    pub subscribed: bool,
}

/// Chooses what a mailbox is for, over what the server or its name says; another mailbox that had
/// the role loses it. Kept by the bridge.
///
/// # Errors
/// `Invalid` for the inbox, a mailbox without messages, and the roles that only a server gives
/// (inbox, flagged, important, all).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMailboxRole {
    /// This action.
    pub action: ActionId,
    /// Whose.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Its role afterwards; none for a mailbox like any other.
    pub role: Option<Role>,
}

/// Removes every message of a mailbox for ever.
///
/// # Errors
/// `Invalid` unless the mailbox is trash or junk, or lies below one that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmptyMailbox {
    /// This action.
    pub action: ActionId,
    /// Whose.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
}

/// Sets `\Seen` on every message of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkAllSeen {
    /// This action.
    pub action: ActionId,
    /// Whose.
    pub account: AccountId,
    /// The mailbox.
    pub mailbox: MailboxId,
}
