//! The browser: the only place of `state` and `link` that touches `web_sys`.

pub mod calendar;
pub mod compression;
pub mod device;
pub mod fetch;
pub mod files;
pub mod frame;
pub mod history;
pub mod json;
pub mod notices;
pub mod page;
pub mod pictures;
pub mod random;
pub mod seen;
pub mod socket;
pub mod storage;
pub mod timer;
pub mod vault;

use web_sys::{Document, Window};

/// The window that the page lives in.
fn window() -> Window {
    web_sys::window().expect("the page always runs in a window")
}

/// The page's document.
fn document() -> Document {
    window().document().expect("a window always has a document")
}
