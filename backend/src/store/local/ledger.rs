//! What is known of a maildrop (POP3): which of its messages were taken, what each is known again
//! by, and how the rounds went.

use std::collections::HashSet;

use postern_shared::collecting::KnownBy;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use super::open::UserStore;
use super::write::signed;
use super::{Error, each};

/// What a message in a maildrop is known again by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    /// Its uidl, or what stands for it.
    pub uidl: String,
    /// Its octets as the server counts them.
    pub octets: u64,
    /// A hash of its header; empty where nobody looked.
    pub header: Vec<u8>,
}

/// What was taken of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// All of it.
    Whole,
    /// Its header; the rest is still at the server alone.
    Header,
    /// Nothing: it is older than the first round goes back.
    Nothing,
}

impl Taken {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Header => "header",
            Self::Nothing => "nothing",
        }
    }

    fn parse(text: &str) -> Self {
        let all = [Self::Whole, Self::Header];
        // What is not understood is never removed at the server.
        all.into_iter().find(|taken| taken.as_str() == text).unwrap_or(Self::Nothing)
    }
}

/// A message of a maildrop that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, unlike any other of the account.
    pub name: String,
    /// What it is known again by.
    pub label: Label,
    /// What was taken of it.
    pub taken: Taken,
    /// When, in seconds since 1970 UTC.
    pub delivered_at: i64,
    /// When it was removed there, in seconds since 1970 UTC; 0: it was not.
    pub removed_at: i64,
    /// When it was first seen not to be there, in seconds since 1970 UTC; 0: it was there.
    pub absent_since: i64,
}

/// What is to be written down of a known message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amendment {
    /// It is there, and known by this from now on.
    Labelled(Label),
    /// It is there.
    Present,
    /// It was removed there, so many seconds after 1970.
    Removed(i64),
    /// It is not there, since so many seconds after 1970.
    Absent(i64),
    /// It is not there for so long that nobody has to know.
    Forgotten,
}

/// How the collection of a maildrop went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rounds {
    /// What messages are known again by.
    pub known_by: KnownBy,
    /// When the first round was through, in seconds since 1970 UTC; 0: not yet.
    pub first_at: i64,
    /// When the last one was.
    pub last_at: i64,
    /// The least time between two sign-ins that the server names, in seconds; 0: none.
    pub login_delay: u32,
    /// When the last sign-in was.
    pub signed_in_at: i64,
}

fn known_by_name(known_by: KnownBy) -> &'static str {
    match known_by {
        KnownBy::Nothing => "nothing",
        KnownBy::Uidl => "uidl",
        KnownBy::Hash => "hash",
    }
}

impl UserStore {
    /// Every message of an account's maildrop that is known.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn ledger(&self, account: &str) -> Result<Vec<Entry>, Error> {
        let mut reading = self.read().await?;
        let rows = sqlx::query(
            "SELECT name, uidl, octets, header, taken, delivered_at, removed_at, absent_since
             FROM deliveries WHERE account = $1 ORDER BY name",
        );
        each(rows.bind(account), &mut reading, entry).await
    }

    /// The names of messages, whole or not, of which no copy is left in any mailbox.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn expunged_deliveries(&self, account: &str) -> Result<HashSet<String>, Error> {
        let mut reading = self.read().await?;
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM deliveries WHERE account = $1 AND taken <> 'nothing' AND NOT EXISTS (
                 SELECT 1 FROM messages WHERE messages.content = deliveries.content)",
        )
        .bind(account)
        .fetch_all(&mut *reading)
        .await?;
        Ok(names.into_iter().collect())
    }

    /// The Message-ID of what was delivered by a name, as it stands there; empty where it has none, or
    /// is not here.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn message_id_of(&self, account: &str, name: &str) -> Result<String, Error> {
        let mut reading = self.read().await?;
        let found: Option<String> = sqlx::query_scalar(
            "SELECT c.message_id FROM deliveries AS d JOIN contents AS c ON c.id = d.content
             WHERE d.account = $1 AND d.name = $2",
        )
        .bind(account)
        .bind(name)
        .fetch_optional(&mut *reading)
        .await?;
        Ok(found.unwrap_or_default())
    }

    /// The SHA-256 of what was delivered by a name; none where it was not, or not whole.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn checksum_of(&self, account: &str, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let mut reading = self.read().await?;
        let found: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT checksum FROM deliveries WHERE account = $1 AND name = $2 AND taken = 'whole'",
        )
        .bind(account)
        .bind(name)
        .fetch_optional(&mut *reading)
        .await?;
        Ok(found.filter(|checksum| !checksum.is_empty()))
    }

    /// Writes down that nothing is taken of these messages.
    ///
    /// # Errors
    /// `Storage`; then none is.
    pub async fn pass_over(&self, account: &str, all: &[(String, Label)]) -> Result<(), Error> {
        let now = self.now();
        let mut writing = self.write().await?;
        for (name, label) in all {
            sqlx::query(
                "INSERT INTO deliveries (account, name, content, delivered_at, taken)
                 VALUES ($1, $2, 0, $3, 'nothing') ON CONFLICT DO NOTHING",
            )
            .bind(account)
            .bind(name)
            .bind(now)
            .execute(&mut *writing)
            .await?;
            write_label(&mut writing, (account, name), label).await?;
        }
        Ok(writing.commit().await?)
    }

    /// Writes down what became of known messages, by their names.
    ///
    /// # Errors
    /// `Storage`; then nothing is.
    pub async fn amend(&self, account: &str, all: &[(String, Amendment)]) -> Result<(), Error> {
        if all.is_empty() {
            return Ok(());
        }
        let mut writing = self.write().await?;
        for (name, amendment) in all {
            let (column, value) = match amendment {
                Amendment::Forgotten => {
                    forget(&mut writing, (account, name)).await?;
                    continue;
                }
                Amendment::Labelled(label) => {
                    write_label(&mut writing, (account, name), label).await?;
                    ("absent_since", 0)
                }
                Amendment::Present => ("absent_since", 0),
                Amendment::Removed(at) => ("removed_at", *at),
                Amendment::Absent(since) => ("absent_since", *since),
            };
            let set =
                format!("UPDATE deliveries SET {column} = $3 WHERE account = $1 AND name = $2");
            sqlx::query(AssertSqlSafe(set))
                .bind(account)
                .bind(name)
                .bind(value)
                .execute(&mut *writing)
                .await?;
        }
        // Nobody is told: no mailbox changed.
        Ok(writing.commit().await?)
    }

    /// How the collection of an account's maildrop went; nothing is known at first.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn rounds(&self, account: &str) -> Result<Rounds, Error> {
        let mut reading = self.read().await?;
        let row = sqlx::query("SELECT * FROM maildrops WHERE account = $1")
            .bind(account)
            .fetch_optional(&mut *reading)
            .await?;
        let Some(row) = row else { return Ok(Rounds::default()) };
        let known_by: String = row.try_get("known_by")?;
        let all = [KnownBy::Uidl, KnownBy::Hash];
        let known_by = all.into_iter().find(|it| known_by_name(*it) == known_by);
        Ok(Rounds {
            known_by: known_by.unwrap_or_default(),
            first_at: row.try_get("first_at")?,
            last_at: row.try_get("last_at")?,
            login_delay: row.try_get("login_delay")?,
            signed_in_at: row.try_get("signed_in_at")?,
        })
    }

    /// Writes down how the collection of an account's maildrop goes.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn note_rounds(&self, account: &str, rounds: Rounds) -> Result<(), Error> {
        let mut writing = self.write().await?;
        sqlx::query(
            "INSERT INTO maildrops (account, known_by, first_at, last_at, login_delay, signed_in_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (account) DO UPDATE SET known_by = excluded.known_by,
             first_at = excluded.first_at, last_at = excluded.last_at,
             login_delay = excluded.login_delay, signed_in_at = excluded.signed_in_at",
        )
        .bind(account)
        .bind(known_by_name(rounds.known_by))
        .bind(rounds.first_at)
        .bind(rounds.last_at)
        .bind(rounds.login_delay)
        .bind(rounds.signed_in_at)
        .execute(&mut *writing)
        .await?;
        Ok(writing.commit().await?)
    }
}

/// Writes down what a delivery is known again by.
pub(super) async fn write_label(
    writing: &mut SqliteConnection,
    (account, name): (&str, &str),
    label: &Label,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE deliveries SET uidl = $3, octets = $4, header = $5
         WHERE account = $1 AND name = $2",
    )
    .bind(account)
    .bind(name)
    .bind(&label.uidl)
    .bind(signed(label.octets))
    .bind(&label.header)
    .execute(writing)
    .await?;
    Ok(())
}

/// Forgets that something was delivered by a name.
pub(super) async fn forget(
    writing: &mut SqliteConnection,
    (account, name): (&str, &str),
) -> Result<(), Error> {
    sqlx::query("DELETE FROM deliveries WHERE account = $1 AND name = $2")
        .bind(account)
        .bind(name)
        .execute(writing)
        .await?;
    Ok(())
}

fn entry(row: &SqliteRow) -> Result<Entry, Error> {
    let octets = u64::try_from(row.try_get::<i64, _>("octets")?).unwrap_or(0);
    let taken: String = row.try_get("taken")?;
    Ok(Entry {
        name: row.try_get("name")?,
        label: Label { uidl: row.try_get("uidl")?, octets, header: row.try_get("header")? },
        taken: Taken::parse(&taken),
        delivered_at: row.try_get("delivered_at")?,
        removed_at: row.try_get("removed_at")?,
        absent_since: row.try_get("absent_since")?,
    })
}
