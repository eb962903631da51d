//! Links in the mail that lead to people: they open a draft here, not in another program.

use leptos::ev::MouseEvent;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Document, Element};

use crate::state::Stores;
use crate::state::drafts::mailto::Mailto;

/// What leads to people.
const PEOPLE: &str = "a[href^='mailto:' i],area[href^='mailto:' i]";

/// Listens in a body's document; that goes, listener and all, when the frame does.
pub fn listen(stores: Stores, document: &Document) {
    let heard = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
        if let Some(wanted) = wanted(&event) {
            event.prevent_default();
            stores.compose_to(wanted);
        }
    });
    // Adding a listener to a live document cannot fail.
    let _ = document.add_event_listener_with_callback("click", heard.as_ref().unchecked_ref());
    heard.forget();
}

fn wanted(event: &MouseEvent) -> Option<Mailto> {
    // Unchecked: the frame's elements are instances of its own classes, not of the page's.
    let at: Element = event.target()?.unchecked_into();
    let link = at.closest(PEOPLE).ok()??;
    Mailto::parse(&link.get_attribute("href")?)
}
