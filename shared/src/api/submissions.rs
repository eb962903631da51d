//! Calls about submissions.

use serde::{Deserialize, Serialize};

use crate::action::ActionId;
use crate::draft::Draft;
use crate::submission::{Plan, SubmissionId};

/// Accepts a message for sending. Once answered, it survives a crash of the bridge.
///
/// # Errors
/// `Invalid` (no recipient, a malformed address, a control character in a header), `NoPermission`
/// (From is not one of the identities), `Limit` (size, recipients, submissions an hour).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitMessage {
    /// This action.
    pub action: ActionId,
    /// The message.
    pub draft: Draft,
    /// When to hand it over.
    pub plan: Plan,
}

/// Asks for the submissions that are not done with: everything but `Sent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSubmissions;

/// Gives a submission up and forgets it; `Refused` while it is being handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelSubmission {
    /// This action.
    pub action: ActionId,
    /// The submission.
    pub submission: SubmissionId,
}

/// Hands a held, scheduled, retrying, uncertain or failed submission over now, to whoever was not accepted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetrySubmission {
    /// This action.
    pub action: ActionId,
    /// The submission.
    pub submission: SubmissionId,
}

/// Takes a submission back for more work: it leaves the outbox and answers with its draft.
///
/// Whoever has it already is not in the draft. The draft is kept a week for a repeat of this call.
///
/// # Errors
/// `Refused` while it is being handed over, or while nobody knows whether it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditSubmission {
    /// This action.
    pub action: ActionId,
    /// The submission.
    pub submission: SubmissionId,
}

/// Says of an uncertain submission that it arrived: it counts as sent, and is filed.
///
/// # Errors
/// `Refused` where it is not uncertain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmSubmission {
    /// This action.
    pub action: ActionId,
    /// The submission.
    pub submission: SubmissionId,
}
