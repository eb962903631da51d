//! The bar at the top: drawer button, name, Compose, account menu.

use super::{ShellModel, ShellVerbs};
use crate::i18n::{Key, t, text};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Icon, icon};
use crate::ui::menu::{Menu, MenuFace, MenuItem, MenuSeparator};
use leptos::prelude::*;

#[component]
pub fn Header(model: ShellModel, verbs: ShellVerbs, drawer: RwSignal<bool>) -> impl IntoView {
    let drawer_label =
        move || text(if drawer.get() { Key::ShellMailboxesHide } else { Key::ShellMailboxesShow });
    view! {
        <header class="shell-header">
            <button
                type="button"
                class="button is-icon shell-drawer-button"
                aria-label=drawer_label
                aria-expanded=move || if drawer.get() { "true" } else { "false" }
                on:click=move |_| drawer.update(|open| *open = !*open)
            >
                {icon(Icon::Menu)}
            </button>
            <div class="shell-brand">
                {icon(Icon::Mark)}
                <span class="shell-name">{t(Key::ShellName)}</span>
            </div>
            <div class="shell-compose">
                <Button
                    label=t(Key::ShellCompose)
                    icon=Icon::Compose
                    kind=ButtonKind::Primary
                    on_press=verbs.compose
                />
            </div>
            <div class="shell-account">
                <Menu label=t(Key::ShellAccountMenu) face=MenuFace::Initials(model.address)>
                    <p class="shell-address" role="presentation">{model.address}</p>
                    <MenuSeparator />
                    <MenuItem
                        label=t(Key::ShellSettings)
                        icon=Icon::Settings
                        on_choose=verbs.settings
                    />
                    <MenuItem
                        label=t(Key::ShellSignOut)
                        icon=Icon::SignOut
                        on_choose=verbs.sign_out
                    />
                </Menu>
            </div>
        </header>
    }
}
