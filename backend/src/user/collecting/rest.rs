//! Messages of which only the header came: an account that needs one whole has it fetched.

use std::sync::Weak;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::account::AccountId;
use postern_shared::error::ErrorCode;

use crate::account::{self, Rest};
use crate::db::UserId;
use crate::store;
use crate::store::pop3::collector::Lack;
use crate::user::registry::Inner;

/// Asks the jobs of a user's maildrops.
pub(in crate::user) struct Fetcher {
    registry: Weak<Inner>,
    user: UserId,
}

/// Knows no server to ask: who reads what lies here beside a bridge, or without it.
pub(in crate::user) struct NoFetcher;

impl Fetcher {
    /// For this user's accounts.
    pub fn new(registry: Weak<Inner>, user: UserId) -> Self {
        Self { registry, user }
    }
}

impl Rest for Fetcher {
    fn fetch(
        &self,
        account: AccountId,
        names: Vec<String>,
    ) -> BoxFuture<'static, Vec<(String, account::Error)>> {
        let registry = self.registry.upgrade();
        let job = registry.and_then(|it| it.collectors.find(self.user, &account));
        let Some(job) = job else {
            return std::future::ready(none_of(names, ErrorCode::Unavailable)).boxed();
        };
        let wanted = job.rest.want(names);
        async move {
            let lacking = wanted.await;
            lacking.into_iter().map(|(name, lack)| (name, told(lack))).collect()
        }
        .boxed()
    }
}

impl Rest for NoFetcher {
    fn fetch(
        &self,
        _: AccountId,
        names: Vec<String>,
    ) -> BoxFuture<'static, Vec<(String, account::Error)>> {
        std::future::ready(none_of(names, ErrorCode::Incomplete)).boxed()
    }
}

fn none_of(names: Vec<String>, code: ErrorCode) -> Vec<(String, account::Error)> {
    names.into_iter().map(|name| (name, failed(code, 0))).collect()
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
