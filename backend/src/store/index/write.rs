//! Taking messages in, out, and their new flags. One batch is one transaction.

use std::collections::{BTreeSet, HashMap, HashSet};

use postern_shared::address::Address;
use postern_shared::flag::Flags;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, QueryBuilder, Row, Sqlite};

use super::entry::{Kept, cut, pack};
use super::fold::{fold, spaced, words};
use super::link::{self, Links, hash};
use super::mailboxes::{Kind, box_of};
use super::subject::base_subject;
use super::union::Forest;
use super::{Error, Index, Place, people};
use crate::store::IndexRow;

/// Most messages of one batch.
pub const MOST_AT_ONCE: usize = 500;
/// Rows of one statement: SQLite binds no more than 32,766 values.
const ROWS: usize = 100;

/// A message, ready for its row.
struct Ready<'a> {
    id: u32,
    entry: &'a IndexRow,
    links: Links,
    thread: i64,
}

impl Index {
    /// Takes messages into a mailbox; those that are there already get their flags anew.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun.
    pub async fn add(&self, place: &Place, entries: &[IndexRow]) -> Result<(), Error> {
        for batch in entries.chunks(MOST_AT_ONCE) {
            let done = self.add_batch(place, batch).await;
            self.judged(done).await?;
        }
        Ok(())
    }

    async fn add_batch(&self, place: &Place, entries: &[IndexRow]) -> Result<(), Error> {
        let mut connection = self.connection().await?;
        let mut transaction = connection.begin().await?;
        let (found, kind) = box_of(&mut transaction, place).await?;
        let uids: Vec<u32> = entries.iter().map(|entry| entry.row.uid).collect();
        let known = known_among(&mut transaction, found, &uids).await?;
        let mut taken = HashSet::new();
        let (again, fresh): (Vec<&IndexRow>, Vec<&IndexRow>) =
            entries.iter().partition(|entry| known.contains(&entry.row.uid));
        let fresh: Vec<&IndexRow> =
            fresh.into_iter().filter(|entry| taken.insert(entry.row.uid)).collect();
        for entry in again {
            let flags = Flags(entry.row.flags.clone());
            store_flags(&mut transaction, found, entry.row.uid, &flags).await?;
        }
        let first = self.take_ids(u32::try_from(fresh.len()).unwrap_or(u32::MAX));
        let mut ready: Vec<Ready<'_>> = (first..)
            .zip(fresh)
            .map(|(id, entry)| {
                let alone = format!("{} {}", place.mailbox.0, entry.row.uid);
                let links = link::links(&place.account.0, &alone, entry);
                Ready { id, entry, links, thread: 0 }
            })
            .collect();
        tie(&mut transaction, &mut ready).await?;
        for rows in ready.chunks(ROWS) {
            insert(&mut transaction, found, rows).await?;
        }
        if kind == Kind::Sent as i64 {
            let sent = ready.iter().map(|one| one.entry);
            people::written_to(&mut transaction, &place.account.0, sent).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Takes messages out of a mailbox. Their threads stay tied.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun.
    pub async fn remove(&self, place: &Place, uids: &[u32]) -> Result<(), Error> {
        let done = async {
            let mut connection = self.connection().await?;
            let mut transaction = connection.begin().await?;
            let (found, _) = box_of(&mut transaction, place).await?;
            let uids = json(uids);
            let gone = "SELECT id FROM message WHERE box = $1
                        AND uid IN (SELECT value FROM json_each($2))";
            let steps = [
                format!("DELETE FROM words WHERE rowid IN ({gone})"),
                format!("DELETE FROM kept WHERE id IN ({gone})"),
                format!("DELETE FROM message WHERE id IN ({gone})"),
            ];
            for step in steps {
                let step = sqlx::query(sqlx::AssertSqlSafe(step)).bind(found).bind(&uids);
                step.execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(())
        };
        self.judged(done.await).await
    }

    /// Notes new flags; messages that are not there are left out.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun.
    pub async fn set_flags(&self, place: &Place, changed: &[(u32, Flags)]) -> Result<(), Error> {
        let done = async {
            let mut connection = self.connection().await?;
            let mut transaction = connection.begin().await?;
            let (found, _) = box_of(&mut transaction, place).await?;
            for (uid, flags) in changed {
                store_flags(&mut transaction, found, *uid, flags).await?;
            }
            transaction.commit().await?;
            Ok(())
        };
        self.judged(done.await).await
    }
}

async fn store_flags(
    connection: &mut SqliteConnection,
    found: i64,
    uid: u32,
    flags: &Flags,
) -> Result<(), Error> {
    let (bits, keywords) = pack(&flags.0);
    sqlx::query("UPDATE message SET flags = $3, keywords = $4 WHERE box = $1 AND uid = $2")
        .bind(found)
        .bind(uid)
        .bind(bits)
        .bind(keywords)
        .execute(connection)
        .await?;
    Ok(())
}

async fn known_among(
    connection: &mut SqliteConnection,
    found: i64,
    uids: &[u32],
) -> Result<HashSet<u32>, Error> {
    let known: Vec<u32> = sqlx::query_scalar(
        "SELECT uid FROM message WHERE box = $1 AND uid IN (SELECT value FROM json_each($2))",
    )
    .bind(found)
    .bind(json(uids))
    .fetch_all(connection)
    .await?;
    Ok(known.into_iter().collect())
}

/// Numbers as JSON: one value to bind, however many there are.
pub(super) fn json<T: std::fmt::Display>(numbers: &[T]) -> String {
    let mut text = String::with_capacity(numbers.len() * 8 + 2);
    text.push('[');
    for (at, number) in numbers.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&number.to_string());
    }
    text.push(']');
    text
}

/// Finds the thread of each message, and makes one thread of those that it ties together.
async fn tie(connection: &mut SqliteConnection, ready: &mut [Ready<'_>]) -> Result<(), Error> {
    let mut forest = Forest::default();
    let mut nodes: Vec<i64> =
        ready.iter().flat_map(|one| one.links.nodes.iter().copied()).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let rows = sqlx::query(
        "SELECT hash, thread FROM node WHERE hash IN (SELECT value FROM json_each($1))",
    )
    .bind(json(&nodes))
    .fetch_all(&mut *connection)
    .await?;
    let mut known = HashMap::new();
    for row in rows {
        known.insert(row.try_get::<i64, _>("hash")?, row.try_get::<i64, _>("thread")?);
    }
    let mut threads: HashSet<i64> = known.values().copied().collect();
    known.iter().for_each(|(hash, thread)| forest.union(*hash, *thread));
    for one in &*ready {
        one.links.nodes.windows(2).for_each(|pair| forest.union(pair[0], pair[1]));
    }
    let subjects = tie_subjects(connection, ready, (&mut forest, &mut threads)).await?;
    for old in threads {
        let new = forest.find(old);
        if new != old {
            rename(connection, old, new).await?;
        }
    }
    for one in ready {
        one.thread = forest.find(one.links.nodes[0]);
    }
    let fresh: Vec<(i64, i64)> = nodes
        .into_iter()
        .filter(|hash| !known.contains_key(hash))
        .map(|hash| (hash, forest.find(hash)))
        .collect();
    for rows in fresh.chunks(ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO node (hash, thread) ");
        query.push_values(rows, |mut row, (hash, thread)| {
            row.push_bind(*hash).push_bind(*thread);
        });
        query.build().execute(&mut *connection).await?;
    }
    let subjects: Vec<_> = subjects
        .into_iter()
        .map(|(hash, node, is_reply)| (hash, forest.find(node), is_reply))
        .collect();
    for rows in subjects.chunks(ROWS) {
        let start = "INSERT OR IGNORE INTO subject_node (hash, thread, reply) ";
        let mut query = QueryBuilder::<Sqlite>::new(start);
        query.push_values(rows, |mut row, (hash, thread, is_reply)| {
            row.push_bind(*hash).push_bind(*thread).push_bind(*is_reply);
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Ties messages without references by their subjects; gives what is to be written of them.
async fn tie_subjects(
    connection: &mut SqliteConnection,
    ready: &[Ready<'_>],
    (forest, threads): (&mut Forest, &mut HashSet<i64>),
) -> Result<Vec<(i64, i64, bool)>, Error> {
    let fresh: Vec<(i64, i64, bool)> = ready
        .iter()
        .flat_map(|one| {
            let Links { nodes, subjects, is_reply } = &one.links;
            subjects.iter().map(|hash| (*hash, nodes[0], *is_reply))
        })
        .collect();
    if fresh.is_empty() {
        return Ok(fresh);
    }
    let mut hashes: Vec<i64> = fresh.iter().map(|(hash, ..)| *hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    let rows = sqlx::query(
        "SELECT hash, thread, reply FROM subject_node
         WHERE hash IN (SELECT value FROM json_each($1))",
    )
    .bind(json(&hashes))
    .fetch_all(connection)
    .await?;
    // Of each subject: one member, and whether one of all says that it answers.
    let mut parts: HashMap<i64, (Vec<i64>, bool)> = HashMap::new();
    for row in rows {
        let thread: i64 = row.try_get("thread")?;
        threads.insert(thread);
        let part = parts.entry(row.try_get("hash")?).or_default();
        part.0.push(thread);
        part.1 |= row.try_get::<bool, _>("reply")?;
    }
    for (hash, node, is_reply) in &fresh {
        let part = parts.entry(*hash).or_default();
        part.0.push(*node);
        part.1 |= is_reply;
    }
    for (members, _) in parts.values().filter(|(_, answered)| *answered) {
        members.windows(2).for_each(|pair| forest.union(pair[0], pair[1]));
    }
    Ok(fresh)
}

async fn rename(connection: &mut SqliteConnection, old: i64, new: i64) -> Result<(), Error> {
    for step in [
        "UPDATE message SET thread = $2 WHERE thread = $1",
        "UPDATE node SET thread = $2 WHERE thread = $1",
        // The other part may have the same subject already.
        "UPDATE OR REPLACE subject_node SET thread = $2 WHERE thread = $1",
    ] {
        sqlx::query(step).bind(old).bind(new).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert(
    connection: &mut SqliteConnection,
    found: i64,
    rows: &[Ready<'_>],
) -> Result<(), Error> {
    let start = "INSERT INTO message (id, box, uid, flags, keywords, size, received_at, sent_at,
                 attachment, sender, message_id, thread, by_from, by_subject) ";
    let mut query = QueryBuilder::<Sqlite>::new(start);
    query.push_values(rows, |mut values, one| {
        let row = &one.entry.row;
        let (flags, keywords) = pack(&row.flags);
        let from = row.envelope.from.first();
        let email = from.map(|from| fold(&from.email)).unwrap_or_default();
        values.push_bind(one.id).push_bind(found).push_bind(row.uid).push_bind(flags);
        values.push_bind(keywords).push_bind(row.size).push_bind(row.internal_date);
        values.push_bind(row.envelope.sent_at.unwrap_or(row.internal_date));
        values.push_bind(row.has_attachment).push_bind(hash("", "person", &email));
        values.push_bind(link::of_message_id(one.entry)).push_bind(one.thread);
        let name = from.map(|from| if from.name.is_empty() { &from.email } else { &from.name });
        values.push_bind(name.map(|name| fold(&cut(name))).unwrap_or_default());
        values.push_bind(cut(&base_subject(&row.envelope.subject).text));
    });
    query.build().execute(&mut *connection).await?;
    let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO kept (id, summary) ");
    let kept: Result<Vec<(u32, Vec<u8>)>, Error> =
        rows.iter().map(|one| Ok((one.id, Kept::of(&one.entry.row).write()?))).collect();
    query.push_values(kept?, |mut values, (id, kept)| {
        values.push_bind(id).push_bind(kept);
    });
    query.build().execute(&mut *connection).await?;
    let mut vocabulary: BTreeSet<String> = BTreeSet::new();
    let start = "INSERT INTO words (rowid, sender, recipients, cc, bcc, subject, files, list) ";
    let mut query = QueryBuilder::<Sqlite>::new(start);
    query.push_values(rows, |mut values, one| {
        let envelope = &one.entry.row.envelope;
        values.push_bind(one.id);
        let [from, to, cc, bcc] =
            [&envelope.from, &envelope.to, &envelope.cc, &envelope.bcc].map(|it| named(it));
        let subject = cut(&envelope.subject);
        let files = cut(&one.entry.attachment_names.join("\n"));
        let list = cut(one.entry.list_id.as_deref().unwrap_or_default());
        for text in [from, to, cc, bcc, subject, files, list] {
            let text = words(&text);
            for word in spaced(&text) {
                if !vocabulary.contains(word) {
                    vocabulary.insert(word.to_owned());
                }
            }
            values.push_bind(text);
        }
    });
    query.build().execute(&mut *connection).await?;
    let words: Vec<String> = vocabulary.into_iter().collect();
    let list = serde_json::to_string(&words).map_err(|_| Error::Damaged)?;
    sqlx::query("INSERT OR IGNORE INTO vocabulary (word) SELECT value FROM json_each($1)")
        .bind(list)
        .execute(connection)
        .await?;
    Ok(())
}

/// Names and addresses of a header, of its first hundred people.
fn named(people: &[Address]) -> String {
    let all: Vec<String> = people
        .iter()
        .take(100)
        .map(|one| format!("{}\n{}", cut(&one.name), cut(&one.email)))
        .collect();
    all.join("\n")
}
