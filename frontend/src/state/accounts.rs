//! The user's accounts and whether their servers answer.

use leptos::prelude::*;
use postern_shared::account::{Account, AccountId, AccountState};
use postern_shared::identity::Identity;

/// The accounts, as views know them.
#[derive(Clone, Copy)]
pub struct Accounts {
    all: RwSignal<Vec<Account>>,
}

impl Accounts {
    /// No account known yet.
    #[must_use]
    pub fn new() -> Self {
        Self { all: RwSignal::new(Vec::new()) }
    }

    /// Every account, in the user's order.
    #[must_use]
    pub fn all(self) -> Signal<Vec<Account>> {
        self.all.into()
    }

    /// An account by its id.
    #[must_use]
    pub fn get(self, id: &AccountId) -> Option<Account> {
        self.all.with(|all| all.iter().find(|account| account.id == *id).cloned())
    }

    /// Every identity that mail may be sent as, with its account, in order.
    #[must_use]
    pub fn identities(self) -> Vec<(AccountId, Identity)> {
        let of = |account: &Account| {
            let id = account.id.clone();
            account
                .identities
                .iter()
                .filter(|identity| identity.is_confirmed())
                .map(move |identity| (id.clone(), identity.clone()))
                .collect::<Vec<_>>()
        };
        self.all.with(|all| all.iter().flat_map(of).collect())
    }

    /// These are all.
    pub fn replace(self, accounts: Vec<Account>) {
        self.all.set(accounts);
    }

    /// One has changed or is new; says whether its server answers again.
    pub fn change(self, account: Account) -> bool {
        let online = account.state == AccountState::Online;
        let was =
            self.all.try_update(|all| match all.iter_mut().find(|known| known.id == account.id) {
                Some(known) => std::mem::replace(known, account).state == AccountState::Online,
                None => {
                    all.push(account);
                    true
                }
            });
        online && was == Some(false)
    }

    /// Forgets everything: another user may come.
    pub fn clear(self) {
        self.all.set(Vec::new());
    }
}

impl Default for Accounts {
    fn default() -> Self {
        Self::new()
    }
}
