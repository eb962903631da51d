//! "Import": files chosen or dropped, and what is left out of them.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{DragEvent, HtmlInputElement};
use postern_shared::account::AccountId;
use postern_shared::mailbox::MailboxId;

use super::list::Transfers;
use crate::i18n::{Key, t};
use crate::state::stores;
use crate::state::transfers::{Bytes, Into};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::field::Checkbox;

/// Brings files into a mailbox, or into those that they name; `title` says where to.
#[component]
pub fn Import(account: AccountId, mailbox: Option<MailboxId>, title: String) -> impl IntoView {
    let stores = stores();
    let skip = RwSignal::new(true);
    let place = StoredValue::new((account, mailbox));
    let take = move |files: Vec<Bytes>| {
        let (account, mailbox) = place.get_value();
        let into = Into { account, mailbox, skip_known: skip.get_untracked() };
        files.into_iter().for_each(|file| stores.import(file, into.clone()));
    };
    let node = NodeRef::<html::Input>::new();
    let choose = move |()| {
        if let Some(input) = node.get_untracked() {
            input.click();
        }
    };
    let chosen = move |event: ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        take(Bytes::all(input.files()));
        // The same file may be chosen again.
        input.set_value("");
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        take(Bytes::all(event.data_transfer().and_then(|data| data.files())));
    };
    view! {
        <div class="transfers">
            <p class="mailbox-name" dir="auto">{title}</p>
            <div
                class="transfers-drop"
                on:dragover=|event: DragEvent| event.prevent_default()
                on:drop=dropped
            >
                <p>{t(Key::TransferDrop)}</p>
                <input
                    node_ref=node
                    type="file"
                    hidden
                    multiple
                    accept=".mbox,.mbx,.eml,.zip,message/rfc822,application/mbox,application/zip"
                    on:change=chosen
                />
                <Button label=t(Key::TransferChoose) kind=ButtonKind::Primary on_press=choose />
            </div>
            <Checkbox
                label=t(Key::TransferSkip)
                checked=skip
                on_change=move |on| skip.set(on)
            />
            <Transfers />
        </div>
    }
}
