//! What transactions are made of: copies of contents in mailboxes, flags, and their end.

use postern_shared::flag::Flag;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite};

use super::Error;
use crate::store::index::entry;

/// Numbers in one statement.
const NUMBERS: usize = 5_000;
/// Rows of one statement: SQLite binds no more than 32,766 values.
pub(super) const ROWS: usize = 500;

/// A copy of a content, on its way into a mailbox.
pub(super) struct Copy {
    pub content: i64,
    pub flags: (i64, String),
    pub received_at: i64,
}

/// A number for the database; none is as large as that in truth.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Counts octets that are here now, or with a minus are not any more; gives how many are here.
pub(super) async fn use_more(writing: &mut SqliteConnection, octets: i64) -> Result<u64, Error> {
    let used: i64 = sqlx::query_scalar(
        "UPDATE counters SET value = value + $1 WHERE name = 'used' RETURNING value",
    )
    .bind(octets)
    .fetch_one(writing)
    .await?;
    Ok(u64::try_from(used).unwrap_or(0))
}

/// Puts copies into a mailbox, in order; gives their uids.
pub(super) async fn add(
    writing: &mut SqliteConnection,
    mailbox: i64,
    copies: &[Copy],
) -> Result<Vec<u32>, Error> {
    let changed = sqlx::query(
        "UPDATE mailboxes SET uid_next = uid_next + $2, modseq = modseq + 1 WHERE id = $1
         RETURNING uid_next, modseq",
    )
    .bind(mailbox)
    .bind(signed(copies.len() as u64))
    .fetch_optional(&mut *writing)
    .await?
    .ok_or(Error::NonExistent)?;
    let (next, modseq): (i64, i64) = (changed.try_get(0)?, changed.try_get(1)?);
    let next = u32::try_from(next).map_err(|_| Error::Limit("uids"))?;
    let first = next - u32::try_from(copies.len()).map_err(|_| Error::Limit("uids"))?;
    let numbered: Vec<(u32, &Copy)> = (first..next).zip(copies).collect();
    for rows in numbered.chunks(ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO messages (mailbox, uid, content, flags, keywords, modseq, received_at) ",
        );
        query.push_values(rows, |mut values, (uid, copy)| {
            let (flags, keywords) = &copy.flags;
            values.push_bind(mailbox).push_bind(*uid).push_bind(copy.content).push_bind(*flags);
            values.push_bind(keywords).push_bind(modseq).push_bind(copy.received_at);
        });
        query.build().persistent(false).execute(&mut *writing).await?;
    }
    Ok((first..next).collect())
}

/// Numbers as they stand in a statement.
pub(super) fn numbers(all: &[u32]) -> impl Iterator<Item = String> {
    all.chunks(NUMBERS).map(|some| {
        let some: Vec<String> = some.iter().map(u32::to_string).collect();
        some.join(",")
    })
}

/// The next modification number of a mailbox.
pub(super) async fn next_modseq(
    writing: &mut SqliteConnection,
    mailbox: i64,
) -> Result<i64, Error> {
    sqlx::query_scalar("UPDATE mailboxes SET modseq = modseq + 1 WHERE id = $1 RETURNING modseq")
        .bind(mailbox)
        .fetch_optional(writing)
        .await?
        .ok_or(Error::NonExistent)
}

/// Removes messages for ever.
pub(super) async fn expunge(
    writing: &mut SqliteConnection,
    mailbox: i64,
    uids: &[u32],
    now: i64,
) -> Result<(), Error> {
    let modseq = next_modseq(writing, mailbox).await?;
    for some in numbers(uids) {
        let these = format!("mailbox = $1 AND uid IN ({some})");
        note_freed(writing, (mailbox, &these), now).await?;
        let statement = format!(
            "INSERT INTO expunged (mailbox, uid, modseq)
             SELECT mailbox, uid, $2 FROM messages WHERE {these}"
        );
        sqlx::query(AssertSqlSafe(statement))
            .bind(mailbox)
            .bind(modseq)
            .persistent(false)
            .execute(&mut *writing)
            .await?;
        remove(writing, (mailbox, &these)).await?;
    }
    Ok(())
}

/// Takes a mailbox's messages away, and what is known of those before.
pub(super) async fn empty(
    writing: &mut SqliteConnection,
    mailbox: i64,
    now: i64,
) -> Result<(), Error> {
    note_freed(writing, (mailbox, "mailbox = $1"), now).await?;
    remove(writing, (mailbox, "mailbox = $1")).await?;
    sqlx::query("DELETE FROM expunged WHERE mailbox = $1").bind(mailbox).execute(writing).await?;
    Ok(())
}

async fn remove(
    writing: &mut SqliteConnection,
    (mailbox, these): (i64, &str),
) -> Result<(), Error> {
    sqlx::query(AssertSqlSafe(format!("DELETE FROM messages WHERE {these}")))
        .bind(mailbox)
        .persistent(false)
        .execute(writing)
        .await?;
    Ok(())
}

/// Notes which contents have no copy once `these` messages are gone, and counts them off.
async fn note_freed(
    writing: &mut SqliteConnection,
    (mailbox, these): (i64, &str),
    now: i64,
) -> Result<(), Error> {
    // A content is freed where as many of its copies go as there are.
    let statement = format!(
        "UPDATE contents SET freed_at = $2 WHERE id IN (
             SELECT going.content FROM (
                 SELECT content, count(*) AS copies FROM messages WHERE {these} GROUP BY content
             ) AS going
             WHERE going.copies = (
                 SELECT count(*) FROM messages WHERE messages.content = going.content))
         RETURNING CASE WHEN header_octets < 0 THEN octets ELSE header_octets END"
    );
    let freed: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(mailbox)
        .bind(now.max(1))
        .persistent(false)
        .fetch_all(&mut *writing)
        .await?;
    use_more(writing, -freed.iter().sum::<i64>()).await?;
    Ok(())
}

/// Sets and clears flags; gives the modification number that the changed messages have now.
pub(super) async fn change_flags(
    writing: &mut SqliteConnection,
    (mailbox, uids): (i64, &[u32]),
    (add, remove): (&[Flag], &[Flag]),
) -> Result<i64, Error> {
    let modseq = next_modseq(writing, mailbox).await?;
    let bits = |flags: &[Flag]| entry::pack(flags).0;
    for some in numbers(uids) {
        let statement = format!(
            "UPDATE messages SET flags = (flags | $2) & ~$3, modseq = $4
             WHERE mailbox = $1 AND uid IN ({some}) AND flags <> ((flags | $2) & ~$3)"
        );
        sqlx::query(AssertSqlSafe(statement))
            .bind(mailbox)
            .bind(bits(add))
            .bind(bits(remove))
            .bind(modseq)
            .persistent(false)
            .execute(&mut *writing)
            .await?;
        if add.iter().chain(remove).any(|flag| matches!(flag, Flag::Keyword(_))) {
            change_keywords(writing, (mailbox, &some, modseq), (add, remove)).await?;
        }
    }
    Ok(modseq)
}

async fn change_keywords(
    writing: &mut SqliteConnection,
    (mailbox, some, modseq): (i64, &str, i64),
    (add, remove): (&[Flag], &[Flag]),
) -> Result<(), Error> {
    // There are few sets of keywords, however many messages.
    let these = format!("mailbox = $1 AND uid IN ({some})");
    let statement = format!("SELECT DISTINCT keywords FROM messages WHERE {these}");
    let sets: Vec<String> = sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(mailbox)
        .persistent(false)
        .fetch_all(&mut *writing)
        .await?;
    let statement =
        format!("UPDATE messages SET keywords = $2, modseq = $3 WHERE {these} AND keywords = $4");
    let mut renamed: Vec<(String, String)> = Vec::new();
    for old in sets {
        let new = keywords_after(&old, add, remove);
        if new != old {
            renamed.push((old, new));
        }
    }
    // What one set becomes may be what another one was: in two steps none is met twice.
    for step in [false, true] {
        for (at, (old, new)) in renamed.iter().enumerate() {
            let between = format!("\u{1}{at}");
            let (from, to) = if step { (&between, new) } else { (old, &between) };
            sqlx::query(AssertSqlSafe(statement.clone()))
                .bind(mailbox)
                .bind(to)
                .bind(modseq)
                .bind(from)
                .persistent(false)
                .execute(&mut *writing)
                .await?;
        }
    }
    Ok(())
}

fn keywords_after(old: &str, add: &[Flag], remove: &[Flag]) -> String {
    let is_same = |one: &Flag, other: &Flag| one.as_imap().eq_ignore_ascii_case(other.as_imap());
    let mut flags = entry::unpack(0, old).0;
    for flag in add {
        if matches!(flag, Flag::Keyword(_)) && !flags.iter().any(|it| is_same(it, flag)) {
            flags.push(flag.clone());
        }
    }
    flags.retain(|flag| !remove.iter().any(|gone| is_same(flag, gone)));
    entry::pack(&flags).1
}

/// Flags as they are stored.
///
/// # Errors
/// `Invalid` for a keyword that no server takes.
pub(super) fn packed(flags: &[Flag]) -> Result<(i64, String), Error> {
    check_keywords(flags)?;
    let mut kept: Vec<Flag> = Vec::with_capacity(flags.len());
    for flag in flags {
        if !kept.iter().any(|it| it.as_imap().eq_ignore_ascii_case(flag.as_imap())) {
            kept.push(flag.clone());
        }
    }
    Ok(entry::pack(&kept))
}

/// Refuses keywords that no server takes (RFC 9051 §9, flag-keyword).
pub(super) fn check_keywords(flags: &[Flag]) -> Result<(), Error> {
    let bad = |c: char| !c.is_ascii_graphic() || "(){%*\"\\]".contains(c);
    let is_bad = |flag: &Flag| match flag {
        Flag::Keyword(word) => word.is_empty() || word.len() > 200 || word.contains(bad),
        _ => false,
    };
    if flags.iter().any(is_bad) { Err(Error::Invalid("a flag")) } else { Ok(()) }
}
