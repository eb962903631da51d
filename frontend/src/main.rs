//! Mounts the page.

mod app;
mod browser;
mod i18n;
mod link;
mod routes;
mod state;
mod ui;
mod views;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
