//! The grid "Messages": the window's rows in the virtualised grid.

use leptos::prelude::*;

use super::row::make_row;
use crate::i18n::{Key, t};
use crate::routes::Route;
use crate::state::stores;
use crate::ui::grid::{Grid, GridModel, Moved, Pressed, RowCount};

/// The rows, wherever the list is scrolled to.
#[component]
pub fn MessageGrid() -> impl IntoView {
    let stores = stores();
    let count = Memo::new(move |_| {
        let (rows, exact) = stores.windows.count();
        RowCount { rows, exact }
    });
    let active = Memo::new(move |_| stores.cursor());
    // The cursor goes along with the opened message, also when that was opened by its address.
    let opened = Memo::new(move |_| match stores.location.route() {
        Route::Message(key) => stores.row_of(&key).map(|_| key),
        _ => None,
    });
    Effect::new(move |_| {
        if let Some(key) = opened.get()
            && let Some(index) = untrack(|| stores.row_of(&key))
        {
            stores.selection.stand(index, Some(key));
        }
    });
    let model =
        GridModel {
            count: count.into(),
            active: active.into(),
            key_at: Callback::new(move |index| stores.windows.key_at(index)),
            row: Callback::new(move |key| make_row(stores, key)),
            on_range: Callback::new(move |range| stores.windows.see(range)),
            on_move: Callback::new(move |Moved { index, extend }| {
                if extend { stores.extend_to(index) } else { stores.stand(index) }
            }),
            on_press: Callback::new(move |pressed: Pressed| {
                if pressed.shift {
                    stores.extend_to(pressed.index);
                } else if pressed.ctrl {
                    stores.toggle_at(pressed.index);
                } else {
                    stores.selection.clear();
                    stores.open_at(pressed.index);
                }
            }),
        };
    view! { <Grid label=t(Key::ListMessages) model /> }
}
