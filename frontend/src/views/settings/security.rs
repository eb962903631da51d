//! The page "Security": this session, and the way out of it.

use super::images::ImageSenders;
use crate::i18n::{Key, t, text_with};
use crate::ui::button::Button;
use crate::ui::icon::Icon;
use leptos::prelude::*;

#[component]
pub fn Security(address: Signal<String>, on_sign_out: Callback<()>) -> impl IntoView {
    let who =
        move || address.with(|address| text_with(Key::SettingsSignedInAs, &[("address", address)]));
    view! {
        <section class="settings-section" aria-label=t(Key::SettingsSession)>
            <h3 class="settings-subtitle">{t(Key::SettingsSession)}</h3>
            <p>{who}</p>
            <p class="settings-note">{t(Key::SettingsSessionHint)}</p>
            <div>
                <Button label=t(Key::ShellSignOut) icon=Icon::SignOut on_press=on_sign_out />
            </div>
        </section>
        <ImageSenders />
    }
}
