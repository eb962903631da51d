//! Mounts the page.

mod app;
mod browser;
mod i18n;
mod link;
mod routes;
mod state;
mod ui;
mod views;

use std::pin::Pin;

fn main() {
    let start: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async {
        // A language that cannot be loaded is no reason to show nothing: English stands in.
        state::preferences::language().load().await;
        leptos::mount::mount_to_body(app::App);
    });
    wasm_bindgen_futures::spawn_local(start);
}
