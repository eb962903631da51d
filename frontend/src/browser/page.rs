//! The page itself: title, reload, print, focus, copying, and the style sheet of later parts.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{BeforeUnloadEvent, Element, HtmlElement, HtmlInputElement};

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

/// A style sheet on its way.
pub struct Sheet(Option<(Element, JsFuture)>);

impl Sheet {
    /// Begins to load the style sheet of the parts that come later, unless it is here.
    pub fn later() -> Self {
        Self(Self::begin())
    }

    fn begin() -> Option<(Element, JsFuture)> {
        let document = document();
        if document.get_element_by_id("later").is_some() {
            return None;
        }
        let meta = document.query_selector("meta[name=later]").ok()??;
        let link = document.create_element("link").ok()?;
        link.set_id("later");
        link.set_attribute("rel", "stylesheet").ok()?;
        link.set_attribute("href", &meta.get_attribute("content")?).ok()?;
        let loaded = js_sys::Promise::new(&mut |done, failed| {
            // Adding a listener to a live element cannot fail.
            let _ = link.add_event_listener_with_callback("load", &done);
            let _ = link.add_event_listener_with_callback("error", &failed);
        });
        document.document_element()?.append_child(&link).ok()?;
        Some((link, loaded.into()))
    }

    /// Waits until it applies; false where it could not be had, and may be asked for again.
    pub async fn applied(self) -> bool {
        let Some((link, loaded)) = self.0 else { return true };
        let well = loaded.await.is_ok();
        if !well {
            link.remove();
        }
        well
    }
}

/// Moves the focus to the first element that a selector finds.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        // What cannot take the focus leaves it where it is.
        let _ = found.focus();
    }
}

/// Says of a field that what it holds from some place on is wrong, and selects that; none says that
/// it is fine.
pub fn mark_wrong(selector: &str, from: Option<u32>) {
    let found = document().query_selector(selector).ok().flatten();
    let Some(field) = found.and_then(|found| found.dyn_into::<HtmlInputElement>().ok()) else {
        return;
    };
    let Some(from) = from else {
        // Taking away what is not there is no error.
        let _ = field.remove_attribute("aria-invalid");
        return;
    };
    let end = field.value().encode_utf16().count() as u32;
    // An attribute with a valid name cannot be refused, nor a selection in a field of text.
    let _ = field.set_attribute("aria-invalid", "true");
    let _ = field.set_selection_range(from.min(end.saturating_sub(1)), end);
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
