//! Beside the list's heading: its order, what it shows, and what can be done to the mailbox.

use leptos::prelude::*;
use postern_shared::window::{Filter, Sort, SortKey};

use crate::i18n::{Key, t, text};
use crate::routes::Route;
use crate::state::shortcuts::Command;
use crate::state::{Prompt, stores};
use crate::ui::button::IconButton;
use crate::ui::icon::Icon;

/// The list's choices.
#[component]
pub fn Choices() -> impl IntoView {
    let stores = stores();
    let sort = move || stores.windows.view().map_or(Sort::NEWEST_FIRST, |view| view.sort);
    let filter = move || stores.windows.view().map_or(Filter::All, |view| view.filter);
    // A list that is no mailbox can only be taken out as a file.
    let deeds = move || match stores.location.list() {
        Some(Route::Search(_)) => (Key::MailboxExportFound, Icon::Download),
        Some(Route::All) => (Key::MailboxExportAll, Icon::Download),
        _ => (Key::MailboxActions, Icon::More),
    };
    view! {
        <IconButton
            label=t(Key::ListConversations)
            icon=Icon::Threads
            pressed=Signal::derive(move || stores.conversing())
            on_press=move |()| stores.perform(Command::Converse)
        />
        <IconButton
            label=Signal::derive(move || text(deeds().0))
            icon=Signal::derive(move || deeds().1)
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
