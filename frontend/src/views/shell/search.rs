//! The search box in the bar at the top.

use super::{ShellModel, ShellVerbs};
use crate::i18n::{Key, t};
use crate::ui::icon::{Icon, icon};
use leptos::prelude::*;
use leptos::web_sys::HtmlInputElement;
use leptos::{ev, html};

/// A field that searches on Enter, and ends the search when it is emptied.
#[component]
pub fn SearchBox(model: ShellModel, verbs: ShellVerbs) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let typed = move |event: &ev::Event| {
        event.prevent_default();
        let field = field.get_untracked();
        verbs.search.run(field.map(|field: HtmlInputElement| field.value()).unwrap_or_default());
    };
    view! {
        <form role="search" class="shell-search" on:submit=move |event| typed(&event.into())>
            {icon(Icon::Search)}
            <input
                node_ref=field
                class="shell-search-field"
                type="search"
                name="q"
                dir="auto"
                autocomplete="off"
                enterkeyhint="search"
                aria-label=t(Key::ShellSearch)
                placeholder=t(Key::ShellSearch)
                prop:value=model.query
                on:search=move |event| typed(&event)
            />
        </form>
    }
}
