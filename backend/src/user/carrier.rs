//! What the outbox asks of users: the way to the submission server, and filing what was sent.

use std::sync::Weak;

use postern_shared::account::AccountId;
use postern_shared::api::messages::Targets;
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::message::MessageKey;

use super::registry::{Inner, Users};
use crate::account::{self, Account};
use crate::config::Protocol;
use crate::db::{UserId, identities};
use crate::submission::outbox::Filing;
use crate::submission::{Accounts, FilingStep, Login, Proof, Route, Unsigned};

/// Why something cannot be done for a user.
const GONE: &str = "nobody is signed in";

/// Finds the accounts whose mail the outbox carries. Holds no user alive.
pub struct Carrier(pub(super) Weak<Inner>);

impl Carrier {
    /// The account of a user who is here, or who can come in by what is kept for that.
    async fn account(&self, user: UserId, account: &AccountId) -> Option<Account> {
        let inner = self.0.upgrade()?;
        if let Some(account) = inner.find(user, account) {
            return Some(account);
        }
        match inner.standing.entrant(user, account).await {
            Ok(entrant) => Users::from(inner).enter(entrant?).account(account).ok(),
            Err(error) => {
                tracing::error!(%error, "kept credentials cannot be read");
                None
            }
        }
    }
}

impl Carrier {
    /// A code that the account's server has filed for its sender proves nothing.
    async fn expect_no_copy(&self, account: &Account, filing: Filing<'_>) -> Result<(), String> {
        let inner = self.0.upgrade().ok_or(GONE)?;
        let held = account.sent_holds(filing.message_id.to_owned()).await;
        let held = held.map_err(|error| error.to_string())?;
        let owner = (filing.user, filing.account.0.as_str());
        let kept = identities::watched(&inner.db, owner, filing.message_id, held).await;
        kept.map_err(|error| error.to_string())
    }
}

impl Accounts for Carrier {
    async fn route(&self, user: UserId, account: &AccountId) -> Option<Route> {
        let account = &self.account(user, account).await?;
        let facts = account.facts();
        let settings = &facts.provider.settings;
        let (name, secret) =
            facts.provider.outgoing_login(&facts.address, &facts.credentials.secret);
        let login = Login { name, secret, proof: Proof::Password };
        Some(Route {
            endpoint: settings.endpoint(Protocol::Smtp)?.clone(),
            trust: facts.provider.trust.clone(),
            login: Some(login),
            allow_plaintext: settings.allow_plaintext,
            reach: facts.provider.own.as_ref().map(|own| own.reach.clone()),
            unsigned: match facts.provider.own {
                None => Unsigned::Allowed,
                Some(_) => Unsigned::Never,
            },
        })
    }

    async fn keep(&self, user: UserId, account: &AccountId) -> Result<(), String> {
        let inner = self.0.upgrade().ok_or(GONE)?;
        let account = inner.find(user, account).ok_or(GONE)?;
        inner.standing.keep(user, &account).await.map_err(|error| error.to_string())
    }

    async fn release(&self, user: UserId, account: &AccountId) -> Result<(), String> {
        let Some(inner) = self.0.upgrade() else { return Ok(()) };
        inner.standing.erase(user, account).await.map_err(|error| error.to_string())
    }

    async fn kept(&self) -> Result<Vec<(UserId, AccountId)>, String> {
        let Some(inner) = self.0.upgrade() else { return Ok(Vec::new()) };
        inner.standing.owners().await.map_err(|error| error.to_string())
    }

    async fn file(&self, filing: Filing<'_>) -> Result<(), String> {
        let account = &self.account(filing.user, filing.account).await.ok_or(GONE)?;
        if *filing.step == FilingStep::ExpectNoCopy {
            return self.expect_no_copy(account, filing).await;
        }
        let done = match filing.step {
            FilingStep::SentCopy => {
                let (blobs, key) = filing.message;
                let message = (blobs.clone(), key.clone());
                account.file_sent(message, filing.message_id.to_owned()).await
            }
            FilingStep::MarkAnswered(key) => mark(account, key, Flag::Answered).await,
            FilingStep::MarkForwarded(key) => {
                mark(account, key, Flag::Keyword(Flag::FORWARDED.to_owned())).await
            }
            FilingStep::RemoveDraft(key) => {
                account.remove_drafts(String::new(), Some(key.clone())).await
            }
            FilingStep::RemoveDrafts => {
                account.remove_drafts(filing.message_id.to_owned(), None).await
            }
            FilingStep::ExpectNoCopy => Ok(()),
        };
        match done {
            // The original is gone or was moved: there is nothing left to mark.
            Err(account::Error::NonExistent) if *filing.step != FilingStep::SentCopy => Ok(()),
            other => other.map_err(|error| error.to_string()),
        }
    }
}

async fn mark(account: &Account, key: &MessageKey, flag: Flag) -> Result<(), account::Error> {
    let change = FlagChange { add: vec![flag], remove: Vec::new() };
    account.change_flags(Targets::Keys(vec![key.clone()]), change).await.map(drop)
}
