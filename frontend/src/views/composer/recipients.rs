//! The fields To, Cc and Bcc: a chip for each recipient, and a place to type or paste more.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use postern_shared::address::Address;

use super::Desk;
use crate::i18n::{Key, t, text, text_with};
use crate::state::drafts::Composing;
use crate::state::drafts::recipients::{parse, valid, written};
use crate::ui::icon::{Icon, icon};

/// Which header a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    To,
    Cc,
    Bcc,
}

impl Field {
    fn label(self) -> Key {
        match self {
            Self::To => Key::ComposeTo,
            Self::Cc => Key::ComposeCc,
            Self::Bcc => Key::ComposeBcc,
        }
    }

    fn list(self, draft: &Composing) -> &Vec<Address> {
        match self {
            Self::To => &draft.to,
            Self::Cc => &draft.cc,
            Self::Bcc => &draft.bcc,
        }
    }

    fn list_mut(self, draft: &mut Composing) -> &mut Vec<Address> {
        match self {
            Self::To => &mut draft.to,
            Self::Cc => &mut draft.cc,
            Self::Bcc => &mut draft.bcc,
        }
    }

    /// The button that shows a hidden field.
    fn adder(self) -> Key {
        if self == Self::Cc { Key::ComposeAddCc } else { Key::ComposeAddBcc }
    }
}

/// One field; Cc and Bcc are a button until they are wanted.
#[component]
pub fn Recipients(desk: Desk, field: Field) -> impl IntoView {
    let filled = Memo::new(move |_| desk.draft.with(|draft| !field.list(draft).is_empty()));
    let wanted = RwSignal::new(field == Field::To);
    let node = NodeRef::<html::Input>::new();
    let open = Memo::new(move |_| wanted.get() || filled.get());
    let add = move |_| {
        wanted.set(true);
        // The field is mounted with this change; the next frame finds it.
        request_animation_frame(move || {
            if let Some(input) = node.get_untracked() {
                let _ = input.focus();
            }
        });
    };
    view! {
        {move || match open.get() {
            true => view! { <Chips desk field node /> }.into_any(),
            false => view! {
                <button type="button" class="composer-adder" on:click=add>{t(field.adder())}</button>
            }
            .into_any(),
        }}
    }
}

#[component]
fn Chips(desk: Desk, field: Field, node: NodeRef<html::Input>) -> impl IntoView {
    let list = Memo::new(move |_| desk.draft.with(|draft| field.list(draft).clone()));
    let take = move || {
        let Some(input) = node.get_untracked() else { return };
        let fresh = parse(&input.value());
        input.set_value("");
        if !fresh.is_empty() {
            desk.edit(|draft| add(field.list_mut(draft), fresh));
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let typed = node.get_untracked().map(|input| input.value()).unwrap_or_default();
        let empty = typed.is_empty();
        match event.key().as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => {}
            // A comma may still belong to a quoted name.
            "," | ";" if !complete(&typed) => {}
            "Enter" | "," | ";" if !event.is_composing() => {
                event.prevent_default();
                take();
            }
            "Backspace" if empty => desk.edit(|draft| drop(field.list_mut(draft).pop())),
            _ => {}
        }
    };
    let paste = move |event: ev::Event| {
        // A list that is pasted becomes chips at once; one address stays to be completed.
        let text = event_target_value(&event);
        if complete(&text) && text.contains([',', ';', '\n']) && parse(&text).len() > 1 {
            take();
        }
    };
    let focus = move |event: ev::MouseEvent| {
        let on_chip = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|target| target.closest("button,input").ok().flatten().is_some());
        if let Some(input) = node.get_untracked().filter(|_| !on_chip) {
            let _ = input.focus();
        }
    };
    view! {
        <div class="composer-row" on:click=focus>
            <span class="composer-label" aria-hidden="true">{t(field.label())}</span>
            <div class="composer-chips">
                <For
                    each=move || list.get()
                    key=|address| (address.email.clone(), address.name.clone())
                    let:address
                >
                    <Chip desk field address />
                </For>
                <input
                    node_ref=node
                    class="composer-typed"
                    type="text"
                    inputmode="email"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    dir="auto"
                    role="combobox"
                    aria-expanded="false"
                    aria-autocomplete="none"
                    aria-label=move || text(field.label())
                    on:keydown=key
                    on:input=paste
                    on:blur=move |_| take()
                />
            </div>
        </div>
    }
}

/// Whether no quote and no bracket is open.
fn complete(typed: &str) -> bool {
    typed.matches('"').count().is_multiple_of(2)
        && typed.matches('<').count() == typed.matches('>').count()
}

/// Adds recipients, each once.
fn add(list: &mut Vec<Address>, fresh: Vec<Address>) {
    for address in fresh {
        if !list.iter().any(|known| known.same_mailbox(&address)) {
            list.push(address);
        }
    }
}

#[component]
fn Chip(desk: Desk, field: Field, address: Address) -> impl IntoView {
    let wrong = !valid(&address);
    let shown = address.shown().to_owned();
    let whole = written(&address);
    let email = address.email.clone();
    let remove = move |_| {
        desk.edit(|draft| field.list_mut(draft).retain(|known| *known != address));
    };
    let label = move || text_with(Key::ComposeRemove, &[("address", &email)]);
    view! {
        <span class="composer-chip" class:is-wrong=wrong title=whole>
            <span class="composer-chip-text" dir="auto">{shown}</span>
            <button type="button" class="composer-chip-remove" aria-label=label on:click=remove>
                {icon(Icon::Close)}
            </button>
        </span>
    }
}
