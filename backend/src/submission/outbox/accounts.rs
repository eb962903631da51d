//! What the outbox asks of the accounts whose mail it carries.

use std::future::Future;

use postern_shared::account::AccountId;

use super::FilingStep;
use crate::blob::{BlobKey, Blobs};
use crate::config::{Endpoint, Protocol};
use crate::db::UserId;
use crate::net::public::Reach;
use crate::net::{self, Opened, Trust};
use crate::submission::smtp::{Login, Unsigned};

/// What the outbox needs of the accounts whose mail it carries.
pub trait Accounts: Send + Sync + 'static {
    /// How an account hands mail over; none while nobody is signed in who could.
    fn route(
        &self,
        user: UserId,
        account: &AccountId,
    ) -> impl Future<Output = Option<Route>> + Send;

    /// Does one step that follows acceptance. A failed step is repeated, so it must be harmless
    /// when it was done already: look for `message_id` in Sent before appending.
    fn file(&self, filing: Filing<'_>) -> impl Future<Output = Result<(), String>> + Send;

    /// Keeps what it takes to go on for an account while no browser is there.
    fn keep(
        &self,
        user: UserId,
        account: &AccountId,
    ) -> impl Future<Output = Result<(), String>> + Send;

    /// Erases it: nothing of the account waits any longer.
    fn release(
        &self,
        user: UserId,
        account: &AccountId,
    ) -> impl Future<Output = Result<(), String>> + Send;

    /// The accounts that something is kept for.
    fn kept(&self) -> impl Future<Output = Result<Vec<(UserId, AccountId)>, String>> + Send;

    /// Opens the connection; other than `net` only in tests.
    fn open(&self, route: &Route) -> impl Future<Output = Result<Opened, net::Error>> + Send {
        async move {
            let Route { endpoint, trust, reach, .. } = route;
            match reach {
                None => net::connect(endpoint, trust, Protocol::Smtp).await,
                Some(reach) => net::connect_within(reach, endpoint, trust, Protocol::Smtp).await,
            }
        }
    }
}

/// Where and as whom an account hands mail over.
#[derive(Clone)]
pub struct Route {
    /// The submission server.
    pub endpoint: Endpoint,
    /// Where it may be, if a user named it; none: wherever the administrator says.
    pub reach: Option<Reach>,
    /// Whom it must be vouched for by.
    pub trust: Trust,
    /// The credentials; none for a server without sign-in.
    pub login: Option<Login>,
    /// The provider allows a password over plaintext.
    pub allow_plaintext: bool,
    /// Whether mail may go to a server that asks for no sign-in.
    pub unsigned: Unsigned,
}

/// One step after acceptance, with what it needs.
pub struct Filing<'a> {
    /// Whose message it is.
    pub user: UserId,
    /// The account that sent it.
    pub account: &'a AccountId,
    /// What to do.
    pub step: &'a FilingStep,
    /// Where the message lies as it was handed over.
    pub message: (&'a Blobs, &'a BlobKey),
    /// Its Message-ID, with angle brackets.
    pub message_id: &'a str,
}
