//! The user's accounts and whether their servers answer.

use leptos::prelude::*;
use postern_shared::account::{Account, AccountId, AccountState};
use postern_shared::identity::Identity;
use postern_shared::message::MessageSummary;

use super::Stores;
use crate::routes::Route;

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

    /// Whether there are several: then what is shown of them together names its account.
    #[must_use]
    pub fn several(self) -> bool {
        self.all.with(|all| all.len() > 1)
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

impl Stores {
    /// The account of a row, where rows of several stand in one list.
    #[must_use]
    pub fn account_of(self, row: &MessageSummary) -> Option<Account> {
        let mixed = !matches!(self.location.list(), Some(Route::Mailbox(..)));
        (mixed && self.accounts.several()).then(|| self.accounts.get(&row.key.account)).flatten()
    }
}

/// The style of an account's name: with a dot of its colour.
#[must_use]
pub fn name_class(account: &Account) -> String {
    match account.colour.checked_sub(1) {
        Some(hue) => ["account-name is-hue-", &hue.to_string()].concat(),
        None => "account-name".to_owned(),
    }
}

impl Default for Accounts {
    fn default() -> Self {
        Self::new()
    }
}
