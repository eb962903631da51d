//! Calls about read receipts (RFC 8098).

use serde::{Deserialize, Serialize};

use crate::action::ActionId;
use crate::message::MessageKey;

/// Decides about the receipt that a message asks for; it is not asked about again.
///
/// # Errors
/// `NonExistent` where it asks for none; as `SubmitMessage`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerReceipt {
    /// This action.
    pub action: ActionId,
    /// The message.
    pub key: MessageKey,
    /// What is sent; none where the user does not want to say.
    pub receipt: Option<Receipt>,
}

/// What a receipt says to people; the bridge adds what it says to programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The Subject.
    pub subject: String,
    /// The text.
    pub text: String,
}
