//! The page "Identities": what mail is sent as, of each account.

mod code;
mod form;

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::{Account, AccountId};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::identity::{Identity, Standing};

use super::removal::Removal;
use crate::i18n::{Key, error_text, t, text, text_with};
use crate::state::stores;
use crate::ui::button::{Button, IconButton};
use crate::ui::icon::Icon;

use code::Code;
use form::Form;

/// An identity that is being written, and whether it is its account's default.
#[derive(Clone, Debug, PartialEq)]
struct Edited {
    account: AccountId,
    identity: Identity,
    first: bool,
}

/// The page.
#[component]
pub fn Identities(accounts: Signal<Vec<Account>>) -> impl IntoView {
    let edited = RwSignal::new(None::<Edited>);
    let several = move || accounts.with(|all| all.len() > 1);
    let section = move |account: Account| {
        let heading = several().then(|| {
            view! { <h3 class="settings-subtitle" dir="auto">{account.address.clone()}</h3> }
        });
        let of = account.id.clone();
        // What new messages are sent as.
        let default = account.identities.iter().find(|one| one.is_confirmed());
        let default = default.map(|one| one.id.clone());
        let card = move |identity: Identity| {
            let first = default.as_ref() == Some(&identity.id);
            view! { <Card shown=Edited { account: of.clone(), identity, first } edited /> }
        };
        view! {
            <section class="settings-section" aria-label=account.address>
                {heading}
                <ul class="settings-list" role="list" aria-label=t(Key::SettingsIdentities)>
                    {account.identities.into_iter().map(card).collect_view()}
                </ul>
            </section>
        }
    };
    let add = move |()| {
        let account = accounts.with_untracked(|all| all.first().map(|one| one.id.clone()));
        let fresh = |account| Edited { account, identity: Identity::default(), first: false };
        edited.set(account.map(fresh));
    };
    let list = move || {
        view! {
            <p class="settings-note">{t(Key::SettingsIdentityHint)}</p>
            {move || accounts.get().into_iter().map(section).collect_view()}
            {move || accounts.with(Vec::is_empty).then(|| view! {
                <p class="settings-note">{t(Key::SettingsIdentitiesEmpty)}</p>
            })}
            <div>
                <Button
                    label=t(Key::SettingsIdentityAdd)
                    icon=Icon::Compose
                    on_press=add
                />
            </div>
        }
    };
    move || match edited.get() {
        Some(began) => {
            view! { <Form began accounts on_done=move |()| edited.set(None) /> }.into_any()
        }
        None => list().into_any(),
    }
}

/// One identity.
#[component]
fn Card(shown: Edited, edited: RwSignal<Option<Edited>>) -> impl IntoView {
    let stores = stores();
    let Edited { account, identity, first } = shown.clone();
    let email = identity.from.email.clone();
    let named = |key| Signal::stored(text_with(key, &[("address", &email)]));
    let (edit, remove) = (named(Key::SettingsIdentityEdit), named(Key::SettingsIdentityRemove));
    let question = named(Key::SettingsIdentityRemoveAsk);
    let asks = RwSignal::new(false);
    let waits = !identity.is_confirmed();
    let own = identity.standing == Standing::SignIn;
    let id = identity.id.clone();
    let of = account.clone();
    let agree = move |()| {
        let (of, id) = (of.clone(), id.clone());
        spawn_local(async move {
            if let Err(error) = stores.delete_identity(of, id).await {
                let reason = error_text(&error);
                stores.toasts.complain(text_with(Key::ActionFailed, &[("reason", &reason)]));
            }
        });
    };
    let name = match identity.from.name.as_str() {
        "" => email.clone(),
        name => name.to_owned(),
    };
    let second = (!identity.from.name.is_empty()).then(|| {
        view! { <span class="settings-note" dir="auto">{email.clone()}</span> }
    });
    view! {
        <li class="settings-item">
            <div class="settings-item-row">
                <div class="settings-item-face">
                    <strong dir="auto">{name}</strong>
                    {second}
                </div>
                {first.then(|| view! { <span class="settings-mark">{t(Key::SettingsIdentityDefault)}</span> })}
                {waits.then(|| view! {
                    <span class="settings-mark is-waiting">{t(Key::SettingsIdentityWaiting)}</span>
                })}
                <span class="settings-item-deeds">
                    <IconButton
                        label=edit
                        icon=Icon::Compose
                        on_press=move |()| edited.set(Some(shown.clone()))
                    />
                    {(!own).then(|| view! {
                        <IconButton
                            label=remove
                            icon=Icon::Trash
                            on_press=move |()| asks.set(true)
                        />
                    })}
                </span>
            </div>
            {waits.then(|| view! { <Code account identity /> })}
            <Removal
                open=asks
                question
                hint=Key::SettingsIdentityRemoveHint
                on_agree=agree
            />
        </li>
    }
}

/// Why an identity could not be saved, or its code not sent.
fn reason(error: &CallError) -> String {
    match error.code {
        ErrorCode::Invalid => text(Key::SettingsIdentityInvalid),
        ErrorCode::Limit => text(Key::SettingsCodeOften),
        ErrorCode::Unsupported => text(Key::SettingsCodeUnprovable),
        _ => error_text(error),
    }
}
