//! Making, renaming, moving, removing and subscribing to mailboxes.

use std::collections::HashMap;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::api::messages::Urgency;
use postern_shared::mailbox::{MailboxId, Renamed, Role};
use postern_shared::quota;

use super::Account;
use super::actor::Actor;
use super::error::Error;
use super::tree::Node;
use super::undo::Step;
use crate::store::{self, MailboxName};

impl Account {
    /// Makes a mailbox; answers its id and the way back.
    ///
    /// # Errors
    /// `Invalid` for an impossible name, `NonExistent` for an unknown parent, or the server's.
    pub async fn create_mailbox(
        &self,
        parent: Option<MailboxId>,
        name: String,
    ) -> Result<(MailboxId, Vec<Step>), Error> {
        self.ask_once(Urgency::Now, move |actor| {
            let (parent, name) = (parent.clone(), name.clone());
            async move { actor.create_mailbox(parent.as_ref(), &name).await }.boxed()
        })
        .await
    }

    /// Renames a mailbox or moves it; answers which ids became which, and the way back.
    ///
    /// # Errors
    /// As for `create_mailbox`; `Invalid` for the inbox and for a place below itself.
    pub async fn rename_mailbox(
        &self,
        mailbox: MailboxId,
        parent: Option<MailboxId>,
        name: String,
    ) -> Result<(Vec<Renamed>, Vec<Step>), Error> {
        self.ask_once(Urgency::Now, move |actor| {
            let (mailbox, parent, name) = (mailbox.clone(), parent.clone(), name.clone());
            async move { actor.rename_mailbox(&mailbox, parent.as_ref(), &name).await }.boxed()
        })
        .await
    }

    /// Removes a mailbox for ever, with those below it.
    ///
    /// # Errors
    /// `Invalid` for the inbox; what the server refuses stays.
    pub async fn delete_mailbox(&self, mailbox: MailboxId) -> Result<(), Error> {
        self.ask_once(Urgency::Now, move |actor| {
            let mailbox = mailbox.clone();
            async move { actor.delete_mailbox(&mailbox).await }.boxed()
        })
        .await
    }

    /// Subscribes to a mailbox, or ends that; answers the way back.
    ///
    /// # Errors
    /// `NonExistent`, or the server's.
    pub async fn subscribe_mailbox(
        &self,
        mailbox: MailboxId,
        subscribed: bool,
    ) -> Result<Vec<Step>, Error> {
        self.ask(Urgency::Now, move |actor| {
            let mailbox = mailbox.clone();
            async move { actor.subscribe_mailbox(&mailbox, subscribed).await }.boxed()
        })
        .await
    }
}

impl Account {
    /// How much space there is for a mailbox; nothing where the server sets no limits.
    ///
    /// # Errors
    /// `NonExistent`, or the server's.
    pub async fn read_quota(&self, mailbox: MailboxId) -> Result<Vec<quota::Quota>, Error> {
        self.ask(Urgency::Now, move |actor| {
            let mailbox = mailbox.clone();
            async move {
                let name = actor.name(&mailbox)?;
                match actor.store()?.quota(&name).await {
                    Ok(all) => Ok(all.into_iter().filter_map(shown_quota).collect()),
                    Err(store::Error::Unsupported(_)) => Ok(Vec::new()),
                    Err(error) => Err(error.into()),
                }
            }
            .boxed()
        })
        .await
    }
}

/// A quota as it travels; what only the server understands does not.
fn shown_quota(quota: store::Quota) -> Option<quota::Quota> {
    let store::Quota { root, resource, used, limit } = quota;
    let resource = match resource {
        store::Resource::Octets => quota::Resource::Storage,
        store::Resource::Messages => quota::Resource::Messages,
        store::Resource::Mailboxes => quota::Resource::Mailboxes,
        store::Resource::Other(_) => return None,
    };
    Some(quota::Quota { root, resource, used, limit })
}

impl Actor {
    /// Makes a mailbox for a role; one that is called so already takes it.
    pub(super) async fn create_for(&mut self, role: Role, name: &str) -> Result<MailboxId, Error> {
        let full = self.name_below(None, name).await?;
        match self.store()?.create_for(&full, role).await {
            Ok(_) => tolerate(self.store()?.subscribe(&full).await)?,
            Err(store::Error::AlreadyExists) => {}
            Err(error) => return Err(error.into()),
        }
        self.list_again().await?;
        let made = self.tree.of_role(role).or_else(|| self.tree.named(&full));
        Ok(made.ok_or(Error::NonExistent)?.shown.id.clone())
    }

    pub(super) fn create_mailbox<'a>(
        &'a mut self,
        parent: Option<&'a MailboxId>,
        name: &'a str,
    ) -> BoxFuture<'a, Result<(MailboxId, Vec<Step>), Error>> {
        async move {
            let name = self.name_below(parent, name).await?;
            if self.tree.named(&name).is_some_and(|node| node.shown.selectable) {
                return Err(store::Error::AlreadyExists.into());
            }
            let before: Vec<MailboxId> =
                self.tree.nodes().map(|node| node.shown.id.clone()).collect();
            self.store()?.create(&name).await?;
            tolerate(self.store()?.subscribe(&name).await)?;
            self.list_again().await?;
            // A server may write the name in a way of its own.
            let fresh = |node: &&Node| !before.contains(&node.shown.id);
            let made = self.tree.named(&name).or_else(|| self.tree.nodes().find(fresh));
            let id = made.ok_or(Error::NonExistent)?.shown.id.clone();
            Ok((id.clone(), vec![Step::Remove { mailbox: id }]))
        }
        .boxed()
    }

    pub(super) async fn rename_mailbox(
        &mut self,
        mailbox: &MailboxId,
        parent: Option<&MailboxId>,
        name: &str,
    ) -> Result<(Vec<Renamed>, Vec<Step>), Error> {
        let node = self.node(mailbox)?.clone();
        if node.name.is_inbox() {
            return Err(Error::Invalid("the inbox keeps its name"));
        }
        if parent.is_some_and(|id| self.tree.lineage(id).any(|node| node.shown.id == *mailbox)) {
            return Err(Error::Invalid("a mailbox does not lie below itself"));
        }
        let (from, to) = (node.name.clone(), self.name_below(parent, name).await?);
        if from == to {
            return Ok((vec![Renamed { from: mailbox.clone(), to: mailbox.clone() }], Vec::new()));
        }
        let family: Vec<Node> = self.tree.family(mailbox).cloned().collect();
        self.leave_family(&family);
        self.store()?.rename(&from, &to).await?;
        for member in family.iter().filter(|member| member.shown.subscribed) {
            // Servers differ in whether a subscription follows its mailbox.
            let name = member.name.rebased(&from, &to);
            tolerate(self.store()?.subscribe(&name).await)?;
            tolerate(self.store()?.unsubscribe(&member.name).await)?;
        }
        self.list_again().await?;
        let now = |member: &Node| {
            let node = self.tree.named(&member.name.rebased(&from, &to))?;
            Some(Renamed { from: member.shown.id.clone(), to: node.shown.id.clone() })
        };
        let renamed: Vec<Renamed> = family.iter().filter_map(now).collect();
        self.follow_renaming(&renamed).await?;
        let own = renamed.iter().find(|one| one.from == *mailbox).ok_or(Error::NonExistent)?;
        let name = node.leaf();
        let (mailbox, parent) = (own.to.clone(), node.shown.parent);
        Ok((renamed, vec![Step::Rename { mailbox, parent, name }]))
    }

    async fn delete_mailbox(&mut self, mailbox: &MailboxId) -> Result<(), Error> {
        if self.node(mailbox)?.name.is_inbox() {
            return Err(Error::Invalid("the inbox stays"));
        }
        let family: Vec<Node> = self.tree.family(mailbox).cloned().collect();
        if family.iter().any(|member| self.selected.as_ref() == Some(&member.shown.id)) {
            // Some servers close the connection that looks at a mailbox which is removed.
            self.selected = None;
            if !self.store()?.unselect().await? {
                let inbox = self.tree.nodes().find(|node| node.name.is_inbox());
                let inbox = inbox.ok_or(Error::NonExistent)?.shown.id.clone();
                self.select(&inbox).await?;
            }
        }
        let mut refused = None;
        // The deepest first: what has others below it may not be removed.
        for member in family.iter().rev() {
            tolerate(self.store()?.unsubscribe(&member.name).await)?;
            match self.store()?.delete(&member.name).await {
                // A place without messages vanishes with the last mailbox below it.
                Err(store::Error::NonExistent | store::Error::Refused { .. })
                    if !member.shown.selectable => {}
                Err(error) if error.is_lost() => return Err(error.into()),
                Err(error) => refused = refused.or(Some(error)),
                Ok(()) => {}
            }
        }
        self.list_again().await?;
        refused.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Removes a mailbox that was made, unless something has been put into it.
    pub(super) async fn remove_if_empty(&mut self, mailbox: &MailboxId) -> Result<(), Error> {
        let name = self.name(mailbox)?;
        let alone = self.tree.family(mailbox).count() == 1;
        if !alone || self.store()?.status(&name).await?.messages > 0 {
            return Err(Error::Invalid("something is in the mailbox"));
        }
        self.delete_mailbox(mailbox).await
    }

    pub(super) async fn subscribe_mailbox(
        &mut self,
        mailbox: &MailboxId,
        subscribed: bool,
    ) -> Result<Vec<Step>, Error> {
        let node = self.node(mailbox)?;
        let (name, before) = (node.name.clone(), node.shown.subscribed);
        match subscribed {
            true => self.store()?.subscribe(&name).await?,
            false => self.store()?.unsubscribe(&name).await?,
        }
        self.list_again().await?;
        let back = Step::Subscribe { mailbox: mailbox.clone(), subscribed: before };
        Ok(if before == subscribed { Vec::new() } else { vec![back] })
    }

    /// The server's name for what a person calls `leaf` below `parent`.
    async fn name_below(
        &mut self,
        parent: Option<&MailboxId>,
        leaf: &str,
    ) -> Result<MailboxName, Error> {
        let (parent, delimiter) = match parent {
            Some(id) => {
                let node = self.node(id)?;
                (Some(node.name.clone()), node.delimiter)
            }
            None => self.top().await?,
        };
        let name = MailboxName::below(parent.as_ref(), delimiter, leaf);
        name.ok_or(Error::Invalid("no mailbox can be called so"))
    }

    /// What mailboxes at the top are made below, by the personal namespace (RFC 2342) or by how
    /// the others lie, and what separates levels there.
    async fn top(&mut self) -> Result<(Option<MailboxName>, Option<char>), Error> {
        let known = match self.store()?.namespaces().await {
            Err(error) if error.is_lost() => return Err(error.into()),
            other => other.ok().and_then(|all| all.personal.into_iter().next()),
        };
        let own = known.as_ref().and_then(|own| Some((own.prefix.as_bytes(), own.delimiter?)));
        if let Some((prefix, delimiter)) = own {
            let end = delimiter.to_string();
            let place = prefix.strip_suffix(end.as_bytes()).unwrap_or(prefix);
            if !place.is_empty() {
                return Ok((Some(MailboxName::from_server(place)), Some(delimiter)));
            }
        }
        let node = self.tree.top();
        let delimiter = node.map(|node| node.delimiter);
        let usual = || self.tree.nodes().find_map(|node| node.delimiter);
        Ok((node.map(|node| node.name.clone()), delimiter.unwrap_or_else(usual)))
    }

    /// Looks at none of these any longer.
    fn leave_family(&mut self, family: &[Node]) {
        if family.iter().any(|member| self.selected.as_ref() == Some(&member.shown.id)) {
            self.selected = None;
        }
    }

    /// Reads the tree anew and tells everybody.
    pub(super) async fn list_again(&mut self) -> Result<(), Error> {
        let listed = self.store()?.list().await?;
        self.take_list(listed);
        Ok(())
    }

    /// Chosen roles go with their mailboxes.
    async fn follow_renaming(&mut self, renamed: &[Renamed]) -> Result<(), Error> {
        let now: HashMap<&MailboxId, &MailboxId> =
            renamed.iter().map(|one| (&one.from, &one.to)).collect();
        let mut chosen = self.chosen.clone();
        for id in chosen.values_mut().flatten() {
            if let Some(new) = now.get(id) {
                *id = (*new).clone();
            }
        }
        if chosen != self.chosen {
            self.choose_roles(chosen).await?;
        }
        Ok(())
    }
}

/// A server that keeps no subscriptions is no reason to fail.
fn tolerate(done: Result<(), store::Error>) -> Result<(), Error> {
    match done {
        Err(error) if error.is_lost() => Err(error.into()),
        _ => Ok(()),
    }
}
