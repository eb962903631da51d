//! Whom the user has written to: suggestions, and the filter "from people I know".

use std::collections::HashMap;

use postern_shared::address::Address;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::entry::cut;
use super::fold::{fold, sought, words};
use super::link::hash;
use super::{Error, Index};
use crate::store::IndexRow;

/// Recipients of one message that are remembered: more is a list, not people.
const MOST_RECIPIENTS: usize = 50;

/// One person of a batch.
#[derive(Default)]
struct Person {
    name: String,
    address: String,
    times: u32,
    last: i64,
}

/// Remembers to whom messages of a Sent mailbox went.
pub(super) async fn written_to<'a>(
    connection: &mut SqliteConnection,
    account: &str,
    sent: impl Iterator<Item = &'a IndexRow>,
) -> Result<(), Error> {
    let mut people: HashMap<String, Person> = HashMap::new();
    for entry in sent {
        let envelope = &entry.row.envelope;
        let at = envelope.sent_at.unwrap_or(entry.row.internal_date);
        let all = envelope.to.iter().chain(&envelope.cc).chain(&envelope.bcc);
        for to in all.take(MOST_RECIPIENTS).filter(|to| to.email.contains('@')) {
            let person = people.entry(fold(&cut(&to.email))).or_default();
            person.times += 1;
            if at >= person.last || person.address.is_empty() {
                person.last = at;
                person.address = cut(&to.email);
                if !to.name.is_empty() {
                    person.name = cut(&to.name);
                }
            }
        }
    }
    for (email, person) in people {
        let searched = format!(" {} {}", words(&person.name), fold(&person.address));
        sqlx::query(
            "INSERT INTO person (account, email, hash, name, address, words, times, last)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (account, email) DO UPDATE SET times = times + excluded.times,
             name = CASE WHEN excluded.name <> '' AND excluded.last >= last OR name = ''
                    THEN excluded.name ELSE name END,
             words = CASE WHEN excluded.name <> '' AND excluded.last >= last OR name = ''
                     THEN excluded.words ELSE words END,
             last = max(last, excluded.last)",
        )
        .bind(account)
        .bind(&email)
        .bind(hash("", "person", &email))
        .bind(person.name)
        .bind(person.address)
        .bind(searched)
        .bind(person.times)
        .bind(person.last)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

impl Index {
    /// Whether the user wrote to an address, or had more than one message from it.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn has_met(&self, email: &str) -> Result<bool, Error> {
        let Some(sought) = sought(email) else { return Ok(true) };
        let found = async {
            let mut connection = self.connection().await?;
            // The words find them fast; the sum says that it is this address and no longer one.
            let row = sqlx::query(
                "SELECT EXISTS (SELECT 1 FROM person WHERE hash = $1) OR
                 (SELECT count(*) FROM (SELECT 1 FROM message m WHERE m.sender = $1
                  AND m.id IN (SELECT rowid FROM words WHERE words MATCH $2) LIMIT 2)) > 1 AS met",
            )
            .bind(hash("", "person", &fold(&cut(email))))
            .bind(format!("{{sender}} : ({})", sought.phrase()))
            .fetch_one(&mut *connection)
            .await?;
            Ok(row.try_get("met")?)
        };
        self.judged(found.await).await
    }

    /// People whose name or address has a word that begins so, those written to most first.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn suggest(&self, prefix: &str, count: u32) -> Result<Vec<Address>, Error> {
        let prefix = fold(prefix.trim());
        let found = async {
            let mut connection = self.connection().await?;
            let rows = sqlx::query(
                "SELECT max(name) AS name, min(address) AS address FROM person
                 WHERE instr(words, $1) > 0
                 GROUP BY email ORDER BY sum(times) DESC, max(last) DESC, email LIMIT $2",
            )
            .bind(format!(" {prefix}"))
            .bind(count)
            .fetch_all(&mut *connection)
            .await?;
            let read = |row: sqlx::sqlite::SqliteRow| {
                Ok(Address { name: row.try_get("name")?, email: row.try_get("address")? })
            };
            rows.into_iter().map(read).collect()
        };
        self.judged(found.await).await
    }
}
