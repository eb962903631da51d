//! Keys pressed while the focus is in the mail: the page's shortcuts work there too.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Document, HtmlElement};

use super::FrameKey;
use crate::state::Stores;
use crate::state::shortcuts::Where;
use crate::views::pieces::keys;

/// Listens in a body's document; that goes, listener and all, when the frame does.
pub fn listen(stores: Stores, document: &Document) {
    let heard = Closure::<dyn FnMut(FrameKey)>::new(move |event: FrameKey| {
        if event.key() == "Escape" {
            leave();
        } else {
            keys::press(stores, &event, Where::Page);
        }
    });
    // Adding a listener to a live document cannot fail.
    let _ = document.add_event_listener_with_callback("keydown", heard.as_ref().unchecked_ref());
    heard.forget();
}

/// The focus goes back to the list.
fn leave() {
    let row = document().query_selector(".grid [tabindex='0']").ok().flatten();
    if let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
        // A row that cannot take the focus leaves it where it is.
        let _ = row.focus();
    }
}
