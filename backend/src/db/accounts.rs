//! Accounts that users added beside that of their sign-in, and how all of theirs are shown.

use super::{Db, Error, UserId};
use postern_shared::account::Protocol;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// An added account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: String,
    /// The address that it was added with.
    pub address: String,
    /// Its login at the incoming server.
    pub login: String,
    /// What it receives with.
    pub protocol: Protocol,
    /// Its servers as JSON, without a password; none: its provider's.
    pub servers: Option<String>,
}

/// What an account signs in with, sealed in a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// The vault that opens it.
    pub vault_id: [u8; 8],
    /// The server key that sealed it.
    pub key_id: [u8; 8],
    /// Nonce and password.
    pub sealed: Vec<u8>,
}

/// How an account is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Whose look it is.
    pub id: String,
    /// What the user calls it.
    pub name: String,
    /// Its colour; 0 is none.
    pub colour: u8,
    /// Its place among the others.
    pub place: i64,
}

/// Adds an account with its secret; one that is there gets the new secret in that vault.
///
/// # Errors
/// The database's; then nothing changed.
pub async fn keep(
    db: &Db,
    user: UserId,
    row: &AccountRow,
    secret: &SecretRow,
    now: i64,
) -> Result<(), Error> {
    let mut transaction = db.begin().await?;
    sqlx::query(
        "INSERT INTO accounts (user_id, account_id, address, login, added_at, protocol, servers)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (user_id, account_id) DO UPDATE SET login = excluded.login,
         protocol = excluded.protocol, servers = excluded.servers",
    )
    .bind(user.0.as_slice())
    .bind(&row.id)
    .bind(&row.address)
    .bind(&row.login)
    .bind(now)
    .bind(word(row.protocol))
    .bind(&row.servers)
    .execute(&mut *transaction)
    .await?;
    sqlx::query(
        "INSERT INTO account_secrets (user_id, account_id, vault_id, key_id, sealed)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, account_id, vault_id)
         DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed",
    )
    .bind(user.0.as_slice())
    .bind(&row.id)
    .bind(secret.vault_id.as_slice())
    .bind(secret.key_id.as_slice())
    .bind(&secret.sealed)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

/// The accounts of a user, in the order in which they came.
///
/// # Errors
/// The database's.
pub async fn list(db: &Db, user: UserId) -> Result<Vec<AccountRow>, Error> {
    let rows =
        sqlx::query("SELECT * FROM accounts WHERE user_id = $1 ORDER BY added_at, account_id")
            .bind(user.0.as_slice())
            .fetch_all(db.reader())
            .await?;
    let read = |row: &SqliteRow| {
        Ok(AccountRow {
            id: row.try_get("account_id")?,
            address: row.try_get("address")?,
            login: row.try_get("login")?,
            protocol: match row.try_get("protocol")? {
                "pop3" => Protocol::Pop3,
                _ => Protocol::Imap,
            },
            servers: row.try_get("servers")?,
        })
    };
    rows.iter().map(read).collect()
}

fn word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Imap => "imap",
        Protocol::Pop3 => "pop3",
    }
}

/// The secret of an account in a vault.
///
/// # Errors
/// The database's.
pub async fn secret(
    db: &Db,
    user: UserId,
    account: &str,
    vault_id: [u8; 8],
) -> Result<Option<SecretRow>, Error> {
    let row = sqlx::query(
        "SELECT key_id, sealed FROM account_secrets
         WHERE user_id = $1 AND account_id = $2 AND vault_id = $3",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .bind(vault_id.as_slice())
    .fetch_optional(db.reader())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let damaged = |_| sqlx::Error::Decode("an account's secret is damaged".into());
    let key_id = row.try_get::<Vec<u8>, _>("key_id")?.try_into().map_err(damaged)?;
    Ok(Some(SecretRow { vault_id, key_id, sealed: row.try_get("sealed")? }))
}

/// Forgets an account and all that is kept of it alone, but notes that its local mail is to go.
///
/// # Errors
/// The database's; then nothing changed.
pub async fn remove(db: &Db, user: UserId, account: &str) -> Result<(), Error> {
    let mut transaction = db.begin().await?;
    let tables = [
        ("accounts", "account_id"),
        ("account_secrets", "account_id"),
        ("account_looks", "account_id"),
        ("standing", "account_id"),
        ("mailbox_roles", "account_id"),
        ("identities", "account"),
        ("drafts", "account"),
        ("collecting", "account_id"),
    ];
    for (table, column) in tables {
        let sql = format!("DELETE FROM {table} WHERE user_id = $1 AND {column} = $2");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(user.0.as_slice())
            .bind(account)
            .execute(&mut *transaction)
            .await?;
    }
    sqlx::query(
        "INSERT INTO removals (user_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    )
    .bind(user.0.as_slice())
    .bind(account)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

/// How a user's accounts are shown, those of which something was said.
///
/// # Errors
/// The database's.
pub async fn looks(db: &Db, user: UserId) -> Result<Vec<Look>, Error> {
    let rows = sqlx::query("SELECT * FROM account_looks WHERE user_id = $1 ORDER BY place")
        .bind(user.0.as_slice())
        .fetch_all(db.reader())
        .await?;
    let read = |row: &SqliteRow| {
        Ok(Look {
            id: row.try_get("account_id")?,
            name: row.try_get("name")?,
            colour: row.try_get("colour")?,
            place: row.try_get("place")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Replaces how a user's accounts are shown.
///
/// # Errors
/// The database's; then the old looks stay.
pub async fn show_as(db: &Db, user: UserId, looks: &[Look]) -> Result<(), Error> {
    let mut transaction = db.begin().await?;
    sqlx::query("DELETE FROM account_looks WHERE user_id = $1")
        .bind(user.0.as_slice())
        .execute(&mut *transaction)
        .await?;
    for look in looks {
        sqlx::query(
            "INSERT INTO account_looks (user_id, account_id, name, colour, place)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(user.0.as_slice())
        .bind(&look.id)
        .bind(&look.name)
        .bind(look.colour)
        .bind(look.place)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(transaction.commit().await?)
}
