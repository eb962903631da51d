//! Calls about drafts as the store keeps them.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::action::ActionId;
use crate::draft::{Draft, Enclosed};
use crate::message::MessageKey;

/// Most earlier saves that one call names.
pub const MAX_MINE: usize = 16;

/// Keeps a draft in Drafts: one copy, in the place of the one before.
///
/// Its Message-ID says which draft it is. A copy that is neither `draft.options.stored` nor of one
/// of the saves in `mine` was made elsewhere: then nothing is done.
///
/// # Errors
/// `Limit` (size), `Invalid` (an upload that is not complete), `NonExistent` (an upload or a part
/// that is gone), or whatever keeps the store from taking it: the copy before is still there then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveDraft {
    /// This action.
    pub action: ActionId,
    /// The draft; it need not be ready to be sent.
    pub draft: Draft,
    /// Earlier saves of the same page, those among them whose answers were lost.
    pub mine: Vec<ActionId>,
}

/// What became of a draft that was to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saved {
    /// Drafts holds this version and no other.
    Kept(KeptDraft),
    /// It was changed elsewhere: the newest copy. Whoever wants to keep theirs all the same names
    /// that as `stored`.
    Changed(MessageKey),
    /// It is in Drafts no longer: sent or discarded elsewhere.
    Gone,
}

/// Where a draft is kept now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDraft {
    /// The copy in Drafts.
    pub key: MessageKey,
    /// The Message-ID, with angle brackets.
    pub message_id: String,
    /// The draft's attachments in their order, as parts of that copy: the one before is gone.
    pub attachments: Vec<Enclosed>,
}

/// Asks for a message of Drafts as the composer takes it, whatever program wrote it.
///
/// # Errors
/// `NonExistent`; `Limit` for a text that is too long to be edited without a loss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenDraft {
    /// The message.
    pub key: MessageKey,
}

/// Removes a draft from Drafts for ever; that there is none is no error.
///
/// # Errors
/// The store's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscardDraft {
    /// This action.
    pub action: ActionId,
    /// The account.
    pub account: AccountId,
    /// Its Message-ID, with angle brackets; may be empty.
    pub message_id: String,
    /// The copy that is known.
    pub stored: Option<MessageKey>,
}

/// Asks what an account's mail may measure: by the configuration, and by what its submission
/// server says (RFC 1870), where that can be heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadSizeLimits {
    /// The account.
    pub account: AccountId,
}

/// What an account's mail may measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeLimits {
    /// Largest message as it travels, in bytes: files take a third more than they have.
    pub message_bytes: u64,
    /// Largest file, in bytes: the configuration's word, or what fits into such a message.
    pub file_bytes: u64,
}
