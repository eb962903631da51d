//! Form fields: each with its label, and where it applies a hint and an error.

mod choice;

use super::dom;
use leptos::prelude::*;

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
