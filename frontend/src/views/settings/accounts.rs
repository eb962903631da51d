//! The page "Accounts": what there is, as facts.

use crate::i18n::{Key, t};
use leptos::prelude::*;
use postern_shared::account::{Account, Protocol};

#[component]
pub fn Accounts(accounts: Signal<Vec<Account>>) -> impl IntoView {
    let card = |account: Account| {
        let protocol = match account.protocol {
            Protocol::Imap => "IMAP",
            Protocol::Pop3 => "POP3",
        };
        view! {
            <dl class="settings-card">
                <Fact name=Key::SettingsAccountAddress value=account.address />
                <Fact name=Key::SettingsAccountKind value=protocol.to_owned() />
            </dl>
        }
    };
    view! {
        {move || accounts.get().into_iter().map(card).collect_view()}
        <Nothing shown=Signal::derive(move || accounts.with(Vec::is_empty)) key=Key::SettingsAccountsEmpty />
    }
}

#[component]
fn Fact(name: Key, value: String) -> impl IntoView {
    (!value.is_empty()).then(|| {
        view! { <dt class="settings-fact">{t(name)}</dt> <dd dir="auto">{value}</dd> }
    })
}

#[component]
fn Nothing(shown: Signal<bool>, key: Key) -> impl IntoView {
    move || shown.get().then(|| view! { <p class="settings-note">{t(key)}</p> })
}
