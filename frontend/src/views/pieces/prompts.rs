//! The page's own dialogs: which keys do what, and where to move messages.

use leptos::prelude::*;
use postern_shared::mailbox::Mailbox;

use super::mailbox::MailboxActions;
use super::tags::Tags;
use crate::i18n::{Key, t};
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
            title=t(Key::MailboxActions)
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

/// Every mailbox of the messages' account that can take them.
#[component]
fn Destinations() -> impl IntoView {
    let stores = stores();
    let targets = untrack(|| stores.targets());
    let first = targets.first().map(|row| row.key.clone());
    let fits = move |mailbox: &Mailbox| {
        let first = first.as_ref();
        first.is_some_and(|key| mailbox.account == key.account && mailbox.id != key.mailbox)
    };
    let all = untrack(|| stores.mailboxes.all()).unwrap_or_default();
    let mut fitting: Vec<_> =
        all.into_iter().filter(|mailbox| mailbox.selectable && fits(mailbox)).collect();
    fitting.sort_by_key(|mailbox| (mailbox.role.is_none(), mailbox.role, lowercase(&mailbox.name)));
    let choice = move |mailbox: Mailbox| {
        let name = role_name(&mailbox);
        let shown = name.clone();
        let choose = move |_| {
            stores.prompt.set(None);
            if stores.relocate_everything(&mailbox.id, &name) {
                return;
            }
            let (to, name) = (mailbox.id.clone(), name.clone());
            stores.leave_with(move |targets| stores.actions.relocate(targets, &to, &name));
        };
        view! {
            <li>
                <button type="button" class="destination" dir="auto" on:click=choose>{shown}</button>
            </li>
        }
    };
    view! { <ul class="destinations">{fitting.into_iter().map(choice).collect_view()}</ul> }
}
