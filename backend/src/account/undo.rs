//! Taking actions back. The steps are data, so that they outlive the bridge.

use futures_util::FutureExt;
use postern_shared::account::AccountId;
use postern_shared::api::messages::Urgency;
use postern_shared::flag::FlagChange;
use postern_shared::mailbox::{MailboxId, Role};
use serde::{Deserialize, Serialize};

use super::Account;
use super::actor::{Actor, verb};
use super::bulk::Done;
use super::error::Error;
use super::mutate::{Batch, Carry, Part};

/// One step back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Set and clear flags.
    Flags {
        /// Of these messages.
        at: Batch,
        /// How.
        change: FlagChange,
    },
    /// Move messages back.
    Move {
        /// From where they are.
        at: Batch,
        /// To where they were.
        to: MailboxId,
    },
    /// Remove copies for ever.
    Expunge {
        /// The copies.
        at: Batch,
    },
    /// Give a mailbox its old name and place.
    Rename {
        /// Its id now.
        mailbox: MailboxId,
        /// Where it lay.
        parent: Option<MailboxId>,
        /// What it was called.
        name: String,
    },
    /// Remove a mailbox that was made, if it is still empty.
    Remove {
        /// The mailbox.
        mailbox: MailboxId,
    },
    /// Subscribe, or end the subscription.
    Subscribe {
        /// The mailbox.
        mailbox: MailboxId,
        /// What it was.
        subscribed: bool,
    },
    /// Choose roles as they were chosen before.
    Roles {
        /// Each role that was chosen, and for which mailbox.
        chosen: Vec<(Role, Option<MailboxId>)>,
    },
    /// Move messages back to another account. Not an account's own to do: whoever has both does it.
    Cross {
        /// From where they are.
        at: Batch,
        /// Whose they were.
        account: AccountId,
        /// Where.
        to: MailboxId,
    },
}

impl Account {
    /// Takes steps back; what was done before a failure stays done, and can itself be taken back.
    ///
    /// # Errors
    /// The first step's.
    pub async fn take_back(&self, steps: Vec<Step>) -> Result<Done, Error> {
        let mut whole = Part::default();
        for (number, step) in steps.into_iter().enumerate() {
            let urgency = if number == 0 { Urgency::Now } else { Urgency::Ahead };
            let work = verb(move |actor: &mut Actor| {
                let step = step.clone();
                async move { actor.step_back(step).await }.boxed()
            });
            whole.add_or_fail(self.ask_once(urgency, work).await)?;
            if whole.failure.is_some() {
                break;
            }
        }
        Ok(whole.into())
    }
}

impl Actor {
    async fn step_back(&mut self, step: Step) -> Result<Part, Error> {
        let undo = match step {
            Step::Flags { at, change } => return self.change_flags(&at, &change).await,
            Step::Move { at, to } => return self.carry(&at, &to, Carry::Move).await,
            Step::Expunge { at } => return self.expunge(&at).await,
            Step::Rename { mailbox, parent, name } => {
                self.rename_mailbox(&mailbox, parent.as_ref(), &name).await?.1
            }
            Step::Remove { mailbox } => {
                self.remove_if_empty(&mailbox).await?;
                Vec::new()
            }
            Step::Subscribe { mailbox, subscribed } => {
                self.subscribe_mailbox(&mailbox, subscribed).await?
            }
            Step::Cross { .. } => return Err(Error::Invalid("it takes two accounts")),
            Step::Roles { chosen } => self.choose_roles(chosen.into_iter().collect()).await?,
        };
        Ok(Part { done: 1, undo, ..Part::default() })
    }
}
