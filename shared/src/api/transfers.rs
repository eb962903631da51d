//! Calls about taking mail out as a file and bringing it in from one.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::action::ActionId;
use crate::mailbox::MailboxId;
use crate::transfer::{Form, TransferId};
use crate::upload::UploadId;
use crate::window::View;

/// Asks for the user's transfers of the last day, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListTransfers;

/// Makes ready a file of all messages of a view: `GET /api/export/{transfer}` downloads it while it
/// is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportMessages {
    /// The action.
    pub action: ActionId,
    /// Which messages.
    pub view: View,
    /// How they lie in the file.
    pub form: Form,
}

/// Brings the messages of an uploaded file in: mbox, .eml, or a zip of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportMessages {
    /// The action.
    pub action: ActionId,
    /// The account.
    pub account: AccountId,
    /// The mailbox; none: those that the file names, which are made where they lack.
    pub mailbox: Option<MailboxId>,
    /// The file, all of it uploaded.
    pub upload: UploadId,
    /// Leaves out what is in the mailbox already.
    pub skip_known: bool,
}

/// Stops a transfer. What came in stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopTransfer {
    /// The action.
    pub action: ActionId,
    /// The transfer.
    pub transfer: TransferId,
}
