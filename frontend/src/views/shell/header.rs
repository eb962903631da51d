//! The bar at the top: drawer button, name, Compose, status, account menu.

use super::banner::Banner;
use super::search::SearchBox;
use super::{ShellModel, ShellVerbs};
use crate::i18n::{Key, t, text};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Icon, icon};
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

#[component]
pub fn Header(
    model: ShellModel,
    verbs: ShellVerbs,
    drawer: RwSignal<bool>,
    account: ViewFn,
) -> impl IntoView {
    let drawer_label =
        move || text(if drawer.get() { Key::ShellMailboxesHide } else { Key::ShellMailboxesShow });
    view! {
        <header class="shell-header">
            <a class="shell-skip" href="#messages" on:click=skip_to_list>{t(Key::ShellSkip)}</a>
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
                <h1 class="shell-name">{t(Key::ShellName)}</h1>
            </div>
            <div class="shell-compose">
                <Button
                    label=t(Key::ShellCompose)
                    icon=Icon::Compose
                    kind=ButtonKind::Primary
                    on_press=verbs.compose
                />
            </div>
            <SearchBox model verbs />
            <Banner status=model.status on_press=verbs.mend />
            <div class="shell-account">
                {account.run()}
            </div>
        </header>
    }
}

/// The focus goes to the list's tab stop; the address stays as it is.
fn skip_to_list(event: ev::MouseEvent) {
    event.prevent_default();
    let stop = document().query_selector(".shell-list [role=row][tabindex='0']").ok().flatten();
    if let Some(stop) = stop {
        // Focus on something that cannot take it is no harm.
        let _ = stop.unchecked_into::<HtmlElement>().focus();
    }
}
