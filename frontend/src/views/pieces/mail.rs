//! The mail screen: the shell with tree, list and message, joined to the stores.

use leptos::prelude::*;
use postern_shared::account::{Account, AccountState};
use postern_shared::mailbox::MailboxId;

use super::deferred::{Deferred, fetch};
use crate::i18n::{error_text, number};
use crate::routes::{Route, SettingsPage};
use crate::state::parts::Region;
use crate::state::preferences::{ReadingPane, Sizes};
use crate::state::shortcuts::Command;
use crate::state::{LinkState, Stores, stores};
use crate::views::mailbox_tree::{
    ALL_INBOXES, MailboxTree, OUTBOX, TreeModel, TreeVerbs, node_id, wanted,
};
use crate::views::message_list::MessageList;
use crate::views::shell::{Arrangement, Front, PaneSizes, Shell, ShellModel, ShellVerbs, Status};

/// Tree, list and message.
#[component]
pub fn MailScreen() -> impl IntoView {
    let stores = stores();
    // Makes the language's formats, which takes the browser longer than all rows: now there is
    // nothing else to do but wait.
    number(0);
    let preferred = stores.preferences.all();
    let model = ShellModel {
        query: Memo::new(move |_| match stores.location.list() {
            Some(Route::Search(query)) => query,
            _ => String::new(),
        })
        .into(),
        status: Memo::new(move |_| status(stores)).into(),
        front: Memo::new(move |_| match stores.location.route() {
            Route::Message(_) => Front::Message,
            _ => Front::List,
        })
        .into(),
        arrangement: Memo::new(move |_| match preferred.get().reading_pane {
            ReadingPane::Right => Arrangement::Right,
            ReadingPane::Below => Arrangement::Below,
            ReadingPane::Off => Arrangement::Single,
        })
        .into(),
        sizes: Memo::new(move |_| sizes(preferred.get().sizes)).into(),
    };
    let verbs = ShellVerbs {
        compose: Callback::new(move |()| stores.perform(Command::Compose)),
        search: Callback::new(move |query: String| stores.search(query.trim())),
        mend: Callback::new(move |()| mend(stores)),
        resize: Callback::new(move |PaneSizes { tree, list, list_block }| {
            // Truncation is meant: nobody sees a part of a pixel.
            let (tree, list, list_block) = (tree as u32, list as u32, list_block as u32);
            stores.preferences.change(|all| all.sizes = Sizes { tree, list, list_block });
        }),
    };
    let in_outbox = Memo::new(move |_| stores.location.route() == Route::Outbox);
    view! {
        <Shell
            model
            verbs
            account=move || view! { <Deferred region=Region::Account /> }
            tree=move || view! { <Tree /> }
            list=move || view! {
                {move || match in_outbox.get() {
                    true => view! { <Deferred region=Region::Outbox /> }.into_any(),
                    false => view! { <MessageList /> }.into_any(),
                }}
            }
            message=move || view! { <Deferred region=Region::Message /> }
        />
    }
}

fn sizes(kept: Sizes) -> PaneSizes {
    let default = PaneSizes::default();
    let or = |kept: u32, default: f64| if kept > 0 { f64::from(kept) } else { default };
    PaneSizes {
        tree: or(kept.tree, default.tree),
        list: or(kept.list, default.list),
        list_block: or(kept.list_block, default.list_block),
    }
}

/// What stands between page and mail, the nearest thing first.
fn status(stores: Stores) -> Status {
    match stores.link.state().get() {
        LinkState::Reconnecting { .. } if !stores.link.network() => return Status::Offline,
        LinkState::Reconnecting { .. } => return Status::Reconnecting,
        LinkState::VersionMismatch => return Status::NewVersion,
        _ => {}
    }
    let accounts = stores.accounts.all().get();
    let found = |is: fn(&Account) -> bool| accounts.iter().find(|one| is(one));
    let several = accounts.len() > 1;
    let is_away = |one: &Account| matches!(one.state, AccountState::Offline { .. });
    if found(|one| !one.added && needs_sign_in(one)).is_some() {
        Status::NeedsSignIn
    } else if let Some(account) = found(needs_sign_in) {
        Status::OneNeedsPassword(account.shown().to_owned())
    } else if let Some(account) = found(is_away) {
        match several {
            true => Status::OneUnreachable(account.shown().to_owned()),
            false => Status::Unreachable,
        }
    } else if stores.newer.get() {
        Status::NewVersion
    } else if stores.parts.failed() {
        Status::Incomplete
    } else {
        Status::Fine
    }
}

fn needs_sign_in(account: &Account) -> bool {
    account.state == AccountState::NeedsSignIn
}

fn mend(stores: Stores) {
    match untrack(|| status(stores)) {
        Status::NewVersion => stores.reload(),
        Status::NeedsSignIn => stores.sign_out(),
        Status::OneNeedsPassword(_) => stores.location.go(Route::Settings(SettingsPage::Accounts)),
        Status::Incomplete => fetch(stores, Region::Layers),
        _ => stores.retry(),
    }
}

#[component]
fn Tree() -> impl IntoView {
    let stores = stores();
    let collapsed = RwSignal::new(Vec::new());
    let selected = Memo::new(move |_| match (stores.location.route(), stores.location.list()) {
        (Route::Outbox, _) => Some(OUTBOX.to_owned()),
        (_, Some(Route::Mailbox(_, mailbox))) => Some(node_id(&mailbox)),
        (_, Some(Route::All)) => Some(ALL_INBOXES.to_owned()),
        _ => None,
    });
    // Which one needs its password the banner says, and what to do.
    let failure = move || {
        let accounts = stores.accounts.all().get();
        stores.mailboxes.failures().into_iter().find_map(|(id, error)| {
            let account = accounts.iter().find(|one| one.id == id);
            match account {
                Some(one) if one.added && needs_sign_in(one) => None,
                Some(one) if accounts.len() > 1 => {
                    Some(format!("{}: {}", one.shown(), error_text(&error)))
                }
                _ => Some(error_text(&error)),
            }
        })
    };
    let model = TreeModel {
        accounts: stores.accounts.all(),
        mailboxes: Memo::new(move |_| {
            let all = stores.preferences.all().with(|preferred| preferred.all_mailboxes);
            stores.mailboxes.all().map(|mailboxes| wanted(mailboxes, all))
        })
        .into(),
        failure: Signal::derive(move || failure().unwrap_or_default()),
        selected: selected.into(),
        collapsed: collapsed.into(),
        sending: Memo::new(move |_| stores.submissions.all().with(Vec::len) as u64).into(),
    };
    let open = move |mailbox: MailboxId| {
        let all = untrack(|| stores.mailboxes.all()).unwrap_or_default();
        if let Some(found) = all.into_iter().find(|known| known.id == mailbox) {
            stores.location.go(Route::Mailbox(found.account, found.id));
        }
    };
    let verbs = TreeVerbs {
        open: Callback::new(open),
        open_apart: Callback::new(move |id: String| {
            stores.location.go(if id == OUTBOX { Route::Outbox } else { Route::All });
        }),
        retry: Callback::new(move |()| {
            for account in stores.accounts.all().get_untracked() {
                stores.load_mailboxes(account.id);
            }
        }),
        toggle: Callback::new(move |id: String| {
            collapsed.update(|collapsed| match collapsed.iter().position(|known| *known == id) {
                Some(at) => drop(collapsed.remove(at)),
                None => collapsed.push(id),
            });
        }),
    };
    view! { <MailboxTree model verbs /> }
}
