//! One message of a conversation: a line while it is folded, with its body below when it is not.

use std::sync::Arc;

use leptos::prelude::*;
use postern_shared::account::Account;
use postern_shared::error::CallError;
use postern_shared::message::{Message, MessageKey, MessageSummary};

use super::Waiting;
use super::attachments::Attachments;
use super::frames::Frame;
use super::header::{AccountName, Recipients, Summary, Tools, sender};
use super::notes::{Notes, about};
use super::quotes::Fold;
use crate::i18n::{Key, error_text, full_date, short_date, t, text};
use crate::state::messages::Opened;
use crate::state::{Stores, stores};
use crate::ui::avatar::Avatar;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Icon, icon};

/// A message as an article, folded or not.
#[component]
pub fn Article(
    key: MessageKey,
    unfolded: RwSignal<Vec<MessageKey>>,
    painted: RwSignal<Option<MessageKey>>,
) -> impl IntoView {
    let stores = stores();
    let (own, inside) = (key.clone(), key.clone());
    let summary: Summary = Memo::new(move |_| stores.summary(&own));
    let opened = key.clone();
    let open = Memo::new(move |_| unfolded.with(|all| all.contains(&opened)));
    let toggle = move |_| {
        unfolded.update(|all| match all.iter().position(|known| *known == key) {
            Some(at) => drop(all.remove(at)),
            None => all.push(key.clone()),
        });
        if open.get_untracked() {
            untrack(|| stores.actions.see(summary.get().as_slice()));
        }
    };
    let name = move || sender(summary);
    let unseen = move || summary.with(|row| row.as_ref().is_some_and(|row| !row.flags.seen()));
    let label = move || {
        let date = shown_at(summary).map(full_date).unwrap_or_default();
        let account = account(stores, summary).map(|account| account.shown().to_owned());
        [name(), date].into_iter().chain(account).collect::<Vec<_>>().join(", ")
    };
    view! {
        <article
            class="thread-message"
            class:is-unseen=unseen
            class:is-open=open
            aria-label=label
        >
            <h2 class="thread-head">
                <button
                    type="button"
                    class="thread-line"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    on:click=toggle
                >
                    <Line summary open />
                </button>
            </h2>
            {move || {
                let key = inside.clone();
                open.get().then(|| view! { <Unfolded key summary painted /> })
            }}
        </article>
    }
}

/// Whose it is, in a conversation of several accounts.
fn account(stores: Stores, summary: Summary) -> Option<Account> {
    let key = summary.with(|row| row.as_ref().map(|row| row.key.clone()))?;
    stores.threads.spans(&key).then(|| stores.accounts.get(&key.account)).flatten()
}

/// When a message was sent, in milliseconds.
fn shown_at(summary: Summary) -> Option<f64> {
    summary.with(|row| {
        row.as_ref().map(|row| row.envelope.sent_at.unwrap_or(row.received_at) as f64 * 1000.0)
    })
}

/// Who, how it begins where it is folded, its marks, and when.
#[component]
fn Line(summary: Summary, open: Memo<bool>) -> impl IntoView {
    let stores = stores();
    let name = move || sender(summary);
    let from =
        move || summary.with(|row| row.as_ref().and_then(|row| row.envelope.from.first().cloned()));
    let date =
        move |write: fn(f64) -> String| move || shown_at(summary).map(write).unwrap_or_default();
    let is = move |test: fn(&MessageSummary) -> bool| {
        move || summary.with(|row| row.as_ref().is_some_and(|row| test(row)))
    };
    let unseen = is(|row| !row.flags.seen());
    let preview =
        move || summary.with(|row| row.as_ref().map(|row| row.preview.clone()).unwrap_or_default());
    let mark = move |on: bool, shape: Icon| on.then(|| icon(shape));
    view! {
        <Avatar
            name=Signal::derive(name)
            seed=Signal::derive(move || from().unwrap_or_default().email)
        />
        <span class="message-view-name" dir="auto">{name}</span>
        <span class="thread-preview" dir="auto">
            {move || (!open.get()).then(preview)}
        </span>
        {move || unseen().then(|| view! {
            <span class="is-hidden-visually">{t(Key::ListUnread)}</span>
        })}
        {move || account(stores, summary).map(|account| view! { <AccountName account /> })}
        {move || mark(is(|row| row.has_attachment)(), Icon::Attach)}
        {move || mark(is(|row| row.flags.flagged())(), Icon::StarFilled)}
        <time class="message-view-date" title=date(full_date)>{date(short_date)}</time>
    }
}

/// What stands below the line.
#[component]
fn Unfolded(
    key: MessageKey,
    summary: Summary,
    painted: RwSignal<Option<MessageKey>>,
) -> impl IntoView {
    let stores = stores();
    let asked = key.clone();
    Effect::new(move |_| stores.messages.open(&asked));
    let own = key.clone();
    let opened = Memo::new(move |_| stores.messages.get(&own));
    let message = Memo::new(move |_| match opened.get() {
        Some(Opened::Ready(message)) => Some(message),
        _ => None,
    });
    let about = about(message);
    let again = key.clone();
    let failed = move || match opened.get() {
        Some(Opened::Failed(error)) => Some(error),
        _ => None,
    };
    view! {
        <div class="thread-body">
            <div class="message-view-from">
                <div class="message-view-who"><Recipients summary /></div>
                <Tools key=key.clone() summary />
            </div>
            <Notes about />
            {move || {
                let again = again.clone();
                failed().map(|error| view! {
                    <Missing error on_retry=move |()| stores.messages.open(&again) />
                })
            }}
            <Text key message painted />
            <Attachments message />
        </div>
    }
}

/// The body, without what it quotes of those above it until somebody asks.
#[component]
fn Text(
    key: MessageKey,
    message: Memo<Option<Arc<Message>>>,
    painted: RwSignal<Option<MessageKey>>,
) -> impl IntoView {
    // Not the message itself: its flags change, and its body does not.
    let is_here = Memo::new(move |_| message.with(Option::is_some));
    let own = key.clone();
    let open = Memo::new(move |_| Some(own.clone()));
    let here = RwSignal::new(None::<MessageKey>);
    view! {
        <div class="message-view-frames">
            {move || match is_here.get() {
                true => {
                    let key = key.clone();
                    view! { <Frame key open here done=painted fold=Fold::End /> }.into_any()
                }
                false => view! { <Waiting /> }.into_any(),
            }}
        </div>
    }
}

/// Says that a message did not come.
#[component]
fn Missing(error: CallError, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    let said = [text(Key::MessageFailed), error_text(&error)].join(" ");
    view! {
        <div class="message-view-notice" role="alert">
            {icon(Icon::Warning)}
            <span>{said}</span>
            <Button label=t(Key::ShellRetry) kind=ButtonKind::Quiet on_press=on_retry />
        </div>
    }
}
