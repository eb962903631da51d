//! What this device keeps: short texts under names of our own.

use web_sys::Storage;

use super::{history, window};

fn storage() -> Option<Storage> {
    // Absent or refusing in some private modes: then nothing is kept.
    window().local_storage().ok().flatten()
}

/// Two installations under one origin keep their things apart by base path.
fn whole(name: &str) -> String {
    format!("postern{}{name}", history::base_path())
}

/// What was kept under a name.
#[must_use]
pub fn get(name: &str) -> Option<String> {
    storage()?.get_item(&whole(name)).ok().flatten()
}

/// Keeps a text; a full or refusing storage loses it.
pub fn set(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&whole(name), value);
    }
}

/// Forgets what was kept under a name.
pub fn remove(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&whole(name));
    }
}

fn tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// What this tab kept under a name.
#[must_use]
pub fn get_tab(name: &str) -> Option<String> {
    tab()?.get_item(&whole(name)).ok().flatten()
}

/// Keeps a text until the tab is closed; a full or refusing storage loses it.
pub fn set_tab(name: &str, value: &str) {
    if let Some(storage) = tab() {
        let _ = storage.set_item(&whole(name), value);
    }
}

/// Forgets what this tab kept under a name.
pub fn remove_tab(name: &str) {
    if let Some(storage) = tab() {
        let _ = storage.remove_item(&whole(name));
    }
}
