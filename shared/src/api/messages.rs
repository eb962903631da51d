//! Calls about messages.

use serde::{Deserialize, Serialize};

use crate::action::ActionId;
use crate::flag::FlagChange;
use crate::mailbox::MailboxId;
use crate::message::MessageKey;

/// Most messages that one mutating call may name.
pub const MAX_KEYS: usize = 1000;

/// Opens a message: headers, attachments and where its body is. Does not set `\Seen`.
///
/// # Errors
/// `NonExistent` where it is gone or its uid_validity has passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenMessage {
    /// The message.
    pub key: MessageKey,
    /// Whether somebody waits for it.
    pub urgency: Urgency,
}

/// How soon an answer is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Urgency {
    /// Somebody waits.
    Now,
    /// It may be wanted soon: done when nothing else is to do.
    Ahead,
}

/// Asks for the whole thread of a message: oldest first, across mailboxes, with one's own replies.
///
/// # Errors
/// `NonExistent` where the message is gone; `Unsupported` where nobody here knows threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenThread {
    /// Any message of it.
    pub key: MessageKey,
}

/// Asks for a message's text, prepared for a reply or a forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteMessage {
    /// The message.
    pub key: MessageKey,
}

/// Sets and clears flags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFlags {
    /// This action.
    pub action: ActionId,
    /// The messages; of one account.
    pub keys: Vec<MessageKey>,
    /// What to set and clear.
    pub change: FlagChange,
}

/// Moves messages into another mailbox of their account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveMessages {
    /// This action.
    pub action: ActionId,
    /// The messages; of one account.
    pub keys: Vec<MessageKey>,
    /// Where to.
    pub to: MailboxId,
}

/// Copies messages into another mailbox of their account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyMessages {
    /// This action.
    pub action: ActionId,
    /// The messages; of one account.
    pub keys: Vec<MessageKey>,
    /// Where to.
    pub to: MailboxId,
}

/// Removes messages for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpungeMessages {
    /// This action.
    pub action: ActionId,
    /// The messages; of one account.
    pub keys: Vec<MessageKey>,
}
