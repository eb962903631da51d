//! The address bar and the browser's history; entries carry one text of ours.

use wasm_bindgen::JsValue;

use super::{device, document, window};

/// The path that everything of the page lies under, with slashes at both ends.
#[must_use]
pub fn base_path() -> String {
    let meta = document().query_selector("meta[name=base-path]").ok().flatten();
    meta.and_then(|meta| meta.get_attribute("content"))
        .filter(|base| base.starts_with('/') && base.ends_with('/'))
        .unwrap_or_else(|| "/".to_owned())
}

/// The build that this page is of; empty where it does not say.
#[must_use]
pub fn build() -> String {
    let meta = document().query_selector("meta[name=build]").ok().flatten();
    meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default()
}

/// Whether the administrator lets everybody do this: `custom-servers`, `discovery`.
#[must_use]
pub fn allowed(what: &str) -> bool {
    let meta = document().query_selector("meta[name=postern-access]").ok().flatten();
    let all = meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default();
    all.split(' ').any(|word| word == what)
}

/// The address below the base path, query included, without a leading slash.
#[must_use]
pub fn path() -> String {
    let location = window().location();
    let whole = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let base = base_path();
    whole.strip_prefix(&base).unwrap_or_default().to_owned()
}

/// The text that the current entry carries.
#[must_use]
pub fn carried() -> String {
    let state = window().history().and_then(|history| history.state());
    state.ok().and_then(|state| state.as_string()).unwrap_or_default()
}

/// Adds an entry at `path` below the base path.
pub fn push(path: &str, carried: &str) {
    if let Ok(history) = window().history() {
        // Refused only for another origin, or when a script floods the history.
        let _ = history.push_state_with_url(&JsValue::from_str(carried), "", Some(&whole(path)));
    }
}

/// Puts `path` in the place of the current entry.
pub fn replace(path: &str, carried: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::from_str(carried), "", Some(&whole(path)));
    }
}

/// Goes back one entry.
pub fn back() {
    if let Ok(history) = window().history() {
        let _ = history.back();
    }
}

/// Calls `moved` whenever the user goes back or forward.
pub fn on_moved(mut moved: impl FnMut() + 'static) {
    device::on_window("popstate", move |_| moved());
}

fn whole(path: &str) -> String {
    base_path() + path
}
