//! How much is in each mailbox: told with the tree where the server can (RFC 5819), else asked a
//! few at a time, so that neither the server nor a click is kept waiting.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::FutureExt;
use postern_shared::api::messages::Urgency;
use postern_shared::event::Event;
use postern_shared::mailbox::{Counts, Mailbox, MailboxId};

use super::Account;
use super::actor::{Actor, Chore};
use super::error::Error;
use super::tree::Tree;
use crate::clock::Clock;
use crate::store::{self, ListedMailbox, MailboxName, Told};

/// How often mailboxes that nobody watches are asked for.
pub(super) const POLL: Duration = Duration::from_secs(30);
/// The same where the server tells of them by itself: in case that it forgets to.
const RARE_POLL: Duration = Duration::from_secs(600);
/// Mailboxes counted in one piece of work.
const AT_ONCE: usize = 16;

/// Whose turn it is to be counted, where the server does not tell all counts at once.
#[derive(Debug, Default)]
pub(super) struct Round {
    waiting: VecDeque<MailboxId>,
    polled: Option<Duration>,
    /// The server tells of every mailbox by itself (RFC 5465).
    pub hears: bool,
}

impl Round {
    fn is_overdue(&self, clock: &Clock) -> bool {
        let pause = if self.hears { RARE_POLL } else { POLL };
        self.polled.is_none_or(|polled| clock.elapsed().saturating_sub(polled) >= pause)
    }

    /// The next few; those never counted come first.
    fn next(&mut self, tree: &Tree) -> Vec<MailboxId> {
        let counted = |id: &MailboxId| counts_of(tree, id).is_some();
        self.waiting.retain(|id| tree.get(id).is_some());
        if self.waiting.is_empty() {
            let all = tree.selectable().map(|node| node.shown.id.clone());
            let (old, new): (Vec<_>, Vec<_>) = all.partition(counted);
            self.waiting = new.into_iter().chain(old).collect();
        }
        let length = self.waiting.len().min(AT_ONCE);
        self.waiting.drain(..length).collect()
    }
}

impl Account {
    /// Its mailboxes as the page was shown them last; none before that.
    #[must_use]
    pub fn known_mailboxes(&self) -> Vec<Mailbox> {
        self.0.tree.borrow().clone()
    }

    /// Its mailboxes.
    ///
    /// # Errors
    /// Where the server cannot be reached and was not reached before.
    pub async fn list_mailboxes(&self) -> Result<Vec<Mailbox>, Error> {
        let known = self.0.tree.borrow().clone();
        if known.is_empty() {
            return self
                .ask(Urgency::Now, |actor| async move { Ok(actor.tree.shown()) }.boxed())
                .await;
        }
        // While nobody looked nobody asked: what has changed follows as events.
        self.tell(|actor| {
            if actor.round.is_overdue(&actor.clock) {
                actor.later(Chore::Poll);
            }
        });
        Ok(known)
    }
}

impl Actor {
    /// Asks for everything that nobody pushes, as long as somebody looks.
    pub(super) async fn beat(&mut self) {
        self.lane.close_idle().await;
        // A link that went while the queue of work was full could not say so.
        self.windows.keep(|link| self.audience.holds(link));
        self.drop_unused();
        if self.audience.is_empty() {
            return;
        }
        if !self.round.hears || self.round.is_overdue(&self.clock) {
            self.later(Chore::Poll);
        } else if let Some(id) = self.selected.clone() {
            // Which also keeps the connection alive.
            self.later(Chore::Refresh(id));
        }
    }

    /// Takes in what the server told of mailboxes that are not watched.
    pub(super) fn take_told(&mut self, told: Vec<(MailboxName, Told)>) {
        let mut counted = Vec::new();
        for (name, told) in told {
            let Some(node) = self.tree.named(&name).filter(|node| node.shown.selectable) else {
                continue;
            };
            let (id, before) = (node.shown.id.clone(), node.shown.counts);
            let messages = told.messages.or(before.map(|it| it.messages));
            let (Some(messages), Some(unseen)) = (messages, told.unseen) else {
                // New mail is told without how much of it was seen.
                self.later(Chore::Count(id));
                continue;
            };
            if name.is_inbox() {
                let Told { uid_next, uid_validity, .. } = told;
                self.note_inbox(&store::Counts { messages, unseen, uid_next, uid_validity });
            }
            counted.push((id, Counts { messages, unseen }));
        }
        let changed = self.take_counts(counted);
        let open = |id: &MailboxId| self.windows.has(id) || self.selected.as_ref() == Some(id);
        for id in changed.into_iter().filter(open).collect::<Vec<_>>() {
            self.later(Chore::Refresh(id));
        }
    }

    /// Asks for mailboxes, their counts, the selected one's news.
    pub(super) async fn poll(&mut self) -> Result<(), Error> {
        self.check_connection().await;
        if self.connection.is_none() {
            return Ok(());
        }
        self.round.polled = Some(self.clock.elapsed());
        let listed = self.store()?.list().await?;
        self.take_list(listed);
        if let Some(id) = self.selected.clone() {
            self.later(Chore::Refresh(id));
        }
        Ok(())
    }

    /// Takes in what LIST said: the tree, and the counts that came along.
    pub(super) fn take_list(&mut self, listed: Vec<ListedMailbox>) {
        self.round.polled = Some(self.clock.elapsed());
        let inbox = listed.iter().find(|mailbox| mailbox.name.is_inbox());
        let inbox = inbox.and_then(|mailbox| mailbox.counts);
        let silent = listed.iter().any(|mailbox| mailbox.selectable && mailbox.counts.is_none());
        let mut tree = Tree::new(&self.facts.id, listed, (&self.chosen, &self.tree));
        tree.keep_counts(&self.tree);
        let changed: Vec<MailboxId> = self
            .windows
            .mailboxes()
            .into_iter()
            .filter(|id| counts_of(&tree, id) != counts_of(&self.tree, id))
            .collect();
        let told: Vec<MailboxId> = tree
            .selectable()
            .map(|node| node.shown.id.clone())
            .filter(|id| counts_of(&tree, id) != counts_of(&self.tree, id))
            .collect();
        self.take_tree(tree);
        self.doubt_unfollowed(&told);
        for id in changed {
            self.later(Chore::Refresh(id));
        }
        if let Some(counts) = inbox {
            self.note_inbox(&counts);
        }
        if silent {
            self.later(Chore::CountSome);
        }
    }

    /// Counts the mailboxes whose turn it is.
    pub(super) async fn count_some(&mut self) -> Result<(), Error> {
        if self.audience.is_empty() {
            return Ok(());
        }
        let ids = self.round.next(&self.tree);
        let mut named = Vec::with_capacity(ids.len());
        for id in ids {
            named.push((id.clone(), self.name(&id)?));
        }
        let names: Vec<_> = named.iter().map(|(_, name)| name.clone()).collect();
        let statuses = self.store()?.statuses(&names).await?;
        let mut counted = Vec::with_capacity(statuses.len());
        for ((id, name), status) in named.into_iter().zip(statuses) {
            let Some(status) = status else { continue };
            if name.is_inbox() {
                self.note_inbox(&status);
            }
            counted.push((id, shown(&status)));
        }
        let changed = self.take_counts(counted);
        for id in changed.into_iter().filter(|id| self.windows.has(id)).collect::<Vec<_>>() {
            self.later(Chore::Refresh(id));
        }
        // Once all were counted, the next few have their turn at the next poll.
        let unknown =
            |id: &MailboxId| self.tree.get(id).is_some_and(|node| node.shown.counts.is_none());
        if self.round.waiting.iter().any(unknown) {
            self.later(Chore::CountSome);
        }
        Ok(())
    }

    /// Asks how much is in a mailbox and tells everybody if that is news.
    pub(super) async fn count(&mut self, id: &MailboxId) -> Result<(), Error> {
        let Ok(name) = self.name(id) else { return Ok(()) };
        if self.selected.as_ref() == Some(id) && !self.windows.has(id) {
            // Nobody refreshed it: STATUS tells no more of a selected mailbox than this connection
            // has heard, and whoever opens it next is shown just that.
            self.store()?.noop().await?;
        }
        let status = self.store()?.status(&name).await?;
        if name.is_inbox() {
            self.note_inbox(&status);
        }
        self.take_counts(vec![(id.clone(), shown(&status))]);
        Ok(())
    }

    /// Takes counts in and tells what is news.
    pub(super) fn take_counts(&mut self, all: Vec<(MailboxId, Counts)>) -> Vec<MailboxId> {
        let news: Vec<(MailboxId, Counts)> =
            all.into_iter().filter(|(id, counts)| self.tree.set_counts(id, *counts)).collect();
        let changed: Vec<MailboxId> = news.iter().map(|(id, _)| id.clone()).collect();
        self.doubt_unfollowed(&changed);
        if !news.is_empty() {
            self.shown.send_replace(self.tree.shown());
            let event = Event::CountsChanged(self.facts.id.clone(), news);
            self.audience.publish(&event);
        }
        changed
    }
}

fn counts_of(tree: &Tree, id: &MailboxId) -> Option<Counts> {
    tree.get(id).and_then(|node| node.shown.counts)
}

fn shown(status: &store::Counts) -> Counts {
    Counts { messages: status.messages, unseen: status.unseen }
}
