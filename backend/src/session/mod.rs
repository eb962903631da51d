//! Signed-in browsers: sign-in, cookies, sealed credentials, expiry and sign-out.
//!
//! No password leaves this folder except inside a live `Session`'s credentials, and at rest it is
//! sealed under server key and cookie together. Whoever holds a `Session` can wait for its end.

mod address;
mod check;
mod cookie;
mod discover;
mod key_file;
mod limits;
mod live;
mod sign_in;
mod vault;
mod verify;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::sessions::{self, SessionRow};
use crate::db::{self, Db};
use crate::net::discovery::Discovery;
use crate::net::{Provider, Providers, Ticket};
use crate::seal::{Context, With};
use crate::secret::{Credentials, Secret};
use crate::user::Standing;
use postern_shared::account::Protocol;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use crate::db::UserId;
pub use crate::seal::{KeyId, Keys};
pub use address::Address;
pub use check::{Telling, examine};
pub use cookie::{CookieRules, Token};
pub use key_file::{Error as KeyError, load as load_keys};
pub use limits::{Limited, SignInLimits};
pub use live::Session;
pub use sign_in::{Confirmed, Error as SignInError, SignIn, SignedIn, Wanted};
#[cfg(test)]
pub(crate) use verify::FakeVerifier;
pub use verify::{ServerVerifier, Verified, Verifier, VerifyError};

/// A session's id: the hash of its cookie.
pub type SessionId = [u8; 32];

/// How long a session that nobody uses stays in memory.
const FORGET_AFTER_MS: i64 = 15 * 60 * 1_000;

/// The account that somebody signed in with.
#[derive(Clone)]
pub struct Account {
    /// The address, normalised.
    pub address: String,
    /// Its login at the incoming server.
    pub login: String,
    /// Where its servers are.
    pub provider: Arc<Provider>,
    /// What it receives with.
    pub protocol: Protocol,
}

/// Every session of this bridge. Cheap to clone.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    clock: Clock,
    db: Db,
    keys: Keys,
    providers: Providers,
    verifier: Arc<dyn Verifier>,
    discovery: Option<Discovery>,
    standing: Arc<Standing>,
    found: discover::FoundLately,
    limits: SignInLimits,
    lifetimes: live::Lifetimes,
    clear_addresses: bool,
    live: Mutex<HashMap<SessionId, Session>>,
    // Loading and ending exclude each other, so that an ended session is not loaded again.
    changing: tokio::sync::Mutex<()>,
    // Vaults are opened one at a time.
    opening: tokio::sync::Mutex<()>,
}

/// What sessions stand on.
pub struct Ground {
    /// Time.
    pub clock: Clock,
    /// Where sessions are kept.
    pub db: Db,
    /// The server keys.
    pub keys: Keys,
    /// Who serves which address.
    pub providers: Providers,
    /// Who confirms credentials.
    pub verifier: Arc<dyn Verifier>,
    /// Who knows of servers that are not configured; none: nobody is asked.
    pub discovery: Option<Discovery>,
    /// What opens maildrops.
    pub standing: Arc<Standing>,
}

impl Sessions {
    /// No sessions in memory yet; those of the database are found by their cookies.
    #[must_use]
    pub fn new(config: &Config, ground: Ground) -> Self {
        let Ground { clock, db, keys, providers, verifier, discovery, standing } = ground;
        Self(Arc::new(Inner {
            limits: SignInLimits::new(clock.clone()),
            lifetimes: live::Lifetimes::new(&config.session),
            clear_addresses: config.log.addresses,
            live: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            clock,
            db,
            keys,
            providers,
            verifier,
            discovery,
            standing,
            found: discover::FoundLately::default(),
        }))
    }

    /// The session that a cookie stands for, and its use is noted; none where it ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn authenticate(&self, token: &Token) -> Result<Option<Session>, db::Error> {
        let id = token.hash();
        if let Some(session) = self.find_live(&id) {
            return Ok(session.touch().then_some(session));
        }
        let _changing = self.0.changing.lock().await;
        if let Some(session) = self.find_live(&id) {
            return Ok(session.touch().then_some(session));
        }
        let Some(row) = sessions::find(&self.0.db, &id).await? else { return Ok(None) };
        let Some(session) = self.unseal(token, &row).await? else { return Ok(None) };
        if !session.touch() {
            return Ok(None);
        }
        self.live().insert(id, session.clone());
        Ok(Some(session))
    }

    /// Ends a session: its links close, its cookie is worth nothing any more.
    ///
    /// # Errors
    /// The database's; the session has ended in memory all the same.
    pub async fn end(&self, id: &SessionId) -> Result<(), db::Error> {
        let _changing = self.0.changing.lock().await;
        if let Some(session) = self.live().remove(id) {
            session.finish();
        }
        sessions::remove(&self.0.db, id).await
    }

    /// Ends every session of a user.
    ///
    /// # Errors
    /// The database's; the sessions have ended in memory all the same.
    pub async fn end_all(&self, user: UserId) -> Result<(), db::Error> {
        let _changing = self.0.changing.lock().await;
        self.live().retain(|_, session| {
            let other = session.user() != user;
            if !other {
                session.finish();
            }
            other
        });
        sessions::remove_all(&self.0.db, user).await
    }

    /// Writes down when sessions were last used, and forgets those that are over.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self) -> Result<(), db::Error> {
        let now = self.0.clock.unix_ms();
        let live: Vec<Session> = self.live().values().cloned().collect();
        for session in &live {
            if let Some(seen_at) = session.unsaved_use() {
                sessions::touch(&self.0.db, session.id(), seen_at).await?;
            }
        }
        drop(live);
        self.live().retain(|_, session| {
            let idle = session.is_unused() && session.seen_at() < now - FORGET_AFTER_MS;
            !idle && !session.is_over()
        });
        let (kept, idle) = self.0.lifetimes.oldest(now);
        sessions::remove_expired(&self.0.db, kept, idle).await?;
        Ok(())
    }

    /// How many sessions are in memory.
    #[must_use]
    pub fn count(&self) -> usize {
        self.live().len()
    }

    /// The server keys, to derive others from.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// How the log names an address: keyed hash, or clear where the administrator wants that.
    #[must_use]
    pub fn log_name(&self, address: &str) -> String {
        match self.0.clear_addresses {
            true => address.to_owned(),
            false => self.0.keys.log_name(address),
        }
    }

    async fn create(
        &self,
        user: UserId,
        account: Account,
        credentials: Credentials,
        keep: bool,
    ) -> Result<(Session, Token), db::Error> {
        let token = Token::random();
        let now = self.0.clock.unix_ms();
        let (key_id, sealed) = self.seal(&token, user, &account, &credentials);
        let id = token.hash();
        let row = SessionRow { id, user, key_id, sealed, keep, created_at: now, seen_at: now };
        sessions::insert(&self.0.db, &row).await?;
        let session = self.bring_to_life(&row, account, credentials);
        self.live().insert(id, session.clone());
        Ok((session, token))
    }

    fn seal(
        &self,
        token: &Token,
        user: UserId,
        account: &Account,
        credentials: &Credentials,
    ) -> (KeyId, Vec<u8>) {
        let Credentials::Password(password) = credentials;
        let texts = [account.address.as_str(), &account.login, password.expose()];
        let clear = Ticket::new(texts, &account.provider.setup(account.protocol)).encode();
        self.0.keys.seal(&Context { with: With::Cookie(token.as_bytes()), bound: &user.0 }, &clear)
    }

    /// Opens a row; one that cannot be opened any more (key or provider gone) is no session.
    async fn unseal(&self, token: &Token, row: &SessionRow) -> Result<Option<Session>, db::Error> {
        let context = Context { with: With::Cookie(token.as_bytes()), bound: &row.user.0 };
        let Some(clear) = self.0.keys.open(row.key_id, &context, &row.sealed) else {
            return Ok(None);
        };
        let Some(ticket) = Ticket::decode(&clear) else { return Ok(None) };
        let setup = ticket.setup();
        let Some(provider) = self.0.providers.serving(ticket.address, &setup) else {
            return Ok(None);
        };
        let account = Account {
            address: ticket.address.to_owned(),
            login: ticket.login.to_owned(),
            provider,
            protocol: setup.protocol,
        };
        let credentials = Credentials::Password(Secret::new(ticket.password.to_owned()));
        if self.0.keys.ids().next() != Some(row.key_id) {
            let (key_id, sealed) = self.seal(token, row.user, &account, &credentials);
            sessions::reseal(&self.0.db, &row.id, key_id, &sealed).await?;
        }
        Ok(Some(self.bring_to_life(row, account, credentials)))
    }

    fn bring_to_life(
        &self,
        row: &SessionRow,
        account: Account,
        credentials: Credentials,
    ) -> Session {
        Session::new(
            self.0.clock.clone(),
            self.0.lifetimes.of(row.keep),
            row,
            (account, credentials),
        )
    }

    fn find_live(&self, id: &SessionId) -> Option<Session> {
        self.live().get(id).cloned()
    }

    fn live(&self) -> MutexGuard<'_, HashMap<SessionId, Session>> {
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
