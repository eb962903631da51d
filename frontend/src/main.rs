//! Mounts the page.
mod i18n;
mod ui;

fn main() {}
