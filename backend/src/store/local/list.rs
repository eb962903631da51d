//! What mailboxes there are and how much is in them; and the quota.

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

use super::connection::LocalConnection;
use super::mailboxes::{DELIMITER, id_of, role_of};
use super::{Error, damaged};
use crate::store::{Counts, ListedMailbox, MailboxName, Namespace, Namespaces, Quota, Resource};

const COUNTS: &str = "SELECT id, name, role, subscribed, uid_next,
    (SELECT count(*) FROM messages WHERE mailbox = mailboxes.id) AS messages,
    (SELECT count(*) FROM messages WHERE mailbox = mailboxes.id AND (flags & 1) = 0) AS unseen
    FROM mailboxes";

fn counts(row: &SqliteRow) -> Result<Counts, Error> {
    let number = |name: &str| -> Result<u32, Error> {
        let number: i64 = row.try_get(name)?;
        u32::try_from(number).map_err(|_| damaged("counts"))
    };
    Ok(Counts {
        messages: number("messages")?,
        unseen: number("unseen")?,
        uid_next: Some(number("uid_next")?),
        uid_validity: Some(number("id")?),
    })
}

fn listed(row: &SqliteRow) -> Result<ListedMailbox, Error> {
    let name: Vec<u8> = row.try_get("name")?;
    let role: String = row.try_get("role")?;
    let id: i64 = row.try_get("id")?;
    Ok(ListedMailbox {
        name: MailboxName::from_server(&name),
        delimiter: Some(DELIMITER),
        selectable: true,
        subscribed: row.try_get("subscribed")?,
        role: role_of(&role),
        counts: Some(counts(row)?),
        object_id: Some(format!("local-{id}")),
    })
}

impl LocalConnection {
    /// Every mailbox, with counts.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn list(&mut self) -> Result<Vec<ListedMailbox>, Error> {
        let mut reading = self.look().await?;
        let rows = sqlx::query(AssertSqlSafe(format!("{COUNTS} WHERE account = $1 ORDER BY name")))
            .bind(self.account())
            .fetch_all(&mut *reading)
            .await?;
        rows.iter().map(listed).collect()
    }

    /// How much is in a mailbox that need not be selected.
    ///
    /// # Errors
    /// `NonExistent`, `Storage`.
    pub async fn status(&mut self, name: &MailboxName) -> Result<Counts, Error> {
        let mut reading = self.look().await?;
        let statement = format!("{COUNTS} WHERE account = $1 AND name = $2");
        let row = sqlx::query(AssertSqlSafe(statement))
            .bind(self.account())
            .bind(name.as_bytes())
            .fetch_optional(&mut *reading)
            .await?;
        counts(&row.ok_or(Error::NonExistent)?)
    }

    /// How much is in each of these mailboxes; none for one that is not there.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn statuses(&mut self, names: &[MailboxName]) -> Result<Vec<Option<Counts>>, Error> {
        let mut all = Vec::with_capacity(names.len());
        for name in names {
            match self.status(name).await {
                Ok(counts) => all.push(Some(counts)),
                Err(Error::NonExistent) => all.push(None),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    /// The one quota of a user's local mail; none if nothing is limited.
    ///
    /// # Errors
    /// `NonExistent`.
    pub async fn quota(&mut self, name: &MailboxName) -> Result<Vec<Quota>, Error> {
        let mut reading = self.look().await?;
        id_of(&mut reading, self.account(), name).await?;
        let used: i64 = sqlx::query_scalar("SELECT value FROM counters WHERE name = 'used'")
            .fetch_one(&mut *reading)
            .await?;
        let limit = self.store().0.quota;
        let used = u64::try_from(used).unwrap_or(0);
        let quota = Quota { root: String::new(), resource: Resource::Octets, used, limit };
        Ok(Some(quota).filter(|_| limit > 0).into_iter().collect())
    }

    /// Everything is one's own.
    ///
    /// # Errors
    /// None; as every verb's.
    pub async fn namespaces(&mut self) -> Result<Namespaces, Error> {
        let prefix = MailboxName::from_server(b"");
        let personal = vec![Namespace { prefix, delimiter: Some(DELIMITER) }];
        Ok(Namespaces { personal, ..Namespaces::default() })
    }
}
