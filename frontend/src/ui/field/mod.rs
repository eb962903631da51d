//! Form fields: each with its label, and where it applies a hint and an error.

mod choice;

use super::dom;
use leptos::prelude::*;
use leptos::web_sys::HtmlInputElement;

pub use choice::{Checkbox, Choice, RadioGroup, Select};

/// What a text field is for; decides keyboard, autofill and masking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextKind {
    #[default]
    Text,
    Address,
    Password,
}

impl TextKind {
    /// (`type`, `autocomplete`, `inputmode`)
    fn attributes(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Text => ("text", "off", "text"),
            // Not `type=email`: it would reject internationalised addresses.
            Self::Address => ("text", "username", "email"),
            Self::Password => ("password", "current-password", "text"),
        }
    }
}

/// A labelled one-line text field.
#[component]
pub fn TextField(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional)] kind: TextKind,
    /// Shown below and announced with the field; empty means fine.
    #[prop(optional, into)]
    error: Signal<String>,
) -> impl IntoView {
    let id = dom::unique_id("field");
    let error_id = format!("{id}-error");
    let described = error_id.clone();
    let wrong = Signal::derive(move || !error.with(String::is_empty));
    let (type_, autocomplete, inputmode) = kind.attributes();
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <input
                class="field-input"
                id=id
                type=type_
                autocomplete=autocomplete
                inputmode=inputmode
                autocapitalize="none"
                spellcheck="false"
                dir="auto"
                aria-invalid=move || wrong.get().then_some("true")
                aria-describedby=move || wrong.get().then(|| described.clone())
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
            <p class="field-error" id=error_id hidden=move || !wrong.get()>{error}</p>
        </div>
    }
}

/// A labelled field for a whole number from 1 to `most`; once it is left it shows `value` again.
#[component]
pub fn NumberField(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    most: u16,
    /// Something was typed.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
    /// What was typed is complete.
    #[prop(into)]
    on_change: Callback<String>,
) -> impl IntoView {
    let id = dom::unique_id("field");
    let typed =
        move |event| on_input.iter().for_each(|typed| typed.run(event_target_value(&event)));
    let left = move |event| {
        on_change.run(event_target_value(&event));
        event_target::<HtmlInputElement>(&event).set_value(&value.get_untracked());
    };
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <input
                class="field-input"
                id=id
                type="number"
                inputmode="numeric"
                min="1"
                max=most.to_string()
                prop:value=value
                on:input=typed
                on:change=left
            />
        </div>
    }
}
