//! Keys of the page: from a key event to what the stores do.

use std::cell::RefCell;

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

use crate::state::Stores;
use crate::state::shortcuts::{Keys, Press, Where};

thread_local! {
    /// One for the page and the mail in it: a pair may begin in one and end in the other.
    static KEYS: RefCell<Keys> = RefCell::default();
}

/// Listens to the page's keys.
pub fn listen(stores: Stores) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        press(stores, &event, place(target.as_ref()));
    });
    on_cleanup(move || listener.remove());
}

/// Does what a key asks for, unless a widget took it already.
pub fn press(stores: Stores, event: &ev::KeyboardEvent, place: Where) {
    if event.default_prevented() || event.is_composing() {
        return;
    }
    let single = !stores.preferences.all().with_untracked(|all| all.shortcuts_off);
    let key = event.key();
    let (ctrl, alt) = (event.ctrl_key() || event.meta_key(), event.alt_key());
    let press = Press { key: &key, ctrl, alt, place };
    if let Some(command) = KEYS.with_borrow_mut(|keys| keys.press(press, single)) {
        event.prevent_default();
        stores.perform(command);
    }
}

fn place(target: Option<&Element>) -> Where {
    let inside = |selector: &str| {
        target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
    };
    if inside("input:not([type=checkbox]),textarea,select,dialog,[role=dialog],[role=menu]") {
        Where::Field
    } else if inside("[role=grid]") {
        Where::List
    } else {
        Where::Page
    }
}
