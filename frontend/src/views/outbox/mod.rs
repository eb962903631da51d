//! The outbox: submissions that are not done with, and what can be done about each.

mod entry;

use leptos::ev;
use leptos::prelude::*;
use postern_shared::submission::SubmissionId;

use crate::i18n::{Key, error_text, number, t, text};
use crate::state::stores;
use crate::state::submissions::Listing;
use crate::state::toasts::{Notice, Offer};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::dom;
use crate::ui::icon::{Icon, icon};
use crate::ui::skeleton::Skeleton;
use crate::views::pieces::question::Question;

use entry::Entry;

/// What the entries share.
#[derive(Clone, Copy)]
struct Desk {
    /// The entry that has the tab stop.
    cursor: RwSignal<Option<SubmissionId>>,
    /// The one that the user is asked about: it would be lost.
    doubted: RwSignal<Option<SubmissionId>>,
}

/// The list in the place of the message list.
#[component]
pub fn Outbox() -> impl IntoView {
    let stores = stores();
    let desk = Desk { cursor: RwSignal::new(None), doubted: RwSignal::new(None) };
    let all = stores.submissions.all();
    let listing = stores.submissions.listing();
    let count = Memo::new(move |_| all.with(Vec::len));
    let total = move || match count.get() {
        0 => String::new(),
        count => number(count as u64),
    };
    let waiting = move || count.get() == 0 && listing.get() == Listing::Waiting;
    let empty = move || count.get() == 0 && listing.get() == Listing::Ready;
    let failed = move || match listing.get() {
        Listing::Failed(error) => Some([text(Key::OutboxUnknown), error_text(&error)].join(" ")),
        _ => None,
    };
    // What a notice says of an entry stands in the entry: it only lies in the way here.
    Effect::new(move |_| {
        let about = |notice: &Notice| notice.offer == Some(Offer::Outbox);
        let notices: Vec<Notice> = stores.toasts.all().get();
        notices.iter().filter(|one| about(one)).for_each(|one| stores.toasts.dismiss(one.id));
    });
    let ids = move || all.with(|all| all.iter().map(|one| one.id.clone()).collect::<Vec<_>>());
    view! {
        <div class="message-list">
            <header class="message-list-header">
                <h2 class="message-list-title">{t(Key::TreeOutbox)}</h2>
                <span class="message-list-total">{total}</span>
            </header>
            {move || failed().map(|reason| view! { <Failed reason /> })}
            <div class="message-list-body">
                {move || waiting().then(|| view! { <Waiting /> })}
                {move || empty().then(|| view! { <Nothing /> })}
                <ul
                    class="outbox"
                    aria-label=t(Key::TreeOutbox)
                    hidden=move || count.get() == 0
                    on:keydown=move |event| walk(&event)
                >
                    <For each=ids key=Clone::clone let:id>
                        <Entry id desk />
                    </For>
                </ul>
            </div>
            <Doubt desk />
        </div>
    }
}

/// The keys of a list: j and k or the arrows walk, Enter does what comes first of an entry.
fn walk(event: &ev::KeyboardEvent) {
    let Some(list) = dom::closest(event, ".outbox") else { return };
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let entries = dom::all(&list, ".outbox-entry");
    let inside = dom::closest(event, ".outbox-entry");
    let Some(at) = inside.and_then(|inside| entries.iter().position(|entry| *entry == inside))
    else {
        return;
    };
    let singles = stores().preferences.all().with_untracked(|all| !all.shortcuts_off);
    let target = match event.key().as_str() {
        "ArrowDown" => at + 1,
        "ArrowUp" => at.saturating_sub(1),
        "j" if singles => at + 1,
        "k" if singles => at.saturating_sub(1),
        "Home" => 0,
        "End" => entries.len().saturating_sub(1),
        "Enter" | "o" if dom::closest(event, "button").is_none() => {
            event.prevent_default();
            if let Some(first) = dom::all(&entries[at], "button").into_iter().next() {
                first.click();
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    if let Some(entry) = entries.get(target) {
        // Entries differ in height: here the browser may scroll.
        let _ = entry.focus();
    }
}

#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="message-list-wait">
            <span class="is-hidden-visually">{t(Key::ListLoading)}</span>
            <Skeleton lines=6 />
        </div>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! { <div class="message-list-empty">{icon(Icon::Outbox)} <p>{t(Key::OutboxEmpty)}</p></div> }
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
                on_press=move |()| stores.load_submissions()
            />
        </div>
    }
}

/// Asks before something is given up that cannot be had again.
#[component]
fn Doubt(desk: Desk) -> impl IntoView {
    let stores = stores();
    let open = Signal::derive(move || desk.doubted.with(Option::is_some));
    let keep = move |()| desk.doubted.set(None);
    let give_up = move |()| {
        if let Some(id) = desk.doubted.try_update(Option::take).flatten() {
            stores.give_up_submission(&id);
        }
    };
    view! {
        <Question
            open
            title=t(Key::OutboxGiveUp)
            answers=[Key::OutboxKeep, Key::OutboxGiveUp]
            on_leave=keep
            on_agree=give_up
        >
            <p>{t(Key::OutboxGiveUpAsk)}</p>
        </Question>
    }
}
