//! The menu "Account menu": who is signed in, the settings, and the way out.

use leptos::prelude::*;

use super::preferences::address;
use crate::i18n::{Key, t};
use crate::routes::{Route, SettingsPage};
use crate::state::stores;
use crate::ui::icon::Icon;
use crate::ui::menu::{Menu, MenuFace, MenuItem, MenuSeparator};

/// The menu behind the initials.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let stores = stores();
    let address = address(stores);
    view! {
        <Menu label=t(Key::ShellAccountMenu) face=MenuFace::Initials(address)>
            <p class="shell-address" role="presentation">{address}</p>
            <MenuSeparator />
            <MenuItem
                label=t(Key::ShellSettings)
                icon=Icon::Settings
                on_choose=move |()| stores.location.go(Route::Settings(SettingsPage::General))
            />
            <MenuItem
                label=t(Key::ShellSignOut)
                icon=Icon::SignOut
                on_choose=move |()| stores.sign_out()
            />
        </Menu>
    }
}
