//! Accounts beside that of the sign-in: adding, showing, ordering and removing them.

use postern_shared::account::{AccountId, Protocol};
use postern_shared::action::ActionId;
use postern_shared::api::accounts::{EditAccount, OrderAccounts, RemoveAccount};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::server::Servers;

use super::Stores;
use super::servers::fields;
use super::session::failure;
use crate::browser::{fetch, history, random};

/// What an account is to be added with, beside address and password.
#[derive(Clone, Default)]
pub struct Chosen {
    /// What to receive with; none: the provider's best.
    pub protocol: Option<Protocol>,
    /// The servers; none: the provider's.
    pub servers: Option<Servers>,
}

/// What the bridge is asked to add or to try, as JSON.
pub(super) fn asking(address: &str, password: &str, from: &Chosen) -> String {
    let (address, password) = (fetch::quote(address), fetch::quote(password));
    let besides = fields(from.protocol, from.servers.as_ref());
    ["{\"address\":", &address, ",\"password\":", &password, &besides, "}"].concat()
}

impl Stores {
    /// Adds an account, or gives one that is there this password.
    ///
    /// # Errors
    /// As for signing in; `AlreadyExists` for the account of the sign-in.
    pub async fn add_account(
        self,
        address: &str,
        password: &str,
        from: &Chosen,
    ) -> Result<(), CallError> {
        let json = asking(address, password, from);
        let url = history::base_path() + "api/account";
        match fetch::request("POST", &url, Some(&json)).await {
            None => Err(CallError::new(ErrorCode::NotSignedIn)),
            Some(answer) => match answer.status {
                200 => Ok(()),
                409 => Err(CallError::new(ErrorCode::AlreadyExists)),
                _ => Err(failure(&answer)),
            },
        }
    }

    /// Sets how an account is shown.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn edit_account(
        self,
        account: AccountId,
        name: String,
        colour: u8,
    ) -> Result<(), CallError> {
        let action = ActionId(random::bytes());
        self.link.call(EditAccount { action, account, name, colour }).await
    }

    /// Sets the order of the accounts.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn order_accounts(self, accounts: Vec<AccountId>) -> Result<(), CallError> {
        self.link.call(OrderAccounts { action: ActionId(random::bytes()), accounts }).await
    }

    /// Forgets an added account.
    ///
    /// # Errors
    /// `Refused` while the outbox holds mail of it.
    pub async fn remove_account(self, account: AccountId) -> Result<(), CallError> {
        self.link.call(RemoveAccount { action: ActionId(random::bytes()), account }).await
    }
}
