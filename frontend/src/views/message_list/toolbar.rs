//! The toolbar "Message actions": what can be done to the selected or open messages.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use postern_shared::mailbox::Role;

use crate::i18n::{Key, t, text};
use crate::state::shortcuts::Command;
use crate::state::stores;
use crate::ui::button::IconButton;
use crate::ui::icon::Icon;

/// Buttons for the messages that an action would be for.
#[component]
pub fn Toolbar() -> impl IntoView {
    let stores = stores();
    let targets = Memo::new(move |_| {
        let targets = stores.targets();
        let seen = !targets.iter().any(|row| stores.unseen(row));
        let flagged = targets.iter().all(|row| stores.flagged(row));
        (targets.len(), seen, flagged)
    });
    let none = Signal::derive(move || targets.get().0 == 0);
    let seen = move || targets.get().1 && !none.get();
    let flagged = move || targets.get().2 && !none.get();
    let in_junk = Memo::new(move |_| stores.in_role(Role::Junk));
    let press = move |command: Command| move |()| stores.perform(command);
    let either = |on: bool, yes: Key, no: Key| text(if on { yes } else { no });
    view! {
        <div class="message-list-tools" role="toolbar" aria-label=t(Key::ListActions) on:keydown=walk>
            <IconButton
                label=t(Key::ActionArchive)
                icon=Icon::Archive
                disabled=none
                on_press=press(Command::Archive)
            />
            <IconButton
                label=t(Key::ActionTrash)
                icon=Icon::Trash
                disabled=none
                on_press=press(Command::Trash)
            />
            <IconButton
                label=Signal::derive(move || {
                    either(in_junk.get(), Key::ActionNotJunk, Key::ActionJunk)
                })
                icon=Signal::derive(move || if in_junk.get() { Icon::NotJunk } else { Icon::Junk })
                disabled=none
                on_press=press(Command::Junk)
            />
            <span class="message-list-gap"></span>
            <IconButton
                label=Signal::derive(move || either(seen(), Key::ActionUnseen, Key::ActionSeen))
                icon=Signal::derive(move || if seen() { Icon::Mail } else { Icon::MailOpen })
                disabled=none
                on_press=move |()| {
                    stores.perform(if untrack(seen) { Command::Unseen } else { Command::Seen });
                }
            />
            <IconButton
                label=Signal::derive(move || either(flagged(), Key::ActionUnflag, Key::ActionFlag))
                icon=Signal::derive(move || if flagged() { Icon::StarFilled } else { Icon::Star })
                disabled=none
                on_press=press(Command::Star)
            />
            <Places none />
        </div>
    }
}

/// Where the messages go, and what they are filed under.
#[component]
fn Places(none: Signal<bool>) -> impl IntoView {
    let stores = stores();
    let press = move |command: Command| move |()| stores.perform(command);
    view! {
        <IconButton
            label=t(Key::ActionMove)
            icon=Icon::Move
            disabled=none
            on_press=press(Command::Move)
        />
        <IconButton
            label=t(Key::ActionTags)
            icon=Icon::Tag
            disabled=none
            on_press=press(Command::Tag)
        />
    }
}

/// Arrow keys walk along a toolbar, as the ARIA Authoring Practices say.
fn walk(event: ev::KeyboardEvent) {
    let forward = match event.key().as_str() {
        "ArrowRight" => true,
        "ArrowLeft" => false,
        _ => return,
    };
    let Some(mut next) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    loop {
        let sibling =
            if forward { next.next_element_sibling() } else { next.previous_element_sibling() };
        let Some(sibling) = sibling else { return };
        next = sibling;
        let Some(button) = next.dyn_ref::<HtmlElement>() else { continue };
        if button.matches("button:not([disabled])").unwrap_or(false) {
            event.prevent_default();
            // A button that cannot take the focus keeps it where it is.
            let _ = button.focus();
            return;
        }
    }
}
