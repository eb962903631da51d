//! From the bridge's list of mailboxes to the visible nodes, in the order people expect.

use super::node_id;
use crate::ui::dom::lowercase;
use postern_shared::account::{Account, AccountId};
use postern_shared::mailbox::{Mailbox, MailboxId, Role};

/// The node of all accounts' inboxes.
pub const ALL_INBOXES: &str = "all";
/// The node of what is being sent.
pub const OUTBOX: &str = "outbox";

/// One visible node: a mailbox, an account where there are several, or what is no mailbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: String,
    pub name: String,
    /// 1 for a root.
    pub level: u32,
    /// `None` for a leaf.
    pub expanded: Option<bool>,
    pub mailbox: Option<Mailbox>,
    /// What a node that is no mailbox holds.
    pub held: u64,
    /// False for a second mailbox of the same role, which keeps the server's name.
    pub speaks_for_role: bool,
}

impl Entry {
    /// Unseen messages, where counting them helps: not in what the user wrote or threw away.
    pub fn unseen(&self) -> u64 {
        let quiet = [Role::Sent, Role::Drafts, Role::Trash].map(Some);
        match &self.mailbox {
            Some(mailbox) if !quiet.contains(&mailbox.role) => {
                mailbox.counts.map_or(0, |counts| counts.unseen.into())
            }
            _ => self.held,
        }
    }
}

/// A node that is no mailbox.
pub fn apart(id: &str, name: String, held: u64) -> Entry {
    let (id, speaks_for_role) = (id.to_owned(), false);
    Entry { id, name, level: 1, expanded: None, mailbox: None, held, speaks_for_role }
}

/// The mailboxes that the user wants to see: those with a role, those subscribed to, and what these
/// lie in; all of them where the server knows of no subscription.
pub fn wanted(mailboxes: Vec<Mailbox>, all: bool) -> Vec<Mailbox> {
    let some = |account: &AccountId| {
        mailboxes.iter().any(|mailbox| mailbox.account == *account && mailbox.subscribed)
    };
    let own = |mailbox: &Mailbox| {
        all || mailbox.role.is_some() || mailbox.subscribed || !some(&mailbox.account)
    };
    let mut kept: Vec<bool> = mailboxes.iter().map(own).collect();
    // From the leaves up; a server that makes a mailbox its own ancestor must not hang the page.
    for _ in 0..32 {
        let is_parent = |at: usize| {
            let inside = |(child, kept): (&Mailbox, &bool)| {
                *kept && child.parent.as_ref() == Some(&mailboxes[at].id)
            };
            mailboxes.iter().zip(&kept).any(inside)
        };
        let more: Vec<usize> = (0..kept.len()).filter(|at| !kept[*at] && is_parent(*at)).collect();
        if more.is_empty() {
            break;
        }
        more.into_iter().for_each(|at| kept[at] = true);
    }
    mailboxes.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(mailbox, _)| mailbox).collect()
}

/// The visible nodes: roles first, then names; children of collapsed nodes are left out.
pub fn arrange(accounts: &[Account], mailboxes: &[Mailbox], collapsed: &[String]) -> Vec<Entry> {
    let mut out = Vec::new();
    if accounts.len() < 2 {
        let all: Vec<_> = mailboxes.iter().collect();
        Walk { all, collapsed }.descend(None, 1, &mut out);
        return out;
    }
    for account in accounts {
        let id = format!("account-{}", account.id.0);
        let expanded = !collapsed.contains(&id);
        out.push(Entry {
            id,
            name: account.shown().to_owned(),
            level: 1,
            expanded: Some(expanded),
            mailbox: None,
            held: 0,
            speaks_for_role: false,
        });
        if expanded {
            let all = mailboxes.iter().filter(|mailbox| mailbox.account == account.id).collect();
            Walk { all, collapsed }.descend(None, 2, &mut out);
        }
    }
    out
}

struct Walk<'a> {
    all: Vec<&'a Mailbox>,
    collapsed: &'a [String],
}

impl<'a> Walk<'a> {
    fn descend(&self, parent: Option<&MailboxId>, level: u32, out: &mut Vec<Entry>) {
        for mailbox in self.children(parent) {
            let id = node_id(&mailbox.id);
            let leaf = self.children(Some(&mailbox.id)).is_empty();
            let expanded = (!leaf).then(|| !self.collapsed.contains(&id));
            out.push(Entry {
                id,
                name: mailbox.name.clone(),
                level,
                expanded,
                mailbox: Some(mailbox.clone()),
                held: 0,
                speaks_for_role: self.is_first_of_role(mailbox),
            });
            // A server that makes a mailbox its own ancestor must not hang the page.
            if expanded == Some(true) && level < 32 {
                self.descend(Some(&mailbox.id), level + 1, out);
            }
        }
    }

    fn children(&self, parent: Option<&MailboxId>) -> Vec<&'a Mailbox> {
        let known = |id: &MailboxId| self.all.iter().any(|mailbox| mailbox.id == *id);
        // A mailbox whose parent is not listed stands at the top, rather than nowhere.
        let home = |mailbox: &Mailbox| mailbox.parent.clone().filter(known);
        let mut found: Vec<((usize, String), &Mailbox)> = Vec::new();
        for mailbox in self.all.iter().filter(|mailbox| home(mailbox).as_ref() == parent) {
            let key = (rank(mailbox.role), lowercase(&mailbox.name));
            let at = found.partition_point(|(known, _)| *known <= key);
            found.insert(at, (key, mailbox));
        }
        found.into_iter().map(|(_, mailbox)| mailbox).collect()
    }

    fn is_first_of_role(&self, mailbox: &Mailbox) -> bool {
        let first = self.all.iter().find(|other| other.role == mailbox.role);
        mailbox.role.is_some() && first.is_some_and(|first| first.id == mailbox.id)
    }
}

fn rank(role: Option<Role>) -> usize {
    use Role::{All, Archive, Drafts, Flagged, Important, Inbox, Junk, Sent, Trash};
    let order = [Inbox, Flagged, Important, Drafts, Sent, Archive, All, Junk, Trash];
    role.and_then(|role| order.iter().position(|known| *known == role)).unwrap_or(order.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_shared::account::{AccountState, Protocol};
    use postern_shared::mailbox::Counts;

    fn mailbox(id: &str, parent: Option<&str>, role: Option<Role>) -> Mailbox {
        Mailbox {
            id: MailboxId(id.to_owned()),
            account: AccountId("a".to_owned()),
            parent: parent.map(|parent| MailboxId(parent.to_owned())),
            name: id.to_owned(),
            role,
            selectable: true,
            subscribed: true,
            counts: Some(Counts { messages: 9, unseen: 3 }),
        }
    }

    fn account(id: &str) -> Account {
        Account {
            id: AccountId(id.to_owned()),
            address: format!("{id}@example.test"),
            protocol: Protocol::Imap,
            state: AccountState::Online,
            identities: Vec::new(),
            name: String::new(),
            colour: 0,
            added: false,
        }
    }

    fn check(mailboxes: &[Mailbox], collapsed: &[&str], expect: &[(&str, u32)]) {
        let collapsed: Vec<_> = collapsed.iter().map(|id| format!("mailbox-{id}")).collect();
        let entries = arrange(&[account("a")], mailboxes, &collapsed);
        let seen: Vec<_> = entries.iter().map(|entry| (&*entry.name, entry.level)).collect();
        assert_eq!(seen, expect);
    }

    #[test]
    fn roles_come_first_and_the_rest_by_name() {
        let mailboxes = [
            mailbox("work", None, None),
            mailbox("Trash", None, Some(Role::Trash)),
            mailbox("Art", None, None),
            mailbox("INBOX", None, Some(Role::Inbox)),
        ];
        check(&mailboxes, &[], &[("INBOX", 1), ("Trash", 1), ("Art", 1), ("work", 1)]);
    }

    #[test]
    fn children_follow_their_parent_unless_it_is_collapsed() {
        let mailboxes = [
            mailbox("work", None, None),
            mailbox("plans", Some("work"), None),
            mailbox("2026", Some("plans"), None),
        ];
        check(&mailboxes, &[], &[("work", 1), ("plans", 2), ("2026", 3)]);
        check(&mailboxes, &["plans"], &[("work", 1), ("plans", 2)]);
        check(&mailboxes, &["work"], &[("work", 1)]);
    }

    #[test]
    fn a_mailbox_with_an_unlisted_parent_stands_at_the_top() {
        check(&[mailbox("lost", Some("nowhere"), None)], &[], &[("lost", 1)]);
    }

    #[test]
    fn only_the_first_mailbox_of_a_role_takes_its_name() {
        let mailboxes =
            [mailbox("Sent", None, Some(Role::Sent)), mailbox("Sent 2", None, Some(Role::Sent))];
        let entries = arrange(&[account("a")], &mailboxes, &[]);
        let named: Vec<_> = entries.iter().map(|entry| entry.speaks_for_role).collect();
        assert_eq!(named, [true, false]);
    }

    #[test]
    fn several_accounts_become_roots() {
        let entries = arrange(
            &[account("a"), account("b")],
            &[mailbox("INBOX", None, Some(Role::Inbox))],
            &[],
        );
        let seen: Vec<_> = entries.iter().map(|entry| (&*entry.name, entry.level)).collect();
        assert_eq!(seen, [("a@example.test", 1), ("INBOX", 2), ("b@example.test", 1)]);
    }

    #[test]
    fn what_is_not_subscribed_to_is_left_out_unless_something_in_it_is() {
        let unsubscribed = |id, parent| Mailbox { subscribed: false, ..mailbox(id, parent, None) };
        let check = |mailboxes: &[Mailbox], all, expect: &[&str]| {
            let shown = wanted(mailboxes.to_vec(), all);
            let shown: Vec<_> = shown.iter().map(|mailbox| &*mailbox.name).collect();
            assert_eq!(shown, expect);
        };
        let mailboxes = [
            mailbox("INBOX", None, Some(Role::Inbox)),
            unsubscribed("lists", None),
            unsubscribed("rust", Some("lists")),
            mailbox("wg", Some("rust"), None),
            unsubscribed("old", None),
        ];
        check(&mailboxes, false, &["INBOX", "lists", "rust", "wg"]);
        check(&mailboxes, true, &["INBOX", "lists", "rust", "wg", "old"]);
        check(&mailboxes[4..], false, &["old"]);
    }

    #[test]
    fn unseen_is_not_counted_where_it_says_nothing() {
        let unseen = |role| {
            let mailboxes = [mailbox("x", None, role)];
            arrange(&[account("a")], &mailboxes, &[])[0].unseen()
        };
        assert_eq!(unseen(Some(Role::Inbox)), 3);
        assert_eq!(unseen(None), 3);
        assert_eq!(unseen(Some(Role::Trash)), 0);
    }
}
