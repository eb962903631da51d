//! How maildrops are collected: policies, and whether somebody stopped it, or the server.

use postern_shared::collecting::{Policy, Removal};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::standing::Owner;
use super::{Db, Error};

/// What is written down of a maildrop's collection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// How it is done.
    pub policy: Policy,
    /// The user stopped it.
    pub stopped: bool,
    /// What opens it was refused: a hash of that as it is sealed; empty: it was not.
    pub refused: Vec<u8>,
}

fn removal_name(removal: Removal) -> (&'static str, u16) {
    match removal {
        Removal::Never => ("never", 0),
        Removal::AfterDays(days) => ("days", days),
        Removal::AfterDownload => ("download", 0),
        Removal::WhenExpunged => ("expunge", 0),
    }
}

fn removal_of(name: &str, days: u16) -> Removal {
    match name {
        "days" => Removal::AfterDays(days),
        "download" => Removal::AfterDownload,
        "expunge" => Removal::WhenExpunged,
        // What is not understood removes nothing.
        _ => Removal::Never,
    }
}

/// What is written down; the usual where nothing is.
///
/// # Errors
/// The database's.
pub async fn find(db: &Db, (user, account): &Owner) -> Result<Written, Error> {
    let row = sqlx::query("SELECT * FROM collecting WHERE user_id = $1 AND account_id = $2")
        .bind(user.0.as_slice())
        .bind(account)
        .fetch_optional(db.reader())
        .await?;
    row.as_ref().map_or(Ok(Written::default()), read)
}

fn read(row: &SqliteRow) -> Result<Written, Error> {
    let removal: String = row.try_get("removal")?;
    let policy = Policy {
        removal: removal_of(&removal, row.try_get("removal_days")?),
        every_minutes: row.try_get("every_minutes")?,
        whole_up_to_kib: row.try_get("whole_up_to_kib")?,
        first_days: row.try_get("first_days")?,
    };
    Ok(Written { policy, stopped: row.try_get("stopped")?, refused: row.try_get("refused")? })
}

/// Writes it down.
///
/// # Errors
/// The database's; then it is as before.
pub async fn write(db: &Db, (user, account): &Owner, it: &Written) -> Result<(), Error> {
    let (removal, days) = removal_name(it.policy.removal);
    sqlx::query(
        "INSERT INTO collecting (user_id, account_id, removal, removal_days, every_minutes,
             whole_up_to_kib, first_days, stopped, refused)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (user_id, account_id) DO UPDATE SET removal = excluded.removal,
         removal_days = excluded.removal_days, every_minutes = excluded.every_minutes,
         whole_up_to_kib = excluded.whole_up_to_kib, first_days = excluded.first_days,
         stopped = excluded.stopped, refused = excluded.refused",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .bind(removal)
    .bind(days)
    .bind(it.policy.every_minutes)
    .bind(it.policy.whole_up_to_kib)
    .bind(it.policy.first_days)
    .bind(it.stopped)
    .bind(&it.refused)
    .execute(db.writer())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::UserId;

    #[tokio::test]
    async fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(folder.path()).await.unwrap();
        let owner = (UserId([1; 16]), "a".to_owned());
        assert_eq!(find(&db, &owner).await.unwrap(), Written::default());
        for removal in [Removal::AfterDays(9), Removal::WhenExpunged, Removal::AfterDownload] {
            let policy =
                Policy { removal, every_minutes: 7, whole_up_to_kib: 100_000, first_days: 30 };
            let written = Written { policy, stopped: true, refused: vec![1, 2] };
            write(&db, &owner, &written).await.unwrap();
            assert_eq!(find(&db, &owner).await.unwrap(), written);
        }
        let other = (UserId([2; 16]), "a".to_owned());
        assert_eq!(find(&db, &other).await.unwrap(), Written::default());
    }
}
