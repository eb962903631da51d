//! A picture: as large as it fits, or larger and smaller.

use leptos::html;
use leptos::prelude::*;

use super::Unshown;
use crate::i18n::{Key, t, text};
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::icon::Icon;
use crate::ui::placement::px;

/// How much one press changes.
const STEP: f64 = 1.5;
/// Smallest and largest scale.
const RANGE: (f64, f64) = (0.1, 8.0);

/// A picture, and how large it is shown.
#[component]
pub fn Picture(url: String, name: String) -> impl IntoView {
    let node = NodeRef::<html::Img>::new();
    let failed = RwSignal::new(false);
    // None fits it into what is there.
    let scale = RwSignal::new(None::<f64>);
    let natural = move || f64::from(node.get().map(|img| img.natural_width()).unwrap_or_default());
    let zoom = move |by: f64| {
        let Some(img) = node.get_untracked() else { return };
        let whole = f64::from(img.natural_width()).max(1.0);
        let now = scale.get_untracked().unwrap_or(f64::from(img.client_width()) / whole);
        scale.set(Some((now * by).max(RANGE.0).min(RANGE.1)));
    };
    let width = move || scale.get().map(|scale| px(scale * natural()));
    move || match failed.get() {
        true => view! { <Unshown said=text(Key::ViewerBroken) /> }.into_any(),
        false => view! {
            <div
                class="viewer-scroll"
                class:is-zoomed=move || scale.get().is_some()
                tabindex=move || scale.get().map(|_| "0")
                role="group"
                aria-label=name.clone()
            >
                <img
                    node_ref=node
                    class="viewer-picture"
                    src=url.clone()
                    alt=name.clone()
                    style:inline-size=width
                    on:error=move |_| failed.set(true)
                />
            </div>
            <div class="viewer-tools">
                <IconButton
                    label=t(Key::ViewerSmaller)
                    icon=Icon::ZoomOut
                    on_press=move |()| zoom(1.0 / STEP)
                />
                <Button
                    label=t(Key::ViewerFit)
                    kind=ButtonKind::Quiet
                    on_press=move |()| scale.set(None)
                />
                <IconButton
                    label=t(Key::ViewerLarger)
                    icon=Icon::ZoomIn
                    on_press=move |()| zoom(STEP)
                />
            </div>
        }
        .into_any(),
    }
}
