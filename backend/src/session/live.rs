//! One session in memory: whose it is, when it was used, and how its end is noticed.

use super::{Account, SessionId, UserId};
use crate::clock::Clock;
use crate::config::SessionRules;
use crate::db::sessions::SessionRow;
use crate::seal::Vault;
use crate::secret::Credentials;
use crate::store::imap;
use crate::user::Entrant;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;

/// A use is written down when the last one written is older than this.
const SAVE_EVERY_MS: i64 = 60_000;
/// The wall clock may be set; an end is looked for at least this often.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// How long a session lives without use.
#[derive(Clone, Copy)]
pub(super) struct Lifetimes {
    kept_ms: i64,
    idle_ms: i64,
}

impl Lifetimes {
    pub(super) fn new(rules: &SessionRules) -> Self {
        const HOUR: i64 = 3_600_000;
        Self {
            kept_ms: i64::from(rules.keep_days) * 24 * HOUR,
            idle_ms: i64::from(rules.idle_hours) * HOUR,
        }
    }

    pub(super) fn of(self, keep: bool) -> i64 {
        if keep { self.kept_ms } else { self.idle_ms }
    }

    /// The last uses that are just recent enough: of kept sessions, and of the others.
    pub(super) fn oldest(self, now: i64) -> (i64, i64) {
        (now - self.kept_ms, now - self.idle_ms)
    }
}

/// A signed-in browser. Cheap to clone.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    id: SessionId,
    user: UserId,
    account: Account,
    credentials: Credentials,
    keep: bool,
    lifetime_ms: i64,
    seen_at: AtomicI64,
    saved_at: AtomicI64,
    finished: watch::Sender<bool>,
    clock: Clock,
    vault: OnceLock<Vault>,
}

impl Session {
    pub(super) fn new(
        clock: Clock,
        lifetime_ms: i64,
        row: &SessionRow,
        (account, credentials): (Account, Credentials),
    ) -> Self {
        Self(Arc::new(Inner {
            id: row.id,
            user: row.user,
            account,
            credentials,
            keep: row.keep,
            lifetime_ms,
            seen_at: AtomicI64::new(row.seen_at),
            saved_at: AtomicI64::new(row.seen_at),
            finished: watch::Sender::new(false),
            clock,
            vault: OnceLock::new(),
        }))
    }

    /// Its id: names it without being worth anything to a thief.
    #[must_use]
    pub fn id(&self) -> &SessionId {
        &self.0.id
    }

    /// Whose it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.0.user
    }

    /// The account it was signed in with.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.0.account
    }

    /// What that account signs in with.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    /// The user's vault, once it is open.
    pub(super) fn vault(&self) -> Option<Vault> {
        self.0.vault.get().cloned()
    }

    /// Keeps the user's vault open for as long as the session is in memory.
    pub(super) fn keep_vault(&self, vault: &Vault) {
        let _ = self.0.vault.set(vault.clone());
    }

    /// "Keep me signed in".
    #[must_use]
    pub fn keep(&self) -> bool {
        self.0.keep
    }

    /// Notes a use by the person (not a heartbeat); false, and nothing is noted, once it is over.
    pub fn touch(&self) -> bool {
        if self.is_over() {
            return false;
        }
        self.0.seen_at.fetch_max(self.0.clock.unix_ms(), Relaxed);
        true
    }

    /// Whether it was ended or has expired.
    #[must_use]
    pub fn is_over(&self) -> bool {
        *self.0.finished.borrow() || self.left().is_zero()
    }

    /// Resolves when the session is over: signed out, revoked or expired.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let session = self.clone();
        let mut finished = self.0.finished.subscribe();
        async move {
            loop {
                let left = session.left();
                if left.is_zero() {
                    return;
                }
                tokio::select! {
                    _ = finished.wait_for(|finished| *finished) => return,
                    () = session.0.clock.sleep(left.min(LONGEST_SLEEP)) => {}
                }
            }
        }
    }

    pub(super) fn finish(&self) {
        self.0.finished.send_replace(true);
    }

    pub(super) fn seen_at(&self) -> i64 {
        self.0.seen_at.load(Relaxed)
    }

    /// The last use, where it is worth writing down; counts as written then.
    pub(super) fn unsaved_use(&self) -> Option<i64> {
        let seen_at = self.seen_at();
        let worth = seen_at - self.0.saved_at.load(Relaxed) >= SAVE_EVERY_MS;
        worth.then(|| {
            self.0.saved_at.store(seen_at, Relaxed);
            seen_at
        })
    }

    /// Whether only the registry holds it.
    pub(super) fn is_unused(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    fn left(&self) -> Duration {
        let left = self.seen_at() + self.0.lifetime_ms - self.0.clock.unix_ms();
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }
}

impl From<&Session> for Entrant {
    fn from(session: &Session) -> Self {
        let account = session.account();
        let Credentials::Password(secret) = session.credentials();
        let credentials =
            imap::Credentials { login: account.login.clone(), secret: secret.clone() };
        Self {
            user: session.user(),
            address: account.address.clone(),
            provider: account.provider.clone(),
            protocol: account.protocol,
            credentials,
            connection: None,
        }
    }
}
