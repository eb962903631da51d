//! All users of this bridge who are here, or were a moment ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_shared::account::{AccountId, AccountState};
use postern_shared::event::{self, Event};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::aside::Aside;
use super::carrier::Carrier;
use super::collecting::{Collectors, Fetcher};
use super::entrant::{Entrant, account_id};
use super::roster::Roster;
use super::sizes::Sizes;
use super::standing::{Maildrop, Standing};
use super::transfers::{self, Transfers};
use super::views::Views;
use super::{Actions, Error, User, uploads};
use crate::account::{self, Account, Audience, Memory, Progress, Shelf, Surroundings};
use crate::blob::Blobs;
use crate::clock::Clock;
use crate::config::{Access, Limits};
use crate::db::{self, Db, UserId, removals};
use crate::net::exchange::Web;
use crate::store::imap;
use crate::store::index::Indexes;
use crate::store::local::Stores;
use crate::submission::{News, Outbox};

/// How long a user without links keeps connections.
const LINGER: Duration = Duration::from_secs(600);
/// How often users without links are looked for.
const SWEEP: Duration = Duration::from_secs(60);

struct Present {
    user: Arc<User>,
    /// Since when nobody is looking, on the clock's `elapsed`.
    alone_since: Option<Duration>,
}

/// The users. Clones share them.
#[derive(Clone)]
pub struct Users(Arc<Inner>);

pub(super) struct Inner {
    pub(super) db: Db,
    pub(super) clock: Clock,
    outbox: Arc<Outbox<Carrier>>,
    blobs: Blobs,
    upload_limit: i64,
    import_limit: i64,
    message_limit: u64,
    shows_images: bool,
    web: Web,
    pub(super) standing: Arc<Standing>,
    /// Messages opened before, of everybody's accounts.
    memory: Memory,
    indexes: Indexes,
    /// Mail that lives here.
    pub(super) stores: Stores,
    pub(super) transfers: Transfers,
    /// What is collected into it.
    pub(super) collectors: Collectors,
    /// More than one of a user where sessions have different passwords, which may all be good
    /// (those made for one program each); the last one came in last.
    present: Mutex<HashMap<UserId, Vec<Present>>>,
}

impl Inner {
    /// An account of a user who is here, by a password that is not refused if there is one.
    pub(super) fn find(&self, id: UserId, account: &AccountId) -> Option<Account> {
        let present = self.present();
        let here = present.get(&id)?.iter().rev();
        let found: Vec<Account> = here.filter_map(|one| one.user.roster.find(account)).collect();
        let good = found.iter().find(|one| one.shown().state != AccountState::NeedsSignIn);
        good.or(found.first()).cloned()
    }

    /// Removes what is left of accounts whose removal was cut off; of all, or of one.
    pub(super) async fn finish_removals(
        &self,
        only: Option<(UserId, &AccountId)>,
    ) -> Result<(), Error> {
        let with_mail = self.stores.users();
        for (user, account) in removals::list(&self.db).await? {
            if only.is_some_and(|(whose, id)| (whose, id.0.as_str()) != (user, &account)) {
                continue;
            }
            if with_mail.contains(&user) {
                let mail = self.stores.of(user).await.map_err(account::Error::from)?;
                mail.remove_account(&account).await.map_err(account::Error::from)?;
            }
            removals::finish(&self.db, user, &account).await?;
        }
        Ok(())
    }

    /// Every object of a user who is here.
    pub(super) fn all_of(&self, id: UserId) -> Vec<Arc<User>> {
        let present = self.present();
        present.get(&id).into_iter().flatten().map(|one| one.user.clone()).collect()
    }

    /// Tells every link of a user.
    pub(super) fn publish(&self, id: UserId, event: &Event) {
        let present = self.present();
        present.get(&id).into_iter().flatten().for_each(|one| one.user.audience.publish(event));
    }

    fn present(&self) -> MutexGuard<'_, HashMap<UserId, Vec<Present>>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Arc<Inner>> for Users {
    fn from(inner: Arc<Inner>) -> Self {
        Self(inner)
    }
}

impl Users {
    /// Nobody yet; the outbox is filled but stands still until [`Users::run`].
    #[must_use]
    pub fn new(
        (db, blobs, web): (Db, Blobs, Web),
        (indexes, stores): (Indexes, Stores),
        standing: Arc<Standing>,
        limits: Limits,
        access: &Access,
    ) -> Self {
        let clock = standing.clock.clone();
        Self(Arc::new_cyclic(|inner| {
            let carrier = Carrier(inner.clone());
            let outbox = Outbox::new(carrier, (db.clone(), blobs.clone()), clock.clone(), limits);
            let upload_limit = i64::from(limits.upload_mb) << 20;
            let import_limit = i64::from(limits.import_mb) << 20;
            let message_limit = u64::from(limits.message_mb) << 20;
            let (memory, present) = (Memory::default(), Mutex::default());
            let shows_images = access.image_proxy;
            Inner {
                db,
                clock,
                outbox,
                blobs,
                upload_limit,
                import_limit,
                message_limit,
                shows_images,
                web,
                standing,
                memory,
                indexes,
                stores,
                transfers: Transfers::default(),
                collectors: Collectors::default(),
                present,
            }
        }))
    }

    /// Sends what is due, tells users of it, and lets those go whom nobody looks at any longer.
    /// Runs until it is dropped.
    pub async fn run(&self) {
        let announce = self.announce();
        let local = async { tokio::join!(self.collect(), self.look_after_mail()) };
        tokio::join!(self.0.outbox.clone().run(), announce, self.sweep(), local);
    }

    async fn announce(&self) {
        let mut updates = self.0.outbox.updates();
        loop {
            match updates.recv().await {
                Ok(update) => {
                    let news = match update.news {
                        News::Changed(submission) => event::Aside::SubmissionChanged(submission),
                        News::Gone(id) => event::Aside::SubmissionGone(id),
                    };
                    self.0.publish(update.user, &news.wrap());
                }
                // Whoever missed one asks for the list when the link is opened again.
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "submission news lost"),
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Finishes what was cut off with the bridge: the removal of accounts. Before anybody comes in.
    pub async fn finish_removals(&self) {
        if let Err(error) = self.0.finish_removals(None).await {
            tracing::error!(%error, "mail of removed accounts could not be removed");
        }
    }

    /// Keeps what opens a maildrop, so that it is collected without a browser.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_maildrop(&self, maildrop: &Maildrop) -> Result<(), db::Error> {
        self.0.standing.keep_maildrop(maildrop).await
    }

    /// Every maildrop of this bridge, with what opens it.
    ///
    /// # Errors
    /// The database's.
    pub async fn maildrops(&self) -> Result<Vec<Maildrop>, db::Error> {
        self.0.standing.maildrops().await
    }

    /// Changes whenever a maildrop came, went, or is opened by something else.
    #[must_use]
    pub fn maildrop_changes(&self) -> watch::Receiver<u64> {
        self.0.standing.changes()
    }

    /// The user who comes in; accounts that were not connected yet are from now on.
    ///
    /// Whoever comes with another password gets an account of its own: an old session can neither
    /// take the place of a new one nor live on by its password.
    pub fn enter(&self, entrant: impl Into<Entrant>) -> Arc<User> {
        let entrant = entrant.into();
        let id = entrant.user;
        let mut present = self.present();
        let here = present.entry(id).or_default();
        let alone_since = Some(self.0.clock.elapsed());
        let known = here.iter_mut().find(|one| one.user.signs_in_with(&entrant.credentials));
        if let Some(known) = known {
            known.alone_since = alone_since;
            if let Some(mut spare) = entrant.connection {
                tokio::spawn(async move { spare.logout().await });
            }
            return known.user.clone();
        }
        let saving = here.first().map(|one| one.user.saving.clone()).unwrap_or_default();
        let user = Arc::new(self.build(entrant, saving));
        here.push(Present { user: user.clone(), alone_since });
        user.roster.all().iter().for_each(|account| self.0.tell_account(id, account));
        let (outbox, here) = (self.0.outbox.clone(), Arc::downgrade(&user));
        let (db, clock) = (self.0.db.clone(), self.0.clock.clone());
        tokio::spawn(async move {
            if let Err(error) = outbox.signed_in(id).await {
                tracing::error!(%error, "what waited for the sign-in could not be found");
            }
            // Rare, and whoever holds a user keeps it from ending with its session.
            let begun = db::drafts::is_any_begun(&db, id).await.unwrap_or(true);
            if let Some(user) = here.upgrade().filter(|_| begun) {
                user.settle_all_drafts().await;
            }
            transfers::resume(here, &clock).await;
        });
        user
    }

    fn build(&self, entrant: Entrant, saving: Arc<tokio::sync::Mutex<()>>) -> User {
        let (id, primary) = (entrant.user, account_id(entrant.user, &entrant.address));
        let (facts, connection) = entrant.described(primary.clone(), &self.0.stores);
        let audience = Arc::new(Audience::default());
        let (db, clock) = (self.0.db.clone(), self.0.clock.clone());
        let index = self.0.indexes.of(&id.to_string());
        let shelf = Shelf { index, progress: Progress::default() };
        let surroundings = Surroundings {
            audience: audience.clone(),
            clock: clock.clone(),
            memory: self.0.memory.clone(),
            durable: (db.clone(), id),
            shelf: Some(shelf.clone()),
            rest: Arc::new(Fetcher::new(Arc::downgrade(&self.0), id)),
        };
        let account = Account::start(facts, surroundings.clone(), connection);
        let roster = Arc::new(Roster::new(vec![account]));
        let views = Views::new(shelf, roster.clone(), audience.clone(), clock.clone());
        views.run();
        User {
            id,
            db: db.clone(),
            primary,
            roster,
            arranged: tokio::sync::Mutex::default(),
            surroundings,
            transfers: self.0.transfers.clone(),
            registry: Arc::downgrade(&self.0),
            audience,
            views,
            actions: Actions::new(id, db, clock.clone()),
            outbox: self.0.outbox.clone(),
            blobs: self.0.blobs.clone(),
            upload_limit: self.0.upload_limit,
            import_limit: self.0.import_limit,
            message_limit: self.0.message_limit,
            saving,
            aside: Aside::default(),
            sizes: Sizes::default(),
            shows_images: self.0.shows_images,
            web: self.0.web.clone(),
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
            let now = self.0.clock.unix_ms();
            if let Err(error) = uploads::forget_expired(&self.0.db, &self.0.blobs, now).await {
                tracing::error!(%error, "old uploads could not be removed");
            }
        }
    }

    /// Lets a user go whose session ended, unless somebody else is still there, or on the way in.
    pub async fn leave(&self, id: UserId) {
        let gone = self.take(|who, one| {
            who == id && one.user.audience.is_empty() && Arc::strong_count(&one.user) == 1
        });
        futures_util::future::join_all(gone.iter().map(|user| user.stop())).await;
    }

    /// Takes out whoever is to go.
    fn take(&self, mut goes: impl FnMut(UserId, &mut Present) -> bool) -> Vec<Arc<User>> {
        let mut gone = Vec::new();
        self.present().retain(|id, here| {
            gone.extend(here.extract_if(.., |one| goes(*id, one)).map(|one| one.user));
            !here.is_empty()
        });
        gone
    }

    fn take_idle(&self) -> Vec<Arc<User>> {
        let now = self.0.clock.elapsed();
        self.take(|_, one| {
            if !one.user.audience.is_empty() || self.0.transfers.is_busy(one.user.id) {
                one.alone_since = None;
                return false;
            }
            let since = *one.alone_since.get_or_insert(now);
            now.saturating_sub(since) >= LINGER
        })
    }

    /// How many users are here.
    #[must_use]
    pub fn count(&self) -> usize {
        self.present().values().map(Vec::len).sum()
    }

    /// Finishes what is being sent and ends every account with LOGOUT.
    pub async fn shutdown(&self) {
        let all: Vec<Present> = self.present().drain().flat_map(|(_, here)| here).collect();
        let stops = all.iter().map(|one| one.user.stop());
        let collectors = self.0.collectors.end_all();
        tokio::join!(futures_util::future::join_all(stops), self.0.outbox.finish(), collectors);
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }

    fn present(&self) -> MutexGuard<'_, HashMap<UserId, Vec<Present>>> {
        self.0.present()
    }
}

impl User {
    fn signs_in_with(&self, credentials: &imap::Credentials) -> bool {
        self.account(&self.primary).is_ok_and(|account| {
            let known = &account.facts().credentials;
            known.login == credentials.login && known.secret.expose() == credentials.secret.expose()
        })
    }

    async fn stop(&self) {
        let all = self.roster.all();
        futures_util::future::join_all(all.iter().map(Account::stop)).await;
    }
}

#[cfg(test)]
mod tests;
