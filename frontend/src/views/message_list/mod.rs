//! The list of messages: heading, actions, and the grid over the window in sight.

mod grid;
mod row;
pub mod toolbar;

use leptos::prelude::*;
use postern_shared::mailbox::Role;
use postern_shared::window::{Filter, Order, Sort, SortKey};

use crate::i18n::{Key, error_text, number, t, text, text_count};
use crate::routes::Route;
use crate::state::list::Phase;
use crate::state::{Prompt, stores};
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::icon::{Icon, icon};
use crate::ui::skeleton::Skeleton;
use crate::views::mailbox_tree::role_name;

use grid::MessageGrid;
use toolbar::Toolbar;

/// The message list with everything above it.
#[component]
pub fn MessageList() -> impl IntoView {
    let stores = stores();
    let rows = Memo::new(move |_| stores.windows.count().0);
    let phase = Memo::new(move |_| stores.windows.phase());
    let failed = move || match phase.get() {
        Phase::Failed(error) => Some(error_text(&error)),
        _ => None,
    };
    let empty = move || rows.get() == 0 && phase.get() == Phase::Ready;
    // Another list begins at its top, whatever the one before was scrolled to.
    let shown = Memo::new(move |_| stores.windows.view());
    let grid = move || {
        shown.track();
        view! { <MessageGrid /> }
    };
    let loading = move || rows.get() == 0 && phase.get() == Phase::Loading;
    view! {
        <div class="message-list">
            <Heading />
            <div class="message-list-bar">
                <Toolbar />
            </div>
            {move || failed().map(|reason| view! { <Failed reason /> })}
            <div class="message-list-body">
                {move || loading().then(|| view! { <Waiting /> })}
                {move || empty().then(|| view! { <Nothing /> })}
                {grid}
            </div>
        </div>
    }
}

/// What the list shows, and in which order.
#[component]
fn Heading() -> impl IntoView {
    let stores = stores();
    let name = move || match stores.location.list() {
        Some(Route::Mailbox(account, mailbox)) => {
            stores.mailboxes.get(&account, &mailbox).map(|found| role_name(&found))
        }
        Some(Route::All) => Some(text(Key::TreeAllInboxes)),
        Some(Route::Search(_)) => Some(text(Key::ListFound)),
        _ => None,
    };
    let selected = Memo::new(move |_| stores.selection.len());
    let title = move || match selected.get() {
        0 => name().unwrap_or_default(),
        count => text_count(Key::ListSelected, count as u64, &[]),
    };
    let total = move || match (stores.windows.order(), stores.windows.count()) {
        _ if selected.get() > 0 => String::new(),
        (Order::Provisional { done, of }, _) if done < of => {
            [number(done.into()), number(of.into())].join("/")
        }
        (_, (rows, true)) if rows > 0 => number(rows as u64),
        _ => String::new(),
    };
    let sort = move || stores.windows.view().map_or(Sort::NEWEST_FIRST, |view| view.sort);
    let filter = move || stores.windows.view().map_or(Filter::All, |view| view.filter);
    view! {
        <header class="message-list-header">
            <h2 class="message-list-title" dir="auto">{title}</h2>
            <span class="message-list-total">{total}</span>
            {move || {
                (selected.get() > 0).then(|| {
                    view! {
                        <IconButton
                            label=t(Key::ListSelectNone)
                            icon=Icon::Close
                            on_press=move |()| stores.selection.clear()
                        />
                    }
                })
            }}
            <IconButton
                label=t(Key::MailboxActions)
                icon=Icon::More
                on_press=move |()| stores.prompt.set(Some(Prompt::Mailbox))
            />
            <Chooser
                label=t(Key::ListFilter)
                options=FILTERS.map(|(_, key)| key).to_vec()
                chosen=Signal::derive(move || place(&FILTERS, filter()))
                on_choose=move |at: usize| stores.windows.filter(FILTERS[at].0)
            />
            <Chooser
                label=t(Key::ListSort)
                options=SORTS.map(|(_, key)| key).to_vec()
                chosen=Signal::derive(move || place(&SORTS, sort()))
                on_choose=move |at: usize| stores.windows.sort(SORTS[at].0)
            />
        </header>
    }
}

const FILTERS: [(Filter, Key); 5] = [
    (Filter::All, Key::ListFilterAll),
    (Filter::Unseen, Key::ListFilterUnseen),
    (Filter::Flagged, Key::ListFilterFlagged),
    (Filter::WithAttachment, Key::ListFilterAttachment),
    (Filter::FromKnown, Key::ListFilterKnown),
];

const SORTS: [(Sort, Key); 6] = [
    (Sort::NEWEST_FIRST, Key::ListSortNewest),
    (Sort::OLDEST_FIRST, Key::ListSortOldest),
    (Sort { by: SortKey::From, descending: false }, Key::ListSortFrom),
    (Sort { by: SortKey::Subject, descending: false }, Key::ListSortSubject),
    (Sort { by: SortKey::Size, descending: true }, Key::ListSortSize),
    (Sort { by: SortKey::Flagged, descending: true }, Key::ListSortFlagged),
];

fn place<T: PartialEq>(options: &[(T, Key)], value: T) -> usize {
    options.iter().position(|(known, _)| *known == value).unwrap_or_default()
}

/// A native select without a visible label.
#[component]
fn Chooser(
    label: Signal<String>,
    options: Vec<Key>,
    chosen: Signal<usize>,
    #[prop(into)] on_choose: Callback<usize>,
) -> impl IntoView {
    let count = options.len();
    let option = move |(at, key): (usize, Key)| {
        view! { <option value=at.to_string() prop:selected=move || chosen.get() == at>{t(key)}</option> }
    };
    let change = move |event| {
        let at = event_target_value(&event).parse().unwrap_or_default();
        if at < count {
            on_choose.run(at);
        }
    };
    view! {
        <select class="message-list-chooser" aria-label=label title=label on:change=change>
            {options.into_iter().enumerate().map(option).collect_view()}
        </select>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="message-list-wait">
            <span class="is-hidden-visually">{t(Key::ListLoading)}</span>
            <Skeleton lines=12 />
        </div>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    let stores = stores();
    let (shape, key) = match stores.windows.view().map(|view| view.filter) {
        Some(filter) if filter != Filter::All => (Icon::Check, Key::ListEmptyFilter),
        _ if stores.in_role(Role::Inbox) => (Icon::Inbox, Key::ListEmptyInbox),
        _ => (Icon::MailOpen, Key::ListEmpty),
    };
    view! { <div class="message-list-empty">{icon(shape)} <p>{t(key)}</p></div> }
}

#[component]
fn Failed(reason: String) -> impl IntoView {
    let stores = stores();
    view! {
        <div class="message-list-failed" role="alert">
            <p>{t(Key::ListFailed)} " " {reason}</p>
            <Button
                label=t(Key::ShellRetry)
                kind=ButtonKind::Quiet
                on_press=move |()| stores.windows.refresh()
            />
        </div>
    }
}
