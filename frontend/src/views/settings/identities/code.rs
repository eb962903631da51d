//! The code that an address was sent, typed in to show that its mail comes to the user.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::AccountId;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::identity::Identity;

use super::reason;
use crate::i18n::{Key, error_text, t, text, text_with};
use crate::state::stores;
use crate::ui::button::{Button, ButtonKind, SubmitButton};
use crate::ui::field::TextField;

/// The field, and a way to another code.
#[component]
pub fn Code(account: AccountId, identity: Identity) -> impl IntoView {
    let stores = stores();
    let email = identity.from.email;
    let with = |key| text_with(key, &[("address", &email)]);
    let (sent, label) = (with(Key::SettingsCodeSent), Signal::stored(with(Key::SettingsCode)));
    let (resent, done) = (with(Key::SettingsCodeResent), with(Key::SettingsIdentityConfirmed));
    let (code, wrong) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let whose = StoredValue::new((account, identity.id));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let said = code.get_untracked().trim().to_owned();
        if said.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(String::new());
        let ((account, identity), done) = (whose.get_value(), done.clone());
        spawn_local(async move {
            match stores.confirm_identity(account, identity, said).await {
                Ok(()) => stores.toasts.say(done),
                // It may be confirmed or removed by now, from elsewhere.
                Err(error) => drop(wrong.try_set(sentence(&error))),
            }
            let _ = busy.try_set(false);
        });
    };
    let again = move |()| {
        wrong.set(String::new());
        let ((account, identity), resent) = (whose.get_value(), resent.clone());
        spawn_local(async move {
            match stores.request_code(account, identity).await {
                Ok(()) => stores.toasts.say(resent),
                Err(error) => drop(wrong.try_set(reason(&error))),
            }
        });
    };
    view! {
        <form class="identity-code" novalidate on:submit=submit>
            <p class="settings-note">{sent}</p>
            <TextField label value=code error=wrong />
            <div class="settings-deeds">
                <SubmitButton label=t(Key::SettingsCodeConfirm) busy />
                <Button
                    label=t(Key::SettingsCodeAgain)
                    kind=ButtonKind::Quiet
                    on_press=again
                />
            </div>
        </form>
    }
}

fn sentence(error: &CallError) -> String {
    match error.code {
        ErrorCode::Refused => text(Key::SettingsCodeWrong),
        ErrorCode::NonExistent => text(Key::SettingsCodeOver),
        ErrorCode::Limit => text(Key::SettingsCodeTries),
        ErrorCode::Unsupported => text(Key::SettingsCodeUnprovable),
        ErrorCode::Unavailable => text(Key::SettingsCodeUnknown),
        _ => error_text(error),
    }
}
