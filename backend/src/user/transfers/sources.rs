//! Which messages are taken out: everything that a view holds, by mailboxes.

use postern_shared::account::AccountId;
use postern_shared::mailbox::{Mailbox, MailboxId, Role};
use postern_shared::window::{Filter, Scope, View};

use crate::account::{Account, Aim, Batch};
use crate::user::Error;
use crate::user::roster::Roster;
use crate::user::views::Views;

/// Where messages come from, and what their mailbox is called.
pub(super) struct Source {
    pub(super) account: Account,
    pub(super) batch: Batch,
    pub(super) levels: Vec<String>,
}

/// Everything that a view of these accounts holds now.
pub(super) async fn sources(
    view: &View,
    (roster, views): (&Roster, &Views),
) -> Result<Vec<Source>, Error> {
    let owner = |id: &AccountId| roster.find(id).ok_or(Error::NonExistent);
    let mut sources = Vec::new();
    let plain = matches!(view.filter, Filter::All | Filter::Unseen | Filter::Flagged);
    if !plain || matches!(view.scope, Scope::Search { .. }) {
        for (id, batches) in views.gathered(view, &[]).await? {
            let account = owner(&id)?;
            let all = account.list_mailboxes().await?;
            for batch in batches {
                let levels = levels(roster, (&account, &all), &batch.mailbox);
                sources.push(Source { account: account.clone(), batch, levels });
            }
        }
        return Ok(sources);
    }
    let accounts = match &view.scope {
        Scope::Mailbox(id, _) | Scope::Account(id) => vec![owner(id)?],
        _ => roster.all(),
    };
    for account in accounts {
        let all = account.list_mailboxes().await?;
        for mailbox in all.iter().filter(|it| is_meant(&view.scope, it, &all)) {
            let of_one = View::of_mailbox(mailbox.account.clone(), mailbox.id.clone());
            let of_one = View { filter: view.filter, ..of_one };
            let aim = Aim::List { view: of_one, except: Vec::new() };
            let levels = levels(roster, (&account, &all), &mailbox.id);
            for batch in account.resolve(aim).await? {
                let (account, levels) = (account.clone(), levels.clone());
                sources.push(Source { account, batch, levels });
            }
        }
    }
    Ok(sources)
}

/// The names of a mailbox and of those it lies in; before them its account's, where there are
/// several.
fn levels(
    roster: &Roster,
    (account, all): (&Account, &[Mailbox]),
    mailbox: &MailboxId,
) -> Vec<String> {
    let mut levels = lineage(all, mailbox);
    if roster.all().len() > 1 {
        levels.insert(0, account.facts().address.clone());
    }
    levels
}

/// The names of a mailbox and of those it lies in, from the top.
pub(super) fn lineage(all: &[Mailbox], id: &MailboxId) -> Vec<String> {
    let find = |id: &MailboxId| all.iter().find(|it| it.id == *id);
    let upwards = std::iter::successors(find(id), |it| it.parent.as_ref().and_then(find));
    let mut levels: Vec<String> = upwards.take(20).map(|it| it.name.clone()).collect();
    levels.reverse();
    levels
}

/// Whether a mailbox is taken out with a scope: all there is of an account, and each message once
/// where the server has a mailbox of all messages beside those that show some of them.
fn is_meant(scope: &Scope, mailbox: &Mailbox, all: &[Mailbox]) -> bool {
    let has_all = || all.iter().any(|it| it.role == Some(Role::All) && it.selectable);
    mailbox.selectable
        && match scope {
            Scope::Mailbox(_, id) => mailbox.id == *id,
            Scope::Role(role) => mailbox.role == Some(*role),
            _ => match mailbox.role {
                Some(Role::Flagged | Role::Important) => false,
                Some(Role::All | Role::Trash | Role::Junk) => true,
                _ => !has_all(),
            },
        }
}
