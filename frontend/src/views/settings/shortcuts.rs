//! The page "Shortcuts": a switch and the list of keys.

use super::Choices;
use crate::i18n::{Key, t};
use crate::ui::field::Checkbox;
use leptos::prelude::*;

/// Every shortcut and what it does, in the order in which mail is read.
pub const SHORTCUTS: [(&[&str], Key); 23] = [
    (&["j"], Key::ShortcutNext),
    (&["k"], Key::ShortcutPrevious),
    (&["Enter", "o"], Key::ShortcutOpen),
    (&["u"], Key::ShortcutBack),
    (&["x"], Key::ShortcutSelect),
    (&["e"], Key::ShortcutArchive),
    (&["#"], Key::ShortcutTrash),
    (&["!"], Key::ShortcutJunk),
    (&["s"], Key::ShortcutStar),
    (&["Shift+I"], Key::ShortcutSeen),
    (&["Shift+U"], Key::ShortcutUnseen),
    (&["v"], Key::ShortcutMove),
    (&["r"], Key::ShortcutReply),
    (&["a"], Key::ShortcutReplyAll),
    (&["f"], Key::ShortcutForward),
    (&["c"], Key::ShortcutCompose),
    (&["/"], Key::ShortcutSearch),
    (&["g i"], Key::ShortcutInbox),
    (&["g s"], Key::ShortcutSent),
    (&["g d"], Key::ShortcutDrafts),
    (&["Ctrl+Enter"], Key::ShortcutSend),
    (&["z"], Key::ShortcutUndo),
    (&["?"], Key::ShortcutHelp),
];

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
    let key = |name: &'static str| view! { <kbd>{name}</kbd> };
    let row = |(keys, action): (&'static [&'static str], Key)| {
        view! {
            <tr>
                <td class="settings-keys">{keys.iter().copied().map(key).collect_view()}</td>
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
            <tbody>{SHORTCUTS.map(row).collect_view()}</tbody>
        </table>
    }
}
