//! Maildrops that are collected: how each is to be, and how it goes.
//!
//! Not among `Stores`: all of it belongs to parts that come later.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::{Account, AccountId, Protocol};
use postern_shared::action::ActionId;
use postern_shared::api::collecting::{CollectNow, ReadCollecting, SetPolicy, StopCollecting};
use postern_shared::collecting::{Collecting, Policy, Stage};
use postern_shared::error::CallError;

use super::Stores;
use crate::browser::random;
use crate::i18n::{Key, file_size, number, text_with};
use crate::link::LinkState;

thread_local! {
    static ALL: ArcRwSignal<Vec<(AccountId, Collecting)>> = ArcRwSignal::new(Vec::new());
}

/// What a round that is on its way has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// Messages that came.
    pub done: u32,
    /// Messages that are to come; 0 while nobody knows.
    pub total: u32,
    /// Octets that came.
    pub octets: u64,
}

impl Course {
    /// In words.
    #[must_use]
    pub fn said(self) -> String {
        let (done, total) = (number(self.done.into()), number(self.total.into()));
        let values = [("done", &*done), ("total", &*total), ("size", &*file_size(self.octets))];
        text_with(Key::CollectingRunning, &values)
    }
}

/// How the collection of an account goes; none where nobody said yet.
#[must_use]
pub fn of(account: &AccountId) -> Option<Collecting> {
    let find = |all: &Vec<(AccountId, Collecting)>| {
        all.iter().find(|(known, _)| known == account).map(|(_, collecting)| collecting.clone())
    };
    ALL.with(|all| all.with(find))
}

/// The accounts with a round on its way that has something to do.
#[must_use]
pub fn running() -> Vec<AccountId> {
    let id = |(account, now): &(AccountId, Collecting)| course(now).map(|_| account.clone());
    ALL.with(|all| all.with(|all| all.iter().filter_map(id).collect()))
}

/// What the round of an account has done, where there is one that has something to do.
#[must_use]
pub fn course_of(account: &AccountId) -> Option<Course> {
    course(&of(account)?)
}

fn course(collecting: &Collecting) -> Option<Course> {
    match collecting.stage {
        Stage::Running { done, total, octets } if total > 0 => Some(Course { done, total, octets }),
        _ => None,
    }
}

/// The bridge said how one goes.
pub(super) fn learn(account: AccountId, now: Collecting) {
    ALL.with(|all| {
        all.update(|all| {
            all.retain(|(known, _)| *known != account);
            all.push((account, now));
        });
    });
}

impl Stores {
    /// Asks whenever the link is open again, and for what is new: what happened meanwhile is not
    /// told.
    pub(super) fn follow_collecting(self) {
        let state = self.link.state();
        let accounts = Memo::new(move |_| {
            let pop3 = |account: &Account| {
                (account.protocol == Protocol::Pop3).then(|| account.id.clone())
            };
            self.accounts.all().with(|all| all.iter().filter_map(pop3).collect::<Vec<_>>())
        });
        Effect::new(move |_| {
            let open = state.get() == LinkState::Open;
            let now = accounts.get();
            ALL.with(|all| all.update(|all| all.retain(|(known, _)| now.contains(known))));
            for account in now.into_iter().filter(|_| open) {
                spawn_local(async move {
                    let call = ReadCollecting { account: account.clone() };
                    if let Ok(collecting) = self.link.call(call).await {
                        learn(account, collecting);
                    }
                });
            }
        });
    }

    /// Begins a round now.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn collect_now(self, account: AccountId) -> Result<(), CallError> {
        self.link.call(CollectNow { account }).await
    }

    /// Begins no round until somebody asks, and ends the one on its way.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn stop_collecting(self, account: AccountId) -> Result<(), CallError> {
        self.link.call(StopCollecting { account }).await
    }

    /// Sets how an account is collected.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn set_policy(self, account: AccountId, policy: Policy) -> Result<(), CallError> {
        self.link.call(SetPolicy { action: ActionId(random::bytes()), account, policy }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::collecting::KnownBy;

    #[test]
    fn only_rounds_that_bring_something_are_shown() {
        let account = AccountId("a".into());
        let check = |stage, expect: usize| {
            let (policy, known_by) = (Policy::default(), KnownBy::Uidl);
            let (last_at, login_delay, missed) = (0, 0, None);
            let now = Collecting { policy, stage, known_by, last_at, login_delay, missed };
            learn(account.clone(), now);
            assert_eq!(running().len(), expect);
        };
        check(Stage::Running { done: 0, total: 0, octets: 0 }, 0);
        check(Stage::Running { done: 1, total: 9, octets: 100 }, 1);
        check(Stage::Waiting(1000), 0);
    }
}
