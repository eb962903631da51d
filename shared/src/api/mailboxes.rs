//! Calls about mailboxes.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;

/// Asks for the mailboxes of an account; later changes come as events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListMailboxes {
    /// The account.
    pub account: AccountId,
}
