//! Samples of submissions, in every state.

use super::mutations::drafts;
use super::samples::{account, address};
use crate::api::submissions::{
    CancelSubmission, ConfirmSubmission, EditSubmission, RetrySubmission, SubmitMessage,
};
use crate::api::{Call, Reply};
use crate::event::Aside;
use crate::submission::{Cause, Refusal, Submission, SubmissionId, SubmissionState};

/// One in every state.
pub(super) fn all() -> Vec<Submission> {
    let refusal = Refusal {
        recipient: address(),
        code: 550,
        text: "no such user".into(),
        cause: Cause::NoSuchRecipient,
    };
    let states = vec![
        SubmissionState::Held { until: 10 },
        SubmissionState::Scheduled { at: 20 },
        SubmissionState::Sending,
        SubmissionState::Retrying { next: 30, reason: "later".into(), cause: Cause::Greylisted },
        SubmissionState::Uncertain,
        SubmissionState::Failed { refused: vec![refusal], accepted: 1 },
        SubmissionState::Sent,
    ];
    let with = |state| Submission {
        id: SubmissionId("s1".into()),
        account: account(),
        subject: "Hi".into(),
        state,
        recipients: vec!["bob@example.test".into()],
    };
    states.into_iter().map(with).collect()
}

/// The replies to what is done with submissions.
pub(super) fn replies() -> Vec<(&'static str, Reply)> {
    vec![
        ("SubmitMessage", SubmitMessage::wrap(SubmissionId("s1".into()))),
        ("CancelSubmission", CancelSubmission::wrap(())),
        ("RetrySubmission", RetrySubmission::wrap(())),
        ("EditSubmission", EditSubmission::wrap(drafts().remove(1))),
        ("ConfirmSubmission", ConfirmSubmission::wrap(())),
    ]
}

/// The events.
pub(super) fn asides() -> Vec<Aside> {
    let gone = Aside::SubmissionGone(SubmissionId("s1".into()));
    all().into_iter().map(Aside::SubmissionChanged).chain([gone]).collect()
}
