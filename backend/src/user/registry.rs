//! All users of this bridge who are here, or were a moment ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::event::Event;
use postern_shared::identity::Identity;
use sha2::{Digest, Sha256};
use tokio::sync::broadcast::error::RecvError;

use super::carrier::Carrier;
use super::{Actions, User};
use crate::account::{Account, Audience, Facts};
use crate::blob::Blobs;
use crate::clock::Clock;
use crate::config::Limits;
use crate::db::{Db, UserId};
use crate::net::Provider;
use crate::store::imap;
use crate::submission::Outbox;

/// How long a user without links keeps connections.
const LINGER: Duration = Duration::from_secs(600);
/// How often users without links are looked for.
const SWEEP: Duration = Duration::from_secs(60);

/// Who comes in: what a session knows of its user.
pub struct Entrant {
    /// The user.
    pub user: UserId,
    /// The address signed in with, normalised.
    pub address: String,
    /// Where the account's servers are.
    pub provider: Arc<Provider>,
    /// What the account signs in with.
    pub credentials: imap::Credentials,
}

struct Present {
    user: Arc<User>,
    /// Since when nobody is looking, on the clock's `elapsed`.
    alone_since: Option<Duration>,
}

/// The users. Clones share them.
#[derive(Clone)]
pub struct Users(Arc<Inner>);

pub(super) struct Inner {
    db: Db,
    clock: Clock,
    outbox: Arc<Outbox<Carrier>>,
    message_limit: usize,
    present: Mutex<HashMap<UserId, Present>>,
}

impl Inner {
    /// A user who is here.
    pub(super) fn find(&self, id: UserId) -> Option<Arc<User>> {
        self.present().get(&id).map(|here| here.user.clone())
    }

    fn present(&self) -> MutexGuard<'_, HashMap<UserId, Present>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Users {
    /// Nobody yet; the outbox is filled but stands still until [`Users::run`].
    #[must_use]
    pub fn new((db, blobs): (Db, Blobs), clock: Clock, limits: Limits) -> Self {
        Self(Arc::new_cyclic(|inner| {
            let carrier = Carrier(inner.clone());
            let outbox = Outbox::new(carrier, (db.clone(), blobs), clock.clone(), limits);
            let message_limit = (limits.message_mb as usize) << 20;
            Inner { db, clock, outbox, message_limit, present: Mutex::default() }
        }))
    }

    /// Sends what is due, tells users of it, and lets those go whom nobody looks at any longer.
    /// Runs until it is dropped.
    pub async fn run(&self) {
        let announce = self.announce();
        tokio::join!(self.0.outbox.clone().run(), announce, self.sweep());
    }

    async fn announce(&self) {
        let mut updates = self.0.outbox.updates();
        loop {
            match updates.recv().await {
                Ok(update) => {
                    if let Some(user) = self.0.find(update.user) {
                        let event = Event::SubmissionChanged(update.submission);
                        user.audience.publish(&event);
                    }
                }
                // Whoever missed one asks for the list when the link is opened again.
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "submission news lost"),
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// The user who comes in; accounts that were not connected yet are from now on.
    ///
    /// Whoever comes with other credentials than the running account's (a password that was changed)
    /// replaces that account.
    pub fn enter(&self, entrant: impl Into<Entrant>) -> Arc<User> {
        let entrant = entrant.into();
        let id = entrant.user;
        let mut present = self.present();
        if let Some(here) = present.get_mut(&id) {
            here.alone_since = Some(self.0.clock.elapsed());
            if here.user.signs_in_with(&entrant.credentials) {
                return here.user.clone();
            }
        }
        let user = Arc::new(self.build(entrant));
        let alone_since = Some(self.0.clock.elapsed());
        let entered = Present { user: user.clone(), alone_since };
        let replaced = present.insert(id, entered);
        let outbox = self.0.outbox.clone();
        tokio::spawn(async move {
            if let Some(replaced) = replaced {
                replaced.user.stop().await;
            }
            if let Err(error) = outbox.signed_in(id).await {
                tracing::error!(%error, "what waited for the sign-in could not be found");
            }
        });
        user
    }

    fn build(&self, entrant: Entrant) -> User {
        let Entrant { user: id, address, provider, credentials } = entrant;
        let from = Address { name: String::new(), email: address.clone() };
        let facts = Facts {
            id: account_id(id, &address),
            address,
            provider,
            credentials,
            identities: vec![Identity { from, ..Identity::default() }],
        };
        let audience = Arc::new(Audience::default());
        let (db, clock) = (self.0.db.clone(), self.0.clock.clone());
        User {
            id,
            accounts: vec![Account::start(facts, audience.clone(), clock.clone())],
            audience,
            actions: Actions::new(id, db, clock.clone()),
            outbox: self.0.outbox.clone(),
            message_limit: self.0.message_limit,
            clock,
        }
    }

    /// Lets users go whom nobody has looked at for a while; runs for ever.
    async fn sweep(&self) {
        loop {
            self.0.clock.sleep(SWEEP).await;
            for user in self.take_idle() {
                tracing::debug!(user = %user.id, "connections closed after the last link");
                user.stop().await;
            }
        }
    }

    /// Lets a user go whose session ended, unless another link is still there.
    pub async fn leave(&self, id: UserId) {
        let gone = {
            let mut present = self.present();
            let alone = present.get(&id).is_some_and(|here| here.user.audience.is_empty());
            if alone { present.remove(&id) } else { None }
        };
        if let Some(here) = gone {
            here.user.stop().await;
        }
    }

    fn take_idle(&self) -> Vec<Arc<User>> {
        let now = self.0.clock.elapsed();
        let mut gone = Vec::new();
        self.present().retain(|_, here| {
            if !here.user.audience.is_empty() {
                here.alone_since = None;
                return true;
            }
            let since = *here.alone_since.get_or_insert(now);
            let stays = now.saturating_sub(since) < LINGER;
            if !stays {
                gone.push(here.user.clone());
            }
            stays
        });
        gone
    }

    /// How many users are here.
    #[must_use]
    pub fn count(&self) -> usize {
        self.present().len()
    }

    /// Ends every account with LOGOUT.
    pub async fn shutdown(&self) {
        let all: Vec<Present> = self.present().drain().map(|(_, here)| here).collect();
        let stops = all.iter().map(|here| here.user.stop());
        futures_util::future::join_all(stops).await;
    }

    fn present(&self) -> MutexGuard<'_, HashMap<UserId, Present>> {
        self.0.present()
    }
}

impl User {
    fn signs_in_with(&self, credentials: &imap::Credentials) -> bool {
        self.accounts.iter().any(|account| {
            let known = &account.facts().credentials;
            known.login == credentials.login && known.secret.expose() == credentials.secret.expose()
        })
    }

    async fn stop(&self) {
        futures_util::future::join_all(self.accounts.iter().map(Account::stop)).await;
    }
}

/// An account's id: safe in a URL, the same after a restart, and telling nothing of the address.
fn account_id(user: UserId, address: &str) -> AccountId {
    let mut hash = Sha256::new();
    hash.update(user.0);
    hash.update(address.as_bytes());
    AccountId(hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect())
}
