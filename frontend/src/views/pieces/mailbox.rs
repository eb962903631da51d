//! The dialog "Mailbox actions": what can be done to the mailbox in sight, and making new ones.

use leptos::ev;
use leptos::prelude::*;
use postern_shared::account::AccountId;
use postern_shared::mailbox::{Mailbox, MailboxId, Role};
use postern_shared::window::{Grouping, Scope, View};

use crate::i18n::{Key, t, text, text_with};
use crate::routes::Route;
use crate::state::actions::Change;
use crate::state::transfers::whole;
use crate::state::{Stores, stores};
use crate::ui::button::{Button, ButtonKind, SubmitButton};
use crate::ui::dom;
use crate::ui::field::{Checkbox, TextField};
use crate::views::mailbox_tree::role_name;
use crate::views::transfers::{Export, Import};

/// What the dialog asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Choose,
    Create,
    Rename,
    Show,
    Empty,
    Delete,
    Export,
    Import,
}

/// The choices, and behind each what it needs to know.
#[component]
pub fn MailboxActions() -> impl IntoView {
    let stores = stores();
    let step = RwSignal::new(Step::Choose);
    let Some(mailbox) = untrack(|| in_sight(stores)) else {
        return view! { <List /> }.into_any();
    };
    let mailbox = StoredValue::new(mailbox);
    (move || match step.get() {
        Step::Choose => view! { <Choices mailbox step /> }.into_any(),
        Step::Create | Step::Rename => {
            view! { <Naming mailbox rename=step.get() == Step::Rename /> }.into_any()
        }
        Step::Show => {
            view! { <Shown account=mailbox.with_value(|own| own.account.clone()) /> }.into_any()
        }
        Step::Export => mailbox.with_value(|own| {
            let scope = Scope::Mailbox(own.account.clone(), own.id.clone());
            view! { <Export view=whole(scope) title=role_name(own) /> }.into_any()
        }),
        Step::Import => mailbox.with_value(|own| {
            let (account, id) = (own.account.clone(), Some(own.id.clone()));
            view! { <Import account mailbox=id title=role_name(own) /> }.into_any()
        }),
        Step::Empty => {
            view! { <Confirm mailbox key=Key::MailboxEmptyHint empty=true /> }.into_any()
        }
        Step::Delete => {
            view! { <Confirm mailbox key=Key::MailboxDeleteHint empty=false /> }.into_any()
        }
    })
    .into_any()
}

/// The mailbox whose list is in sight.
fn in_sight(stores: Stores) -> Option<Mailbox> {
    match stores.location.list() {
        Some(Route::Mailbox(account, mailbox)) => stores.mailboxes.get(&account, &mailbox),
        _ => None,
    }
}

/// A list that is no mailbox: it can be taken out as a file.
#[component]
fn List() -> impl IntoView {
    let stores = stores();
    let title = match untrack(|| stores.location.list()) {
        Some(Route::Search(query)) => query,
        _ => text(Key::TreeAllInboxes),
    };
    let view = untrack(|| stores.windows.view());
    let view = view.map(|view| View { grouping: Grouping::Messages, ..view });
    view.map(|view| view! { <Export view title /> })
}

/// Carries a change out and closes the dialog; a mailbox that got another id is followed.
fn perform(stores: Stores, mailbox: &Mailbox, change: Change) {
    stores.prompt.set(None);
    let (account, own) = (mailbox.account.clone(), mailbox.id.clone());
    let gone = matches!(change, Change::Delete(_));
    stores.actions.change_mailboxes(account.clone(), change, move |renamed| {
        let here = untrack(|| stores.location.list());
        let here = here == Some(Route::Mailbox(account.clone(), own.clone()));
        let to = renamed.iter().find(|renamed| renamed.from == own).map(|found| found.to.clone());
        match to {
            Some(to) if here => stores.location.replace(Route::Mailbox(account, to)),
            None if here && gone => stores.location.replace(Route::Home),
            _ => {}
        }
    });
}

#[component]
fn Choices(mailbox: StoredValue<Mailbox>, step: RwSignal<Step>) -> impl IntoView {
    let stores = stores();
    let (role, name) = mailbox.with_value(|mailbox| (mailbox.role, role_name(mailbox)));
    let mark = move |()| {
        let mailbox = mailbox.get_value();
        perform(stores, &mailbox, Change::MarkSeen(mailbox.id.clone()));
    };
    let go = move |to: Step| move |()| step.set(to);
    let quiet = ButtonKind::Quiet;
    view! {
        <p class="mailbox-name" dir="auto">{name}</p>
        <div class="destinations">
            <Button label=t(Key::MailboxMarkAll) kind=quiet on_press=mark />
            <Button label=t(Key::MailboxNew) kind=quiet on_press=go(Step::Create) />
            <Button label=t(Key::MailboxShow) kind=quiet on_press=go(Step::Show) />
            <Button label=t(Key::MailboxExport) kind=quiet on_press=go(Step::Export) />
            <Button label=t(Key::MailboxImport) kind=quiet on_press=go(Step::Import) />
            {role.is_none().then(|| view! {
                <Button label=t(Key::MailboxRename) kind=quiet on_press=go(Step::Rename) />
                <Button label=t(Key::MailboxDelete) kind=quiet on_press=go(Step::Delete) />
            })}
            {matches!(role, Some(Role::Trash | Role::Junk)).then(|| view! {
                <Button label=t(Key::MailboxEmpty) kind=quiet on_press=go(Step::Empty) />
            })}
        </div>
    }
}

/// Which mailboxes the tree shows.
#[component]
fn Shown(account: AccountId) -> impl IntoView {
    let stores = stores();
    let own = account.clone();
    let mailboxes = Memo::new(move |_| {
        let all = stores.mailboxes.all().unwrap_or_default();
        // One with a role is always shown.
        let fits = |found: &Mailbox| found.account == own && found.role.is_none();
        let mut found: Vec<_> = all.into_iter().filter(fits).collect();
        found.sort_by_key(|mailbox| dom::lowercase(&mailbox.name));
        found.into_iter().map(|found| (found.id, found.name, found.subscribed)).collect::<Vec<_>>()
    });
    let entry = move |(id, name, subscribed): (MailboxId, String, bool)| {
        let account = account.clone();
        let change = move |on| {
            let change = Change::Subscribe(id.clone(), on);
            stores.actions.change_mailboxes(account.clone(), change, |_| {});
        };
        view! { <li><Checkbox label=Signal::stored(name) checked=Signal::stored(subscribed) on_change=change /></li> }
    };
    let all = Signal::derive(move || stores.preferences.all().with(|all| all.all_mailboxes));
    let show_all = move |on| stores.preferences.change(|all| all.all_mailboxes = on);
    view! {
        <Checkbox
            label=t(Key::MailboxShowAll)
            hint=t(Key::MailboxShownHint)
            checked=all
            on_change=show_all
        />
        <ul class="destinations" aria-label=t(Key::MailboxShow)>
            {move || mailboxes.get().into_iter().map(&entry).collect_view()}
        </ul>
    }
}

/// A name and a place: for a new mailbox, or for the one in sight.
#[component]
fn Naming(mailbox: StoredValue<Mailbox>, rename: bool) -> impl IntoView {
    let stores = stores();
    let own = mailbox.get_value();
    let name = RwSignal::new(if rename { own.name.clone() } else { String::new() });
    let parents = parents(stores, &own, rename);
    let parent = RwSignal::new(if rename { own.parent } else { None });
    let options: Vec<_> = std::iter::once((None, String::new()))
        .chain(parents.iter().map(|found| (Some(found.id.clone()), role_name(found))))
        .collect();
    let ids: Vec<Option<MailboxId>> = options.iter().map(|(id, _)| id.clone()).collect();
    let choose = move |event: ev::Event| {
        let at: usize = event_target_value(&event).parse().unwrap_or_default();
        parent.set(ids.get(at).cloned().flatten());
    };
    let option = move |(at, (id, name)): (usize, (Option<MailboxId>, String))| {
        let top = id.is_none();
        let chosen = move || parent.with(|parent| *parent == id);
        let shown = move || if top { t(Key::MailboxTop).get() } else { name.clone() };
        view! { <option value=at.to_string() prop:selected=chosen>{shown}</option> }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        if name.is_empty() {
            return;
        }
        let (own, parent) = (mailbox.get_value(), parent.get_untracked());
        let change = match rename {
            true => Change::Rename { mailbox: own.id.clone(), parent, name },
            false => Change::Create { parent, name },
        };
        perform(stores, &own, change);
    };
    let inside = dom::unique_id("field");
    let label = if rename { Key::MailboxSave } else { Key::MailboxCreate };
    view! {
        <form class="mailbox-form" on:submit=submit>
            <TextField label=t(Key::MailboxName) value=name />
            <div class="field">
                <label class="field-label" for=inside.clone()>{t(Key::MailboxInside)}</label>
                <select class="field-input is-select" id=inside on:change=choose>
                    {options.into_iter().enumerate().map(option).collect_view()}
                </select>
            </div>
            <SubmitButton label=t(label) busy=Signal::stored(false) />
        </form>
    }
}

/// Where a mailbox may lie: not in itself, nor anywhere below itself.
fn parents(stores: Stores, own: &Mailbox, rename: bool) -> Vec<Mailbox> {
    let all = untrack(|| stores.mailboxes.all()).unwrap_or_default();
    let below = |mailbox: &Mailbox| {
        let mut at = Some(mailbox.id.clone());
        // A server that makes a mailbox its own ancestor must not hang the page.
        for _ in 0..32 {
            let Some(id) = at else { return false };
            if id == own.id {
                return true;
            }
            at = all.iter().find(|known| known.id == id).and_then(|known| known.parent.clone());
        }
        true
    };
    let fits = |found: &&Mailbox| found.account == own.account && !(rename && below(found));
    all.iter().filter(fits).cloned().collect()
}

/// Says what is lost for ever, and asks.
#[component]
fn Confirm(mailbox: StoredValue<Mailbox>, key: Key, empty: bool) -> impl IntoView {
    let stores = stores();
    let name = mailbox.with_value(role_name);
    let act = move |()| {
        let mailbox = mailbox.get_value();
        let id = mailbox.id.clone();
        perform(stores, &mailbox, if empty { Change::Empty(id) } else { Change::Delete(id) });
    };
    let label = if empty { Key::MailboxEmpty } else { Key::MailboxDelete };
    view! {
        <p>{move || text_with(key, &[("name", &name)])}</p>
        <div class="mailbox-answers">
            <Button label=t(Key::MailboxCancel) on_press=move |()| stores.prompt.set(None) />
            <Button label=t(label) kind=ButtonKind::Danger on_press=act />
        </div>
    }
}
