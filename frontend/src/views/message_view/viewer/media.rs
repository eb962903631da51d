//! Sound and film, played by the browser.

use leptos::prelude::*;

use super::Unshown;
use crate::i18n::{Key, text};

/// Sound.
#[component]
pub fn Sound(url: String, name: String) -> impl IntoView {
    let failed = RwSignal::new(false);
    move || match failed.get() {
        true => view! { <Unshown said=text(Key::ViewerBroken) /> }.into_any(),
        false => view! {
            <div class="viewer-scroll">
                <audio
                    class="viewer-sound"
                    controls
                    preload="metadata"
                    src=url.clone()
                    aria-label=name.clone()
                    on:error=move |_| failed.set(true)
                ></audio>
            </div>
        }
        .into_any(),
    }
}

/// Film.
#[component]
pub fn Film(url: String, name: String) -> impl IntoView {
    let failed = RwSignal::new(false);
    move || match failed.get() {
        true => view! { <Unshown said=text(Key::ViewerBroken) /> }.into_any(),
        false => view! {
            <div class="viewer-scroll">
                <video
                    class="viewer-film"
                    controls
                    preload="metadata"
                    src=url.clone()
                    aria-label=name.clone()
                    on:error=move |_| failed.set(true)
                ></video>
            </div>
        }
        .into_any(),
    }
}
