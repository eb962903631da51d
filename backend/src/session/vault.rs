//! The vault of a session's user: opened with the password that the session signed in with.
//!
//! A password that opens none, because it is a new one, gets the key from another session of the
//! user that is open at the same time. Where there is no such session the vault stays closed, and
//! what it holds has to be typed in again (docs/decisions/0017).

use super::{Session, Sessions};
use crate::db::{self, vaults};
use crate::seal::Vault;
use crate::secret::Credentials;
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Memory that stretching a password takes, in KiB, and how often it is gone through: OWASP's
/// advice for Argon2id (RFC 9106).
const STRETCH: (u32, u32) = (19 * 1_024, 2);

/// How many passwords are stretched at a time: each takes its memory.
static STRETCHING: Semaphore = Semaphore::const_new(2);

impl Sessions {
    /// The vault of a session's user, if there is one that opens.
    ///
    /// # Errors
    /// The database's.
    pub async fn vault(&self, session: &Session) -> Result<Option<Vault>, db::Error> {
        self.open_vault(session, false).await
    }

    /// The vault of a session's user; a new one where none opens.
    ///
    /// # Errors
    /// The database's.
    ///
    /// # Panics
    /// Never: a new vault is always made.
    pub async fn vault_to_fill(&self, session: &Session) -> Result<Vault, db::Error> {
        Ok(self.open_vault(session, true).await?.expect("one is made where none opens"))
    }

    async fn open_vault(
        &self,
        session: &Session,
        making: bool,
    ) -> Result<Option<Vault>, db::Error> {
        // One at a time: a user never gets two new vaults at once.
        let _turn = self.0.opening.lock().await;
        if let Some(vault) = session.vault() {
            return Ok(Some(vault));
        }
        let (user, keys) = (session.user(), &self.0.keys);
        let locked = vaults::list(&self.0.db, user).await?;
        if locked.is_empty() && !making {
            return Ok(None);
        }
        let stretched = stretch(session.credentials(), user.0).await;
        let stretched = stretched.as_slice();
        let open = |one| Some((Vault::unlock(keys, stretched, &user.0, one)?, one.0));
        let opened = locked.iter().find_map(open);
        let opened = opened.map(|(vault, key_id)| (vault.is_current(key_id), vault));
        if let Some((true, vault)) = opened {
            session.keep_vault(&vault);
            return Ok(Some(vault));
        }
        let made = || making.then(|| Vault::random(keys.clone()));
        let found = opened.map(|(_, vault)| vault).or_else(|| self.vault_of_another(session));
        let Some(vault) = found.or_else(made) else { return Ok(None) };
        let row = vault.lock(stretched, &user.0);
        vaults::add(&self.0.db, user, &row, self.0.clock.unix_ms()).await?;
        session.keep_vault(&vault);
        Ok(Some(vault))
    }

    /// The vault that another session of the same user has open.
    fn vault_of_another(&self, session: &Session) -> Option<Vault> {
        let live = self.live();
        live.values().filter(|other| other.user() == session.user()).find_map(Session::vault)
    }
}

/// What a password opens vaults with: slow to come by for whoever has to guess it.
async fn stretch(credentials: &Credentials, salt: [u8; 16]) -> Zeroizing<[u8; 32]> {
    let Credentials::Password(password) = credentials.clone();
    let _turn = STRETCHING.acquire().await;
    let work = move || {
        let mut out = Zeroizing::new([0; 32]);
        let (memory, passes) = STRETCH;
        let params = Params::new(memory, passes, 1, Some(32)).expect("within Argon2's limits");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.expose().as_bytes(), &salt, out.as_mut_slice())
            .expect("the lengths are Argon2's");
        out
    };
    tokio::task::spawn_blocking(work).await.expect("stretching never fails")
}
