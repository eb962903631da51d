//! What a submission must know again after a crash, and how it is shown.

use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::message::MessageKey;
use postern_shared::submission::{Refusal, Submission, SubmissionId, SubmissionState};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::db::submissions::{State, SubmissionRow};
use crate::submission::smtp::{Reply, SmtpEnvelope};

/// Why a submission waits while its user has no session; the locale has words for it.
pub const WAITING_FOR_SIGN_IN: &str = "waiting for sign-in";

/// Minutes to the next attempt, by attempts made; the last one repeats.
const BACK_OFF: [i64; 8] = [1, 3, 10, 20, 30, 60, 120, 240];

/// One step after the server took the message; each is done once, whatever becomes of the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilingStep {
    /// One copy into Sent.
    SentCopy,
    /// `\Answered` on the message replied to.
    MarkAnswered(MessageKey),
    /// `$Forwarded` on the message passed on.
    MarkForwarded(MessageKey),
    /// The draft it was written as is expunged.
    RemoveDraft(MessageKey),
}

/// The `detail` column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Detail {
    pub(super) message_id: String,
    /// Recipients that no server has answered for yet.
    pub(super) waiting: Vec<String>,
    /// Recipients whose message the server took.
    pub(super) accepted: Vec<String>,
    /// Recipients refused for good; an empty one stands for the whole message.
    pub(super) refused: Vec<(String, Reply)>,
    /// DATA was about to be sent: from here a crash leaves it uncertain.
    pub(super) data_started: bool,
    /// Steps that are not done yet.
    pub(super) filing: Vec<FilingStep>,
    pub(super) filing_attempts: u32,
}

impl Detail {
    pub(super) fn encode(&self) -> Result<Vec<u8>, Error> {
        Ok(postcard::to_stdvec(self)?)
    }

    pub(super) fn decode(row: &SubmissionRow) -> Result<Self, Error> {
        Ok(postcard::from_bytes(&row.detail)?)
    }

    /// Whoever was refused is asked again.
    pub(super) fn wait_again(&mut self, row: &SubmissionRow) -> Result<(), Error> {
        let SmtpEnvelope { to, .. } = postcard::from_bytes(&row.smtp_envelope)?;
        self.waiting = to.into_iter().filter(|to| !self.accepted.contains(to)).collect();
        self.refused.clear();
        self.data_started = false;
        Ok(())
    }

    /// Filing can begin: the server took the message for somebody.
    pub(super) fn can_file(&self) -> bool {
        !self.accepted.is_empty() && !self.filing.is_empty()
    }
}

/// Milliseconds until the next attempt after `attempts`.
pub(super) fn back_off_ms(attempts: u32) -> i64 {
    let index = (attempts.max(1) - 1).min(BACK_OFF.len() as u32 - 1);
    BACK_OFF[index as usize] * 60_000
}

/// A row as the page sees it.
pub(super) fn shown(row: &SubmissionRow) -> Result<Submission, Error> {
    let seconds = row.due_at / 1000;
    let state = match row.state {
        State::Held => SubmissionState::Held { until: seconds },
        State::Scheduled => SubmissionState::Scheduled { at: seconds },
        // Accepted for at once: what the page calls sending begins now.
        State::Retrying if row.attempts == 0 && row.last_error.is_empty() => {
            SubmissionState::Sending
        }
        State::Sending => SubmissionState::Sending,
        State::Retrying => {
            SubmissionState::Retrying { next: seconds, reason: row.last_error.clone() }
        }
        State::Uncertain => SubmissionState::Uncertain,
        State::Sent => SubmissionState::Sent,
        State::Failed => {
            let detail = Detail::decode(row)?;
            let accepted = u32::try_from(detail.accepted.len()).unwrap_or(u32::MAX);
            SubmissionState::Failed {
                refused: detail.refused.into_iter().map(refusal).collect(),
                accepted,
            }
        }
    };
    Ok(Submission {
        id: SubmissionId(row.id.clone()),
        account: AccountId(row.account.clone()),
        subject: row.subject.clone(),
        state,
    })
}

fn refusal((email, reply): (String, Reply)) -> Refusal {
    let recipient = Address { name: String::new(), email };
    let text = reply
        .enhanced
        .map_or_else(|| reply.text.clone(), |status| format!("{status} {}", reply.text));
    Refusal { recipient, code: reply.code, text }
}
