//! Samples of what travels about accounts.

use super::mutations::ACTION as action;
use super::samples::account;
use crate::api::accounts::{EditAccount, OrderAccounts, RemoveAccount};
use crate::api::{Call as _, Reply, Request};

/// The calls.
pub(super) fn requests() -> Vec<Request> {
    vec![
        EditAccount { action, account: account(), name: "Praca".into(), colour: 3 }.into_request(),
        RemoveAccount { action, account: account() }.into_request(),
        OrderAccounts { action, accounts: vec![account()] }.into_request(),
    ]
}

/// The replies.
pub(super) fn replies() -> Vec<(&'static str, Reply)> {
    vec![
        ("EditAccount", EditAccount::wrap(())),
        ("RemoveAccount", RemoveAccount::wrap(())),
        ("OrderAccounts", OrderAccounts::wrap(())),
    ]
}
