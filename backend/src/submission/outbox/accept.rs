//! Taking a message over: durable before it is answered.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use postern_shared::account::AccountId;
use postern_shared::submission::{Plan, Submission, SubmissionId};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use super::detail::{self, Detail, More};
use super::{Accounts, Error, FilingStep, Order, Outbox, SmtpEnvelope};
use crate::config::Limits;
use crate::db::UserId;
use crate::db::submissions::{self, State, SubmissionRow};

const HOUR_MS: i64 = 3_600_000;
/// Longest time in which a submission can be taken back, in seconds.
const LONGEST_HOLD: u32 = 60;

/// A message to be accepted, apart from its bytes.
#[derive(Clone, Debug)]
pub struct Errand {
    /// What it will be known by: an errand that comes again is the same submission.
    pub id: SubmissionId,
    /// Whose message it is.
    pub user: UserId,
    /// The account that sends it.
    pub account: AccountId,
    /// Shown in the outbox.
    pub subject: String,
    /// Its Message-ID, with angle brackets.
    pub message_id: String,
    /// Sender and recipients.
    pub smtp_envelope: SmtpEnvelope,
    /// When it goes.
    pub plan: Plan,
    /// What follows acceptance, in this order.
    pub filing: Vec<FilingStep>,
    /// What it was written as, in the caller's encoding; none for what cannot be written on.
    pub draft: Option<Vec<u8>>,
    /// The sender wants to hear of its delivery.
    pub notify_success: bool,
}

impl From<Order> for Errand {
    /// Apart from its message; it cannot be written on.
    fn from(order: Order) -> Self {
        let Order { id, user, account, subject, composed, plan, filing } = order;
        Self {
            id,
            user,
            account,
            subject,
            message_id: composed.message_id,
            smtp_envelope: composed.smtp_envelope,
            plan,
            filing,
            draft: None,
            notify_success: false,
        }
    }
}

impl<A: Accounts> Outbox<A> {
    /// Takes a message over, once: on return it survives a crash.
    ///
    /// # Errors
    /// A limit, or storage that failed; then nothing is kept.
    pub async fn accept(&self, mut order: Order) -> Result<Submission, Error> {
        let message = std::mem::take(&mut order.composed.message);
        self.accept_from(order.into(), message.as_slice()).await
    }

    /// The same for a message that is read from somewhere and never held whole.
    ///
    /// # Errors
    /// As for `accept`.
    pub async fn accept_from(
        &self,
        errand: Errand,
        content: impl AsyncRead + Send,
    ) -> Result<Submission, Error> {
        if let Some(row) = submissions::find(&self.db, errand.user, &errand.id.0).await? {
            return detail::shown(&row);
        }
        let now = self.clock.unix_ms();
        self.check_limits(&errand, now).await?;
        let most = u64::from(self.limits.message_mb) << 20;
        let source = Box::pin(content).take(most + 1);
        let mut scanned = Scanned { source, eight_bit: false };
        let owner = errand.user.to_string();
        let (key, size) = self.blobs.put(&owner, &mut scanned).await?;
        if size > most {
            self.blobs.delete(&key).await?;
            return Err(Error::TooLarge(self.limits.message_mb));
        }
        let eight_bit = scanned.eight_bit;
        let more =
            More { eight_bit, size, notify_success: errand.notify_success, ..More::default() };
        let draft = errand.draft.clone();
        let row = row(errand, key.as_str(), more, now)?;
        if let Err(error) = self.insert(&row, draft.as_deref()).await {
            self.blobs.delete(&key).await?;
            return Err(error);
        }
        self.wake.notify_one();
        self.publish(&row)
    }

    /// The row, and before it what a later time will need.
    async fn insert(&self, row: &SubmissionRow, draft: Option<&[u8]>) -> Result<(), Error> {
        let _deciding = self.standing.lock().await;
        if row.state != State::Retrying {
            let account = AccountId(row.account.clone());
            if let Err(error) = self.accounts.keep(row.user, &account).await {
                tracing::error!(
                    submission.id = row.id,
                    error,
                    "what goes out later will wait for its user"
                );
            }
        }
        Ok(submissions::insert(&self.db, row, draft).await?)
    }

    async fn check_limits(&self, errand: &Errand, now: i64) -> Result<(), Error> {
        let Limits { recipients, submissions_per_hour, .. } = self.limits;
        if errand.smtp_envelope.to.len() > recipients as usize {
            return Err(Error::TooManyRecipients(recipients));
        }
        let made = submissions::count_since(&self.db, errand.user, now - HOUR_MS).await?;
        if made >= submissions_per_hour {
            return Err(Error::TooOften(submissions_per_hour));
        }
        Ok(())
    }
}

fn row(errand: Errand, key: &str, more: More, now: i64) -> Result<SubmissionRow, Error> {
    let (state, due_at) = match errand.plan {
        Plan::Now | Plan::Held(0) => (State::Retrying, now),
        Plan::Held(seconds) => (State::Held, now + i64::from(seconds.min(LONGEST_HOLD)) * 1000),
        Plan::At(seconds) => (State::Scheduled, seconds.saturating_mul(1000)),
    };
    let detail = Detail {
        message_id: errand.message_id,
        waiting: errand.smtp_envelope.to.clone(),
        filing: errand.filing,
        more,
        ..Detail::default()
    };
    Ok(SubmissionRow {
        id: errand.id.0,
        user: errand.user,
        account: errand.account.0,
        state,
        subject: errand.subject,
        smtp_envelope: postcard::to_stdvec(&errand.smtp_envelope)?,
        blob_key: key.to_owned(),
        detail: detail.encode()?,
        due_at,
        created_at: now,
        updated_at: now,
        attempts: 0,
        last_error: String::new(),
    })
}

/// Notices on the way whether there is anything beyond ASCII.
struct Scanned<R> {
    source: R,
    eight_bit: bool,
}

impl<R: AsyncRead + Unpin> AsyncRead for Scanned<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.source).poll_read(cx, buffer))?;
        self.eight_bit |= !buffer.filled()[before..].is_ascii();
        Poll::Ready(Ok(()))
    }
}
