//! Collecting maildrops, whether or not anybody looks: a job each, and what their users say of it.

mod job;
mod rest;
mod schedule;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_shared::account::AccountId;
use postern_shared::collecting::{Collecting, MOST_DAYS, MOST_MINUTES, Policy, Removal};
use sha2::{Digest, Sha256};

use self::job::Job;
pub(super) use self::rest::{Fetcher, NoFetcher};
use super::registry::{Inner, Users};
use super::{Error, User};
use crate::account::Account;
use crate::clock::random;
use crate::db::collecting::{self, Written};
use crate::db::standing::{self, Owner};
use crate::db::{self, Db, UserId};
use crate::store::imap::Credentials;

/// How often local mail is looked after.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);
/// How long after the start it is looked after first.
const FIRST_HOUSEKEEPING: Duration = Duration::from_secs(600);
/// How long to wait after the database failed.
const AGAIN: Duration = Duration::from_secs(10);

/// The jobs of this bridge, one a maildrop.
#[derive(Default)]
pub(super) struct Collectors(Mutex<HashMap<Owner, Arc<Job>>>);

impl Collectors {
    fn jobs(&self) -> MutexGuard<'_, HashMap<Owner, Arc<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, user: UserId, account: &AccountId) -> Option<Arc<Job>> {
        self.jobs().get(&(user, account.0.clone())).cloned()
    }

    /// Ends a maildrop's job, if there is one; nothing of it runs any more on return.
    pub(super) async fn end(&self, user: UserId, account: &AccountId) {
        let job = self.jobs().remove(&(user, account.0.clone()));
        if let Some(job) = job {
            job.end().await;
        }
    }

    /// Ends every job.
    pub(super) async fn end_all(&self) {
        let all: Vec<Arc<Job>> = self.jobs().drain().map(|(_, job)| job).collect();
        futures_util::future::join_all(all.iter().map(|job| job.end())).await;
    }
}

impl Users {
    /// Collects every maildrop there is, and those that come. Runs until it is dropped.
    pub(super) async fn collect(&self) {
        let mut changes = self.maildrop_changes();
        loop {
            changes.borrow_and_update();
            let looked = self.look_at_maildrops().await;
            if let Err(error) = looked {
                tracing::error!(%error, "maildrops could not be looked up");
                self.inner().clock.sleep(AGAIN).await;
            } else if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Begins jobs of maildrops that are new or opened by something else, and ends those of others.
    async fn look_at_maildrops(&self) -> Result<(), db::Error> {
        let inner = self.inner();
        let maildrops = self.maildrops().await?;
        let count = maildrops.len();
        let mut kept = Vec::with_capacity(count);
        for maildrop in maildrops {
            let owner = (maildrop.user, maildrop.account.0.clone());
            kept.push(owner.clone());
            let ticket = ticket_of(&inner.db, &owner).await?;
            let running = inner.collectors.find(owner.0, &maildrop.account);
            if running.is_some_and(|job| goes_on(&job, &maildrop, &ticket)) {
                continue;
            }
            inner.collectors.end(owner.0, &maildrop.account).await;
            let written = collecting::find(&inner.db, &owner).await?;
            let ground = (Arc::downgrade(inner), inner.stores.clone(), inner.clock.clone());
            let pause = schedule::spread(count, u32::from_le_bytes(random()));
            let job = Job::start((maildrop, ticket), ground, &written, pause);
            inner.collectors.jobs().insert(owner, job.clone());
            inner.tell_accounts(&job);
        }
        let gone: Vec<Owner> = {
            let jobs = inner.collectors.jobs();
            jobs.keys().filter(|owner| !kept.contains(owner)).cloned().collect()
        };
        for (user, account) in gone {
            inner.collectors.end(user, &AccountId(account)).await;
        }
        Ok(())
    }

    /// Looks after local mail, hourly: what is due of it. Runs until it is dropped.
    pub(super) async fn look_after_mail(&self) {
        let inner = self.inner();
        inner.clock.sleep(FIRST_HOUSEKEEPING).await;
        loop {
            for user in inner.stores.users() {
                let looked_after = async { inner.stores.of(user).await?.look_after().await };
                if let Err(error) = looked_after.await {
                    tracing::error!(user.id = %user, %error, "local mail could not be looked after");
                }
            }
            inner.clock.sleep(HOUSEKEEPING).await;
        }
    }
}

impl Inner {
    /// Says of an account that came that its maildrop's server refuses the password, if it does.
    pub(super) fn tell_account(&self, user: UserId, account: &Account) {
        let job = self.collectors.find(user, &account.facts().id);
        if job.is_some_and(|job| job.wish().refused && opens(&job, account)) {
            account.refuse();
        }
    }

    /// Says of the accounts with this maildrop and password whether the server refuses it.
    fn tell_accounts(&self, job: &Job) {
        for user in self.all_of(job.maildrop.user) {
            let account = user.roster.find(&job.maildrop.account);
            let Some(account) = account.filter(|account| opens(job, account)) else { continue };
            match job.wish().refused {
                true => account.refuse(),
                false => account.forgive(),
            }
        }
    }
}

/// Whether an account signs in with what a job does.
fn opens(job: &Job, account: &Account) -> bool {
    is_same(&job.maildrop.credentials, &account.facts().credentials)
}

fn is_same(one: &Credentials, other: &Credentials) -> bool {
    one.login == other.login && one.secret.expose() == other.secret.expose()
}

/// A hash of what opens a maildrop, as it is sealed: another one each time that it is typed in.
async fn ticket_of(db: &Db, owner: &Owner) -> Result<Vec<u8>, db::Error> {
    let sealed = standing::find(db, owner).await?;
    Ok(sealed.map(|(_, sealed)| Sha256::digest(sealed).to_vec()).unwrap_or_default())
}

/// Whether a job need not begin anew: the same password, and not refused.
fn goes_on(job: &Job, maildrop: &super::standing::Maildrop, ticket: &[u8]) -> bool {
    let (old, new) = (&job.maildrop, maildrop);
    let same = is_same(&old.credentials, &new.credentials)
        && old.provider.settings.pop3 == new.provider.settings.pop3;
    job.ticket == ticket || (same && !job.wish().refused)
}

impl Inner {
    fn job(&self, user: UserId, account: &AccountId) -> Result<Arc<Job>, Error> {
        // Its account is there, and was just added, or has no maildrop.
        self.collectors.find(user, account).ok_or(Error::Unsupported)
    }
}

impl User {
    /// The job of one of the user's accounts.
    fn job(&self, account: &AccountId) -> Result<Arc<Job>, Error> {
        self.account(account)?;
        let registry = self.registry.upgrade().ok_or(Error::NonExistent)?;
        registry.job(self.id, account)
    }

    /// How the collection of an account goes.
    ///
    /// # Errors
    /// `NonExistent`; `Unsupported` for an account that has no maildrop.
    pub fn read_collecting(&self, account: &AccountId) -> Result<Collecting, Error> {
        Ok(self.job(account)?.shown())
    }

    /// Begins a round now, unless one is on its way or the server wants to be left alone.
    ///
    /// # Errors
    /// As `read_collecting`; the database's.
    pub async fn collect_now(&self, account: &AccountId) -> Result<(), Error> {
        self.change(account, |written| written.stopped = false).await?;
        let job = self.job(account)?;
        job.want(|wish| {
            wish.stopped = false;
            wish.asked += 1;
        });
        Ok(())
    }

    /// Stops the round that is on its way; none begins until one is asked for.
    ///
    /// # Errors
    /// As `collect_now`.
    pub async fn stop_collecting(&self, account: &AccountId) -> Result<(), Error> {
        self.change(account, |written| written.stopped = true).await?;
        self.job(account)?.want(|wish| wish.stopped = true);
        Ok(())
    }

    /// Sets how an account is collected.
    ///
    /// # Errors
    /// As `collect_now`; `Invalid` for numbers out of bounds.
    pub async fn set_policy(&self, account: &AccountId, policy: Policy) -> Result<(), Error> {
        check(&policy)?;
        self.change(account, |written| written.policy = policy).await?;
        let job = self.job(account)?;
        job.want(|wish| wish.policy = policy);
        job.tell();
        Ok(())
    }

    /// Changes what is written down of a maildrop.
    async fn change(
        &self,
        account: &AccountId,
        change: impl FnOnce(&mut Written),
    ) -> Result<(), Error> {
        self.job(account)?;
        let owner = (self.id, account.0.clone());
        let mut written = collecting::find(&self.db, &owner).await?;
        change(&mut written);
        Ok(collecting::write(&self.db, &owner, &written).await?)
    }
}

fn check(policy: &Policy) -> Result<(), Error> {
    let Policy { removal, every_minutes, first_days, whole_up_to_kib: _ } = policy;
    let days = match removal {
        Removal::AfterDays(days) => (1..=MOST_DAYS).contains(days),
        _ => true,
    };
    let minutes = (1..=MOST_MINUTES).contains(every_minutes);
    match days && minutes && *first_days <= MOST_DAYS {
        true => Ok(()),
        false => Err(Error::Invalid("a policy out of bounds")),
    }
}
