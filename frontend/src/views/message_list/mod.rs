//! The list of messages: heading, actions, and the grid over the window in sight.

pub mod choices;
pub mod gestures;
mod grid;
mod row;
pub mod selected;
pub mod toolbar;

use leptos::prelude::*;
use postern_shared::mailbox::Role;
use postern_shared::window::{Filter, Order};

use crate::i18n::{Key, error_text, number, t, text, text_count, text_with};
use crate::routes::Route;
use crate::state::list::Phase;
use crate::state::parts::Region;
use crate::state::stores;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Icon, icon};
use crate::ui::skeleton::Skeleton;
use crate::views::mailbox_tree::role_name;
use crate::views::pieces::deferred::Deferred;

use grid::MessageGrid;

/// The message list with everything above it.
#[component]
pub fn MessageList() -> impl IntoView {
    let stores = stores();
    let rows = Memo::new(move |_| stores.windows.count().0);
    let phase = Memo::new(move |_| stores.windows.phase());
    let failed = move || match phase.get() {
        Phase::Failed(error) => Some(stores.unreadable_query(&error).map_or_else(
            || [text(Key::ListFailed), error_text(&error)].join(" "),
            |(_, rest)| text_with(Key::ListQueryFailed, &[("text", &rest)]),
        )),
        _ => None,
    };
    let empty = move || rows.get() == 0 && phase.get() == Phase::Ready;
    // Another list begins at its top, whatever the one before was scrolled to.
    let shown = Memo::new(move |_| stores.windows.view());
    let grid = move || {
        shown.track();
        view! { <MessageGrid /> }
    };
    let selecting = Memo::new(move |_| stores.selection.any());
    let loading = move || rows.get() == 0 && phase.get() == Phase::Loading;
    view! {
        <div class="message-list">
            <Heading />
            <div class="message-list-bar">
                <Deferred region=Region::Tools />
            </div>
            {move || failed().map(|reason| view! { <Failed reason /> })}
            <div class="message-list-body">
                {move || loading().then(|| view! { <Waiting /> })}
                {move || empty().then(|| view! { <Nothing /> })}
                {grid}
                {move || selecting.get().then(|| view! { <Deferred region=Region::Selected /> })}
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
    let selected = Memo::new(move |_| stores.selection.count(stores.windows.count().0));
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
    view! {
        <header class="message-list-header">
            <h2 class="message-list-title" dir="auto">{title}</h2>
            <span class="message-list-total">{total}</span>
            <Deferred region=Region::Choices />
        </header>
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
            <p>{reason}</p>
            <Button
                label=t(Key::ShellRetry)
                kind=ButtonKind::Quiet
                on_press=move |()| stores.windows.refresh()
            />
        </div>
    }
}
