//! The page's own dialogs: which keys do what, and where to move messages.

use leptos::prelude::*;
use postern_shared::account::Account;
use postern_shared::mailbox::Mailbox;

use super::mailbox::MailboxActions;
use super::tags::Tags;
use crate::i18n::{Key, t, text};
use crate::routes::Route;
use crate::state::accounts::name_class;
use crate::state::{Prompt, stores};
use crate::ui::dialog::Dialog;
use crate::ui::dom::lowercase;
use crate::views::mailbox_tree::role_name;
use crate::views::settings::ShortcutTable;

/// The dialog that is open, if any.
#[component]
pub fn Prompts() -> impl IntoView {
    let prompt = stores().prompt;
    let open = move |which: Prompt| Signal::derive(move || prompt.get() == Some(which));
    let list = stores().location;
    let of_mailbox = move || match list.list() {
        Some(Route::Mailbox(..)) => Key::MailboxActions,
        // Nothing else can be done to a list that is no mailbox.
        _ => Key::TransferExport,
    };
    view! {
        <Dialog
            open=open(Prompt::Shortcuts)
            on_close=move |()| prompt.set(None)
            title=t(Key::SettingsShortcuts)
            close_label=t(Key::ShellClose)
        >
            <ShortcutTable />
        </Dialog>
        <Dialog
            open=open(Prompt::Move)
            on_close=move |()| prompt.set(None)
            title=t(Key::ActionMove)
            close_label=t(Key::ShellClose)
        >
            <Destinations />
        </Dialog>
        <Dialog
            open=open(Prompt::Mailbox)
            on_close=move |()| prompt.set(None)
            title=Signal::derive(move || text(of_mailbox()))
            close_label=t(Key::ShellClose)
        >
            <MailboxActions />
        </Dialog>
        <Dialog
            open=open(Prompt::Tags)
            on_close=move |()| prompt.set(None)
            title=t(Key::ActionTags)
            close_label=t(Key::ShellClose)
        >
            <Tags />
        </Dialog>
    }
}

/// Every mailbox that can take the messages: grouped by account where there are several.
#[component]
fn Destinations() -> impl IntoView {
    let stores = stores();
    let targets = untrack(|| stores.targets());
    let accounts = stores.accounts.all().get_untracked();
    let several = accounts.len() > 1;
    let all = untrack(|| stores.mailboxes.all()).unwrap_or_default();
    let group = move |account: Account| {
        let fits = |mailbox: &&Mailbox| {
            let elsewhere = targets.iter().any(|row| row.key.mailbox != mailbox.id);
            mailbox.account == account.id && mailbox.selectable && elsewhere
        };
        let mut fitting: Vec<_> = all.iter().filter(fits).cloned().collect();
        let place =
            |mailbox: &Mailbox| (mailbox.role.is_none(), mailbox.role, lowercase(&mailbox.name));
        fitting.sort_by_key(place);
        let heading = several.then(|| {
            let name = account.shown().to_owned();
            view! { <h3 class=[name_class(&account), " destinations-of".to_owned()].concat() dir="auto">{name}</h3> }
        });
        let label = several.then(|| account.shown().to_owned());
        view! {
            {heading}
            <ul class="destinations" aria-label=label>
                {fitting.into_iter().map(|mailbox| view! { <Destination mailbox /> }).collect_view()}
            </ul>
        }
    };
    accounts.into_iter().map(group).collect_view()
}

#[component]
fn Destination(mailbox: Mailbox) -> impl IntoView {
    let stores = stores();
    let name = role_name(&mailbox);
    let shown = name.clone();
    let choose = move |_| {
        stores.prompt.set(None);
        stores.move_to(&mailbox, &name);
    };
    view! {
        <li>
            <button type="button" class="destination" dir="auto" on:click=choose>{shown}</button>
        </li>
    }
}
