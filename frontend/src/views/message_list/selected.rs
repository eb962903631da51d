//! What is selected, and a way to select all that the list holds, loaded or not.

use leptos::prelude::*;

use crate::i18n::{Key, t, text_count};
use crate::state::stores;
use crate::ui::button::{Button, ButtonKind};

/// A bar over the list's lower edge: nothing moves when it comes.
#[component]
pub fn Selected() -> impl IntoView {
    let stores = stores();
    let count = move || stores.selection.count(stores.windows.count().0) as u64;
    let said = move || text_count(Key::ListSelected, count(), &[]);
    let all = move || {
        let total = stores.selectable()? as u64;
        let label = Signal::derive(move || text_count(Key::ListSelectEverything, total, &[]));
        let select = move |()| stores.selection.select_everything();
        Some(view! { <Button label kind=ButtonKind::Quiet on_press=select /> })
    };
    view! {
        <div class="message-list-selected">
            <span>{said}</span>
            {all}
            <Button
                label=t(Key::ListSelectNone)
                kind=ButtonKind::Quiet
                on_press=move |()| stores.selection.clear()
            />
        </div>
    }
}
