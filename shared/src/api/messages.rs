//! Calls about messages.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::action::ActionId;
use crate::error::CallError;
use crate::flag::FlagChange;
use crate::mailbox::MailboxId;
use crate::message::{MessageKey, Moved};
use crate::uid::{Uid, UidValidity};
use crate::window::View;

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

/// Asks what a message wants from elsewhere: images, trackers, links that pretend.
///
/// # Errors
/// As for [`OpenMessage`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadRemoteContent {
    /// The message.
    pub key: MessageKey,
}

/// Opens a message again, its text read in another charset than it says.
///
/// # Errors
/// As [`OpenMessage`]; `Invalid` where `charset` is no charset's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RereadMessage {
    /// The message.
    pub key: MessageKey,
    /// The charset, such as `gb18030`; empty for what the message says itself.
    pub charset: String,
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

/// Most messages that one [`ReadPreviews`] may name.
pub const MAX_PREVIEWS: usize = 50;

/// Asks how messages begin whose rows did not say: of one mailbox. Answers those that can be had.
///
/// # Errors
/// `Limit` past [`MAX_PREVIEWS`]; `NonExistent` where the mailbox or its uid_validity has passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadPreviews {
    /// Whose account they are in.
    pub account: AccountId,
    /// Their mailbox.
    pub mailbox: MailboxId,
    /// The generation of their uids.
    pub uid_validity: UidValidity,
    /// Their uids.
    pub uids: Vec<Uid>,
}

/// Asks for a message's text, prepared for a reply or a forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteMessage {
    /// The message.
    pub key: MessageKey,
}

/// Asks for HTML from elsewhere, such as what is pasted, made safe for the editor's frame. Pictures
/// named by `cid:` stay; remote ones keep their addresses.
///
/// # Errors
/// `Limit` past [`MAX_CLEANED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanHtml {
    /// The HTML.
    pub html: String,
}

/// Most bytes that one [`CleanHtml`] may hold.
pub const MAX_CLEANED: usize = 900_000;

/// The messages that a mutating call is for, all of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Targets {
    /// These; at most [`MAX_KEYS`].
    Keys(Vec<MessageKey>),
    /// Whatever a view holds when the call is carried out.
    View {
        /// The view.
        view: View,
        /// Apart from these; at most [`MAX_KEYS`].
        except: Vec<MessageKey>,
    },
}

/// What became of a mutating call. One that did nothing at all is answered with its error instead.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// To how many messages it was done.
    pub done: u32,
    /// Where messages went; only of those that the call named by their keys.
    pub moved: Vec<Moved>,
    /// Why it ended before its end; what was done stays done, and can be undone.
    pub failure: Option<CallError>,
    /// Whether [`UndoAction`] can take it back.
    pub undoable: bool,
}

/// Sets and clears flags and keywords.
///
/// # Errors
/// `Unsupported` for a keyword that the mailbox cannot keep (PERMANENTFLAGS); `NoPermission` for
/// one that can only be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFlags {
    /// This action.
    pub action: ActionId,
    /// The messages.
    pub targets: Targets,
    /// What to set and clear.
    pub change: FlagChange,
}

/// Moves messages into another mailbox of their account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveMessages {
    /// This action.
    pub action: ActionId,
    /// The messages.
    pub targets: Targets,
    /// Where to.
    pub to: MailboxId,
}

/// Copies messages into another mailbox of their account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyMessages {
    /// This action.
    pub action: ActionId,
    /// The messages.
    pub targets: Targets,
    /// Where to.
    pub to: MailboxId,
}

/// Removes messages for ever. Cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpungeMessages {
    /// This action.
    pub action: ActionId,
    /// The messages.
    pub targets: Targets,
}

/// Moves messages into the archive, which is made where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveMessages {
    /// This action.
    pub action: ActionId,
    /// The messages.
    pub targets: Targets,
    /// Into which of the archive's mailboxes.
    pub by: ArchiveBy,
}

/// How an archive is divided, by the time of arrival (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArchiveBy {
    /// Not at all.
    Flat,
    /// One mailbox a year: `Archive/2026`.
    Year,
    /// One mailbox a month: `Archive/2026/11`.
    Month,
}

/// Says of messages that they are junk, or not: moves them into the junk mailbox or the inbox and
/// sets `$Junk` or `$NotJunk` where the mailbox can keep keywords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgeMessages {
    /// This action.
    pub action: ActionId,
    /// The messages.
    pub targets: Targets,
    /// What they are.
    pub verdict: Verdict,
}

/// Whether a message is unwanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It is.
    Junk,
    /// It is not.
    NotJunk,
}

/// Says whose remote images are shown from now on, wherever the user signs in. A sender is believed
/// only where its domain answers for the message ([`Standing::Confirmed`](crate::trust::Standing)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowImages {
    /// This action.
    pub action: ActionId,
    /// The address in From; none for everybody.
    pub sender: Option<String>,
    /// Whether they are shown.
    pub allowed: bool,
}

/// Asks whose remote images are shown: addresses in their order, the empty one for everybody.
/// [`AllowImages`] takes one back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListImageSenders;

/// Leaves the mailing list that a message came through, by the one POST that it offers (RFC 8058).
/// The address is the message's own; nothing of the user goes there.
///
/// # Errors
/// `NonExistent` where it offers none; `NoPermission` where it is not a public `https` address or
/// the sender is forged; `Unavailable`, `Refused` or `Garbled` by the list's server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveList {
    /// This action.
    pub action: ActionId,
    /// The message.
    pub key: MessageKey,
}

/// Takes an action back, for as long as its reply is kept. Can itself be undone.
///
/// # Errors
/// `NonExistent` where the action is unknown, too old, final, or taken back already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoAction {
    /// This action.
    pub action: ActionId,
    /// The action to take back.
    pub undone: ActionId,
}
