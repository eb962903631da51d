//! The page.
use leptos::prelude::*;
/// App.
#[component]
pub fn App() -> impl IntoView {
    let stores = crate::state::Stores::new();
    provide_context(stores);
    stores.start();
}
