//! What an account is made of: where its servers are and how to sign in to them.

use std::sync::Arc;

use postern_shared::account::AccountId;
use postern_shared::identity::Identity;

use crate::net::Provider;
use crate::store::imap::Credentials;

/// An account as the session or the configuration describes it.
#[derive(Clone)]
pub struct Facts {
    /// Its id.
    pub id: AccountId,
    /// The address that it was added with.
    pub address: String,
    /// Where its servers are, and whom to believe about certificates.
    pub provider: Arc<Provider>,
    /// Login and password.
    pub credentials: Credentials,
    /// What mail may be sent as.
    pub identities: Vec<Identity>,
}
