//! Which mailbox is for what: the user's choice, kept, over what the server or a name says.

use futures_util::FutureExt;
use postern_shared::api::messages::Urgency;
use postern_shared::mailbox::{MailboxId, Role};

use super::Account;
use super::actor::Actor;
use super::error::Error;
use super::tree::Chosen;
use super::undo::Step;
use crate::db::roles;

/// The roles that can be chosen, and how they are written down.
const CHOOSABLE: [(Role, &str); 5] = [
    (Role::Drafts, "drafts"),
    (Role::Sent, "sent"),
    (Role::Archive, "archive"),
    (Role::Junk, "junk"),
    (Role::Trash, "trash"),
];

impl Account {
    /// Chooses what a mailbox is for; answers the way back.
    ///
    /// # Errors
    /// `Invalid` for the inbox, a mailbox that holds no messages, and roles that cannot be chosen.
    pub async fn set_mailbox_role(
        &self,
        mailbox: MailboxId,
        role: Option<Role>,
    ) -> Result<Vec<Step>, Error> {
        self.ask_once(Urgency::Now, move |actor| {
            let mailbox = mailbox.clone();
            async move { actor.set_mailbox_role(&mailbox, role).await }.boxed()
        })
        .await
    }
}

impl Actor {
    async fn set_mailbox_role(
        &mut self,
        mailbox: &MailboxId,
        role: Option<Role>,
    ) -> Result<Vec<Step>, Error> {
        let node = self.node(mailbox)?;
        let choosable = |role: Role| CHOOSABLE.iter().any(|(known, _)| *known == role);
        if node.name.is_inbox() || !node.shown.selectable || !role.is_none_or(choosable) {
            return Err(Error::Invalid("this mailbox cannot have this role"));
        }
        let before = node.shown.role;
        let mut chosen = self.chosen.clone();
        chosen.retain(|_, at| at.as_ref() != Some(mailbox));
        match role {
            Some(role) => {
                chosen.insert(role, Some(mailbox.clone()));
            }
            // What is detected must not come back by itself.
            None => chosen.extend(before.filter(|role| choosable(*role)).map(|role| (role, None))),
        }
        self.choose_roles(chosen).await
    }

    /// Keeps choices, shows the tree by them, and answers the way back.
    pub(super) async fn choose_roles(&mut self, chosen: Chosen) -> Result<Vec<Step>, Error> {
        let word = |role: &Role| CHOOSABLE.iter().find(|(known, _)| known == role);
        let rows: Vec<(String, String)> = chosen
            .iter()
            .filter_map(|(role, at)| {
                let mailbox = at.as_ref().map_or(String::new(), |id| id.0.clone());
                Some((word(role)?.1.to_owned(), mailbox))
            })
            .collect();
        let (db, user) = &self.durable;
        roles::replace(db, *user, &self.facts.id.0, &rows).await.map_err(Error::Db)?;
        let before = std::mem::replace(&mut self.chosen, chosen);
        self.list_again().await?;
        Ok(vec![Step::Roles { chosen: before.into_iter().collect() }])
    }

    /// Reads the choices that were kept.
    pub(super) async fn remember_roles(&mut self) {
        let (db, user) = &self.durable;
        let kept = roles::list(db, *user, &self.facts.id.0).await.unwrap_or_else(|error| {
            tracing::error!(account = %self.facts.id.0, %error, "chosen roles cannot be read");
            Vec::new()
        });
        let role = |word: &str| CHOOSABLE.iter().find(|(_, known)| *known == word);
        let choice = |(word, mailbox): (String, String)| {
            let at = Some(MailboxId(mailbox)).filter(|id| !id.0.is_empty());
            Some((role(&word)?.0, at))
        };
        self.chosen = kept.into_iter().filter_map(choice).collect();
    }
}
