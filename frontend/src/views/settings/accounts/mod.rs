//! The page "Accounts": which there are, in which order, under which names and colours.

mod adding;
mod collecting;
mod form;
mod found;
mod moving;

use crate::i18n::{Key, error_text, t, text, text_with};
use crate::state::{Stores, stores};
use crate::ui::button::{Button, IconButton};
use crate::ui::icon::{Icon, icon};
use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::{Account, AccountId, AccountState, Protocol};
use postern_shared::error::{CallError, ErrorCode};

use super::removal::Removal;
use adding::Adding;
use collecting::Failure;
use form::Look;
use moving::{Move, MovingDialog};

/// What is open beside the list.
#[derive(Clone, PartialEq)]
enum Open {
    Nothing,
    /// A new account, or the password of one that is there.
    Adding(String),
    Look(AccountId),
}

#[component]
pub fn Accounts(accounts: Signal<Vec<Account>>) -> impl IntoView {
    let open = RwSignal::new(Open::Nothing);
    let list = move || {
        let all = accounts.get();
        let count = all.len();
        let card = |(at, account)| view! { <Card account at count accounts open /> };
        match count {
            0 => view! { <p class="settings-note">{t(Key::SettingsAccountsEmpty)}</p> }.into_any(),
            _ => view! {
                <ul class="settings-list" role="list" aria-label=t(Key::SettingsAccounts)>
                    {all.into_iter().enumerate().map(card).collect_view()}
                </ul>
            }
            .into_any(),
        }
    };
    let done = move |()| open.set(Open::Nothing);
    let add = move |()| open.set(Open::Adding(String::new()));
    move || match open.get() {
        Open::Nothing => view! {
            {list}
            <div>
                <Button label=t(Key::SettingsAccountAdd) icon=Icon::Mail on_press=add />
            </div>
        }
        .into_any(),
        Open::Adding(address) => view! { <Adding address on_done=done /> }.into_any(),
        Open::Look(id) => {
            let of = accounts.with_untracked(|all| all.iter().find(|one| one.id == id).cloned());
            of.map(|account| view! { <Look account on_done=done /> }).into_any()
        }
    }
}

/// Does something with the accounts; what goes wrong is said.
fn attempt(stores: Stores, work: impl Future<Output = Result<(), CallError>> + 'static) {
    spawn_local(async move {
        if let Err(error) = work.await {
            let reason = match error.code {
                ErrorCode::Refused => text(Key::SettingsAccountWaits),
                _ => error_text(&error),
            };
            stores.toasts.complain(text_with(Key::ActionFailed, &[("reason", &reason)]));
        }
    });
}

#[component]
fn Card(
    account: Account,
    at: usize,
    count: usize,
    accounts: Signal<Vec<Account>>,
    open: RwSignal<Open>,
) -> impl IntoView {
    let stores = stores();
    let Account { id, address, protocol, state, name, colour, added, .. } = account;
    // What it is called says which address it is, unless it has a name of its own.
    let beside = (!name.is_empty()).then(|| view! { <bdi>{address.clone()}</bdi> " · " });
    let shown = if name.is_empty() { address.clone() } else { name };
    let named = |key| Signal::stored(text_with(key, &[("name", &shown)]));
    let (look, up, down) = (
        named(Key::SettingsAccountEdit),
        named(Key::SettingsAccountUp),
        named(Key::SettingsAccountDown),
    );
    let (remove, question) = (named(Key::SettingsAccountRemove), named(Key::SettingsAccountAsk));
    let again = named(Key::SettingsAccountAgain);
    let asks = RwSignal::new(false);
    let id = StoredValue::new(id);
    let (protocol, local) = match protocol {
        Protocol::Imap => ("IMAP", false),
        Protocol::Pop3 => ("POP3", true),
    };
    let trouble = match &state {
        AccountState::NeedsSignIn => Some(text(Key::SettingsAccountNeedsPassword)),
        AccountState::Offline { code, .. } => Some(error_text(&CallError::new(*code))),
        AccountState::Connecting | AccountState::Online => None,
    };
    let round = local.then(|| view! { <Failure account=id.get_value() /> });
    let needs = (added && state == AccountState::NeedsSignIn).then(|| address.clone());
    let step = move |by: isize| {
        let mut order: Vec<AccountId> =
            accounts.with_untracked(|all| all.iter().map(|one| one.id.clone()).collect());
        let to = at.saturating_add_signed(by).min(order.len() - 1);
        order.swap(at, to);
        attempt(stores, stores.order_accounts(order));
    };
    let mark = (colour > 0).then(|| {
        view! { <span class=format!("account-mark is-hue-{}", colour - 1) aria-hidden="true"></span> }
    });
    view! {
        <li class="settings-item">
            <div class="settings-item-row">
                {mark}
                <div class="settings-item-face">
                    <strong dir="auto">{shown}</strong>
                    <span class="settings-note">{beside} {protocol}</span>
                    {trouble.map(|words| view! { <span class="settings-problem">{words}</span> })}
                    {round}
                </div>
                <span class="settings-item-deeds">
                    {(at > 0).then(|| view! { <Arrow label=up up=true on_press=move |()| step(-1) /> })}
                    {(at + 1 < count).then(|| view! {
                        <Arrow label=down up=false on_press=move |()| step(1) />
                    })}
                    <IconButton
                        label=look
                        icon=Icon::Compose
                        on_press=move |()| open.set(Open::Look(id.get_value()))
                    />
                    {added.then(|| view! {
                        <IconButton label=remove icon=Icon::Trash on_press=move |()| asks.set(true) />
                    })}
                </span>
            </div>
            {needs.map(|address| view! {
                <div>
                    <Button label=again on_press=move |()| open.set(Open::Adding(address.clone())) />
                </div>
            })}
            {added.then(|| view! { <Forgetting account=id.get_value() open=asks question local /> })}
        </li>
    }
}

/// Asks before an account goes; where its mail is here only, that can be kept first.
#[component]
fn Forgetting(
    account: AccountId,
    open: RwSignal<bool>,
    question: Signal<String>,
    local: bool,
) -> impl IntoView {
    let stores = stores();
    let moving = RwSignal::new(None);
    let id = account.clone();
    let agree = move |()| attempt(stores, stores.remove_account(id.clone()));
    match local {
        true => view! {
            <Removal
                open
                question
                hint=Key::CollectingRemoveHint
                on_agree=agree
                on_export=Callback::new(move |()| moving.set(Some(Move::Export)))
            />
            <MovingDialog account open=moving />
        }
        .into_any(),
        false => {
            view! { <Removal open question hint=Key::SettingsAccountRemoveHint on_agree=agree /> }
                .into_any()
        }
    }
}

/// A step in the order of the accounts.
#[component]
fn Arrow(label: Signal<String>, up: bool, #[prop(into)] on_press: Callback<()>) -> impl IntoView {
    let class = if up { "button is-icon account-up" } else { "button is-icon account-down" };
    view! {
        <button
            type="button"
            class=class
            aria-label=label
            data-tooltip=label
            on:click=move |_| on_press.run(())
        >
            {icon(Icon::ChevronEnd)}
        </button>
    }
}
