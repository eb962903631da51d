//! The pages "Accounts" and "Identities": what there is, as facts.

use crate::i18n::{Key, t};
use leptos::prelude::*;
use postern_shared::account::{Account, Protocol};
use postern_shared::address::Address;
use postern_shared::identity::Identity;

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
pub fn Identities(accounts: Signal<Vec<Account>>) -> impl IntoView {
    let card = |identity: Identity| {
        let reply_to = identity.reply_to.map(|reply_to| {
            view! { <Fact name=Key::SettingsIdentityReply value=reply_to.email /> }
        });
        let Address { name, email } = identity.from;
        view! {
            <dl class="settings-card">
                <Fact name=Key::SettingsIdentityName value=name />
                <Fact name=Key::SettingsAccountAddress value=email />
                {reply_to}
            </dl>
        }
    };
    let identities = move || accounts.get().into_iter().flat_map(|account| account.identities);
    view! {
        {move || identities().map(card).collect_view()}
        <Nothing
            shown=Signal::derive(move || identities().next().is_none())
            key=Key::SettingsIdentitiesEmpty
        />
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
