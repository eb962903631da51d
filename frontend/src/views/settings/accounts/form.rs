//! How an account is shown: its name and colour; and how it is collected, where it is so.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::{Account, COLOURS, Protocol};

use super::collecting::CollectingForm;
use super::moving::Moving;
use crate::i18n::{Key, error_text, number, t, text, text_with};
use crate::state::stores;
use crate::ui::button::{Button, SubmitButton};
use crate::ui::field::TextField;

/// How an account is shown.
#[component]
pub fn Look(account: Account, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let stores = stores();
    let Account { id, address, name, colour, protocol, .. } = account;
    let collected = protocol == Protocol::Pop3;
    let shown = if name.is_empty() { &address } else { &name };
    let title = text_with(Key::SettingsAccountEdit, &[("name", shown)]);
    let (name, colour) = (RwSignal::new(name), RwSignal::new(colour));
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(String::new()));
    let id = StoredValue::new(id);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        spawn_local(async move {
            let (name, colour) = (name.get_untracked(), colour.get_untracked());
            let edited = stores.edit_account(id.get_value(), name, colour).await;
            let _ = busy.try_set(false);
            match edited {
                Ok(()) => on_done.try_run(()).unwrap_or_default(),
                Err(error) => {
                    let _ = problem.try_set(error_text(&error));
                }
            }
        });
    };
    let choice = move |at: u8| {
        let label = match at {
            0 => text(Key::SettingsAccountPlain),
            _ => text_with(Key::TagHue, &[("number", &number(at.into()))]),
        };
        let class = match at {
            0 => "message-list-hue".to_owned(),
            _ => format!("message-list-hue tag is-hue-{}", at - 1),
        };
        view! {
            <input
                type="radio"
                name="colour"
                class=class
                aria-label=label
                prop:checked=move || colour.get() == at
                on:change=move |_| colour.set(at)
            />
        }
    };
    view! {
        <form class="settings-form" novalidate aria-label=title on:submit=submit>
            <h3 class="settings-subtitle" dir="auto">{title.clone()}</h3>
            <TextField label=t(Key::SettingsAccountName) value=name />
            <fieldset class="field">
                <legend class="field-label">{t(Key::TagColour)}</legend>
                <div class="message-list-hues">{(0..=COLOURS).map(choice).collect_view()}</div>
            </fieldset>
            <p class="settings-problem" role="alert">{problem}</p>
            <div class="settings-deeds">
                <SubmitButton label=t(Key::SettingsSave) busy />
                <Button label=t(Key::SettingsCancel) on_press=on_done />
            </div>
        </form>
        {collected.then(|| view! { <CollectingForm account=id.get_value() /> })}
        <Moving account=id.get_value() />
    }
}
