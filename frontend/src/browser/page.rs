//! The page itself: title, reload, print, focus, copying.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{BeforeUnloadEvent, HtmlElement};

use super::{device, document, window};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Sets the document's title.
pub fn set_title(title: &str) {
    document().set_title(title);
}

/// Sets or removes an attribute of the root element.
pub fn set_root_attribute(name: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        // An attribute with a valid name cannot be refused.
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    }
}

/// Loads the page anew.
pub fn reload() {
    // A refused reload leaves the page as it is.
    let _ = window().location().reload();
}

/// Moves the focus to the first element that a selector finds.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        // What cannot take the focus leaves it where it is.
        let _ = found.focus();
    }
}

/// Opens an address below the base path in a new tab that cannot reach this one.
pub fn open_tab(url: &str) {
    let _ = window().open_with_url_and_target_and_features(url, "_blank", "noopener");
}

/// Downloads what lies at an address of ours.
pub fn download(url: &str) {
    let link = document().create_element("a").ok().and_then(|a| a.dyn_into::<HtmlElement>().ok());
    if let Some(link) = link {
        // Attributes with valid names cannot be refused.
        let _ = link.set_attribute("href", url);
        let _ = link.set_attribute("download", "");
        link.click();
    }
}

/// Prints the page.
pub fn print() {
    // Refused only while another dialog of the browser is open.
    let _ = window().print();
}

/// Asks the user before the page is left, as long as `guard` is set.
pub fn guard_unload(guard: bool) {
    GUARDED.set(guard);
}

/// Starts listening for the page being left; see [`guard_unload`].
pub fn watch_unload() {
    device::on_window("beforeunload", |event| {
        if GUARDED.get() {
            event.prevent_default();
            event.unchecked_into::<BeforeUnloadEvent>().set_return_value("unsent");
        }
    });
}
