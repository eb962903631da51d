//! The mailboxes of an account: ids, names, roles and counts. Pure.

use std::collections::HashMap;

use postern_shared::account::AccountId;
use postern_shared::mailbox::{Counts, Mailbox, MailboxId, Role};
use sha2::{Digest, Sha256};

use crate::store::{self, ListedMailbox, MailboxName};

/// One mailbox and what the server calls it.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The name that the server knows.
    pub name: MailboxName,
    /// What the page is shown.
    pub shown: Mailbox,
}

/// All mailboxes of an account, in the server's order.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    index: HashMap<MailboxId, usize>,
}

impl Tree {
    /// Builds the tree of what LIST answered.
    pub(super) fn new(account: &AccountId, listed: Vec<ListedMailbox>) -> Self {
        let ids: HashMap<String, MailboxId> = listed
            .iter()
            .map(|mailbox| (mailbox.name.decoded(), mailbox_id(account, &mailbox.name)))
            .collect();
        let mut taken = Vec::new();
        let nodes: Vec<Node> = listed
            .into_iter()
            .map(|mailbox| {
                let role = mailbox.role.filter(|role| !taken.contains(role));
                taken.extend(role);
                node(account, &ids, mailbox, role)
            })
            .collect();
        let index = nodes.iter().enumerate().map(|(at, node)| (node.shown.id.clone(), at));
        Self { index: index.collect(), nodes }
    }

    /// What the page is shown.
    pub(super) fn shown(&self) -> Vec<Mailbox> {
        self.nodes.iter().map(|node| node.shown.clone()).collect()
    }

    /// One mailbox.
    pub(super) fn get(&self, id: &MailboxId) -> Option<&Node> {
        self.index.get(id).map(|at| &self.nodes[*at])
    }

    /// The mailbox of a role.
    pub(super) fn of_role(&self, role: Role) -> Option<&Node> {
        self.nodes.iter().find(|node| node.shown.role == Some(role))
    }

    /// The mailboxes that hold messages.
    pub(super) fn selectable(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.shown.selectable)
    }

    /// Takes over the counts that were known, where the server did not tell any this time.
    pub(super) fn keep_counts(&mut self, before: &Self) {
        for node in &mut self.nodes {
            let known = || before.get(&node.shown.id).and_then(|old| old.shown.counts);
            node.shown.counts = node.shown.counts.or_else(known);
        }
    }

    /// Takes counts in; says whether they are news.
    pub(super) fn set_counts(&mut self, id: &MailboxId, counts: Counts) -> bool {
        let Some(at) = self.index.get(id) else { return false };
        let before = self.nodes[*at].shown.counts.replace(counts);
        before != Some(counts)
    }
}

fn node(
    account: &AccountId,
    ids: &HashMap<String, MailboxId>,
    mailbox: ListedMailbox,
    role: Option<Role>,
) -> Node {
    let path = mailbox.name.decoded();
    let split = mailbox.delimiter.and_then(|delimiter| path.rsplit_once(delimiter));
    let parent = split.and_then(|(parent, _)| ids.get(parent).cloned());
    // A name whose parent is not listed is shown whole, so that nothing looks alike.
    let name = match (&parent, split) {
        (Some(_), Some((_, leaf))) => leaf.to_owned(),
        _ => path.clone(),
    };
    let counts =
        |counts: store::Counts| Counts { messages: counts.messages, unseen: counts.unseen };
    let shown = Mailbox {
        id: mailbox_id(account, &mailbox.name),
        account: account.clone(),
        parent,
        name,
        role,
        selectable: mailbox.selectable,
        subscribed: mailbox.subscribed,
        counts: mailbox.counts.map(counts),
    };
    Node { name: mailbox.name, shown }
}

/// A mailbox's id: a hash of account and name, so that it is the same after a restart.
fn mailbox_id(account: &AccountId, name: &MailboxName) -> MailboxId {
    let mut hash = Sha256::new();
    hash.update(account.0.as_bytes());
    hash.update([0]);
    hash.update(name.as_bytes());
    MailboxId(hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}
