//! The queue of mutations: ordered per message, serialisable, re-keyed when messages move.

use postern_shared::account::AccountId;
use postern_shared::action::ActionId;
use postern_shared::api::Call;
use postern_shared::api::messages::{
    ChangeFlags, ExpungeMessages, MoveMessages, Targets, UndoAction,
};
use postern_shared::api::submissions::{
    CancelSubmission, ConfirmSubmission, EditSubmission, RetrySubmission, SubmitMessage,
};
use postern_shared::draft::Draft;
use postern_shared::flag::FlagChange;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{MessageKey, Moved};
use postern_shared::submission::{Plan, SubmissionId};
use postern_shared::window::View;
use serde::{Deserialize, Serialize};

use super::mailboxes::Change;

/// What an action does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verb {
    /// Sets and clears flags.
    Flags(FlagChange),
    /// Moves into a mailbox of the same account.
    Move(MailboxId),
    /// Removes for ever.
    Expunge,
    /// Hands a draft in for sending.
    Submit(Box<Draft>, Plan),
    /// Gives a submission up.
    Cancel(SubmissionId),
    /// Hands a submission over again.
    Retry(SubmissionId),
    /// Takes a submission back for more work.
    Edit(SubmissionId),
    /// Says of an uncertain submission that it arrived.
    Confirm(SubmissionId),
    /// Changes something about the mailboxes of an account.
    Mailboxes(AccountId, Change),
    /// Does something to all that a view holds, apart from these.
    OnView(Box<Self>, View, Vec<MessageKey>),
    /// Takes an action back that the bridge knows how to take back.
    TakeBack(ActionId),
}

/// One mutation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Its identity, the same however often it is sent.
    pub id: ActionId,
    /// What it does.
    pub verb: Verb,
    /// To which messages; all of one account, none for submissions.
    pub keys: Vec<MessageKey>,
}

impl Action {
    /// The call that performs it, encoded.
    #[must_use]
    pub fn request(&self) -> Vec<u8> {
        let action = self.id;
        let (verb, targets) = match &self.verb {
            Verb::OnView(verb, view, except) => {
                (&**verb, Targets::View { view: view.clone(), except: except.clone() })
            }
            verb => (verb, Targets::Keys(self.keys.clone())),
        };
        match verb {
            // A view's verb is one of those below.
            Verb::OnView(..) => Vec::new(),
            Verb::TakeBack(undone) => UndoAction { action, undone: *undone }.encode(),
            Verb::Flags(change) => ChangeFlags { action, targets, change: change.clone() }.encode(),
            Verb::Move(to) => MoveMessages { action, targets, to: to.clone() }.encode(),
            Verb::Expunge => ExpungeMessages { action, targets }.encode(),
            Verb::Submit(draft, plan) => {
                SubmitMessage { action, draft: (**draft).clone(), plan: *plan }.encode()
            }
            Verb::Cancel(submission) => {
                CancelSubmission { action, submission: submission.clone() }.encode()
            }
            Verb::Retry(submission) => {
                RetrySubmission { action, submission: submission.clone() }.encode()
            }
            Verb::Edit(submission) => {
                EditSubmission { action, submission: submission.clone() }.encode()
            }
            Verb::Confirm(submission) => {
                ConfirmSubmission { action, submission: submission.clone() }.encode()
            }
            Verb::Mailboxes(account, change) => change.request(action, account),
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    action: Action,
    /// Handed to the link; not kept, because a link that starts anew has nothing of it.
    #[serde(skip)]
    sent: bool,
}

/// Mutations that are not confirmed yet, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Queue {
    entries: Vec<Entry>,
}

impl Queue {
    /// Adds a mutation at the end.
    pub fn push(&mut self, action: Action) {
        self.entries.push(Entry { action, sent: false });
    }

    /// The next mutation to send: one that no earlier one shares a message with.
    pub fn next(&mut self) -> Option<Action> {
        let free = |at: usize| {
            let keys = &self.entries[at].action.keys;
            let earlier = self.entries.iter().take(at);
            !earlier.flat_map(|entry| &entry.action.keys).any(|key| keys.contains(key))
        };
        let found = (0..self.entries.len()).find(|at| !self.entries[*at].sent && free(*at))?;
        let entry = &mut self.entries[found];
        entry.sent = true;
        Some(entry.action.clone())
    }

    /// Takes a mutation out: it is confirmed, refused or withdrawn.
    pub fn finish(&mut self, id: ActionId) -> Option<Action> {
        let at = self.entries.iter().position(|entry| entry.action.id == id)?;
        Some(self.entries.remove(at).action)
    }

    /// Withdraws a mutation that was not sent yet.
    pub fn withdraw(&mut self, id: ActionId) -> Option<Action> {
        let waiting = |entry: &Entry| entry.action.id == id && !entry.sent;
        let at = self.entries.iter().position(waiting)?;
        Some(self.entries.remove(at).action)
    }

    /// Gives moved messages their new keys; actions on one that cannot be found lose it.
    ///
    /// Answers the actions that have no message left.
    pub fn rekey(&mut self, moved: &[Moved]) -> Vec<ActionId> {
        let mut emptied = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| !entry.action.keys.is_empty()) {
            rekey(&mut entry.action.keys, moved);
            if entry.action.keys.is_empty() {
                emptied.push(entry.action.id);
            }
        }
        self.entries.retain(|entry| !emptied.contains(&entry.action.id));
        emptied
    }
}

/// Gives moved messages their new keys and drops those whose new key nobody knows.
pub fn rekey(keys: &mut Vec<MessageKey>, moved: &[Moved]) {
    let now = |key: MessageKey| match moved.iter().find(|moved| moved.from == key) {
        Some(moved) => moved.to.clone(),
        None => Some(key),
    };
    *keys = std::mem::take(keys).into_iter().filter_map(now).collect();
}
