//! All of an account's mail as a file, and files into its mailboxes.

use leptos::prelude::*;
use postern_shared::account::AccountId;
use postern_shared::window::Scope;

use crate::i18n::{Key, t, text};
use crate::state::stores;
use crate::state::transfers::whole;
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::views::transfers::{Export, Import};

/// Which dialog is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Export,
    Import,
}

/// The buttons that lead to either.
#[component]
pub fn Moving(account: AccountId) -> impl IntoView {
    let open = RwSignal::new(None);
    view! {
        <div class="settings-deeds">
            <Button label=t(Key::MailboxExport) on_press=move |()| open.set(Some(Move::Export)) />
            <Button label=t(Key::MailboxImport) on_press=move |()| open.set(Some(Move::Import)) />
        </div>
        <MovingDialog account open />
    }
}

/// The dialog that is open, if any.
#[component]
pub fn MovingDialog(account: AccountId, open: RwSignal<Option<Move>>) -> impl IntoView {
    let account = StoredValue::new(account);
    let title = move || match open.get() {
        Some(Move::Import) => text(Key::TransferImport),
        _ => text(Key::TransferExport),
    };
    let name = move || {
        let found = untrack(|| stores().accounts.get(&account.get_value()));
        found.map(|found| found.shown().to_owned()).unwrap_or_default()
    };
    view! {
        <Dialog
            open=Signal::derive(move || open.get().is_some())
            on_close=move |()| open.set(None)
            title=Signal::derive(title)
            close_label=t(Key::ShellClose)
        >
            {move || match open.get() {
                Some(Move::Import) => {
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
