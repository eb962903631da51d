//! Grey shapes in the places where content will stand, so that nothing jumps.

use leptos::prelude::*;

/// Lines of text yet to come; each takes one of a few lengths in turn.
#[component]
pub fn Skeleton(lines: usize) -> impl IntoView {
    let line = |_| view! { <span class="skeleton-line"></span> };
    view! { <div class="skeleton" aria-hidden="true">{(0..lines).map(line).collect_view()}</div> }
}
