//! The accounts that a user has now, in the user's order.

use std::sync::{PoisonError, RwLock};

use postern_shared::account::AccountId;

use crate::account::Account;

/// The accounts; they come and go while links look at them.
pub(super) struct Roster(RwLock<Vec<Account>>);

impl Roster {
    /// These.
    pub(super) fn new(accounts: Vec<Account>) -> Self {
        Self(RwLock::new(accounts))
    }

    /// All of them, in their order.
    pub(super) fn all(&self) -> Vec<Account> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// An account.
    pub(super) fn find(&self, id: &AccountId) -> Option<Account> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|account| account.facts().id == *id).cloned()
    }

    /// From now on these.
    pub(super) fn set(&self, accounts: Vec<Account>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = accounts;
    }
}
