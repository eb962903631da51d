//! The outbox: one row for each attempt to hand a message over; its bytes are a blob.

use super::{Db, Error, UserId, user_id};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Where a submission stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Can be taken back until `due_at`.
    Held,
    /// Goes out at `due_at`.
    Scheduled,
    /// Is being handed over.
    Sending,
    /// Is tried again at `due_at`.
    Retrying,
    /// Lost between the message and the server's word.
    Uncertain,
    /// Refused, wholly or for some recipients.
    Failed,
    /// Accepted for every recipient.
    Sent,
    /// Taken back for more work; its draft is kept until `due_at`.
    Edited,
}

impl State {
    const ALL: [(Self, &str); 8] = [
        (Self::Held, "held"),
        (Self::Scheduled, "scheduled"),
        (Self::Sending, "sending"),
        (Self::Retrying, "retrying"),
        (Self::Uncertain, "uncertain"),
        (Self::Failed, "failed"),
        (Self::Sent, "sent"),
        (Self::Edited, "edited"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(state, _)| *state)
    }
}

/// One submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionRow {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user: UserId,
    /// The account that sends it.
    pub account: String,
    /// Where it stands.
    pub state: State,
    /// Shown in the outbox.
    pub subject: String,
    /// Encoded by `submission`.
    pub smtp_envelope: Vec<u8>,
    /// The message's bytes.
    pub blob_key: String,
    /// What else `submission` must know again, in its own encoding.
    pub detail: Vec<u8>,
    /// When something is to happen next, in milliseconds since 1970.
    pub due_at: i64,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last try failed; empty otherwise.
    pub last_error: String,
}

/// Adds a submission, with the draft that it was written as.
///
/// # Errors
/// The database's; an id that exists already.
pub async fn insert(db: &Db, row: &SubmissionRow, draft: Option<&[u8]>) -> Result<(), Error> {
    let mut transaction = db.begin().await?;
    sqlx::query(
        "INSERT INTO submissions (id, user_id, account_id, state, subject, smtp_envelope, blob_key,
         detail, due_at, created_at, updated_at, attempts, last_error)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(&row.id)
    .bind(row.user.0.as_slice())
    .bind(&row.account)
    .bind(row.state.name())
    .bind(&row.subject)
    .bind(row.smtp_envelope.as_slice())
    .bind(&row.blob_key)
    .bind(row.detail.as_slice())
    .bind(row.due_at)
    .bind(row.created_at)
    .bind(row.updated_at)
    .bind(row.attempts)
    .bind(&row.last_error)
    .execute(&mut *transaction)
    .await?;
    if let Some(draft) = draft {
        sqlx::query("INSERT INTO submission_drafts (submission_id, draft) VALUES ($1, $2)")
            .bind(&row.id)
            .bind(draft)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// The draft that a submission was written as, where it came from one.
///
/// # Errors
/// The database's.
pub async fn draft(db: &Db, id: &str) -> Result<Option<Vec<u8>>, Error> {
    let row = sqlx::query("SELECT draft FROM submission_drafts WHERE submission_id = $1")
        .bind(id)
        .fetch_optional(db.reader())
        .await?;
    Ok(row.map(|row| row.try_get("draft")).transpose()?)
}

/// Writes what changes in a submission's life: state, times, attempts, error, detail.
///
/// Gives false, and writes nothing, where its state is no longer `from`.
///
/// # Errors
/// The database's.
pub async fn advance(db: &Db, row: &SubmissionRow, from: State) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE submissions SET state = $3, detail = $4, due_at = $5, updated_at = $6,
         attempts = $7, last_error = $8 WHERE id = $1 AND state = $2",
    )
    .bind(&row.id)
    .bind(from.name())
    .bind(row.state.name())
    .bind(row.detail.as_slice())
    .bind(row.due_at)
    .bind(row.updated_at)
    .bind(row.attempts)
    .bind(&row.last_error)
    .execute(db.writer())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A user's submission.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, user: UserId, id: &str) -> Result<Option<SubmissionRow>, Error> {
    let row = sqlx::query("SELECT * FROM submissions WHERE id = $1 AND user_id = $2")
        .bind(id)
        .bind(user.0.as_slice())
        .fetch_optional(db.reader())
        .await?;
    row.as_ref().map(read).transpose()
}

/// A user's submissions, the oldest first.
///
/// # Errors
/// The database's.
pub async fn of_user(db: &Db, user: UserId) -> Result<Vec<SubmissionRow>, Error> {
    let rows = sqlx::query("SELECT * FROM submissions WHERE user_id = $1 ORDER BY created_at, id")
        .bind(user.0.as_slice())
        .fetch_all(db.reader())
        .await?;
    rows.iter().map(read).collect()
}

/// Everybody's submissions in a state, the first due first.
///
/// # Errors
/// The database's.
pub async fn in_state(db: &Db, state: State) -> Result<Vec<SubmissionRow>, Error> {
    let rows = sqlx::query("SELECT * FROM submissions WHERE state = $1 ORDER BY due_at, id")
        .bind(state.name())
        .fetch_all(db.reader())
        .await?;
    rows.iter().map(read).collect()
}

/// Everybody's submissions that something is to be done about by now, the longest due first.
///
/// Those being handed over and those that their user must decide are never due.
///
/// # Errors
/// The database's.
pub async fn due(db: &Db, now: i64) -> Result<Vec<SubmissionRow>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM submissions WHERE state NOT IN ('sending', 'uncertain') AND due_at <= $1
         ORDER BY due_at, id LIMIT 200",
    )
    .bind(now)
    .fetch_all(db.reader())
    .await?;
    rows.iter().map(read).collect()
}

/// When the first submission after `now` is due.
///
/// # Errors
/// The database's.
pub async fn next_due(db: &Db, now: i64) -> Result<Option<i64>, Error> {
    let row = sqlx::query(
        "SELECT MIN(due_at) FROM submissions
         WHERE state NOT IN ('sending', 'uncertain') AND due_at > $1",
    )
    .bind(now)
    .fetch_one(db.reader())
    .await?;
    Ok(row.try_get(0)?)
}

/// How many submissions a user made since a time: for the limit per hour.
///
/// # Errors
/// The database's.
pub async fn count_since(db: &Db, user: UserId, since: i64) -> Result<u32, Error> {
    let row =
        sqlx::query("SELECT COUNT(*) FROM submissions WHERE user_id = $1 AND created_at >= $2")
            .bind(user.0.as_slice())
            .bind(since)
            .fetch_one(db.reader())
            .await?;
    Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(u32::MAX))
}

/// Removes a submission; its blob is the caller's to delete.
///
/// # Errors
/// The database's.
pub async fn remove(db: &Db, user: UserId, id: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM submissions WHERE id = $1 AND user_id = $2")
        .bind(id)
        .bind(user.0.as_slice())
        .execute(db.writer())
        .await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<SubmissionRow, Error> {
    let state: String = row.try_get("state")?;
    let state = State::parse(&state)
        .ok_or_else(|| sqlx::Error::Decode(format!("unknown submission state {state}").into()))?;
    Ok(SubmissionRow {
        id: row.try_get("id")?,
        user: user_id(row, "user_id")?,
        account: row.try_get("account_id")?,
        state,
        subject: row.try_get("subject")?,
        smtp_envelope: row.try_get("smtp_envelope")?,
        blob_key: row.try_get("blob_key")?,
        detail: row.try_get("detail")?,
        due_at: row.try_get("due_at")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        attempts: row.try_get("attempts")?,
        last_error: row.try_get("last_error")?,
    })
}
