//! What the device tells: whether it is online, whether the page is seen, how wide it is.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventTarget, VisibilityState};

use super::{document, window};

/// Whether the browser believes it has a network.
#[must_use]
pub fn online() -> bool {
    window().navigator().on_line()
}

/// Whether the page can be seen.
#[must_use]
pub fn visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Whether the user's device asks for dark colours.
#[must_use]
pub fn prefers_dark() -> bool {
    let asked = js_sys::Reflect::get(&window(), &"matchMedia".into()).ok();
    let asked = asked.and_then(|found| found.dyn_into::<js_sys::Function>().ok());
    let query = JsValue::from_str("(prefers-color-scheme: dark)");
    let list = asked.and_then(|function| function.call1(&window(), &query).ok());
    list.and_then(|list| js_sys::Reflect::get(&list, &"matches".into()).ok())
        .is_some_and(|matches| matches.is_truthy())
}

/// The width of the page in CSS pixels.
#[must_use]
pub fn width() -> f64 {
    window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(1440.0)
}

/// The languages that the user reads, best first.
#[must_use]
pub fn languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// Calls `heard` for every event `name` of the window, as long as the page lives.
pub fn on_window(name: &str, heard: impl FnMut(web_sys::Event) + 'static) {
    listen(&window(), name, Closure::new(heard));
}

/// Calls `heard` for every event `name` of the document, as long as the page lives.
pub fn on_document(name: &str, heard: impl FnMut(web_sys::Event) + 'static) {
    listen(&document(), name, Closure::new(heard));
}

pub(super) fn listen(target: &EventTarget, name: &str, heard: Closure<dyn FnMut(web_sys::Event)>) {
    // Adding a listener to a live target cannot fail.
    let _ = target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    heard.forget();
}
