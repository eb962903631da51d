//! The little of the document that widgets touch themselves: focus and lookup.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, FocusOptions, HtmlElement};
use std::sync::atomic::{AtomicU32, Ordering};

/// What the Tab key could reach inside a widget.
pub const FOCUSABLE: &str =
    "a[href],button:not([disabled]),input:not([disabled]),select,textarea,[tabindex='0']";

/// A fresh id for `aria-controls`, `aria-labelledby` and the like.
pub fn unique_id(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A text in small letters. The browser has the tables that this takes; bringing our own along
/// would cost the page as much as a whole screen.
#[cfg(target_arch = "wasm32")]
pub fn lowercase(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// A text in capitals; see [`lowercase`].
#[cfg(target_arch = "wasm32")]
pub fn uppercase(text: &str) -> String {
    js_sys::JsString::from(text).to_upper_case().into()
}

/// A text in small letters, where tests run without a browser.
#[cfg(not(target_arch = "wasm32"))]
pub fn lowercase(text: &str) -> String {
    text.to_lowercase()
}

/// A text in capitals, where tests run without a browser.
#[cfg(not(target_arch = "wasm32"))]
pub fn uppercase(text: &str) -> String {
    text.to_uppercase()
}

/// The elements below `root` that match, in document order.
pub fn all(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let found = root.query_selector_all(selector).expect("the selector is a constant of ours");
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// The element that has the focus, unless it is the page itself.
pub fn focused() -> Option<HtmlElement> {
    let active = document().active_element()?;
    (active.tag_name() != "BODY").then(|| active.dyn_into().ok())?
}

/// Focuses without scrolling: the widgets place what they focus themselves.
pub fn focus(element: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // Focusing something that went away meanwhile does nothing, as it should.
    let _ = element.focus_with_options(&options);
}

/// Whether lines run from right to left.
pub fn runs_from_right() -> bool {
    let root = document().document_element();
    root.is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"))
}

/// The nearest element around the event's target that matches.
pub fn closest(event: &Event, selector: &str) -> Option<HtmlElement> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok().flatten()?.dyn_into().ok()
}
