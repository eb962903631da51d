//! Submissions that are not done with, and what is said of each step.

pub mod words;

use leptos::prelude::*;
use postern_shared::error::CallError;
use postern_shared::submission::{Submission, SubmissionId, SubmissionState};

use super::toasts::{Offer, Toasts};
use crate::i18n::{Key, text};

use words::sentence;

/// The topic of the notice that a draft is being handed in.
pub const HANDING_IN: &str = "handing in";

/// Whether the bridge's list is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// It is on its way.
    Waiting,
    /// It came, and is kept true by events.
    Ready,
    /// It could not be had.
    Failed(CallError),
}

/// The submissions, as views know them.
#[derive(Clone, Copy)]
pub struct Submissions {
    all: RwSignal<Vec<Submission>>,
    listing: RwSignal<Listing>,
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

impl Submissions {
    /// None known yet.
    #[must_use]
    pub fn new(toasts: Toasts) -> Self {
        let heard = StoredValue::new(Vec::new());
        let listing = RwSignal::new(Listing::Waiting);
        Self { all: RwSignal::new(Vec::new()), listing, heard, toasts }
    }

    /// Those that are not done with, oldest first.
    #[must_use]
    pub fn all(self) -> Signal<Vec<Submission>> {
        self.all.into()
    }

    /// Whether all of them are known.
    #[must_use]
    pub fn listing(self) -> Signal<Listing> {
        self.listing.into()
    }

    /// One of them.
    #[must_use]
    pub fn get(self, id: &SubmissionId) -> Option<Submission> {
        self.all.with(|all| all.iter().find(|known| known.id == *id).cloned())
    }

    /// Takes in what the bridge lists. What can still be taken back is offered again: the page may
    /// have been loaded anew meanwhile.
    pub fn replace(self, outcome: Result<Vec<Submission>, CallError>) {
        match outcome {
            Ok(all) => {
                let held = |one: &&Submission| matches!(one.state, SubmissionState::Held { .. });
                all.iter().filter(held).for_each(|one| self.say(one));
                self.all.set(all);
                self.listing.set(Listing::Ready);
            }
            Err(error) => self.listing.set(Listing::Failed(error)),
        }
    }

    /// A draft is handed in: says so until the bridge speaks of it.
    pub fn hand_in(self) {
        self.toasts.keep(text(Key::ComposeSending), None, Some(HANDING_IN.to_owned()));
    }

    /// The bridge accepted a draft under this id.
    pub fn begin(self, id: &SubmissionId) {
        if !self.heard.with_value(|heard| heard.contains(id)) {
            self.toasts.keep(text(Key::ComposeSending), None, Some(topic(id)));
        }
    }

    /// One came into being or moved on: says so.
    pub fn change(self, submission: Submission) {
        self.heard.update_value(|heard| {
            if !heard.contains(&submission.id) {
                heard.push(submission.id.clone());
                // One notice of it is enough.
                self.toasts.settle(HANDING_IN);
            }
        });
        self.say(&submission);
        self.all.update(|all| place(all, submission));
    }

    /// One was given up or taken back.
    pub fn drop_one(self, id: &SubmissionId) {
        self.toasts.settle(&topic(id));
        self.all.update(|all| all.retain(|known| known.id != *id));
    }

    /// Forgets everything: another user may come.
    pub fn clear(self) {
        self.all.set(Vec::new());
    }

    fn say(self, submission: &Submission) {
        let (said, topic) = (sentence(&submission.state), Some(topic(&submission.id)));
        let back = Some(Offer::TakeBack(submission.id.clone()));
        match submission.state {
            SubmissionState::Sent => self.toasts.show(said, None, topic),
            SubmissionState::Held { .. } => {
                self.toasts.keep(text(Key::ComposeSending), back, topic);
            }
            SubmissionState::Scheduled { .. } => self.toasts.show(said, back, topic),
            SubmissionState::Sending => self.toasts.keep(said, None, topic),
            SubmissionState::Failed { .. }
            | SubmissionState::Uncertain
            | SubmissionState::Retrying { .. } => {
                self.toasts.keep(said, Some(Offer::Outbox), topic);
            }
        }
    }
}

/// Under which topic a submission's notices take each other's place.
#[must_use]
pub fn topic(id: &SubmissionId) -> String {
    ["submission ", &id.0].concat()
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
