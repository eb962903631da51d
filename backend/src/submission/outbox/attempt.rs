//! One attempt: connect, ask for every recipient, hand over, and write down what came of it.

use std::time::Duration;

use postern_shared::account::AccountId;

use super::detail::{self, Detail, MISSING, UNPROTECTED, WAITING_FOR_SIGN_IN, back_off_ms};
use super::{Accounts, Error, Outbox};
use crate::blob;
use crate::db::submissions::{State, SubmissionRow};
use crate::submission::smtp::{self, Facts, Recipients, Reply, SmtpEnvelope, Submitter};
use futures_util::TryStreamExt;

/// A server that puts a message off for so long will not take it: the user must know by then.
const GIVE_UP_MS: i64 = 48 * 3_600_000;
/// How long a sent row is kept: it counts for the limit per hour.
const KEEP_SENT_MS: i64 = 2 * 3_600_000;

/// How long an outcome that cannot be written down waits for the next try.
const UNWRITTEN: Duration = Duration::from_secs(5);

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
            return Ok(Outcome::Later(Reply::local(WAITING_FOR_SIGN_IN)));
        };
        let envelope: SmtpEnvelope = postcard::from_bytes(&row.smtp_envelope)?;
        let content = match self.blobs.get(&self.key(row)?, None).await {
            Err(blob::Error::NonExistent) => return Ok(Outcome::Refused(Reply::local(MISSING))),
            content => content?,
        };
        if detail.more.first_tried == 0 {
            detail.more.first_tried = self.clock.unix_ms();
        }
        let opened = match self.accounts.open(&route).await {
            Ok(opened) => opened,
            Err(error) => return Ok(Outcome::Later(Reply::local(&error.to_string()))),
        };
        let facts = Facts {
            size: content.size,
            eight_bit: detail.more.eight_bit,
            envelope_id: row.id.clone(),
            notify_success: detail.more.notify_success,
        };
        let ask = SmtpEnvelope { from: envelope.from, to: detail.waiting.clone() };
        let opening = async {
            let login = route.login.as_ref();
            let mut submitter =
                Submitter::connect(opened, login, route.allow_plaintext, route.unsigned).await?;
            let asked = submitter.recipients(&ask, &facts).await?;
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
        let size = content.size;
        let bytes = crate::submission::content(content.stream.map_err(std::io::Error::other));
        Ok(match submitter.message(bytes, size).await {
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
        let tried = detail.more.first_tried;
        let old = tried > 0 && now - tried >= GIVE_UP_MS;
        detail.data_started = false;
        let put_off = match outcome {
            Outcome::Uncertain => {
                (row.state, row.due_at) = (State::Uncertain, i64::MAX);
                self.log(row, detail, "uncertain");
                return self.write_surely(row, detail).await;
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
        detail.more.cause = put_off.as_ref().map(detail::meaning).unwrap_or_default();
        row.last_error = put_off.as_ref().map(|reply| reply.text.clone()).unwrap_or_default();
        (row.state, row.due_at) = match put_off {
            Some(_) => {
                let next = now + back_off_ms(row.attempts, &row.id);
                // The last attempt is made when the time is up, not some hours before.
                let end = if tried > 0 { tried + GIVE_UP_MS } else { i64::MAX };
                (State::Retrying, next.min(end))
            }
            None if !detail.refused.is_empty() => (State::Failed, i64::MAX),
            None => (State::Sent, now + KEEP_SENT_MS),
        };
        self.log(row, detail, "attempted");
        self.write_surely(row, detail).await?;
        // It goes on in hours or days, when the browser may be closed.
        if row.state == State::Retrying {
            self.keep_account(row).await;
        }
        Ok(())
    }

    /// Writes an outcome down however long that takes: a full disk or a locked database must not
    /// make a message uncertain whose fate is known here.
    async fn write_surely(&self, row: &mut SubmissionRow, detail: &Detail) -> Result<(), Error> {
        loop {
            match self.write(row, detail, State::Sending).await {
                Err(Error::Db(error)) => {
                    tracing::error!(submission.id = row.id, %error, "an outcome waits to be written");
                    self.clock.sleep(UNWRITTEN).await;
                }
                written => return written.map(drop),
            }
        }
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
        smtp::Error::Plaintext => Outcome::Refused(Reply::local(UNPROTECTED)),
        smtp::Error::International(_) => Outcome::Refused(Reply::local(&error.to_string())),
        smtp::Error::Uncertain => Outcome::Uncertain,
    }
}
