//! The region "Message": heading, sender, actions, body and attachments of the open message.

mod answering;
mod article;
mod attachments;
mod cards;
mod frames;
mod header;
mod invitation;
mod keys;
mod links;
mod more;
mod notes;
mod print;
mod quotes;
mod source;
mod thread;
mod viewer;

use leptos::prelude::*;
use leptos::{ev, html};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::message::MessageKey;

use crate::i18n::{Key, error_text, t, text};
use crate::routes::Route;
use crate::state::messages::Opened;
use crate::state::session::SessionState;
use crate::state::{Stores, stores};
use crate::ui::button::{Button, IconButton};
use crate::ui::icon::{Icon, icon};
use crate::ui::skeleton::Skeleton;
use crate::views::message_list::toolbar::Toolbar;

use attachments::Attachments;
use frames::Frames;
use header::Header;
use notes::{Notes, about};
use thread::OpenThread;

/// The open message, or what to do to open one.
#[component]
pub fn MessageView() -> impl IntoView {
    let stores = stores();
    // While a password is typed this is drawn already, and nobody may open anything.
    let session = stores.session.state();
    let inside = Memo::new(move |_| session.get() != SessionState::SignedOut);
    let key = Memo::new(move |_| match stores.location.route() {
        Route::Message(key) if inside.get() => Some(key),
        _ => None,
    });
    let conversing = Memo::new(move |_| stores.conversing());
    open_and_see(stores, key, conversing);
    // The message whose body has been painted: what is beside it loads after it, never with it.
    let shown = RwSignal::new(None::<MessageKey>);
    fetch_neighbours(stores, key, shown);
    let scroller = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        key.track();
        if let Some(scroller) = scroller.get() {
            scroller.set_scroll_top(0);
        }
    });
    let none = move || key.with(Option::is_none);
    view! {
        <section class="message-view" aria-label=t(Key::MessageRegion)>
            <Bar none=Signal::derive(none) />
            <div class="message-view-scroll" node_ref=scroller>
                {move || none().then(|| view! { <Nothing /> })}
                {move || match conversing.get() {
                    true => view! { <OpenThread key shown /> }.into_any(),
                    false => view! { <Paper key shown /> }.into_any(),
                }}
            </div>
        </section>
    }
}

/// The open message alone.
#[component]
fn Paper(key: Memo<Option<MessageKey>>, shown: RwSignal<Option<MessageKey>>) -> impl IntoView {
    let stores = stores();
    let opened = Memo::new(move |_| key.get().and_then(|key| stores.messages.get(&key)));
    let failed = move || match opened.get() {
        Some(Opened::Failed(error)) => Some(error),
        _ => None,
    };
    let message = Memo::new(move |_| match opened.get() {
        Some(Opened::Ready(message)) => Some(message),
        _ => None,
    });
    let hidden = move || key.with(Option::is_none) || failed().is_some();
    let about = about(message);
    view! {
        {move || {
            failed().map(|error| view! { <Failed error on_retry=move |()| retry(stores, key) /> })
        }}
        <div class="message-view-paper" hidden=hidden>
            <Header key />
            <Notes about />
            <Frames key message shown />
            <Attachments message />
        </div>
    }
}

/// Opens the message of the route, and marks it as seen: once, so that a later mark holds.
fn open_and_see(stores: Stores, key: Memo<Option<MessageKey>>, conversing: Memo<bool>) {
    Effect::new(move |_| {
        if let Some(key) = key.get() {
            stores.messages.open(&key);
        }
    });
    let done = StoredValue::new(None::<MessageKey>);
    Effect::new(move |_| {
        // A conversation knows by itself what of it is seen.
        let key = key.get().filter(|_| !conversing.get());
        let Some(key) = key else { return done.set_value(None) };
        if done.with_value(|done| done.as_ref() == Some(&key)) {
            return;
        }
        if let Some(row) = stores.summary(&key) {
            done.set_value(Some(key));
            untrack(|| stores.actions.see(&[row]));
        }
    });
}

/// Once the open message is shown, those beside it are fetched ahead.
fn fetch_neighbours(
    stores: Stores,
    key: Memo<Option<MessageKey>>,
    shown: RwSignal<Option<MessageKey>>,
) {
    Effect::new(move |_| {
        let Some(key) = key.get().filter(|key| shown.with(|shown| shown.as_ref() == Some(key)))
        else {
            return;
        };
        for neighbour in neighbours(stores, &key) {
            stores.messages.prefetch(&neighbour);
            if stores.conversing() {
                stores.threads.open(&neighbour);
            }
        }
    });
}

/// The messages after and before one in the list in sight.
fn neighbours(stores: Stores, key: &MessageKey) -> Vec<MessageKey> {
    let Some(index) = stores.row_of(key) else { return Vec::new() };
    let beside = [Some(index + 1), index.checked_sub(1)];
    let rows = beside.into_iter().flatten().filter_map(|index| stores.windows.at(index));
    rows.map(|row| row.key.clone()).collect()
}

fn retry(stores: Stores, key: Memo<Option<MessageKey>>) {
    if let Some(key) = key.get_untracked() {
        stores.messages.open(&key);
    }
}

/// The way back, and the actions where the list is not beside the message.
#[component]
fn Bar(none: Signal<bool>) -> impl IntoView {
    let stores = stores();
    view! {
        <div class="message-view-bar" hidden=none>
            <IconButton
                label=t(Key::ShellBack)
                icon=Icon::Back
                on_press=move |()| stores.location.close_message()
            />
            <Toolbar />
        </div>
    }
}

/// What stands in the region while no message is open.
#[component]
pub fn Nothing() -> impl IntoView {
    view! {
        <div class="message-view-nothing">
            {icon(Icon::MailOpen)}
            <p class="message-view-none">{t(Key::MessageNone)}</p>
            <p>{t(Key::MessageNoneHint)}</p>
        </div>
    }
}

#[component]
fn Failed(error: CallError, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    let gone = error.code == ErrorCode::NonExistent;
    let sentence = match gone {
        true => text(Key::MessageGone),
        false => format!("{} {}", text(Key::MessageFailed), error_text(&error)),
    };
    view! {
        <div class="message-view-nothing" role="alert">
            {icon(if gone { Icon::Trash } else { Icon::Warning })}
            <p>{sentence}</p>
            {(!gone).then(|| view! { <Button label=t(Key::ShellRetry) on_press=on_retry /> })}
        </div>
    }
}

/// Lines in the place of a body that is on its way.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="message-view-wait">
            <span class="is-hidden-visually">{t(Key::MessageLoading)}</span>
            <Skeleton lines=6 />
        </div>
    }
}

/// A key pressed in the mail's own document.
type FrameKey = ev::KeyboardEvent;
