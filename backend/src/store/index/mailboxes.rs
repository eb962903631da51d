//! The mailboxes that the index holds: how far each is, and making room.

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::{Error, Index, Place};

/// What a mailbox is to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Like most.
    Plain,
    /// Its messages are from the user: whom they go to is known.
    Sent,
    /// Trash and junk: left out of threads.
    Hidden,
}

/// How far a mailbox has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// UIDNEXT when it was last compared with the server.
    pub uid_next: Option<u32>,
    /// HIGHESTMODSEQ at that time.
    pub modseq: Option<u64>,
    /// Whether every message was there then.
    pub complete: bool,
}

/// A mailbox in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The generation of its uids.
    pub uid_validity: u32,
    /// How far it has got.
    pub mark: Mark,
}

impl Index {
    /// What is known of a mailbox.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn known(&self, place: &Place) -> Result<Option<Known>, Error> {
        let found = async {
            let mut connection = self.connection().await?;
            let row = sqlx::query(
                "SELECT uid_validity, uid_next, modseq, complete FROM mailbox
                 WHERE account = $1 AND mailbox = $2",
            )
            .bind(&place.account.0)
            .bind(&place.mailbox.0)
            .fetch_optional(&mut *connection)
            .await?;
            row.map(|row| {
                let mark = Mark {
                    uid_next: row.try_get("uid_next")?,
                    modseq: row.try_get::<Option<i64>, _>("modseq")?.map(i64::cast_unsigned),
                    complete: row.try_get("complete")?,
                };
                Ok(Known { uid_validity: row.try_get("uid_validity")?, mark })
            })
            .transpose()
        };
        self.judged(found.await).await
    }

    /// Begins a mailbox, or takes it up again; what is there under another uid_validity is thrown
    /// away.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn begin(
        &self,
        place: &Place,
        uid_validity: u32,
        kind: Kind,
        now: i64,
    ) -> Result<Known, Error> {
        if let Some(known) = self.known(place).await? {
            if known.uid_validity == uid_validity {
                self.use_at(place, kind, now).await?;
                return Ok(known);
            }
            self.discard(place).await?;
        }
        let made = async {
            let mut connection = self.connection().await?;
            sqlx::query(
                "INSERT INTO mailbox (account, mailbox, uid_validity, kind, used_at)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(&place.account.0)
            .bind(&place.mailbox.0)
            .bind(uid_validity)
            .bind(kind as i64)
            .bind(now)
            .execute(&mut *connection)
            .await?;
            Ok(Known { uid_validity, mark: Mark::default() })
        };
        self.judged(made.await).await
    }

    async fn use_at(&self, place: &Place, kind: Kind, now: i64) -> Result<(), Error> {
        let done = async {
            let mut connection = self.connection().await?;
            sqlx::query(
                "UPDATE mailbox SET kind = $3, used_at = $4 WHERE account = $1 AND mailbox = $2",
            )
            .bind(&place.account.0)
            .bind(&place.mailbox.0)
            .bind(kind as i64)
            .bind(now)
            .execute(&mut *connection)
            .await?;
            Ok(())
        };
        self.judged(done.await).await
    }

    /// Writes down how far a mailbox has got.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn mark(&self, place: &Place, mark: Mark) -> Result<(), Error> {
        let done = async {
            let mut connection = self.connection().await?;
            sqlx::query(
                "UPDATE mailbox SET uid_next = $3, modseq = $4, complete = $5
                 WHERE account = $1 AND mailbox = $2",
            )
            .bind(&place.account.0)
            .bind(&place.mailbox.0)
            .bind(mark.uid_next)
            .bind(mark.modseq.map(u64::cast_signed))
            .bind(mark.complete)
            .execute(&mut *connection)
            .await?;
            Ok(())
        };
        self.judged(done.await).await
    }

    /// Throws a mailbox away.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn discard(&self, place: &Place) -> Result<(), Error> {
        let done = async {
            let mut connection = self.connection().await?;
            match box_of(&mut connection, place).await {
                Ok((found, _)) => drop_box(&mut connection, found).await,
                Err(Error::Unknown) => Ok(()),
                Err(error) => Err(error),
            }
        };
        self.judged(done.await).await
    }

    /// Whether there is room for mailboxes that nobody has asked for: most of the size is free for
    /// those that are used.
    ///
    /// # Errors
    /// As every verb of the index.
    pub async fn has_room(&self) -> Result<bool, Error> {
        let used = async {
            let mut connection = self.connection().await?;
            bytes(&mut connection).await
        };
        let used = self.judged(used.await).await?;
        Ok(used < self.most_bytes() / 4 * 3)
    }

    /// Makes room where the file has reached its size: mailboxes not used for longest go, `keep`
    /// last of all never.
    ///
    /// # Errors
    /// `Full` where `keep` alone is too large.
    pub async fn make_room(&self, keep: &Place) -> Result<(), Error> {
        let done = async {
            let mut connection = self.connection().await?;
            while bytes(&mut connection).await? > self.most_bytes() {
                let oldest: Option<i64> = sqlx::query_scalar(
                    "SELECT id FROM mailbox WHERE NOT (account = $1 AND mailbox = $2)
                     AND EXISTS (SELECT 1 FROM message WHERE box = mailbox.id)
                     ORDER BY used_at LIMIT 1",
                )
                .bind(&keep.account.0)
                .bind(&keep.mailbox.0)
                .fetch_optional(&mut *connection)
                .await?;
                match oldest {
                    Some(oldest) => drop_box(&mut connection, oldest).await?,
                    None => return Err(Error::Full),
                }
            }
            Ok(())
        };
        self.judged(done.await).await
    }
}

/// A mailbox's number, and what it is.
pub(super) async fn box_of(
    connection: &mut SqliteConnection,
    place: &Place,
) -> Result<(i64, i64), Error> {
    let row = sqlx::query("SELECT id, kind FROM mailbox WHERE account = $1 AND mailbox = $2")
        .bind(&place.account.0)
        .bind(&place.mailbox.0)
        .fetch_optional(connection)
        .await?
        .ok_or(Error::Unknown)?;
    Ok((row.try_get("id")?, row.try_get("kind")?))
}

/// Removes a mailbox with its messages; threads stay tied.
async fn drop_box(connection: &mut SqliteConnection, found: i64) -> Result<(), Error> {
    let all = "SELECT id FROM message WHERE box = $1";
    let steps = [
        format!("DELETE FROM words WHERE rowid IN ({all})"),
        format!("DELETE FROM kept WHERE id IN ({all})"),
        // Written to from one Sent mailbox; where there are several, the others tell it again.
        "DELETE FROM person WHERE account IN
         (SELECT account FROM mailbox WHERE id = $1 AND kind = 1)"
            .to_owned(),
        "DELETE FROM message WHERE box = $1".to_owned(),
        "DELETE FROM mailbox WHERE id = $1".to_owned(),
    ];
    for step in steps {
        sqlx::query(sqlx::AssertSqlSafe(step)).bind(found).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Bytes in use; free pages do not count.
async fn bytes(connection: &mut SqliteConnection) -> Result<u64, Error> {
    let mut numbers = [0_i64; 3];
    for (number, pragma) in
        numbers.iter_mut().zip(["PRAGMA page_count", "PRAGMA freelist_count", "PRAGMA page_size"])
    {
        *number = sqlx::query(pragma).fetch_one(&mut *connection).await?.try_get(0)?;
    }
    let [pages, free, size] = numbers;
    Ok((pages - free).max(0).cast_unsigned() * size.max(0).cast_unsigned())
}
