//! Fields that offer choices: checkbox, select, radio group.

use crate::ui::dom;
use leptos::prelude::*;

/// One choice of a [`Select`] or [`RadioGroup`].
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub value: &'static str,
    pub label: String,
}

/// A labelled checkbox with an optional hint below.
#[component]
pub fn Checkbox(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(optional, into)] hint: Signal<String>,
) -> impl IntoView {
    let id = dom::unique_id("field");
    let hint_id = format!("{id}-hint");
    let described = hint_id.clone();
    let hinted = Signal::derive(move || !hint.with(String::is_empty));
    view! {
        <div class="field-check">
            <input
                class="field-box"
                type="checkbox"
                id=id.clone()
                prop:checked=checked
                aria-describedby=move || hinted.get().then(|| described.clone())
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            <label class="field-check-label" for=id>{label}</label>
            <p class="field-hint" id=hint_id hidden=move || !hinted.get()>{hint}</p>
        </div>
    }
}

/// A labelled native select.
#[component]
pub fn Select(
    #[prop(into)] label: Signal<String>,
    choices: Signal<Vec<Choice>>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
    #[prop(optional, into)] hint: Signal<String>,
) -> impl IntoView {
    let id = dom::unique_id("field");
    let option = move |choice: Choice| {
        let chosen = move || value.with(|value| value == choice.value);
        view! { <option value=choice.value prop:selected=chosen>{choice.label}</option> }
    };
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <select
                class="field-input is-select"
                id=id
                on:change=move |event| on_change.run(event_target_value(&event))
            >
                {move || choices.get().into_iter().map(option).collect_view()}
            </select>
            <p class="field-hint" hidden=move || hint.with(String::is_empty)>{hint}</p>
        </div>
    }
}

/// A labelled group of which one is chosen.
#[component]
pub fn RadioGroup(
    #[prop(into)] label: Signal<String>,
    choices: Signal<Vec<Choice>>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let name = dom::unique_id("field");
    let option = move |choice: Choice| {
        let chosen = move || value.with(|value| value == choice.value);
        view! {
            <label class="field-radio">
                <input
                    class="field-box"
                    type="radio"
                    name=name.clone()
                    value=choice.value
                    prop:checked=chosen
                    on:change=move |_| on_change.run(choice.value.to_owned())
                />
                {choice.label}
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend class="field-label">{label}</legend>
            <div class="field-radios">
                {move || choices.get().into_iter().map(option.clone()).collect_view()}
            </div>
        </fieldset>
    }
}
