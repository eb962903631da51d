//! How messages begin, where that came later than their rows.

use sqlx::{Connection, Row};

use super::entry::{Kept, cut};
use super::mailboxes::box_of;
use super::write::json;
use super::{Error, Index, Place};

const KEPT: &str = "SELECT m.id AS id, m.uid AS uid, k.summary AS summary FROM message AS m
     JOIN kept AS k ON k.id = m.id JOIN mailbox AS b ON b.id = m.box
     WHERE m.box = $1 AND b.uid_validity = $2 AND m.uid IN (SELECT value FROM json_each($3))";

impl Index {
    /// How these messages begin, of those of which it is known.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun.
    pub async fn previews(
        &self,
        place: &Place,
        uid_validity: u32,
        uids: &[u32],
    ) -> Result<Vec<(u32, String)>, Error> {
        let found = async {
            let mut connection = self.connection().await?;
            let (found, _) = box_of(&mut connection, place).await?;
            let rows = sqlx::query(KEPT).bind(found).bind(uid_validity).bind(json(uids));
            let mut previews = Vec::new();
            for row in rows.fetch_all(&mut *connection).await? {
                let kept = Kept::read(row.try_get("summary")?)?;
                if !kept.preview.is_empty() {
                    previews.push((row.try_get("uid")?, kept.preview));
                }
            }
            Ok(previews)
        };
        self.judged(found.await).await
    }

    /// Notes how messages begin; those that are not there are left out.
    ///
    /// # Errors
    /// `Unknown` where the mailbox was not begun.
    pub async fn set_previews(
        &self,
        place: &Place,
        uid_validity: u32,
        previews: &[(u32, String)],
    ) -> Result<(), Error> {
        let done = async {
            let mut connection = self.connection().await?;
            let mut transaction = connection.begin().await?;
            let (found, _) = box_of(&mut transaction, place).await?;
            let uids: Vec<u32> = previews.iter().map(|(uid, _)| *uid).collect();
            let rows = sqlx::query(KEPT).bind(found).bind(uid_validity).bind(json(&uids));
            for row in rows.fetch_all(&mut *transaction).await? {
                let (id, uid): (i64, u32) = (row.try_get("id")?, row.try_get("uid")?);
                let Some((_, preview)) = previews.iter().find(|(of, _)| *of == uid) else {
                    continue;
                };
                let kept = Kept::read(row.try_get("summary")?)?;
                let kept = Kept { preview: cut(preview), ..kept }.write()?;
                sqlx::query("UPDATE kept SET summary = $2 WHERE id = $1")
                    .bind(id)
                    .bind(kept)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            Ok(())
        };
        self.judged(done.await).await
    }
}
