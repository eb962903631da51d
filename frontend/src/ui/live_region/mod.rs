//! The two live regions of the page: what assistive technology reads out.

use leptos::prelude::*;

/// One polite and one assertive region, text only. Mounted once, empty at first.
#[component]
pub fn LiveRegions(
    #[prop(into)] polite: Signal<String>,
    #[prop(into)] assertive: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="is-hidden-visually" aria-live="polite">{polite}</div>
        <div class="is-hidden-visually" aria-live="assertive">{assertive}</div>
    }
}
