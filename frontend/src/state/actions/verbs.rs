//! What a user can do to messages and submissions.

use postern_shared::account::AccountId;
use postern_shared::api::Reply;
use postern_shared::draft::Draft;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::flag::Flag;
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::submission::{Plan, SubmissionId};

use super::{Actions, Target, Tell, Verb, plan};
use crate::i18n::{Key, text, text_count};

impl Actions {
    /// Marks messages as seen because they were opened: nothing is said about it.
    pub fn see(self, targets: &[Target]) {
        self.perform(plan::flag(targets, &Flag::Seen, true), Tell::Nothing);
    }

    /// Sets or clears `\Flagged`; it shows in the row, so nothing is said.
    pub fn star(self, targets: &[Target], on: bool) {
        self.perform(plan::flag(targets, &Flag::Flagged, on), Tell::Failure);
    }

    /// Sets or clears a keyword; that shows in the row as well.
    pub fn flag(self, targets: &[Target], keyword: &Flag, on: bool) {
        self.perform(plan::flag(targets, keyword, on), Tell::Failure);
    }

    /// Sets or clears `\Seen`.
    pub fn mark_seen(self, targets: &[Target], on: bool) {
        let said = if on { Key::ActionSeenDone } else { Key::ActionUnseenDone };
        let said = text_count(said, targets.len() as u64, &[]);
        self.perform(plan::flag(targets, &Flag::Seen, on), Tell::All(said));
    }

    /// Moves to the archive.
    pub fn archive(self, targets: &[Target]) {
        self.to_role(targets, Role::Archive, Key::ActionArchived);
    }

    /// Moves to the trash, or removes for ever what is in the trash.
    pub fn trash(self, targets: &[Target]) {
        let (in_trash, elsewhere): (Vec<_>, Vec<_>) = targets.iter().cloned().partition(|row| {
            self.role(&row.key.account, Role::Trash).is_some_and(|trash| trash == row.key.mailbox)
        });
        if !in_trash.is_empty() {
            let said = text_count(Key::ActionExpunged, in_trash.len() as u64, &[]);
            self.perform(plan::expunge(&in_trash), Tell::All(said));
        }
        if !elsewhere.is_empty() {
            self.to_role(&elsewhere, Role::Trash, Key::ActionTrashed);
        }
    }

    /// Moves to the junk mailbox.
    pub fn junk(self, targets: &[Target]) {
        self.to_role(targets, Role::Junk, Key::ActionJunked);
    }

    /// Moves out of the junk mailbox, into the inbox.
    pub fn unjunk(self, targets: &[Target]) {
        self.to_role(targets, Role::Inbox, Key::ActionUnjunked);
    }

    /// Moves to a mailbox, of whichever account; `name` is what the notice calls it.
    pub fn relocate(self, targets: &[Target], to: &(AccountId, MailboxId), name: &str) {
        let plans = plan::relocate(targets, |_| Some(to.clone()));
        let count = targets.len() as u64;
        self.perform(plans, Tell::All(text_count(Key::ActionMoved, count, &[("mailbox", name)])));
    }

    /// Hands a draft in; `after` hears the submission's id, or why it was refused.
    pub fn submit(
        self,
        draft: Draft,
        plan: Plan,
        after: impl FnOnce(Result<SubmissionId, CallError>) + 'static,
    ) {
        let after = move |outcome| match outcome {
            Ok(Reply::SubmitMessage(id)) => after(Ok(id)),
            Ok(_) => after(Err(ErrorCode::Internal.into())),
            Err(error) => after(Err(error)),
        };
        self.submit_verb(Verb::Submit(Box::new(draft), plan), Box::new(after));
    }

    /// Gives a submission up.
    pub fn cancel_submission(self, id: SubmissionId) {
        self.submission_verb(Verb::Cancel(id));
    }

    /// Hands a submission over again, now.
    pub fn retry_submission(self, id: SubmissionId) {
        self.submission_verb(Verb::Retry(id));
    }

    /// Says of an uncertain submission that it arrived.
    pub fn confirm_submission(self, id: SubmissionId) {
        self.submission_verb(Verb::Confirm(id));
    }

    /// Takes a submission back; `after` hears its draft, or why it cannot be had.
    pub fn edit_submission(
        self,
        id: SubmissionId,
        after: impl FnOnce(Result<Draft, CallError>) + 'static,
    ) {
        let after = move |outcome| match outcome {
            Ok(Reply::EditSubmission(draft)) => after(Ok(draft)),
            Ok(_) => after(Err(ErrorCode::Internal.into())),
            Err(error) => after(Err(error)),
        };
        self.submit_verb(Verb::Edit(id), Box::new(after));
    }

    fn submission_verb(self, verb: Verb) {
        let after = move |outcome: Result<Reply, CallError>| {
            if let Err(error) = outcome {
                self.complain(&error);
            }
        };
        self.submit_verb(verb, Box::new(after));
    }

    fn to_role(self, targets: &[Target], role: Role, said: Key) {
        let missing = |row: &Target| self.role(&row.key.account, role).is_none();
        if targets.iter().any(missing) {
            return self.toasts.complain(text(Key::ActionNoMailbox));
        }
        let plans = plan::relocate(targets, |key| {
            self.role(&key.account, role).map(|to| (key.account.clone(), to))
        });
        self.perform(plans, Tell::All(text_count(said, targets.len() as u64, &[])));
    }
}
