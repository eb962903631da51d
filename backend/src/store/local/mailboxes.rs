//! Mailboxes: the usual ones and the user's own, nested.

use postern_shared::mailbox::Role;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::Error;
use super::connection::LocalConnection;
use super::open::UserStore;
use super::write::empty;
use crate::store::{MailboxName, Refusal};

/// What separates the levels of a name.
pub(super) const DELIMITER: char = '/';
/// What every account has.
const USUAL: [(&str, Role); 6] = [
    ("INBOX", Role::Inbox),
    ("Drafts", Role::Drafts),
    ("Sent", Role::Sent),
    ("Archive", Role::Archive),
    ("Junk", Role::Junk),
    ("Trash", Role::Trash),
];
/// Mailboxes of one account.
const MOST: i64 = 5_000;

/// A role as it is written down.
fn role_name(role: Option<Role>) -> &'static str {
    match role {
        None => "",
        Some(Role::Inbox) => "inbox",
        Some(Role::Drafts) => "drafts",
        Some(Role::Sent) => "sent",
        Some(Role::Archive) => "archive",
        Some(Role::Junk) => "junk",
        Some(Role::Trash) => "trash",
        Some(Role::Flagged) => "flagged",
        Some(Role::Important) => "important",
        Some(Role::All) => "all",
    }
}

pub(super) fn role_of(name: &str) -> Option<Role> {
    use Role as R;
    let all = [R::Inbox, R::Drafts, R::Sent, R::Archive, R::Junk, R::Trash];
    let all = all.into_iter().chain([R::Flagged, R::Important, R::All]);
    all.into_iter().find(|role| role_name(Some(*role)) == name)
}

/// A mailbox's id.
///
/// # Errors
/// `NonExistent`.
pub(super) async fn id_of(
    reading: &mut SqliteConnection,
    account: &str,
    name: &MailboxName,
) -> Result<i64, Error> {
    sqlx::query_scalar("SELECT id FROM mailboxes WHERE account = $1 AND name = $2")
        .bind(account)
        .bind(name.as_bytes())
        .fetch_optional(reading)
        .await?
        .ok_or(Error::NonExistent)
}

impl UserStore {
    /// Makes the usual mailboxes of an account that has none.
    pub(super) async fn furnish(&self, account: &str) -> Result<(), Error> {
        let mut writing = self.write().await?;
        let found = sqlx::query("SELECT 1 FROM mailboxes WHERE account = $1 LIMIT 1")
            .bind(account)
            .fetch_optional(&mut *writing)
            .await?;
        if found.is_some() {
            return Ok(());
        }
        for (name, role) in USUAL {
            let name = MailboxName::from_text(name);
            insert(&mut writing, (account, &name, Some(role)), self.now()).await?;
        }
        self.commit(writing).await
    }

    /// Removes all of an account's mail and what is known of its deliveries.
    ///
    /// # Errors
    /// `Storage`; then nothing is removed.
    pub async fn remove_account(&self, account: &str) -> Result<(), Error> {
        let mut writing = self.write().await?;
        let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM mailboxes WHERE account = $1")
            .bind(account)
            .fetch_all(&mut *writing)
            .await?;
        for id in ids {
            remove(&mut writing, id, self.now()).await?;
        }
        for step in [
            "DELETE FROM deliveries WHERE account = $1",
            "DELETE FROM maildrops WHERE account = $1",
        ] {
            sqlx::query(step).bind(account).execute(&mut *writing).await?;
        }
        self.commit(writing).await
    }
}

async fn insert(
    writing: &mut SqliteConnection,
    (account, name, role): (&str, &MailboxName, Option<Role>),
    now: i64,
) -> Result<(), Error> {
    // Beyond every generation that was, and beyond those of a file that was lost.
    let id: i64 = sqlx::query_scalar(
        "UPDATE counters SET value = max(value + 1, $1) WHERE name = 'generation' RETURNING value",
    )
    .bind(now)
    .fetch_one(&mut *writing)
    .await?;
    sqlx::query(
        "INSERT INTO mailboxes (id, account, name, role, subscribed, uid_next, modseq, forgotten)
         VALUES ($1, $2, $3, $4, TRUE, 1, 1, 0)",
    )
    .bind(id)
    .bind(account)
    .bind(name.as_bytes())
    .bind(role_name(role))
    .execute(&mut *writing)
    .await?;
    note_tree(writing).await
}

async fn remove(writing: &mut SqliteConnection, id: i64, now: i64) -> Result<(), Error> {
    empty(writing, id, now).await?;
    sqlx::query("DELETE FROM mailboxes WHERE id = $1").bind(id).execute(&mut *writing).await?;
    note_tree(writing).await
}

async fn note_tree(writing: &mut SqliteConnection) -> Result<(), Error> {
    sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'tree'")
        .execute(writing)
        .await?;
    Ok(())
}

/// The names that a name lies below, from the top on.
fn above(name: &MailboxName) -> Vec<MailboxName> {
    let bytes = name.as_bytes();
    let cuts = bytes.iter().enumerate().filter(|(_, byte)| **byte == DELIMITER as u8);
    cuts.map(|(at, _)| MailboxName::from_server(&bytes[..at])).collect()
}

/// Refuses names that no mailbox can have.
fn check_name(name: &MailboxName) -> Result<(), Error> {
    let bytes = name.as_bytes();
    let levels = bytes.split(|byte| *byte == DELIMITER as u8);
    let bad = |level: &[u8]| level.is_empty() || level.iter().any(|it| it.is_ascii_control());
    if bytes.len() > 1_000 || levels.into_iter().any(bad) {
        return Err(Error::Invalid("a mailbox's name"));
    }
    Ok(())
}

fn refused(code: &str, text: &str) -> Error {
    Error::Refused { refusal: Refusal::No, code: Some(code.to_owned()), text: text.to_owned() }
}

impl LocalConnection {
    /// Makes a mailbox, and what it lies below.
    ///
    /// # Errors
    /// `AlreadyExists`, `Invalid`; `Limit` past 5,000.
    pub async fn create(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.create_as(name, None).await
    }

    /// Makes a mailbox for a role that no other has; whether it has it now.
    ///
    /// # Errors
    /// As `create`.
    pub async fn create_for(&mut self, name: &MailboxName, role: Role) -> Result<bool, Error> {
        let mut reading = self.look().await?;
        let holder = sqlx::query("SELECT 1 FROM mailboxes WHERE account = $1 AND role = $2")
            .bind(self.account())
            .bind(role_name(Some(role)))
            .fetch_optional(&mut *reading)
            .await?;
        drop(reading);
        let role = Some(role).filter(|_| holder.is_none());
        self.create_as(name, role).await?;
        Ok(role.is_some())
    }

    async fn create_as(&mut self, name: &MailboxName, role: Option<Role>) -> Result<(), Error> {
        check_name(name)?;
        let mut writing = self.store().write().await?;
        if id_of(&mut writing, self.account(), name).await.is_ok() {
            return Err(Error::AlreadyExists);
        }
        self.make_above(&mut writing, name).await?;
        let now = self.store().now();
        insert(&mut writing, (self.account(), name, role), now).await?;
        let all: i64 = sqlx::query_scalar("SELECT count(*) FROM mailboxes WHERE account = $1")
            .bind(self.account())
            .fetch_one(&mut *writing)
            .await?;
        if all > MOST {
            return Err(refused("LIMIT", "There are too many mailboxes."));
        }
        self.store().commit(writing).await
    }

    async fn make_above(
        &self,
        writing: &mut SqliteConnection,
        name: &MailboxName,
    ) -> Result<(), Error> {
        for parent in above(name) {
            match id_of(writing, self.account(), &parent).await {
                Ok(_) => {}
                Err(Error::NonExistent) => {
                    insert(writing, (self.account(), &parent, None), self.store().now()).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Renames a mailbox and those below it; their uids stay as they are.
    ///
    /// # Errors
    /// `NonExistent`, `AlreadyExists`, `Invalid`; `Refused` for the inbox, and below itself.
    pub async fn rename(&mut self, from: &MailboxName, to: &MailboxName) -> Result<(), Error> {
        check_name(to)?;
        if from.is_inbox() || above(to).contains(from) {
            return Err(refused("CANNOT", "This mailbox cannot be renamed so."));
        }
        let mut writing = self.store().write().await?;
        id_of(&mut writing, self.account(), from).await?;
        let rows = sqlx::query("SELECT id, name FROM mailboxes WHERE account = $1")
            .bind(self.account())
            .fetch_all(&mut *writing)
            .await?;
        self.make_above(&mut writing, to).await?;
        for row in rows {
            let (id, old): (i64, Vec<u8>) = (row.try_get("id")?, row.try_get("name")?);
            let old = MailboxName::from_server(&old);
            if old != *from && !above(&old).contains(from) {
                continue;
            }
            let new = old.rebased(from, to);
            if id_of(&mut writing, self.account(), &new).await.is_ok() {
                return Err(Error::AlreadyExists);
            }
            sqlx::query("UPDATE mailboxes SET name = $2 WHERE id = $1")
                .bind(id)
                .bind(new.as_bytes())
                .execute(&mut *writing)
                .await?;
        }
        note_tree(&mut writing).await?;
        self.store().commit(writing).await
    }

    /// Removes a mailbox and what is in it; those below it stay.
    ///
    /// # Errors
    /// `NonExistent`; `Refused` for the inbox.
    pub async fn delete(&mut self, name: &MailboxName) -> Result<(), Error> {
        if name.is_inbox() {
            return Err(refused("CANNOT", "The inbox cannot be removed."));
        }
        let mut writing = self.store().write().await?;
        let id = id_of(&mut writing, self.account(), name).await?;
        remove(&mut writing, id, self.store().now()).await?;
        self.store().commit(writing).await
    }

    /// Shows a mailbox among those that the user subscribed to.
    ///
    /// # Errors
    /// `NonExistent`.
    pub async fn subscribe(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.set_subscribed(name, true).await
    }

    /// Shows it there no longer.
    ///
    /// # Errors
    /// `NonExistent`.
    pub async fn unsubscribe(&mut self, name: &MailboxName) -> Result<(), Error> {
        self.set_subscribed(name, false).await
    }

    async fn set_subscribed(&mut self, name: &MailboxName, subscribed: bool) -> Result<(), Error> {
        let mut writing = self.store().write().await?;
        let id = id_of(&mut writing, self.account(), name).await?;
        sqlx::query("UPDATE mailboxes SET subscribed = $2 WHERE id = $1")
            .bind(id)
            .bind(subscribed)
            .execute(&mut *writing)
            .await?;
        note_tree(&mut writing).await?;
        self.store().commit(writing).await
    }
}
