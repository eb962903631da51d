//! The tree of mailboxes with their unseen counts.

mod arrange;

use crate::i18n::{Key, number, t, text, text_count};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Icon, icon};
use crate::ui::skeleton::Skeleton;
use crate::ui::tree::{Tree, TreeNode};
use arrange::{Entry, apart, arrange};
use leptos::prelude::*;
use postern_shared::account::Account;
use postern_shared::mailbox::{Mailbox, MailboxId, Role};

pub use arrange::{ALL_INBOXES, OUTBOX, wanted};

/// What the tree shows.
#[derive(Clone, Copy)]
pub struct TreeModel {
    pub accounts: Signal<Vec<Account>>,
    /// `None` until they came for the first time.
    pub mailboxes: Signal<Option<Vec<Mailbox>>>,
    /// Why they could not be had, as a sentence; empty if they could.
    pub failure: Signal<String>,
    /// The node that is open, as [`node_id`] names it.
    pub selected: Signal<Option<String>>,
    /// Nodes that the user closed.
    pub collapsed: Signal<Vec<String>>,
    /// How many messages the outbox holds.
    pub sending: Signal<u64>,
}

/// What its nodes do.
#[derive(Clone, Copy)]
pub struct TreeVerbs {
    pub open: Callback<MailboxId>,
    /// Opens what is no mailbox: [`ALL_INBOXES`] or [`OUTBOX`].
    pub open_apart: Callback<String>,
    pub retry: Callback<()>,
    /// Expands or collapses the node of this id.
    pub toggle: Callback<String>,
}

/// The tree's id for a mailbox.
pub fn node_id(mailbox: &MailboxId) -> String {
    format!("mailbox-{}", mailbox.0)
}

/// The navigation "Mailboxes".
#[component]
pub fn MailboxTree(model: TreeModel, verbs: TreeVerbs) -> impl IntoView {
    let entries = Memo::new(move |_| {
        let mailboxes = model.mailboxes.get().unwrap_or_default();
        let accounts = model.accounts.get();
        let mut entries = arrange(&accounts, &mailboxes, &model.collapsed.get());
        if accounts.len() > 1 {
            entries.insert(0, apart(ALL_INBOXES, text(Key::TreeAllInboxes), 0));
        }
        let sending = model.sending.get();
        if sending > 0 {
            entries.push(apart(OUTBOX, text(Key::TreeOutbox), sending));
        }
        entries
    });
    let nodes = Signal::derive(move || entries.with(|entries| entries.iter().map(node).collect()));
    let select = move |id: String| {
        let chosen = entries.with_untracked(|entries| {
            entries.iter().find(|entry| entry.id == id).map(|entry| entry.mailbox.clone())
        });
        match chosen {
            Some(Some(mailbox)) if mailbox.selectable => verbs.open.run(mailbox.id),
            Some(None) if id == ALL_INBOXES || id == OUTBOX => verbs.open_apart.run(id),
            Some(_) => verbs.toggle.run(id),
            None => {}
        }
    };
    let row = Callback::new(move |id: String| {
        let entry = Memo::new(move |last: Option<&Option<Entry>>| {
            let found =
                entries.with(|entries| entries.iter().find(|entry| entry.id == id).cloned());
            found.or_else(|| last.cloned().flatten())
        });
        view! { <Content entry /> }.into_any()
    });
    let waiting = move || model.mailboxes.with(Option::is_none);
    let failed = move || !model.failure.with(String::is_empty);
    let empty = move || model.mailboxes.with(|known| known.as_ref().is_some_and(Vec::is_empty));
    view! {
        <div class="mailbox-tree">
            {move || failed().then(|| view! { <Failed reason=model.failure on_retry=verbs.retry /> })}
            {move || (waiting() && !failed()).then(|| view! { <Waiting /> })}
            {move || {
                empty().then(|| view! { <p class="mailbox-tree-note">{t(Key::TreeEmpty)}</p> })
            }}
            <Tree
                label=t(Key::ShellMailboxes)
                nodes
                selected=model.selected
                on_select=select
                on_toggle=verbs.toggle
                row
            />
        </div>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="mailbox-tree-wait">
            <span class="is-hidden-visually">{t(Key::TreeLoading)}</span>
            <Skeleton lines=7 />
        </div>
    }
}

#[component]
fn Failed(reason: Signal<String>, on_retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="mailbox-tree-note" role="alert">
            <p>{t(Key::TreeFailed)} " " {reason}</p>
            <Button label=t(Key::ShellRetry) kind=ButtonKind::Quiet on_press=on_retry />
        </div>
    }
}

/// Icon, name and count of one node.
#[component]
fn Content(entry: Memo<Option<Entry>>) -> impl IntoView {
    let role = Memo::new(move |_| entry.with(|entry| entry.as_ref().and_then(shown_role)));
    let shape = move || match entry.with(|entry| entry.as_ref().map(|entry| entry.id.clone())) {
        Some(id) if id == OUTBOX => Icon::Outbox,
        Some(id) if id == ALL_INBOXES => Icon::Inbox,
        _ if entry.with(|entry| entry.as_ref().is_some_and(|it| it.mailbox.is_none())) => {
            Icon::User
        }
        _ => role_icon(role.get()),
    };
    let name = move || entry.with(|entry| entry.as_ref().map(shown_name).unwrap_or_default());
    let unseen = move || entry.with(|entry| entry.as_ref().map_or(0, Entry::unseen));
    view! {
        {move || icon(shape())}
        <span class="mailbox-tree-name" class:is-unseen=move || unseen() != 0 dir="auto">{name}</span>
        {move || {
            let count = unseen();
            (count != 0).then(|| view! { " " <span class="mailbox-tree-count">{number(count)}</span> })
        }}
    }
}

fn shown_role(entry: &Entry) -> Option<Role> {
    entry.mailbox.as_ref().and_then(|mailbox| mailbox.role)
}

/// A mailbox with a role is called by it, in the user's language; the server's name is its own.
fn shown_name(entry: &Entry) -> String {
    match shown_role(entry) {
        Some(role) if entry.speaks_for_role => text(role_key(role)),
        _ => entry.name.clone(),
    }
}

/// What a mailbox is called outside the tree: by its role where it has one.
pub fn role_name(mailbox: &Mailbox) -> String {
    mailbox.role.map_or_else(|| mailbox.name.clone(), |role| text(role_key(role)))
}

fn node(entry: &Entry) -> TreeNode {
    let name = shown_name(entry);
    let name = match entry.unseen() {
        0 => name,
        held if entry.id == OUTBOX => text_count(Key::TreeOutboxName, held, &[("name", &name)]),
        unseen => text_count(Key::TreeUnreadName, unseen, &[("name", &name)]),
    };
    TreeNode { id: entry.id.clone(), name, level: entry.level, expanded: entry.expanded }
}

fn role_key(role: Role) -> Key {
    match role {
        Role::Inbox => Key::TreeRoleInbox,
        Role::Drafts => Key::TreeRoleDrafts,
        Role::Sent => Key::TreeRoleSent,
        Role::Archive => Key::TreeRoleArchive,
        Role::Junk => Key::TreeRoleJunk,
        Role::Trash => Key::TreeRoleTrash,
        Role::Flagged => Key::TreeRoleFlagged,
        Role::Important => Key::TreeRoleImportant,
        Role::All => Key::TreeRoleAll,
    }
}

fn role_icon(role: Option<Role>) -> Icon {
    match role {
        Some(Role::Inbox) => Icon::Inbox,
        Some(Role::Drafts) => Icon::Draft,
        Some(Role::Sent) => Icon::Send,
        Some(Role::Archive) => Icon::Archive,
        Some(Role::Junk) => Icon::Junk,
        Some(Role::Trash) => Icon::Trash,
        Some(Role::Flagged) => Icon::Star,
        Some(Role::Important) => Icon::Flag,
        Some(Role::All) => Icon::Mail,
        None => Icon::Mailbox,
    }
}
