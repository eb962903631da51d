//! Which mailboxes a scope means, and what `in:` names in a search. Pure.

use postern_shared::account::AccountId;
use postern_shared::mailbox::{Mailbox, MailboxId, Role};
use postern_shared::window::{Filter, Grouping, Scope, SortKey, View, Within};

use crate::store::index::{Place, Places};
use crate::store::query::{Query, Term};

/// Whether a mailbox's own listing gives the view: in order of arrival, straight from its server.
pub(in crate::user) fn is_plain(view: &View) -> bool {
    let filter = matches!(view.filter, Filter::All | Filter::Unseen | Filter::Flagged);
    let order = view.sort.by == SortKey::ReceivedAt && view.grouping == Grouping::Messages;
    matches!(view.scope, Scope::Mailbox(..)) && filter && order
}

/// The account that a scope is confined to; none where it spans all.
pub(super) fn account_of(scope: &Scope) -> Option<&AccountId> {
    match scope {
        Scope::Mailbox(account, _) | Scope::Account(account) => Some(account),
        Scope::Search {
            within: Within::Mailbox(account, _) | Within::Account(account), ..
        } => Some(account),
        Scope::Role(_) | Scope::All | Scope::Search { within: Within::All, .. } => None,
    }
}

/// The mailboxes of a scope; the inboxes first. A search says by `in:` that it looks everywhere.
pub(super) fn places(scope: &Scope, query: Option<&Query>, mailboxes: &[Mailbox]) -> Vec<Place> {
    let everywhere = query.is_some_and(|query| query.any(&mut |t| matches!(t, Term::In(_))));
    let wanted = |mailbox: &&Mailbox| match scope {
        Scope::Mailbox(_, id) | Scope::Search { within: Within::Mailbox(_, id), .. } => {
            mailbox.id == *id
        }
        Scope::Role(role) => mailbox.role == Some(*role),
        Scope::Account(_) | Scope::All | Scope::Search { .. } => {
            everywhere || is_of_all(mailbox, mailboxes)
        }
    };
    let mut found: Vec<&Mailbox> =
        mailboxes.iter().filter(|mailbox| mailbox.selectable).filter(wanted).collect();
    // Not in the server's order, which may be another one the next time.
    let place_in_order =
        |mailbox: &&Mailbox| (mailbox.role != Some(Role::Inbox), mailbox.id.clone());
    found.sort_by_cached_key(place_in_order);
    found.into_iter().map(place).collect()
}

/// Whether a mailbox is part of everything: not trash and junk, and each message once where the
/// server has a mailbox of all messages beside those that show some of them.
fn is_of_all(mailbox: &Mailbox, mailboxes: &[Mailbox]) -> bool {
    let own = || mailboxes.iter().filter(|other| other.account == mailbox.account);
    match mailbox.role {
        Some(Role::Trash | Role::Junk | Role::Flagged | Role::Important) => false,
        Some(Role::All) => true,
        _ => !own().any(|other| other.role == Some(Role::All) && other.selectable),
    }
}

/// What the names after `in:` mean.
pub(super) fn named_places(query: &Query, mailboxes: &[Mailbox]) -> Places {
    let mut places = Places::new();
    query.any(&mut |term| {
        if let Term::In(name) = term {
            places.insert(name.clone(), named(name, mailboxes));
        }
        false
    });
    places
}

fn named(name: &str, mailboxes: &[Mailbox]) -> Vec<Place> {
    let wanted = name.to_lowercase();
    let role = match wanted.as_str() {
        "anywhere" | "all" => return mailboxes.iter().map(place).collect(),
        "inbox" => Some(Role::Inbox),
        "drafts" | "draft" => Some(Role::Drafts),
        "sent" => Some(Role::Sent),
        "archive" => Some(Role::Archive),
        "junk" | "spam" => Some(Role::Junk),
        "trash" | "bin" => Some(Role::Trash),
        _ => None,
    };
    let by_name = |mailbox: &&Mailbox| mailbox.name.to_lowercase().contains(&wanted);
    let is_meant = |mailbox: &&Mailbox| {
        role.is_some_and(|role| mailbox.role == Some(role)) || by_name(mailbox)
    };
    mailboxes.iter().filter(is_meant).map(place).collect()
}

fn place(mailbox: &Mailbox) -> Place {
    Place { account: mailbox.account.clone(), mailbox: mailbox.id.clone() }
}

/// What a server is asked in one mailbox: the query with `in:` answered.
pub(super) fn query_in(query: &Query, place: &Place, places: &Places) -> Query {
    query.map(&mut |term| match term {
        Term::In(name) => {
            let here = places.get(name).is_some_and(|found| found.contains(place));
            if here { Query::all() } else { Query::nothing() }
        }
        other => Query::Term(other.clone()),
    })
}

/// The mailbox's id, for the account's verbs.
pub(super) fn id_of(place: &Place) -> MailboxId {
    place.mailbox.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::query::{Day, parse};

    fn mailbox(name: &str, role: Option<Role>) -> Mailbox {
        Mailbox {
            id: MailboxId(name.into()),
            account: AccountId("a".into()),
            parent: None,
            name: name.into(),
            role,
            selectable: true,
            subscribed: true,
            counts: None,
        }
    }

    fn check(mailboxes: &[Mailbox], scope: &Scope, query: &str, expect: &[&str]) {
        let query = parse(query, Day::at(0)).unwrap();
        let found = places(scope, Some(&query), mailboxes);
        let found: Vec<&str> = found.iter().map(|place| place.mailbox.0.as_str()).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn everything_leaves_trash_out_unless_asked() {
        let all = [
            mailbox("Work", None),
            mailbox("INBOX", Some(Role::Inbox)),
            mailbox("Trash", Some(Role::Trash)),
        ];
        check(&all, &Scope::All, "", &["INBOX", "Work"]);
        check(&all, &Scope::All, "in:trash x", &["INBOX", "Trash", "Work"]);
        check(&all, &Scope::Role(Role::Inbox), "", &["INBOX"]);
        let with_all = [all.to_vec(), vec![mailbox("All Mail", Some(Role::All))]].concat();
        check(&with_all, &Scope::All, "", &["All Mail"]);
        let query = parse("in:work x", Day::at(0)).unwrap();
        let named = named_places(&query, &all);
        let here = query_in(&query, &place(&all[0]), &named);
        let word = Query::Term(Term::Text("x".into()));
        assert_eq!(here, Query::And(vec![Query::all(), word]));
    }
}
