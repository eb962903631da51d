//! People to write to, while a recipient is typed (ARIA APG, Combobox with a listbox).

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::address::Address;
use postern_shared::api::addresses::SuggestAddresses;

use crate::i18n::{Key, t};
use crate::state::drafts::recipients::written;
use crate::state::frames::Timer;
use crate::state::stores;
use crate::ui::dom;

/// How many are shown.
const COUNT: u32 = 8;
/// Milliseconds of rest after which they are asked for.
const PAUSE_MS: u32 = 120;

/// The suggestions for one field.
#[derive(Clone, Copy)]
pub struct Suggestions {
    found: RwSignal<Vec<Address>>,
    chosen: RwSignal<Option<usize>>,
    asked: StoredValue<(u32, Option<Timer>), LocalStorage>,
    id: StoredValue<String>,
}

impl Suggestions {
    /// None yet.
    pub fn new() -> Self {
        Self {
            found: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(None),
            asked: StoredValue::new_local((0, None)),
            id: StoredValue::new(dom::unique_id("suggestions")),
        }
    }

    /// Whether there are any.
    pub fn open(self) -> bool {
        self.found.with(|found| !found.is_empty())
    }

    /// The list's id.
    pub fn list_id(self) -> String {
        self.id.get_value()
    }

    /// The id of the one that the keys are at.
    pub fn active_id(self) -> Option<String> {
        self.chosen.get().map(|at| self.option_id(at))
    }

    fn option_id(self, at: usize) -> String {
        [&self.list_id(), "-", &at.to_string()].concat()
    }

    /// Looks for people whose name or address begins as it was typed, apart from those in `known`.
    pub fn ask(self, typed: &str, known: Vec<Address>) {
        let prefix = typed.trim().trim_start_matches('"').to_owned();
        let turn = self.asked.with_value(|asked| asked.0) + 1;
        self.asked.update_value(|asked| (asked.0, asked.1) = (turn, None));
        if prefix.is_empty() {
            return self.close();
        }
        let link = stores().link;
        let timer = Timer::after(PAUSE_MS, move || {
            let (prefix, known) = (prefix.clone(), known.clone());
            spawn_local(async move {
                let found = link.call(SuggestAddresses { prefix, count: COUNT }).await;
                // Only the answer to what stands there now.
                if self.asked.try_with_value(|asked| asked.0) != Some(turn) {
                    return;
                }
                let mut found = found.unwrap_or_default();
                found.retain(|one| !known.iter().any(|it| it.same_mailbox(one)));
                self.chosen.set(None);
                self.found.set(found);
            });
        });
        self.asked.update_value(|asked| asked.1 = Some(timer));
    }

    /// Away with them, and with what is on its way.
    pub fn close(self) {
        self.asked.update_value(|asked| (asked.0, asked.1) = (asked.0 + 1, None));
        if self.found.with_untracked(|found| !found.is_empty()) {
            self.found.set(Vec::new());
        }
        self.chosen.set(None);
    }

    /// Moves to the next or the one before, over the ends to what was typed.
    pub fn step(self, forward: bool) {
        let count = self.found.with_untracked(Vec::len);
        let next = match (self.chosen.get_untracked(), forward) {
            (None, true) => Some(0),
            (None, false) => count.checked_sub(1),
            (Some(at), true) => Some(at + 1).filter(|at| *at < count),
            (Some(at), false) => at.checked_sub(1),
        };
        self.chosen.set(next);
    }

    /// The one that the keys are at; the first where none is and `or_first`.
    pub fn taken(self, or_first: bool) -> Option<Address> {
        let at = self.chosen.get_untracked().or(or_first.then_some(0))?;
        self.found.with_untracked(|found| found.get(at).cloned())
    }
}

/// The list below the field.
#[component]
pub fn SuggestionList(
    suggestions: Suggestions,
    #[prop(into)] on_choose: Callback<Address>,
) -> impl IntoView {
    let node = NodeRef::<html::Ul>::new();
    let option = move |(at, address): (usize, Address)| {
        let chosen = move || suggestions.chosen.get() == Some(at);
        let whole = written(&address);
        let shown = address.clone();
        view! {
            <li
                role="option"
                id=suggestions.option_id(at)
                class="composer-suggestion"
                aria-selected=move || if chosen() { "true" } else { "false" }
                title=whole
                // The focus stays in the field.
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| on_choose.run(address.clone())
            >
                <span class="composer-suggestion-name" dir="auto">{shown.name}</span>
                <span class="composer-suggestion-email" dir="ltr">{shown.email}</span>
            </li>
        }
    };
    view! {
        <ul
            node_ref=node
            role="listbox"
            id=suggestions.list_id()
            class="composer-suggestions"
            aria-label=t(Key::ComposeSuggestions)
            hidden=move || !suggestions.open()
        >
            {move || {
                suggestions.found.get().into_iter().enumerate().map(option).collect_view()
            }}
        </ul>
    }
}
