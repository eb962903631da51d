//! One row: who, what, when, and its marks.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;
use postern_shared::address::Address;
use postern_shared::flag::Flag;
use postern_shared::mailbox::Role;
use postern_shared::message::{MessageKey, MessageSummary};

use crate::i18n::{Key, full_date, list, number, short_date, t, text, text_count, text_with};
use crate::state::Stores;
use crate::state::accounts::name_class;
use crate::state::tags::Tag;
use crate::state::windows::RowKey;
use crate::ui::grid::GridRow;
use crate::ui::icon::{Icon, icon};

type Row = Memo<Option<Arc<MessageSummary>>>;

/// Makes the row of a message, or the place of one that is on its way.
pub fn make_row(stores: Stores, key: RowKey) -> GridRow {
    match key {
        RowKey::Hole(_) => GridRow {
            name: t(Key::ListLoading),
            selected: Signal::stored(false),
            current: Signal::stored(false),
            cells: view! { <Hole /> }.into_any(),
        },
        RowKey::Message(key) => message_row(stores, key),
    }
}

fn message_row(stores: Stores, key: MessageKey) -> GridRow {
    let (own, selected_key, current_key) = (key.clone(), key.clone(), key.clone());
    // A row that is leaving keeps its face until it is gone.
    let row: Row = Memo::new(move |last: Option<&Option<Arc<MessageSummary>>>| {
        stores.windows.get(&own).or_else(|| last.cloned().flatten())
    });
    let name = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| spoken(stores, row))));
    let selected = Memo::new(move |_| stores.selection.has(&selected_key));
    let current = Memo::new(move |_| stores.is_open(&current_key));
    GridRow {
        name: Signal::derive(move || name.get().unwrap_or_default()),
        selected: selected.into(),
        current: current.into(),
        cells: view! { <Cells row key selected /> }.into_any(),
    }
}

/// What the row is called: sender, subject, marks and date.
fn spoken(stores: Stores, row: &MessageSummary) -> String {
    let mut parts = vec![people(stores, row), subject(row)];
    let marks = [
        (stores.unseen(row), Key::ListUnread),
        (stores.flagged(row), Key::ListFlagged),
        (row.has_attachment, Key::ListAttachment),
        (row.flags.has(&Flag::Answered), Key::ListAnswered),
        (forwarded(row), Key::ListForwarded),
    ];
    parts.extend(marks.iter().filter(|(on, _)| *on).map(|(_, key)| text(*key)));
    if let Some(count) = messages(row) {
        parts.push(text_count(Key::ListThread, count.into(), &[]));
    }
    parts.extend(stores.account_of(row).map(|account| account.shown().to_owned()));
    parts.extend(stores.tags_of(row).into_iter().map(|tag| tag.name));
    parts.push(short_date(millis(row)));
    parts.join(", ")
}

fn millis(row: &MessageSummary) -> f64 {
    row.received_at as f64 * 1000.0
}

fn subject(row: &MessageSummary) -> String {
    match row.envelope.subject.trim() {
        "" => text(Key::ListNoSubject),
        subject => subject.to_owned(),
    }
}

fn forwarded(row: &MessageSummary) -> bool {
    row.flags.has(&Flag::Keyword(Flag::FORWARDED.to_owned()))
}

/// How many messages a row stands for, where that is more than one.
fn messages(row: &MessageSummary) -> Option<u32> {
    row.thread.as_ref().map(|thread| thread.messages).filter(|count| *count > 1)
}

/// Who wrote a thread, oneself as "me".
fn writers(stores: Stores, row: &MessageSummary) -> Option<String> {
    messages(row)?;
    let thread = row.thread.as_ref()?;
    let own = |writer: &Address| {
        stores.accounts.all().with(|all| {
            let identities = all.iter().flat_map(|account| &account.identities);
            identities.map(|identity| &identity.from).any(|own| own.same_mailbox(writer))
        })
    };
    let name = |writer: &Address| match own(writer) {
        true => text(Key::ListMe),
        false => writer.shown().to_owned(),
    };
    Some(list(&thread.participants.iter().map(name).collect::<Vec<_>>()))
}

/// The sender, or all who wrote a thread; in mailboxes of one's own messages, whom they went to.
fn people(stores: Stores, row: &MessageSummary) -> String {
    if let Some(writers) = writers(stores, row) {
        return writers;
    }
    let mailbox = stores.mailboxes.get(&row.key.account, &row.key.mailbox);
    let own = matches!(mailbox.and_then(|found| found.role), Some(Role::Sent | Role::Drafts));
    let shown = |addresses: &[Address]| {
        addresses.iter().map(|address| address.shown().to_owned()).collect::<Vec<_>>()
    };
    if own && !row.envelope.to.is_empty() {
        return text_with(Key::ListTo, &[("names", &list(&shown(&row.envelope.to)))]);
    }
    match shown(&row.envelope.from).first() {
        Some(sender) => sender.clone(),
        None => text(Key::ListNoSender),
    }
}

#[component]
fn Hole() -> impl IntoView {
    view! {
        <div class="message-list-row is-hole" role="gridcell">
            <span class="skeleton-line"></span>
            <span class="skeleton-line"></span>
        </div>
    }
}

/// The account of a message, where those of several stand in one list, and its tags.
#[component]
fn Chips(row: Row) -> impl IntoView {
    let stores = crate::state::stores();
    let account = move || {
        let account = row.with(|row| stores.account_of(row.as_ref()?))?;
        Some(
            view! { <span class=name_class(&account) dir="auto">{account.shown().to_owned()}</span> },
        )
    };
    let chip = |tag: Tag| view! { <span class=tag.class()>{tag.name.clone()}</span> };
    let tags = move || {
        let tags = row.with(|row| row.as_ref().map(|row| stores.tags_of(row)).unwrap_or_default());
        tags.into_iter().map(chip).collect_view()
    };
    view! { {account} {tags} }
}

#[component]
fn Cells(row: Row, key: MessageKey, selected: Memo<bool>) -> impl IntoView {
    let stores = crate::state::stores();
    let read = move |read: fn(Stores, &MessageSummary) -> String| {
        move || row.with(|row| row.as_ref().map(|row| read(stores, row)).unwrap_or_default())
    };
    let is = move |test: fn(Stores, &MessageSummary) -> bool| {
        move || row.with(|row| row.as_ref().is_some_and(|row| test(stores, row)))
    };
    let label = move || text_with(Key::ListSelect, &[("subject", &read(|_, row| subject(row))())]);
    let check = move |event: ev::MouseEvent| {
        event.stop_propagation();
        let Some(index) = untrack(|| stores.windows.index_of(&key)) else { return };
        if event.shift_key() {
            stores.extend_to(index);
        } else {
            stores.toggle_at(index);
        }
    };
    let mark =
        move |test: fn(Stores, &MessageSummary) -> bool, shape: Icon, class: &'static str| {
            move || is(test)().then(|| view! { <span class=class>{icon(shape)}</span> })
        };
    view! {
        <div role="gridcell">
            <label class="message-list-check">
                <input
                    type="checkbox"
                    class="field-box"
                    tabindex="-1"
                    aria-label=label
                    prop:checked=selected
                    on:click=check
                />
            </label>
        </div>
        <div
            class="message-list-row"
            class:is-unseen=is(Stores::unseen)
            role="gridcell"
        >
            <div class="message-list-line">
                <span class="message-list-sender" dir="auto">{read(people)}</span>
                <span class="message-list-count">
                    {read(|_, row| messages(row).map(|count| number(count.into())).unwrap_or_default())}
                </span>
                {mark(|_, row| row.flags.has(&Flag::Answered), Icon::Reply, "message-list-mark")}
                {mark(|_, row| forwarded(row), Icon::Forward, "message-list-mark")}
                {mark(|_, row| row.has_attachment, Icon::Attach, "message-list-mark")}
                <time class="message-list-date" title=read(|_, row| full_date(millis(row)))>
                    {read(|_, row| short_date(millis(row)))}
                </time>
            </div>
            <div class="message-list-line">
                <div class="message-list-text">
                    <span class="message-list-subject" dir="auto">{read(|_, row| subject(row))}</span>
                    <span class="message-list-preview" dir="auto">
                        {read(|_, row| row.preview.clone())}
                    </span>
                </div>
                <Chips row />
                {mark(Stores::flagged, Icon::StarFilled, "message-list-star")}
            </div>
        </div>
    }
}
