//! The forms of the page "Accounts": a new account or another password, and how one is shown.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::{Account, COLOURS};
use postern_shared::error::{CallError, ErrorCode};

use crate::i18n::{Key, error_text, number, t, text, text_with};
use crate::state::stores;
use crate::ui::button::{Button, SubmitButton};
use crate::ui::field::{TextField, TextKind};

/// Providers that take a password of their own for mail programs, not that of the website.
const OWN_PASSWORDS: [&str; 14] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "qq.com",
    "foxmail.com",
    "163.com",
    "126.com",
    "yeah.net",
    "sina.com",
    "wp.pl",
    "fastmail.com",
];

/// Adds an account; with an address only its password is asked for.
#[component]
pub fn Adding(address: String, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let stores = stores();
    let known = !address.is_empty();
    let title = match known {
        true => text_with(Key::SettingsAccountAgain, &[("name", &address)]),
        false => text(Key::SettingsAccountNew),
    };
    let (address, password) = (RwSignal::new(address), RwSignal::new(String::new()));
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(String::new()));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(String::new());
        spawn_local(async move {
            let (typed, secret) = (address.get_untracked(), password.get_untracked());
            let added = stores.add_account(&typed, &secret).await;
            let _ = busy.try_set(false);
            let reason = match added {
                Ok(()) => return on_done.run(()),
                Err(CallError { code: ErrorCode::AlreadyExists, .. }) => {
                    text(Key::SettingsAccountYours)
                }
                Err(CallError { code: ErrorCode::NotSignedIn, .. }) => text(Key::ErrorOffline),
                Err(error) => error_text(&error),
            };
            let _ = problem.try_set(reason);
        });
    };
    let own = move || {
        let typed = address.get().trim().to_lowercase();
        let domain = typed.rsplit_once('@').map_or("", |(_, domain)| domain);
        let takes = OWN_PASSWORDS.contains(&domain);
        takes.then(|| view! { <p class="settings-note" role="note">{t(Key::SettingsAccountOwnPassword)}</p> })
    };
    view! {
        <form class="settings-form" novalidate aria-label=title on:submit=submit>
            <h3 class="settings-subtitle" dir="auto">{title.clone()}</h3>
            {(!known).then(|| view! {
                <TextField label=t(Key::LoginAddress) value=address kind=TextKind::Address />
            })}
            <TextField label=t(Key::LoginPassword) value=password kind=TextKind::Password />
            {own}
            <p class="settings-note">{t(Key::SettingsAccountSealed)}</p>
            <p class="settings-problem" role="alert">{problem}</p>
            <div class="settings-deeds">
                <SubmitButton label=t(Key::SettingsAccountAdd) busy />
                <Button label=t(Key::SettingsCancel) on_press=on_done />
            </div>
        </form>
    }
}

/// How an account is shown.
#[component]
pub fn Look(account: Account, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let stores = stores();
    let Account { id, address, name, colour, .. } = account;
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
                Ok(()) => on_done.run(()),
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
            <fieldset class="message-list-hues" aria-label=t(Key::TagColour)>
                {(0..=COLOURS).map(choice).collect_view()}
            </fieldset>
            <p class="settings-problem" role="alert">{problem}</p>
            <div class="settings-deeds">
                <SubmitButton label=t(Key::SettingsSave) busy />
                <Button label=t(Key::SettingsCancel) on_press=on_done />
            </div>
        </form>
    }
}
