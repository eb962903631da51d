//! The page "Shortcuts": a switch and the list of keys.

use super::Choices;
use crate::i18n::{Key, t};
use crate::state::shortcuts::{Command, SHORTCUTS};
use crate::ui::field::Checkbox;
use leptos::prelude::*;

/// Keys that are no command of the page but of what has the focus.
const LOCAL: [(&str, Key); 2] = [("Enter", Key::ShortcutOpen), ("Ctrl+Enter", Key::ShortcutSend)];

#[component]
pub fn Shortcuts(choices: Signal<Choices>, on_choose: Callback<Choices>) -> impl IntoView {
    let change = move |shortcuts| on_choose.run(Choices { shortcuts, ..choices.get_untracked() });
    view! {
        <Checkbox
            label=t(Key::SettingsShortcutsOn)
            hint=t(Key::SettingsShortcutsHint)
            checked=Signal::derive(move || choices.get().shortcuts)
            on_change=change
        />
        <ShortcutTable />
    }
}

/// Keys and what they do.
#[component]
pub fn ShortcutTable() -> impl IntoView {
    let key = |name: String| view! { <kbd>{name}</kbd> };
    let row = |(keys, action): (Vec<String>, Key)| {
        view! {
            <tr>
                <td class="settings-keys">{keys.into_iter().map(key).collect_view()}</td>
                <td>{t(action)}</td>
            </tr>
        }
    };
    view! {
        <table class="settings-table">
            <thead>
                <tr>
                    <th scope="col">{t(Key::SettingsKeys)}</th>
                    <th scope="col">{t(Key::SettingsActions)}</th>
                </tr>
            </thead>
            <tbody>{rows().into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// Every action once, with all its keys.
fn rows() -> Vec<(Vec<String>, Key)> {
    let page = SHORTCUTS.into_iter().map(|(keys, command)| (keys, action(command)));
    let mut rows: Vec<(Vec<String>, Key)> = Vec::new();
    for (keys, action) in page.chain(LOCAL) {
        match rows.iter_mut().find(|row| row.1 == action) {
            Some(row) => row.0.push(shown(keys)),
            None => rows.push((vec![shown(keys)], action)),
        }
    }
    rows
}

/// A capital letter is typed with Shift; saying so tells `I` from `l`.
fn shown(keys: &str) -> String {
    let mut letters = keys.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_uppercase() => format!("Shift+{letter}"),
        _ => keys.to_owned(),
    }
}

fn action(command: Command) -> Key {
    match command {
        Command::Next => Key::ShortcutNext,
        Command::Previous => Key::ShortcutPrevious,
        Command::Open => Key::ShortcutOpen,
        Command::Back => Key::ShortcutBack,
        Command::Select => Key::ShortcutSelect,
        Command::SelectAll => Key::ShortcutSelectAll,
        Command::Archive => Key::ShortcutArchive,
        Command::Trash => Key::ShortcutTrash,
        Command::Junk => Key::ShortcutJunk,
        Command::Star => Key::ShortcutStar,
        Command::Seen => Key::ShortcutSeen,
        Command::Unseen => Key::ShortcutUnseen,
        Command::Move => Key::ShortcutMove,
        Command::Reply => Key::ShortcutReply,
        Command::ReplyAll => Key::ShortcutReplyAll,
        Command::Forward => Key::ShortcutForward,
        Command::Compose => Key::ShortcutCompose,
        Command::Search => Key::ShortcutSearch,
        Command::GoInbox => Key::ShortcutInbox,
        Command::GoSent => Key::ShortcutSent,
        Command::GoDrafts => Key::ShortcutDrafts,
        Command::Undo => Key::ShortcutUndo,
        Command::Tag => Key::ShortcutTag,
        Command::Help => Key::ShortcutHelp,
        Command::Converse => Key::ListConversations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_listed_once_with_all_its_keys() {
        let rows = rows();
        let check = |action, expect: &[&str]| {
            let listed: Vec<_> =
                rows.iter().filter(|row| row.1 == action).map(|row| &row.0).collect();
            assert_eq!(listed, [expect]);
        };
        check(Key::ShortcutTrash, &["#", "Delete"]);
        check(Key::ShortcutOpen, &["o", "Enter"]);
        check(Key::ShortcutSeen, &["Shift+I"]);
        check(Key::ShortcutInbox, &["g i"]);
    }
}
