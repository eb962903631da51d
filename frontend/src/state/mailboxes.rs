//! Mailboxes of each account, with counts.

use leptos::prelude::*;
use postern_shared::account::AccountId;
use postern_shared::error::CallError;
use postern_shared::mailbox::{Counts, Mailbox, MailboxId, Role};

use super::overlay::{CountShift, Overlay, shifted};

/// How far an account's mailboxes are loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tree {
    Loading,
    Ready(Vec<Mailbox>),
    Failed(CallError),
}

/// The mailboxes of every account.
#[derive(Debug, Clone, Default)]
struct Forest {
    trees: Vec<(AccountId, Tree)>,
}

impl Forest {
    fn tree(&self, account: &AccountId) -> Option<&Tree> {
        self.trees.iter().find(|(known, _)| known == account).map(|(_, tree)| tree)
    }

    fn tree_mut(&mut self, account: &AccountId) -> Option<&mut Tree> {
        self.trees.iter_mut().find(|(known, _)| known == account).map(|(_, tree)| tree)
    }

    fn put(&mut self, account: &AccountId, tree: Tree) {
        match self.tree_mut(account) {
            Some(known) => *known = tree,
            None => self.trees.push((account.clone(), tree)),
        }
    }

    fn of(&self, account: &AccountId) -> &[Mailbox] {
        match self.tree(account) {
            Some(Tree::Ready(mailboxes)) => mailboxes,
            _ => &[],
        }
    }

    /// Every known mailbox; none where no tree came yet.
    fn all(&self) -> Option<Vec<Mailbox>> {
        let ready = |tree: &Tree| match tree {
            Tree::Ready(mailboxes) => Some(mailboxes.clone()),
            _ => None,
        };
        let trees: Vec<_> = self.trees.iter().map(|(_, tree)| tree).filter_map(ready).collect();
        (!trees.is_empty()).then(|| trees.concat())
    }

    fn counts_mut(&mut self, account: &AccountId, id: &MailboxId) -> Option<&mut Counts> {
        match self.tree_mut(account)? {
            Tree::Ready(all) => all.iter_mut().find(|mailbox| mailbox.id == *id)?.counts.as_mut(),
            _ => None,
        }
    }

    fn recount(&mut self, account: &AccountId, counts: &[(MailboxId, Counts)]) {
        let Some(Tree::Ready(all)) = self.tree_mut(account) else { return };
        for (id, counts) in counts {
            if let Some(mailbox) = all.iter_mut().find(|mailbox| mailbox.id == *id) {
                mailbox.counts = Some(*counts);
            }
        }
    }

    /// Keeps what is shown while a fresh tree is on its way.
    fn load(&mut self, account: &AccountId) {
        if !matches!(self.tree(account), Some(Tree::Ready(_))) {
            self.put(account, Tree::Loading);
        }
    }
}

/// The mailboxes, as views know them.
#[derive(Clone, Copy)]
pub struct Mailboxes {
    forest: RwSignal<Forest>,
    overlay: RwSignal<Overlay>,
}

impl Mailboxes {
    /// Nothing loaded; counts are shown through `overlay`.
    #[must_use]
    pub fn new(overlay: RwSignal<Overlay>) -> Self {
        Self { forest: RwSignal::new(Forest::default()), overlay }
    }

    /// Every mailbox with counts as they are to be shown; none until the first tree came.
    #[must_use]
    pub fn all(self) -> Option<Vec<Mailbox>> {
        let mut all = self.forest.with(Forest::all)?;
        self.overlay.with(|overlay| {
            for mailbox in &mut all {
                let shown = |counts| overlay.counts(&mailbox.account, &mailbox.id, counts);
                mailbox.counts = mailbox.counts.map(shown);
            }
        });
        Some(all)
    }

    /// The accounts whose mailboxes could not be loaded, and why.
    #[must_use]
    pub fn failures(self) -> Vec<(AccountId, CallError)> {
        self.forest.with(|forest| {
            let failed = forest.trees.iter().filter_map(|(account, tree)| match tree {
                Tree::Failed(error) => Some((account.clone(), error.clone())),
                _ => None,
            });
            failed.collect()
        })
    }

    /// A mailbox by its id, with counts as they are to be shown.
    #[must_use]
    pub fn get(self, account: &AccountId, id: &MailboxId) -> Option<Mailbox> {
        self.find(account, |mailbox| mailbox.id == *id)
    }

    /// The mailbox of a role.
    #[must_use]
    pub fn by_role(self, account: &AccountId, role: Role) -> Option<Mailbox> {
        self.find(account, |mailbox| mailbox.role == Some(role) && mailbox.selectable)
    }

    fn find(self, account: &AccountId, wanted: impl Fn(&Mailbox) -> bool) -> Option<Mailbox> {
        let found =
            |forest: &Forest| forest.of(account).iter().find(|mailbox| wanted(mailbox)).cloned();
        let mut mailbox = self.forest.with(found)?;
        let shown =
            |counts| self.overlay.with(|overlay| overlay.counts(account, &mailbox.id, counts));
        mailbox.counts = mailbox.counts.map(shown);
        Some(mailbox)
    }

    /// Unseen messages in all inboxes.
    #[must_use]
    pub fn unseen(self) -> u32 {
        let accounts = self.forest.with(|forest| {
            forest.trees.iter().map(|(account, _)| account.clone()).collect::<Vec<_>>()
        });
        let inboxes = accounts.iter().filter_map(|account| self.by_role(account, Role::Inbox));
        inboxes.filter_map(|inbox| inbox.counts).map(|counts| counts.unseen).sum()
    }

    /// An account's mailboxes are being asked for.
    pub fn load(self, account: &AccountId) {
        self.forest.update(|forest| forest.load(account));
    }

    /// An account's mailboxes are these.
    pub fn replace(self, account: AccountId, mailboxes: Vec<Mailbox>) {
        self.forest.update(|forest| forest.put(&account, Tree::Ready(mailboxes)));
    }

    /// An account's mailboxes could not be loaded; what was there before stays.
    pub fn fail(self, account: &AccountId, error: CallError) {
        self.forest.update(|forest| {
            if !matches!(forest.tree(account), Some(Tree::Ready(_))) {
                forest.put(account, Tree::Failed(error));
            }
        });
    }

    /// Some mailboxes hold this much now.
    pub fn recount(self, account: &AccountId, counts: &[(MailboxId, Counts)]) {
        self.overlay.update(|overlay| {
            counts.iter().for_each(|(mailbox, _)| overlay.recount(account, mailbox));
        });
        self.forest.update(|forest| forest.recount(account, counts));
    }

    /// Makes confirmed shifts part of the counts.
    pub fn shift(self, shifts: &[CountShift]) {
        self.forest.update(|forest| {
            for shift in shifts {
                if let Some(counts) = forest.counts_mut(&shift.account, &shift.mailbox) {
                    *counts = shifted(*counts, shift);
                }
            }
        });
    }

    /// Forgets everything: another user may come.
    pub fn clear(self) {
        self.forest.set(Forest::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(id: &str, parent: Option<&str>, role: Option<Role>) -> Mailbox {
        Mailbox {
            id: MailboxId(id.into()),
            account: AccountId("a".into()),
            parent: parent.map(|parent| MailboxId(parent.into())),
            name: id.into(),
            role,
            selectable: true,
            subscribed: true,
            counts: Some(Counts::default()),
        }
    }

    #[test]
    fn counts_are_replaced_and_shifted() {
        let mut forest = Forest::default();
        let account = AccountId("a".into());
        forest.put(&account, Tree::Ready(vec![mailbox("x", None, None)]));
        let id = MailboxId("x".into());
        forest.recount(&account, &[(id.clone(), Counts { messages: 5, unseen: 2 })]);
        let counts = forest.counts_mut(&account, &id).copied();
        assert_eq!(counts, Some(Counts { messages: 5, unseen: 2 }));
    }
}
