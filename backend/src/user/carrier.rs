//! What the outbox asks of users: the way to the submission server, and filing what was sent.

use std::sync::Weak;

use postern_shared::account::AccountId;
use postern_shared::api::messages::Targets;
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::message::MessageKey;

use super::registry::Inner;
use crate::account::{self, Account};
use crate::config::Protocol;
use crate::db::UserId;
use crate::submission::outbox::Filing;
use crate::submission::{Accounts, FilingStep, Login, Route};

/// Finds the accounts whose mail the outbox carries. Holds no user alive.
pub struct Carrier(pub(super) Weak<Inner>);

impl Carrier {
    fn account(&self, user: UserId, account: &AccountId) -> Option<Account> {
        let user = self.0.upgrade()?.find(user)?;
        user.account(account).ok().cloned()
    }
}

impl Accounts for Carrier {
    async fn route(&self, user: UserId, account: &AccountId) -> Option<Route> {
        let account = self.account(user, account)?;
        let facts = account.facts();
        let settings = &facts.provider.settings;
        let login = Login {
            name: settings.smtp_login_of(&facts.address),
            secret: facts.credentials.secret.clone(),
        };
        Some(Route {
            endpoint: settings.endpoint(Protocol::Smtp)?.clone(),
            trust: facts.provider.trust.clone(),
            login: Some(login),
            allow_plaintext: settings.allow_plaintext,
        })
    }

    async fn file(&self, filing: Filing<'_>) -> Result<(), String> {
        let account = self.account(filing.user, filing.account).ok_or("nobody is signed in")?;
        let done = match filing.step {
            FilingStep::SentCopy => {
                account.file_sent(filing.message.to_vec(), filing.message_id.to_owned()).await
            }
            FilingStep::MarkAnswered(key) => mark(&account, key, Flag::Answered).await,
            FilingStep::MarkForwarded(key) => {
                mark(&account, key, Flag::Keyword(Flag::FORWARDED.to_owned())).await
            }
            FilingStep::RemoveDraft(key) => {
                account.expunge_messages(Targets::Keys(vec![key.clone()])).await.map(drop)
            }
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
