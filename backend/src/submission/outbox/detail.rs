//! What a submission must know again after a crash, and how it is shown.

use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::message::MessageKey;
use postern_shared::submission::{Cause, Refusal, Submission, SubmissionId, SubmissionState};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Error;
use crate::db::submissions::{State, SubmissionRow};
use crate::submission::cause;
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
    /// Every copy in Drafts with its Message-ID is expunged.
    RemoveDrafts,
    /// Whether the server filed a copy of its own is looked at; there should be none.
    ExpectNoCopy,
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
    /// What rows of earlier versions do not have.
    #[serde(skip)]
    pub(super) more: More,
}

/// What follows in the column since the second version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct More {
    /// The message holds bytes outside of ASCII.
    pub(super) eight_bit: bool,
    /// Bytes of the message.
    pub(super) size: u64,
    /// When a server was first asked, in milliseconds since 1970; 0: not yet.
    pub(super) first_tried: i64,
    /// What the reply that put it off means.
    pub(super) cause: Cause,
    /// The sender wants to hear of its delivery.
    pub(super) notify_success: bool,
}

impl Detail {
    pub(super) fn encode(&self) -> Result<Vec<u8>, Error> {
        Ok(postcard::to_extend(&self.more, postcard::to_stdvec(self)?)?)
    }

    pub(super) fn decode(row: &SubmissionRow) -> Result<Self, Error> {
        let (mut detail, rest) = postcard::take_from_bytes::<Self>(&row.detail)?;
        if !rest.is_empty() {
            detail.more = postcard::from_bytes(rest)?;
        }
        Ok(detail)
    }

    /// Whoever was refused is asked again.
    pub(super) fn wait_again(&mut self, row: &SubmissionRow) -> Result<(), Error> {
        let SmtpEnvelope { to, .. } = postcard::from_bytes(&row.smtp_envelope)?;
        self.waiting = to.into_iter().filter(|to| !self.accepted.contains(to)).collect();
        self.refused.clear();
        self.data_started = false;
        self.more.first_tried = 0;
        Ok(())
    }

    /// Filing can begin: the server took the message for somebody.
    pub(super) fn can_file(&self) -> bool {
        !self.accepted.is_empty() && !self.filing.is_empty()
    }
}

/// Milliseconds until the next attempt after `attempts`: a quarter more at most, by the id and the
/// attempt, so that what was put off together does not come back together.
pub(super) fn back_off_ms(attempts: u32, id: &str) -> i64 {
    let index = (attempts.max(1) - 1).min(BACK_OFF.len() as u32 - 1);
    let whole = BACK_OFF[index as usize] * 60_000;
    let hash = Sha256::new().chain_update(id).chain_update(attempts.to_be_bytes()).finalize();
    whole + whole / 4 * i64::from(hash[0]) / 255
}

/// A row as the page sees it.
pub(super) fn shown(row: &SubmissionRow) -> Result<Submission, Error> {
    let seconds = row.due_at / 1000;
    let detail = Detail::decode(row)?;
    let SmtpEnvelope { to: recipients, .. } = postcard::from_bytes(&row.smtp_envelope)?;
    let state = match row.state {
        State::Held => SubmissionState::Held { until: seconds },
        State::Scheduled => SubmissionState::Scheduled { at: seconds },
        // Accepted for at once: what the page calls sending begins now.
        State::Retrying if row.attempts == 0 && row.last_error.is_empty() => {
            SubmissionState::Sending
        }
        State::Sending => SubmissionState::Sending,
        State::Retrying => {
            let (reason, cause) = (row.last_error.clone(), detail.more.cause);
            SubmissionState::Retrying { next: seconds, reason, cause }
        }
        State::Uncertain => SubmissionState::Uncertain,
        // Nobody is shown what was taken back; its call was answered with the draft.
        State::Sent | State::Edited => SubmissionState::Sent,
        State::Failed => {
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
        recipients,
    })
}

fn refusal((email, reply): (String, Reply)) -> Refusal {
    let recipient = Address { name: String::new(), email };
    let cause = meaning(&reply);
    let text = reply
        .enhanced
        .map_or_else(|| reply.text.clone(), |status| format!("{status} {}", reply.text));
    Refusal { recipient, code: reply.code, text, cause }
}

/// What a reply means, those words of ours among them that stand where there was none.
pub(super) fn meaning(reply: &Reply) -> Cause {
    match (reply.code, reply.text.as_str()) {
        (0, WAITING_FOR_SIGN_IN) => Cause::WaitsForSignIn,
        (0, MISSING) => Cause::Missing,
        (0, UNPROTECTED) => Cause::Unprotected,
        (0, text) if text.starts_with(INTERNATIONAL) => Cause::International,
        _ => cause::of(reply),
    }
}

/// Words of ours where there is no server's reply.
pub(super) const MISSING: &str = "its message is missing from the store";
/// The password would go over an open line.
pub(super) const UNPROTECTED: &str = "the connection is not encrypted";
/// The start of what `smtp::Error::International` says.
const INTERNATIONAL: &str = "the server takes no international";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_first_version_are_read() {
        let detail = Detail { waiting: vec!["bob@b.test".into()], ..Detail::default() };
        let old = postcard::to_stdvec(&detail).unwrap();
        let row = |detail| SubmissionRow {
            id: String::new(),
            user: crate::db::UserId([1; 16]),
            account: String::new(),
            state: State::Held,
            subject: String::new(),
            smtp_envelope: Vec::new(),
            blob_key: String::new(),
            detail,
            due_at: 0,
            created_at: 0,
            updated_at: 0,
            attempts: 0,
            last_error: String::new(),
        };
        assert_eq!(Detail::decode(&row(old)).unwrap(), detail);
        let more = More { size: 7, cause: Cause::Busy, ..More::default() };
        let detail = Detail { more, ..detail };
        assert_eq!(Detail::decode(&row(detail.encode().unwrap())).unwrap(), detail);
    }

    #[test]
    fn attempts_are_spread_but_never_early() {
        for attempts in 1..12 {
            for id in ["a", "b", "c"] {
                let pause = back_off_ms(attempts, id);
                let index = (attempts as usize - 1).min(BACK_OFF.len() - 1);
                let whole = BACK_OFF[index] * 60_000;
                assert!((whole..=whole + whole / 4).contains(&pause), "{pause}");
            }
        }
        assert_ne!(back_off_ms(3, "a"), back_off_ms(3, "b"));
    }
}
