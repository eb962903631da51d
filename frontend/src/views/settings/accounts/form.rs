//! How an account is shown: its name and colour; and how it is collected, where it is so.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::{Account, AccountId, COLOURS, Protocol};
use postern_shared::window::Scope;

use super::collecting::CollectingForm;
use crate::i18n::{Key, error_text, number, t, text, text_with};
use crate::state::stores;
use crate::state::transfers::whole;
use crate::ui::button::{Button, SubmitButton};
use crate::ui::dialog::Dialog;
use crate::ui::field::TextField;
use crate::views::transfers::{Export, Import};

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
        {collected.then(|| view! { <CollectingForm account=id.get_value() /> })}
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
        <Moving account=id.get_value() />
    }
}

/// All of an account's mail as a file, and files into its mailboxes.
#[component]
fn Moving(account: AccountId) -> impl IntoView {
    let open = RwSignal::new(None::<bool>);
    let account = StoredValue::new(account);
    let title = move || {
        text(if open.get() == Some(true) { Key::MailboxImport } else { Key::MailboxExport })
    };
    let name = move || {
        let found = untrack(|| stores().accounts.get(&account.get_value()));
        found.map(|found| found.shown().to_owned()).unwrap_or_default()
    };
    view! {
        <div class="settings-deeds">
            <Button label=t(Key::MailboxExport) on_press=move |()| open.set(Some(false)) />
            <Button label=t(Key::MailboxImport) on_press=move |()| open.set(Some(true)) />
        </div>
        <Dialog
            open=Signal::derive(move || open.get().is_some())
            on_close=move |()| open.set(None)
            title=Signal::derive(title)
            close_label=t(Key::ShellClose)
        >
            {move || match open.get() {
                Some(true) => {
                    let account = account.get_value();
                    view! { <Import account mailbox=None title=name() /> }.into_any()
                }
                _ => {
                    let view = whole(Scope::Account(account.get_value()));
                    view! { <Export view title=name() /> }.into_any()
                }
            }}
        </Dialog>
    }
}
