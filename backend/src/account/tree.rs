//! The mailboxes of an account: ids, names, roles and counts. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use postern_shared::account::AccountId;
use postern_shared::mailbox::{Counts, Mailbox, MailboxId, Role};
use sha2::{Digest, Sha256};

use crate::store::{self, ListedMailbox, MailboxName};

/// Which mailbox the user chose for a role; none where no mailbox is to have it.
pub(super) type Chosen = BTreeMap<Role, Option<MailboxId>>;

/// One mailbox and what the server calls it.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The name that the server knows.
    pub name: MailboxName,
    /// What separates the levels of its name.
    pub delimiter: Option<char>,
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
    /// Builds the tree of what LIST answered; what the user chose goes over what was detected, and
    /// ids stay what they were `before`.
    pub(super) fn new(
        account: &AccountId,
        listed: Vec<ListedMailbox>,
        (chosen, before): (&Chosen, &Self),
    ) -> Self {
        let given = ids(account, &listed, before);
        let paths = listed.iter().map(|mailbox| mailbox.name.decoded());
        let ids: HashMap<String, MailboxId> = paths.zip(given.iter().cloned()).collect();
        let mut taken = Vec::new();
        let nodes: Vec<Node> = listed
            .into_iter()
            .zip(given)
            .map(|(mailbox, id)| {
                let detected = mailbox.role.filter(|role| !chosen.contains_key(role));
                let own = chosen.iter().find(|(_, at)| at.as_ref() == Some(&id));
                let role = own.map(|(role, _)| *role).or(detected);
                let role = role.filter(|role| !taken.contains(role));
                taken.extend(role);
                node((account, id), &ids, mailbox, role)
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

    /// Every mailbox, in the server's order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// The mailbox that the server calls so.
    pub(super) fn named(&self, name: &MailboxName) -> Option<&Node> {
        self.nodes.iter().find(|node| node.name == *name)
    }

    /// The mailbox that is called so directly below another.
    pub(super) fn child(&self, parent: &MailboxId, leaf: &str) -> Option<&Node> {
        let is_child = |node: &&Node| node.shown.parent.as_ref() == Some(parent);
        self.nodes.iter().filter(is_child).find(|node| node.shown.name == leaf)
    }

    /// A mailbox and those that it lies in, the nearest first.
    pub(super) fn lineage(&self, id: &MailboxId) -> impl Iterator<Item = &Node> {
        let parent = |node: &&Node| node.shown.parent.as_ref().and_then(|id| self.get(id));
        std::iter::successors(self.get(id), parent)
    }

    /// A mailbox and those that lie below it, every one behind the one that it lies in.
    pub(super) fn family(&self, id: &MailboxId) -> impl Iterator<Item = &Node> {
        let head = self.get(id);
        let below = |node: &&Node| head.is_some_and(|head| node.lies_below(head));
        let mut members: Vec<&Node> =
            head.into_iter().chain(self.nodes.iter().filter(below)).collect();
        members.sort_by_key(|node| node.name.as_bytes().len());
        members.into_iter()
    }

    /// What mailboxes without a parent are made below: the inbox, where all others lie below it.
    pub(super) fn top(&self) -> Option<&Node> {
        let inbox = self.nodes.iter().find(|node| node.name.is_inbox())?;
        let mut others = self.nodes.iter().filter(|node| !node.name.is_inbox()).peekable();
        let all_below = others.peek().is_some() && others.all(|node| node.lies_below(inbox));
        all_below.then_some(inbox)
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

impl Node {
    /// Whether its name puts it below another's.
    fn lies_below(&self, other: &Self) -> bool {
        let Some(delimiter) = other.delimiter else { return false };
        let mut place = other.name.as_bytes().to_vec();
        place.extend_from_slice(delimiter.encode_utf8(&mut [0; 4]).as_bytes());
        self.name.as_bytes().starts_with(&place) && self.name != other.name
    }

    /// The last level of its name.
    pub(super) fn leaf(&self) -> String {
        let path = self.name.decoded();
        let split = self.delimiter.and_then(|delimiter| path.rsplit_once(delimiter));
        split.map_or_else(|| path.clone(), |(_, leaf)| leaf.to_owned())
    }
}

fn node(
    (account, id): (&AccountId, MailboxId),
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
        id,
        account: account.clone(),
        parent,
        name,
        role,
        selectable: mailbox.selectable,
        subscribed: mailbox.subscribed,
        counts: mailbox.counts.map(counts),
    };
    Node { name: mailbox.name, delimiter: mailbox.delimiter, shown }
}

/// The id of each mailbox. Where the server names its mailboxes for good (MAILBOXID, RFC 8474), by
/// that, so that what is known of one outlives its renaming; else by its own name. A server that
/// says it one time and not the next changes nothing, and neither does one that says it twice.
fn ids(account: &AccountId, listed: &[ListedMailbox], before: &Tree) -> Vec<MailboxId> {
    let mut taken: HashSet<MailboxId> = HashSet::new();
    let known = before.nodes.iter().map(|node| (&node.name, node));
    let known: HashMap<&MailboxName, &Node> = known.collect();
    let id = |mailbox: &ListedMailbox| {
        let by_name = || mailbox_id(account, 0, mailbox.name.as_bytes());
        let for_good = |id: &String| mailbox_id(account, 1, id.as_bytes());
        let silent = known.get(&mailbox.name).filter(|_| mailbox.object_id.is_none());
        let id = match (silent, &mailbox.object_id) {
            (Some(node), _) => node.shown.id.clone(),
            (None, Some(object_id)) => for_good(object_id),
            (None, None) => by_name(),
        };
        let id = if taken.contains(&id) { by_name() } else { id };
        taken.insert(id.clone());
        id
    };
    listed.iter().map(id).collect()
}

/// A hash of account and name, so that it is the same after a restart.
fn mailbox_id(account: &AccountId, kind: u8, name: &[u8]) -> MailboxId {
    let mut hash = Sha256::new();
    hash.update(account.0.as_bytes());
    hash.update([kind]);
    hash.update(name);
    MailboxId(hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: &str, object_id: Option<&str>) -> ListedMailbox {
        ListedMailbox {
            name: MailboxName::from_text(name),
            delimiter: Some('.'),
            selectable: true,
            subscribed: true,
            role: (name == "Sent").then_some(Role::Sent),
            counts: None,
            object_id: object_id.map(str::to_owned),
        }
    }

    fn tree(names: &[&str], chosen: &Chosen) -> Tree {
        let listed = names.iter().map(|name| listed(name, None)).collect();
        Tree::new(&AccountId("a".into()), listed, (chosen, &Tree::default()))
    }

    #[test]
    fn an_id_outlives_a_rename_where_the_server_names_mailboxes_for_good() {
        let ids = |all: &[(&str, Option<&str>)], before: &Tree| {
            let all = all.iter().map(|(name, id)| listed(name, *id)).collect();
            let tree = Tree::new(&AccountId("a".into()), all, (&Chosen::new(), before));
            let ids: Vec<MailboxId> = tree.nodes().map(|node| node.shown.id.clone()).collect();
            (tree, ids)
        };
        let (first, before) = ids(&[("Work", Some("F1")), ("Play", None)], &Tree::default());
        let (_, after) = ids(&[("Job", Some("F1")), ("Play", None)], &first);
        assert_eq!(before, after);
        let (_, silent) = ids(&[("Work", None), ("Play", None)], &first);
        assert_eq!(before, silent);
        let (_, double) = ids(&[("Work", Some("F1")), ("Play", Some("F1"))], &first);
        assert_eq!(before, double);
    }

    fn id(tree: &Tree, name: &str) -> MailboxId {
        tree.named(&MailboxName::from_text(name)).expect("it is listed").shown.id.clone()
    }

    fn names<'a>(nodes: impl Iterator<Item = &'a Node>) -> Vec<String> {
        nodes.map(|node| node.name.decoded()).collect()
    }

    #[test]
    fn a_family_is_what_lies_below_and_nothing_that_looks_alike() {
        let tree =
            tree(&["INBOX", "Work.2024.May", "Work", "Work.2024", "Workshop"], &Chosen::new());
        let family = names(tree.family(&id(&tree, "Work")));
        assert_eq!(family, ["Work", "Work.2024", "Work.2024.May"]);
        let lineage = names(tree.lineage(&id(&tree, "Work.2024.May")));
        assert_eq!(lineage, ["Work.2024.May", "Work.2024", "Work"]);
    }

    #[test]
    fn where_all_lies_below_the_inbox_new_ones_do_too() {
        let below = tree(&["INBOX", "INBOX.Sent", "INBOX.Work"], &Chosen::new());
        assert!(below.top().is_some_and(|node| node.name.is_inbox()));
        assert!(tree(&["INBOX", "Sent", "INBOX.Work"], &Chosen::new()).top().is_none());
        assert!(tree(&["INBOX"], &Chosen::new()).top().is_none());
    }

    #[test]
    fn a_chosen_role_goes_over_a_detected_one() {
        let all = ["INBOX", "Sent", "Copies"];
        let plain = tree(&all, &Chosen::new());
        assert_eq!(plain.of_role(Role::Sent).map(|node| node.leaf()).as_deref(), Some("Sent"));
        let copies = Chosen::from([(Role::Sent, Some(id(&plain, "Copies")))]);
        let chosen = tree(&all, &copies);
        assert_eq!(chosen.of_role(Role::Sent).map(|node| node.leaf()).as_deref(), Some("Copies"));
        let nobody = Chosen::from([(Role::Sent, None)]);
        assert!(tree(&all, &nobody).of_role(Role::Sent).is_none());
    }
}
