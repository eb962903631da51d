//! Calls about invitations (RFC 5546).

use serde::{Deserialize, Serialize};

use crate::action::ActionId;
use crate::calendar::Answer;
use crate::message::MessageKey;

/// Asks how an invitation stands. What its message tells of the event is remembered.
///
/// # Errors
/// `NonExistent` where the message is gone, or the part is no calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadInvitation {
    /// The message.
    pub key: MessageKey,
    /// The part, as its card names it.
    pub section: String,
    /// The UID of the event among several; empty for the first.
    pub event: String,
}

/// Answers an invitation: a message goes to the organizer (RFC 6047).
///
/// # Errors
/// `Invalid` where there is nothing to be answered, or the answer is none; as `SubmitMessage`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerInvitation {
    /// This action.
    pub action: ActionId,
    /// The message.
    pub key: MessageKey,
    /// The part.
    pub section: String,
    /// The UID of the event among several; empty for the first.
    pub event: String,
    /// `Accepted`, `Tentative` or `Declined`.
    pub answer: Answer,
    /// The Subject of what is sent.
    pub subject: String,
    /// What it says to people whose program knows no calendars.
    pub text: String,
}
