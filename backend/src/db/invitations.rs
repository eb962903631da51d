//! What is known of events that a user was invited to, over all messages about them.

use sqlx::Row;

use super::{Db, Error, UserId};

/// Which event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKey {
    /// Who was invited.
    pub user: UserId,
    /// By which account.
    pub account: String,
    /// The event's UID.
    pub event: String,
    /// Which instance of a series; empty for all of it.
    pub instance: String,
}

/// What a message tells of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The organizer's address, lower case: nobody else's word changes what is known.
    pub organizer: String,
    /// The version.
    pub sequence: u32,
    /// Whether it says that the event does not take place.
    pub cancelled: bool,
}

/// What is known of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The latest that was told.
    pub told: Told,
    /// What was answered; empty for nothing.
    pub answer: String,
    /// The version that was answered.
    pub answered_version: u32,
}

/// Takes in what a message tells, unless something later is known, and answers what is known then.
///
/// # Errors
/// The database's.
pub async fn learn(db: &Db, key: &EventKey, told: &Told, now: i64) -> Result<Known, Error> {
    sqlx::query(
        "INSERT INTO invitations (user_id, account, event, instance, organizer, sequence, \
         cancelled, answer, answered_version, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, $8) \
         ON CONFLICT (user_id, account, event, instance) DO UPDATE \
         SET sequence = excluded.sequence, cancelled = excluded.cancelled, seen_at = excluded.seen_at \
         WHERE invitations.organizer = excluded.organizer \
         AND (invitations.sequence < excluded.sequence \
         OR (invitations.sequence = excluded.sequence AND invitations.cancelled < excluded.cancelled))",
    )
    .bind(key.user.0.as_slice())
    .bind(&key.account)
    .bind(&key.event)
    .bind(&key.instance)
    .bind(&told.organizer)
    .bind(i64::from(told.sequence))
    .bind(i64::from(told.cancelled))
    .bind(now)
    .execute(db.writer())
    .await?;
    let row = sqlx::query(
        "SELECT organizer, sequence, cancelled, answer, answered_version FROM invitations \
         WHERE user_id = $1 AND account = $2 AND event = $3 AND instance = $4",
    )
    .bind(key.user.0.as_slice())
    .bind(&key.account)
    .bind(&key.event)
    .bind(&key.instance)
    .fetch_one(db.reader())
    .await?;
    let number = |name: &str| -> Result<u32, Error> {
        Ok(u32::try_from(row.try_get::<i64, _>(name)?).unwrap_or_default())
    };
    let told = Told {
        organizer: row.try_get("organizer")?,
        sequence: number("sequence")?,
        cancelled: number("cancelled")? != 0,
    };
    let answered_version = number("answered_version")?;
    Ok(Known { told, answer: row.try_get("answer")?, answered_version })
}

/// Writes down what was answered to a version of an event that is known.
///
/// # Errors
/// The database's.
pub async fn answer(db: &Db, key: &EventKey, answer: &str, version: u32) -> Result<(), Error> {
    sqlx::query(
        "UPDATE invitations SET answer = $5, answered_version = $6 \
         WHERE user_id = $1 AND account = $2 AND event = $3 AND instance = $4",
    )
    .bind(key.user.0.as_slice())
    .bind(&key.account)
    .bind(&key.event)
    .bind(&key.instance)
    .bind(answer)
    .bind(i64::from(version))
    .execute(db.writer())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sequence: u32, cancelled: bool) -> Told {
        Told { organizer: "zoe@a.test".into(), sequence, cancelled }
    }

    #[tokio::test]
    async fn the_latest_word_of_the_organizer_is_known() {
        let place = tempfile::tempdir().unwrap();
        let db = Db::open(place.path()).await.unwrap();
        let key = |user: u8| EventKey {
            user: UserId([user; 16]),
            account: "a".into(),
            event: "1@a.test".into(),
            instance: String::new(),
        };
        let anna = key(1);
        let known = learn(&db, &anna, &told(1, false), 5).await.unwrap();
        assert_eq!((known.told, known.answer.as_str()), (told(1, false), ""));
        answer(&db, &anna, "accepted", 1).await.unwrap();
        let later = learn(&db, &anna, &told(2, false), 6).await.unwrap();
        assert_eq!((later.told.sequence, later.answered_version), (2, 1));
        // An earlier message is opened again.
        assert_eq!(learn(&db, &anna, &told(1, false), 7).await.unwrap(), later);
        let stranger = Told { organizer: "x@evil.test".into(), ..told(9, true) };
        assert_eq!(learn(&db, &anna, &stranger, 7).await.unwrap(), later);
        assert!(learn(&db, &anna, &told(2, true), 8).await.unwrap().told.cancelled);
        assert!(!learn(&db, &anna, &told(3, false), 9).await.unwrap().told.cancelled);
        assert_eq!(learn(&db, &key(2), &told(1, false), 9).await.unwrap().answer, "");
    }
}
