//! The conversation: every message of the open one's thread, oldest first, as articles that unfold.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::message::MessageKey;

use super::article::Article;
use super::header::{Tags, subject};
use crate::i18n::{Key, t, text_count};
use crate::state::actions::Target;
use crate::state::{Stores, stores};
use crate::ui::dom;
use crate::ui::each::each;
use crate::ui::skeleton::Skeleton;

/// Most messages that unfold by themselves: each is a document of its own.
const MOST_UNFOLDED: usize = 8;
/// What happens to mail mostly happens in a row: asked once, after it.
const GATHER: Duration = Duration::from_millis(250);

/// The conversation of the open message; `shown` learns when it has been painted.
#[component]
pub fn OpenThread(
    key: Memo<Option<MessageKey>>,
    shown: RwSignal<Option<MessageKey>>,
) -> impl IntoView {
    let stores = stores();
    // From one message to another of the same thread nothing is drawn anew.
    let anchor = Memo::new(move |last: Option<&Option<MessageKey>>| {
        let key = key.get()?;
        let last = last.cloned().flatten();
        let same = last.filter(|last| untrack(|| stores.threads.joins(last, &key)));
        Some(same.unwrap_or(key))
    });
    let painted = RwSignal::new(None::<MessageKey>);
    Effect::new(move |_| {
        if painted.with(Option::is_some) {
            shown.set(key.get_untracked());
        }
    });
    move || anchor.get().map(|anchor| view! { <Messages anchor key painted /> })
}

#[component]
fn Messages(
    anchor: MessageKey,
    key: Memo<Option<MessageKey>>,
    painted: RwSignal<Option<MessageKey>>,
) -> impl IntoView {
    let stores = stores();
    let alone = ask(stores, anchor.clone());
    let own = anchor.clone();
    let keys = Memo::new(move |_| {
        let rows = stores.threads.get(&own).filter(|rows| !rows.is_empty());
        let keys = match rows {
            Some(rows) => rows.iter().map(|row| row.key.clone()).collect(),
            None if alone.get() || is_single(stores, &own) => vec![own.clone()],
            None => return None,
        };
        Some(stores.windows.staying(keys))
    });
    let unfolded = RwSignal::new(Vec::new());
    let list = NodeRef::<html::Div>::new();
    unfold_at_first(stores, keys, key, unfolded, list);
    let summary = Memo::new(move |_| stores.summary(&anchor));
    let count = move || keys.with(|keys| keys.as_ref().map_or(0, Vec::len));
    let counted = move || match count() {
        0 | 1 => String::new(),
        count => text_count(Key::ListThread, count as u64, &[]),
    };
    let waiting = move || keys.with(Option::is_none);
    let article = move |key| view! { <Article key unfolded painted /> }.into_any();
    view! {
        <div class="message-view-paper">
            <header class="message-view-header">
                <h1 class="message-view-subject" dir="auto">{move || subject(summary)}</h1>
                <p class="thread-count">{counted}</p>
                <Tags summary />
            </header>
            {move || waiting().then(|| view! {
                <div class="message-view-wait">
                    <span class="is-hidden-visually">{t(Key::MessageLoading)}</span>
                    <Skeleton lines=6 />
                </div>
            })}
            <div class="thread" node_ref=list>
                {each(move || keys.get().unwrap_or_default(), article)}
            </div>
        </div>
    }
}

/// Asks for the thread, and again whenever something happened; tells whether it cannot be had.
fn ask(stores: Stores, anchor: MessageKey) -> RwSignal<bool> {
    let alone = RwSignal::new(false);
    let own = anchor.clone();
    let known = Memo::new(move |_| stores.threads.fresh(&own).is_some());
    Effect::new(move |before: Option<()>| {
        if known.get() {
            return;
        }
        let anchor = anchor.clone();
        let now = move || {
            spawn_local(async move {
                if stores.threads.whole(anchor).await.is_none() {
                    // The conversation may be closed by now.
                    alone.try_set(true);
                }
            });
        };
        match before {
            None => now(),
            Some(()) => set_timeout(now, GATHER),
        }
    });
    alone
}

/// Whether the list says that there is nothing but this one message.
fn is_single(stores: Stores, key: &MessageKey) -> bool {
    let row = stores.windows.get(key).and_then(|row| row.thread.clone());
    row.is_some_and(|thread| thread.messages <= 1)
}

/// Unfolds the newest message, what was opened and what is unread, and marks these as seen; what
/// comes later waits, folded, at the end.
fn unfold_at_first(
    stores: Stores,
    keys: Memo<Option<Vec<MessageKey>>>,
    key: Memo<Option<MessageKey>>,
    unfolded: RwSignal<Vec<MessageKey>>,
    list: NodeRef<html::Div>,
) {
    Effect::new(move |done: Option<bool>| {
        if done == Some(true) {
            return true;
        }
        let Some(keys) = keys.get() else { return false };
        let opened = key.get_untracked();
        let rows: Vec<Target> =
            untrack(|| keys.iter().filter_map(|key| stores.summary(key)).collect());
        let unseen = |row: &&Target| !row.flags.seen();
        let unread = rows.iter().rev().filter(unseen).take(MOST_UNFOLDED).cloned();
        let unread: Vec<Target> = unread.collect();
        let wanted = |key: &&MessageKey| {
            let is_unread = unread.iter().any(|row| row.key == **key);
            is_unread || keys.last() == Some(key) || opened.as_ref() == Some(key)
        };
        unfolded.set(keys.iter().filter(wanted).cloned().collect());
        untrack(|| stores.actions.see(&unread));
        request_animation_frame(move || reveal(list));
        true
    });
}

/// Scrolls to the first unfolded message where it lies below what is in sight.
fn reveal(list: NodeRef<html::Div>) {
    let Some(list) = list.get_untracked() else { return };
    let Some(scroller) = list.closest(".message-view-scroll").ok().flatten() else { return };
    let first = dom::all(&list, "[aria-expanded=true]").into_iter().next();
    let article = first.and_then(|line| line.closest("article").ok().flatten());
    let Some(article) = article else { return };
    let (view, place) = (scroller.get_bounding_client_rect(), article.get_bounding_client_rect());
    let below = place.top() - view.top();
    if below > view.height() / 2.0 {
        scroller.set_scroll_top(scroller.scroll_top() + below as i32);
    }
}
