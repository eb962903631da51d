//! Samples of what travels about invitations.

use super::mutations::ACTION;
use super::samples::{address, key};
use crate::api::invitations::{AnswerInvitation, ReadInvitation};
use crate::api::{Call as _, Reply, Request};
use crate::calendar::{Answer, Standing};

/// The calls.
pub(super) fn requests() -> Vec<Request> {
    let answers = [Answer::Accepted, Answer::Declined, Answer::Tentative];
    let answer = |answer| {
        AnswerInvitation {
            action: ACTION,
            key: key(),
            section: "2".into(),
            event: "e1".into(),
            answer,
            subject: "Yes".into(),
            text: "I come.\n".into(),
        }
        .into_request()
    };
    let read =
        ReadInvitation { key: key(), section: "1.2".into(), event: String::new() }.into_request();
    std::iter::once(read).chain(answers.map(answer)).collect()
}

/// The replies.
pub(super) fn replies() -> Vec<(&'static str, Reply)> {
    let standing = Standing {
        attendee: Some(address()),
        organizer: address(),
        answer: Answer::Tentative,
        changed: true,
        superseded: false,
        cancelled: true,
    };
    vec![
        ("ReadInvitation", ReadInvitation::wrap(Standing::default())),
        ("AnswerInvitation", AnswerInvitation::wrap(standing)),
    ]
}
