//! One attempt: connect, ask for every recipient, hand over, and write down what came of it.

use postern_shared::account::AccountId;

use super::detail::{Detail, WAITING_FOR_SIGN_IN, back_off_ms};
use super::{Accounts, Error, Outbox};
use crate::blob;
use crate::db::submissions::{State, SubmissionRow};
use crate::submission::smtp::{self, Recipients, Reply, SmtpEnvelope, Submitter};

/// A server that puts a message off for so long will not take it (RFC 5321 §4.5.4.1).
const GIVE_UP_MS: i64 = 5 * 24 * 3_600_000;
/// How long a sent row is kept: it counts for the limit per hour.
const KEEP_SENT_MS: i64 = 2 * 3_600_000;

/// What came of an attempt, beyond what the recipients' answers say.
enum Outcome {
    /// Every waiting recipient has an answer of its own.
    Answered(Recipients),
    /// Later again, all of it.
    Later(Reply),
    /// Refused, all of it.
    Refused(Reply),
    /// Nobody knows.
    Uncertain,
}

impl<A: Accounts> Outbox<A> {
    pub(super) async fn attempt(&self, mut row: SubmissionRow) -> Result<(), Error> {
        let mut detail = Detail::decode(&row)?;
        let from = row.state;
        row.state = State::Sending;
        row.attempts += 1;
        if !self.write(&mut row, &detail, from).await? {
            // Cancelled or taken by another attempt in the meantime.
            return Ok(());
        }
        let outcome = self.hand_over(&mut row, &mut detail).await?;
        self.settle(&mut row, &mut detail, outcome).await?;
        if detail.can_file() { self.settle_filing(row).await } else { Ok(()) }
    }

    async fn hand_over(
        &self,
        row: &mut SubmissionRow,
        detail: &mut Detail,
    ) -> Result<Outcome, Error> {
        let account = AccountId(row.account.clone());
        let Some(route) = self.accounts.route(row.user, &account).await else {
            // Nothing was tried: the back-off begins when somebody is there.
            row.attempts -= 1;
            let text = WAITING_FOR_SIGN_IN.to_owned();
            return Ok(Outcome::Later(Reply { text, ..Reply::default() }));
        };
        let envelope: SmtpEnvelope = postcard::from_bytes(&row.smtp_envelope)?;
        let message = match self.message(row).await {
            Err(Error::Blob(blob::Error::NonExistent)) => {
                let text = "its message is missing from the store".to_owned();
                return Ok(Outcome::Refused(Reply { text, ..Reply::default() }));
            }
            message => message?,
        };
        let opened = match self.accounts.open(&route).await {
            Ok(opened) => opened,
            Err(error) => {
                return Ok(Outcome::Later(Reply { text: error.to_string(), ..Reply::default() }));
            }
        };
        let ask = SmtpEnvelope { from: envelope.from, to: detail.waiting.clone() };
        let opening = async {
            let mut submitter =
                Submitter::connect(opened, route.login.as_ref(), route.allow_plaintext).await?;
            let asked = submitter.recipients(&ask, &message).await?;
            Ok((submitter, asked))
        };
        let (mut submitter, asked) = match opening.await {
            Ok(opened) => opened,
            Err(error) => return Ok(after(error)),
        };
        if asked.accepted.is_empty() {
            submitter.quit().await;
            return Ok(Outcome::Answered(asked));
        }
        // Durable before the first byte of DATA: whatever happens now, it is not sent again unasked.
        detail.data_started = true;
        self.write(row, detail, State::Sending).await?;
        Ok(match submitter.message(&message).await {
            Ok(_) => Outcome::Answered(asked),
            Err(error) => after(error),
        })
    }

    /// Writes the outcome down and tells the user.
    async fn settle(
        &self,
        row: &mut SubmissionRow,
        detail: &mut Detail,
        outcome: Outcome,
    ) -> Result<(), Error> {
        let now = self.clock.unix_ms();
        let old = now - row.created_at > GIVE_UP_MS;
        detail.data_started = false;
        let put_off = match outcome {
            Outcome::Uncertain => {
                (row.state, row.due_at) = (State::Uncertain, i64::MAX);
                self.log(row, detail, "uncertain");
                return self.write(row, detail, State::Sending).await.map(drop);
            }
            Outcome::Answered(Recipients { accepted, refused }) => {
                detail.waiting.clear();
                detail.accepted.extend(accepted);
                let (later, never): (Vec<_>, Vec<_>) =
                    refused.into_iter().partition(|(_, reply)| reply.is_temporary() && !old);
                detail.refused.extend(never);
                detail.waiting.extend(later.iter().map(|(to, _)| to.clone()));
                later.into_iter().next().map(|(_, reply)| reply)
            }
            Outcome::Later(reply) if !old => Some(reply),
            Outcome::Later(reply) | Outcome::Refused(reply) => {
                detail.refused.push((String::new(), reply));
                None
            }
        };
        row.last_error = put_off.as_ref().map(|reply| reply.text.clone()).unwrap_or_default();
        (row.state, row.due_at) = match put_off {
            Some(_) => (State::Retrying, now + back_off_ms(row.attempts)),
            None if !detail.refused.is_empty() => (State::Failed, i64::MAX),
            None => (State::Sent, now + KEEP_SENT_MS),
        };
        self.log(row, detail, "attempted");
        self.write(row, detail, State::Sending).await.map(drop)
    }

    fn log(&self, row: &SubmissionRow, detail: &Detail, what: &str) {
        tracing::info!(
            submission.id = row.id,
            account.id = row.account,
            attempts = row.attempts,
            accepted = detail.accepted.len(),
            waiting = detail.waiting.len(),
            refused = detail.refused.len(),
            state = ?row.state,
            "a submission was {what}"
        );
    }
}

fn after(error: smtp::Error) -> Outcome {
    match error {
        smtp::Error::Temporary(reply) => Outcome::Later(reply),
        smtp::Error::Permanent(reply) | smtp::Error::Authentication(reply) => {
            Outcome::Refused(reply)
        }
        smtp::Error::Plaintext => {
            Outcome::Refused(Reply { text: error.to_string(), ..Reply::default() })
        }
        smtp::Error::Uncertain => Outcome::Uncertain,
    }
}
