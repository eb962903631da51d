//! Subject, sender, recipients and date of the open message, and what can be answered to it.

use std::sync::Arc;

use leptos::prelude::*;
use postern_shared::account::Account;
use postern_shared::address::Address;
use postern_shared::message::{MessageKey, MessageSummary};

use super::more::More;
use crate::i18n::{Key, full_date, short_date, t, text, text_with};
use crate::state::accounts::name_class;
use crate::state::actions::Target;
use crate::state::drafts::answer::Kind;
use crate::state::drafts::recipients::written;
use crate::state::tags::Tag;
use crate::state::{Stores, stores};
use crate::ui::avatar::Avatar;
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::icon::Icon;
use crate::ui::menu::MenuItem;

/// A message's row, as far as it is known.
pub type Summary = Memo<Option<Arc<MessageSummary>>>;

/// What stands above the body; the row tells most of it before the message itself is here.
#[component]
pub fn Header(key: Memo<Option<MessageKey>>) -> impl IntoView {
    let stores = stores();
    let summary: Summary = Memo::new(move |_| key.get().and_then(|key| stores.summary(&key)));
    view! {
        <header class="message-view-header">
            <h1 class="message-view-subject" dir="auto">{move || subject(summary)}</h1>
            <Tags summary />
            <div class="message-view-from">
                <Sender summary />
                <Answers key />
            </div>
        </header>
    }
}

/// The account of a message, where it does not go without saying, and its tags; each of these leads
/// to all that have it.
#[component]
pub fn Tags(summary: Summary) -> impl IntoView {
    let stores = stores();
    let tags = Memo::new(move |_| {
        summary.with(|row| row.as_ref().map(|row| stores.tags_of(row)).unwrap_or_default())
    });
    let chip = move |tag: Tag| {
        let (class, name) = (format!("button {}", tag.class()), tag.name.clone());
        let label = {
            let name = name.clone();
            move || text_with(Key::TagShow, &[("name", &name)])
        };
        view! {
            <button
                type="button"
                class=class
                aria-label=label
                on:click=move |_| stores.show_tagged(&tag)
            >
                {name}
            </button>
        }
    };
    // Of a conversation of several accounts each message names its own.
    let account = Memo::new(move |_| {
        let row = summary.get()?;
        (!stores.threads.spans(&row.key)).then(|| stores.account_of(&row)).flatten()
    });
    move || {
        let (tags, account) = (tags.get(), account.get());
        (!tags.is_empty() || account.is_some()).then(|| {
            view! {
                <div class="message-view-tags">
                    {account.map(|account| view! { <AccountName account /> })}
                    {tags.into_iter().map(chip).collect_view()}
                </div>
            }
        })
    }
}

/// Whose a message is.
#[component]
pub fn AccountName(account: Account) -> impl IntoView {
    view! { <span class=name_class(&account) dir="auto">{account.shown().to_owned()}</span> }
}

/// The subject, or that there is none.
pub fn subject(summary: Summary) -> String {
    let subject = summary.with(|row| row.as_ref().map(|row| row.envelope.subject.clone()));
    match subject {
        Some(subject) if subject.trim().is_empty() => text(Key::ListNoSubject),
        Some(subject) => subject,
        None => String::new(),
    }
}

/// Who wrote it.
pub fn sender(summary: Summary) -> String {
    let from = summary.with(|row| row.as_ref().and_then(|row| row.envelope.from.first().cloned()));
    match from.unwrap_or_default() {
        sender if sender.shown().is_empty() => text(Key::ListNoSender),
        sender => sender.shown().to_owned(),
    }
}

#[component]
fn Sender(summary: Summary) -> impl IntoView {
    let from = move || {
        let from =
            summary.with(|row| row.as_ref().and_then(|row| row.envelope.from.first().cloned()));
        from.unwrap_or_default()
    };
    let name = move || sender(summary);
    let address = move || match from() {
        sender if sender.name.is_empty() => String::new(),
        sender => format!("<{}>", sender.email),
    };
    let millis = move || {
        let sent = |row: &MessageSummary| row.envelope.sent_at.unwrap_or(row.received_at);
        summary.with(|row| row.as_ref().map(|row| sent(row) as f64 * 1000.0))
    };
    let date = move |write: fn(f64) -> String| move || millis().map(write).unwrap_or_default();
    view! {
        <Avatar name=Signal::derive(name) seed=Signal::derive(move || from().email) />
        <div class="message-view-who">
            <div class="message-view-line">
                <span class="message-view-name" dir="auto">{name}</span>
                <span class="message-view-address">{address}</span>
                <time class="message-view-date" title=date(full_date)>{date(short_date)}</time>
            </div>
            <Recipients summary />
        </div>
    }
}

/// To whom it went, and behind a button everything about it.
#[component]
pub fn Recipients(summary: Summary) -> impl IntoView {
    let details = RwSignal::new(false);
    let short = move || {
        let to = summary.with(|row| row.as_ref().map(|row| names(&row.envelope.to)));
        to.filter(|to| !to.is_empty()).map(|to| text_with(Key::ListTo, &[("names", &to)]))
    };
    let toggle =
        move || text(if details.get() { Key::MessageDetailsHide } else { Key::MessageDetailsShow });
    view! {
        <div class="message-view-line">
            <span class="message-view-to" dir="auto">{short}</span>
            <button
                type="button"
                class="message-view-toggle"
                aria-expanded=move || if details.get() { "true" } else { "false" }
                on:click=move |_| details.update(|open| *open = !*open)
            >
                {toggle}
            </button>
        </div>
        {move || details.get().then(|| view! { <Details summary /> })}
    }
}

fn names(list: &[Address]) -> String {
    let names: Vec<_> = list.iter().map(|address| address.shown().to_owned()).collect();
    crate::i18n::list(&names)
}

/// Every header that says who and when, in full.
#[component]
pub fn Details(summary: Summary) -> impl IntoView {
    let written_list = |list: &[Address]| list.iter().map(written).collect::<Vec<_>>().join(", ");
    let lines = move || {
        let Some(row) = summary.get() else { return Vec::new() };
        let envelope = &row.envelope;
        let sent_at = envelope.sent_at.unwrap_or(row.received_at);
        let lines = vec![
            (Key::MessageFrom, written_list(&envelope.from)),
            (Key::MessageReplyTo, written_list(&envelope.reply_to)),
            (Key::MessageTo, written_list(&envelope.to)),
            (Key::MessageCc, written_list(&envelope.cc)),
            (Key::MessageBcc, written_list(&envelope.bcc)),
            (Key::MessageDate, full_date(sent_at as f64 * 1000.0)),
        ];
        lines.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    };
    let line = |(key, value): (Key, String)| {
        view! { <dt>{t(key)}</dt> <dd dir="auto">{value}</dd> }
    };
    view! {
        <dl class="message-view-details">
            {move || lines().into_iter().map(line).collect_view()}
        </dl>
    }
}

#[component]
fn Answers(key: Memo<Option<MessageKey>>) -> impl IntoView {
    let stores = stores();
    let answer = move |kind: Kind| move |()| stores.answer(kind);
    view! {
        <div class="message-view-answers">
            <Button
                label=t(Key::MessageReply)
                icon=Icon::Reply
                kind=ButtonKind::Quiet
                on_press=answer(Kind::Reply)
            />
            <Button
                label=t(Key::MessageReplyAll)
                icon=Icon::ReplyAll
                kind=ButtonKind::Quiet
                on_press=answer(Kind::ReplyAll)
            />
            <Button
                label=t(Key::MessageForward)
                icon=Icon::Forward
                kind=ButtonKind::Quiet
                on_press=answer(Kind::Forward)
            />
            <More key=key.into() />
        </div>
    }
}

/// What a message of a conversation has of its own.
#[component]
pub fn Tools(key: MessageKey, summary: Summary) -> impl IntoView {
    let stores = stores();
    let answer = move |kind: Kind| {
        move |()| {
            if let Some(row) = summary.get_untracked() {
                stores.answer_to(&row, kind);
            }
        }
    };
    let with_row =
        move |act: fn(Stores, &[Target])| move |()| act(stores, summary.get_untracked().as_slice());
    let flagged = move || summary.with(|row| row.as_ref().is_some_and(|row| row.flags.flagged()));
    let star = move |()| {
        let on = !untrack(flagged);
        stores.actions.star(summary.get_untracked().as_slice(), on);
    };
    let star_label =
        Signal::derive(move || text(if flagged() { Key::ActionUnflag } else { Key::ActionFlag }));
    view! {
        <div class="message-view-answers">
            <IconButton
                label=t(Key::MessageReply)
                icon=Icon::Reply
                on_press=answer(Kind::Reply)
            />
            <IconButton
                label=t(Key::MessageReplyAll)
                icon=Icon::ReplyAll
                on_press=answer(Kind::ReplyAll)
            />
            <IconButton
                label=t(Key::MessageForward)
                icon=Icon::Forward
                on_press=answer(Kind::Forward)
            />
            <More key=Signal::stored(Some(key))>
                <MenuItem label=star_label icon=Icon::Star on_choose=star />
                <MenuItem
                    label=t(Key::ActionUnseen)
                    icon=Icon::Mail
                    on_choose=with_row(|stores, row| stores.actions.mark_seen(row, false))
                />
                <MenuItem
                    label=t(Key::MessageTrash)
                    icon=Icon::Trash
                    on_choose=with_row(|stores, row| stores.actions.trash(row))
                />
            </More>
        </div>
    }
}
