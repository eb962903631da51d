//! What a user can do to mailboxes themselves.

use postern_shared::account::AccountId;
use postern_shared::action::ActionId;
use postern_shared::api::mailboxes::{
    CreateMailbox, DeleteMailbox, EmptyMailbox, MarkAllSeen, RenameMailbox, SubscribeMailbox,
};
use postern_shared::api::{Call, Reply};
use postern_shared::error::CallError;
use postern_shared::mailbox::{MailboxId, Renamed};
use serde::{Deserialize, Serialize};

use super::{Actions, Verb, failure_of};
use crate::i18n::{Key, text};

/// What changes about the mailboxes of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Makes one.
    Create {
        /// Where it lies; none for the top.
        parent: Option<MailboxId>,
        /// What it is called.
        name: String,
    },
    /// Gives one another name, or another place.
    Rename {
        /// The mailbox.
        mailbox: MailboxId,
        /// Where it lies afterwards; none for the top.
        parent: Option<MailboxId>,
        /// What it is called afterwards.
        name: String,
    },
    /// Removes one for ever, with all that lies in and below it.
    Delete(MailboxId),
    /// Removes every message of one for ever.
    Empty(MailboxId),
    /// Marks every message of one as seen.
    MarkSeen(MailboxId),
    /// Shows one in the tree, or hides it.
    Subscribe(MailboxId, bool),
}

impl Change {
    /// The call that performs it, encoded.
    pub(super) fn request(&self, action: ActionId, account: &AccountId) -> Vec<u8> {
        let account = account.clone();
        match self.clone() {
            Self::Create { parent, name } => {
                CreateMailbox { action, account, parent, name }.encode()
            }
            Self::Rename { mailbox, parent, name } => {
                RenameMailbox { action, account, mailbox, parent, name }.encode()
            }
            Self::Delete(mailbox) => DeleteMailbox { action, account, mailbox }.encode(),
            Self::Empty(mailbox) => EmptyMailbox { action, account, mailbox }.encode(),
            Self::MarkSeen(mailbox) => MarkAllSeen { action, account, mailbox }.encode(),
            Self::Subscribe(mailbox, subscribed) => {
                SubscribeMailbox { action, account, mailbox, subscribed }.encode()
            }
        }
    }

    fn done(&self) -> Key {
        match self {
            Self::Create { .. } => Key::MailboxCreated,
            Self::Rename { .. } => Key::MailboxRenamed,
            Self::Delete(_) => Key::MailboxDeleted,
            Self::Empty(_) => Key::MailboxEmptied,
            Self::MarkSeen(_) => Key::MailboxMarked,
            Self::Subscribe(_, true) => Key::MailboxShown,
            Self::Subscribe(_, false) => Key::MailboxHidden,
        }
    }
}

impl Actions {
    /// Changes something about the mailboxes of an account; `after` hears which ids became which.
    pub fn change_mailboxes(
        self,
        account: AccountId,
        change: Change,
        after: impl FnOnce(&[Renamed]) + 'static,
    ) {
        let done = change.done();
        let hear = move |outcome: Result<Reply, CallError>| match outcome {
            Ok(reply) => match failure_of(&reply) {
                Some(error) => self.complain(error),
                None => {
                    self.toasts.say(text(done));
                    after(if let Reply::RenameMailbox(renamed) = &reply { renamed } else { &[] });
                }
            },
            Err(error) => self.complain(&error),
        };
        self.submit_verb(Verb::Mailboxes(account, change), Box::new(hear));
    }
}
