//! Submissions that are not done with, and what is said of each step.

use leptos::prelude::*;
use postern_shared::submission::{Submission, SubmissionId, SubmissionState};

use super::toasts::{Offer, Toasts};
use crate::i18n::{Key, text, text_with};

/// The submissions, as views know them.
#[derive(Clone, Copy)]
pub struct Submissions {
    all: RwSignal<Vec<Submission>>,
    /// Those that the bridge spoke of: its word may come before the reply to the call.
    heard: StoredValue<Vec<SubmissionId>>,
    toasts: Toasts,
}

/// Puts a submission in its place, and takes a sent one out.
fn place(all: &mut Vec<Submission>, submission: Submission) {
    let known = all.iter().position(|known| known.id == submission.id);
    match (known, submission.state == SubmissionState::Sent) {
        (Some(at), true) => drop(all.remove(at)),
        (Some(at), false) => all[at] = submission,
        (None, true) => {}
        (None, false) => all.push(submission),
    }
}

/// The sentence for a submission that did not reach everybody: who, and the server's words.
fn refusal(state: &SubmissionState) -> String {
    let SubmissionState::Failed { refused, .. } = state else { return String::new() };
    let lines = refused.iter().map(|refusal| match refusal.recipient.email.as_str() {
        "" => text_with(Key::ComposeSendFailed, &[("reason", &refusal.text)]),
        address => {
            text_with(Key::ComposeRefused, &[("address", address), ("reason", &refusal.text)])
        }
    });
    lines.collect::<Vec<_>>().join(" ")
}

impl Submissions {
    /// None known yet.
    #[must_use]
    pub fn new(toasts: Toasts) -> Self {
        let heard = StoredValue::new(Vec::new());
        Self { all: RwSignal::new(Vec::new()), heard, toasts }
    }

    /// Those that are not done with, oldest first.
    #[must_use]
    pub fn all(self) -> Signal<Vec<Submission>> {
        self.all.into()
    }

    /// Takes in what the bridge lists.
    pub fn replace(self, all: Vec<Submission>) {
        self.all.set(all);
    }

    /// The bridge accepted a draft under this id.
    pub fn begin(self, id: &SubmissionId) {
        if !self.heard.with_value(|heard| heard.contains(id)) {
            self.toasts.keep(text(Key::ComposeSending), None, Some(topic(id)));
        }
    }

    /// One came into being or moved on: says so; `draft` is what it was made of.
    pub fn change(self, submission: Submission, draft: Option<u32>) {
        self.heard.update_value(|heard| {
            if !heard.contains(&submission.id) {
                heard.push(submission.id.clone());
            }
        });
        self.say(&submission, draft);
        self.all.update(|all| place(all, submission));
    }

    /// One was given up.
    pub fn drop_one(self, id: &SubmissionId) {
        self.all.update(|all| all.retain(|known| known.id != *id));
    }

    /// The sentence for where a submission stands.
    #[must_use]
    pub fn sentence(state: &SubmissionState) -> String {
        match state {
            SubmissionState::Held { .. }
            | SubmissionState::Scheduled { .. }
            | SubmissionState::Sending => text(Key::ComposeSending),
            SubmissionState::Retrying { reason, .. } if !reason.is_empty() => {
                text_with(Key::ComposeRetryingReason, &[("reason", reason)])
            }
            SubmissionState::Retrying { .. } => text(Key::ComposeRetrying),
            SubmissionState::Uncertain => text(Key::ComposeUncertain),
            SubmissionState::Failed { .. } => refusal(state),
            SubmissionState::Sent => text(Key::ComposeSent),
        }
    }

    /// Forgets everything: another user may come.
    pub fn clear(self) {
        self.all.set(Vec::new());
    }

    fn say(self, submission: &Submission, draft: Option<u32>) {
        let (said, topic) = (Self::sentence(&submission.state), Some(topic(&submission.id)));
        let retry = Some(Offer::Retry(submission.id.clone()));
        match submission.state {
            SubmissionState::Sent => self.toasts.show(said, None, topic),
            SubmissionState::Failed { .. } => {
                self.toasts.keep(said, draft.map(Offer::OpenDraft).or(retry), topic);
            }
            SubmissionState::Uncertain | SubmissionState::Retrying { .. } => {
                self.toasts.keep(said, retry, topic);
            }
            _ => self.toasts.keep(said, None, topic),
        }
    }
}

/// Under which topic a submission's notices take each other's place.
#[must_use]
pub fn topic(id: &SubmissionId) -> String {
    format!("submission {}", id.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixtures::account;

    fn submission(state: SubmissionState) -> Submission {
        let (id, subject) = (SubmissionId("s".into()), "x".into());
        Submission { id, account: account(), subject, state, recipients: Vec::new() }
    }

    #[test]
    fn a_submission_leaves_the_outbox_once_it_is_sent() {
        let mut all = Vec::new();
        let mut check = |state, expect| {
            place(&mut all, submission(state));
            assert_eq!(all.len(), expect);
        };
        check(SubmissionState::Sending, 1);
        check(SubmissionState::Uncertain, 1);
        check(SubmissionState::Sent, 0);
        check(SubmissionState::Sent, 0);
    }
}
