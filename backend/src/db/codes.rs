//! Codes that were sent to addresses: how many a user, and an address, may get.

use super::{Db, Error, UserId};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Most codes that a user sends: in an hour, in a day.
const USER: (i64, i64) = (5, 20);
/// Most codes that an address is sent, whoever asks: in an hour, in a day.
const MAILBOX: (i64, i64) = (3, 10);

/// Counts a code that is about to be sent; false past a limit. The same action counts once.
///
/// # Errors
/// The database's.
pub async fn count(
    db: &Db,
    (user, action): (UserId, [u8; 16]),
    email: &str,
    now: i64,
) -> Result<bool, Error> {
    let mailbox = mailbox(email);
    sqlx::query("DELETE FROM identity_codes WHERE sent_at <= $1")
        .bind(now - DAY_MS)
        .execute(db.writer())
        .await?;
    // One statement: codes that are asked for at once are counted one after the other.
    let done = sqlx::query(
        "INSERT INTO identity_codes (user_id, action, mailbox, sent_at)
         SELECT $1, $2, $3, $4
         WHERE (SELECT COUNT(*) FROM identity_codes WHERE user_id = $1 AND sent_at > $5) < $6
         AND (SELECT COUNT(*) FROM identity_codes WHERE user_id = $1) < $7
         AND (SELECT COUNT(*) FROM identity_codes WHERE mailbox = $3 AND sent_at > $5) < $8
         AND (SELECT COUNT(*) FROM identity_codes WHERE mailbox = $3) < $9
         ON CONFLICT (user_id, action) DO NOTHING",
    )
    .bind(user.0.as_slice())
    .bind(action.as_slice())
    .bind(&mailbox)
    .bind(now)
    .bind(now - HOUR_MS)
    .bind(USER.0)
    .bind(USER.1)
    .bind(MAILBOX.0)
    .bind(MAILBOX.1)
    .execute(db.writer())
    .await?;
    if done.rows_affected() > 0 {
        return Ok(true);
    }
    let known = sqlx::query(
        "SELECT 1 FROM identity_codes WHERE user_id = $1 AND action = $2 AND mailbox = $3",
    )
    .bind(user.0.as_slice())
    .bind(action.as_slice())
    .bind(&mailbox)
    .fetch_optional(db.reader())
    .await?;
    Ok(known.is_some())
}

/// Lower case, without what follows a plus: all of those come to one person.
fn mailbox(email: &str) -> String {
    let email = email.trim().to_lowercase();
    let Some((local, domain)) = email.rsplit_once('@') else { return email };
    let local = local.split_once('+').map_or(local, |(plain, _)| plain);
    format!("{local}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ledger {
        db: Db,
        _place: tempfile::TempDir,
        asked: u8,
    }

    impl Ledger {
        async fn new() -> Self {
            let place = tempfile::tempdir().unwrap();
            let db = Db::open(place.path()).await.unwrap();
            Self { db, _place: place, asked: 0 }
        }

        async fn check(&mut self, user: u8, email: &str, now: i64, expect: bool) {
            self.asked += 1;
            let owner = (UserId([user; 16]), [self.asked; 16]);
            let counted = count(&self.db, owner, email, now).await.unwrap();
            assert_eq!(counted, expect, "{user} {email} {now}");
        }
    }

    #[tokio::test]
    async fn a_user_sends_five_an_hour_and_twenty_a_day() {
        let mut ledger = Ledger::new().await;
        for hour in 0..4 {
            for code in 0..5 {
                ledger.check(1, &format!("{hour}.{code}@x.test"), hour * HOUR_MS, true).await;
            }
            ledger.check(1, "one@x.test", hour * HOUR_MS, false).await;
            ledger.check(2, &format!("{hour}@x.test"), hour * HOUR_MS, true).await;
        }
        ledger.check(1, "one@x.test", 5 * HOUR_MS, false).await;
        ledger.check(1, "one@x.test", DAY_MS, true).await;
    }

    #[tokio::test]
    async fn an_address_gets_three_an_hour_and_ten_a_day_whoever_asks() {
        let mut ledger = Ledger::new().await;
        for (user, email) in [(1, "Ann@X.test"), (2, "ann+a@x.test"), (3, "ann+b@x.test")] {
            ledger.check(user, email, 0, true).await;
        }
        ledger.check(4, "ann@x.test", 1, false).await;
        for code in 0..7 {
            ledger.check(10 + code, "ann@x.test", i64::from(code + 1) * HOUR_MS, true).await;
        }
        ledger.check(5, "ann@x.test", 10 * HOUR_MS, false).await;
        ledger.check(5, "ann@y.test", 10 * HOUR_MS, true).await;
    }

    #[tokio::test]
    async fn the_same_action_counts_once_and_only_for_its_address() {
        let mut ledger = Ledger::new().await;
        let owner = (UserId([1; 16]), [200; 16]);
        for _ in 0..9 {
            assert!(count(&ledger.db, owner, "ann@x.test", 5).await.unwrap());
        }
        assert!(!count(&ledger.db, owner, "eve@x.test", 5).await.unwrap());
        ledger.check(1, "ann@x.test", 5, true).await;
    }
}
