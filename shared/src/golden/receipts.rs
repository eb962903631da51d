//! Samples of what travels about read receipts.

use super::mutations::ACTION;
use super::samples::key;
use crate::api::receipts::{AnswerReceipt, Receipt};
use crate::api::{Call as _, Reply, Request};

/// The calls.
pub(super) fn requests() -> Vec<Request> {
    let receipt = Receipt { subject: "Read: Tea".into(), text: "It was read.\n".into() };
    let answer = |receipt| AnswerReceipt { action: ACTION, key: key(), receipt }.into_request();
    [Some(receipt), None].map(answer).into()
}

/// The replies.
pub(super) fn replies() -> Vec<(&'static str, Reply)> {
    vec![("AnswerReceipt", AnswerReceipt::wrap(()))]
}
