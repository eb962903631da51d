//! Messages of which only the header came: an account that needs one whole has it fetched.

use std::sync::{Arc, Weak};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::account::AccountId;
use postern_shared::error::ErrorCode;
use tokio::sync::Mutex;

use super::job::code_of;
use crate::account::{self, Facts, Rest};
use crate::clock::Clock;
use crate::db::UserId;
use crate::store;
use crate::store::pop3::collector::{Demands, LARGEST, Lack, Maildrop};
use crate::user::registry::Inner;

/// Asks the jobs of a user's maildrops.
pub(in crate::user) struct Fetcher {
    registry: Weak<Inner>,
    user: UserId,
}

/// Asks the server itself, where nobody collects: one session after the other.
pub(in crate::user) struct FetcherAlone {
    facts: Facts,
    clock: Clock,
    turn: Arc<Mutex<()>>,
}

impl Fetcher {
    /// For this user's accounts.
    pub fn new(registry: Weak<Inner>, user: UserId) -> Self {
        Self { registry, user }
    }
}

impl FetcherAlone {
    /// For this account.
    pub fn new(facts: &Facts, clock: Clock) -> Self {
        Self { facts: facts.clone(), clock, turn: Arc::default() }
    }
}

impl Rest for Fetcher {
    fn fetch(
        &self,
        account: AccountId,
        name: String,
    ) -> BoxFuture<'static, Result<(), account::Error>> {
        let registry = self.registry.upgrade();
        let job = registry.and_then(|it| it.collectors.find(self.user, &account));
        async move {
            let job = job.ok_or(failed(ErrorCode::Unavailable, 0))?;
            job.rest.want(&name).await.map_err(told)
        }
        .boxed()
    }
}

impl Rest for FetcherAlone {
    fn fetch(
        &self,
        account: AccountId,
        name: String,
    ) -> BoxFuture<'static, Result<(), account::Error>> {
        let (facts, clock, turn) = (self.facts.clone(), self.clock.clone(), self.turn.clone());
        async move {
            let local = facts.local.as_ref().ok_or(failed(ErrorCode::Unsupported, 0))?;
            let _turn = turn.lock().await;
            let maildrop = Maildrop {
                provider: facts.provider.clone(),
                credentials: facts.credentials.clone(),
                store: local.open().await?,
                account: account.0,
                clock,
                rest: Demands::default(),
                largest: LARGEST,
            };
            let fetching = async {
                maildrop.rest.come().await;
                if let Err(error) = maildrop.fetch_rest().await {
                    maildrop.rest.fail(Lack::Failed(code_of(&error), 0));
                }
            };
            let (wanted, ()) = tokio::join!(maildrop.rest.want(&name), fetching);
            wanted.map_err(told)
        }
        .boxed()
    }
}

fn told(lack: Lack) -> account::Error {
    match lack {
        Lack::Gone => store::Error::RestGone.into(),
        Lack::Failed(code, retry_after) => failed(code, retry_after),
    }
}

fn failed(code: ErrorCode, retry_after: u32) -> account::Error {
    account::Error::Rest { code, retry_after }
}
