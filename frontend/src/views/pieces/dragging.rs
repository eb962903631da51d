//! Rows dragged onto a mailbox of the tree, of whichever account.
//!
//! Rows become draggable when a button goes down on them, so that the first screen knows nothing of
//! it.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{DragEvent, Element, HtmlElement};
use postern_shared::mailbox::Mailbox;

use crate::state::{Stores, stores};
use crate::views::mailbox_tree::{node_id, role_name};

/// What a dragged row is marked as: nothing else may be dropped on a mailbox.
const KIND: &str = "application/x-postern-messages";
/// The mailbox under the pointer.
const OVER: &str = "is-drop";

/// Listens to rows being dragged.
#[component]
pub fn Dragging() -> impl IntoView {
    let stores = stores();
    // A row that was taken along without being selected, until it is dropped.
    let alone = StoredValue::new(false);
    let listeners = [
        window_event_listener(ev::mousedown, |event| {
            if let Some(row) = near(&event, ".message-list .grid-row[aria-rowindex]") {
                row.set_draggable(true);
            }
        }),
        window_event_listener(ev::dragstart, move |event| begin(stores, alone, &event)),
        window_event_listener(ev::dragover, move |event| hover(stores, &event)),
        window_event_listener(ev::drop, move |event| drop_on(stores, alone, &event)),
        window_event_listener(ev::dragend, move |_| end(stores, alone)),
    ];
    let listeners = StoredValue::new_local(Some(listeners));
    on_cleanup(move || {
        let all = listeners.try_update_value(Option::take).flatten();
        all.into_iter().flatten().for_each(|listener| listener.remove());
    });
}

fn near(event: &ev::Event, selector: &str) -> Option<HtmlElement> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok()??.dyn_into().ok()
}

fn begin(stores: Stores, alone: StoredValue<bool>, event: &DragEvent) {
    let Some(row) = near(event, ".message-list .grid-row[aria-rowindex]") else { return };
    let Some(data) = event.data_transfer() else { return };
    let index = row.get_attribute("aria-rowindex").and_then(|at| at.parse::<usize>().ok());
    let Some(index) = index.and_then(|index| index.checked_sub(1)) else { return };
    let Some(target) = untrack(|| stores.windows.at(index)) else { return event.prevent_default() };
    if !untrack(|| stores.selection.has(&target.key)) {
        stores.selection.clear();
        stores.toggle_at(index);
        alone.set_value(true);
    }
    // What may be set while a drag begins cannot be refused.
    let _ = data.set_data(KIND, "");
    data.set_effect_allowed("move");
}

/// The mailbox under the pointer, where rows are dragged and it can take them.
fn place(stores: Stores, event: &DragEvent) -> Option<(HtmlElement, Mailbox)> {
    let types = event.data_transfer()?.types();
    if !types.iter().any(|kind| kind.as_string().as_deref() == Some(KIND)) {
        return None;
    }
    let node = near(event, ".tree-item[data-id]")?;
    let id = node.get_attribute("data-id")?;
    let all = untrack(|| stores.mailboxes.all())?;
    let found = all.into_iter().find(|mailbox| node_id(&mailbox.id) == id)?;
    found.selectable.then_some((node, found))
}

fn hover(stores: Stores, event: &DragEvent) {
    lay_down();
    if let Some((node, _)) = place(stores, event) {
        event.prevent_default();
        // Adding a valid class cannot be refused.
        let _ = node.class_list().add_1(OVER);
    }
}

fn drop_on(stores: Stores, alone: StoredValue<bool>, event: &DragEvent) {
    lay_down();
    if let Some((_, mailbox)) = place(stores, event) {
        event.prevent_default();
        alone.set_value(false);
        stores.move_to(&mailbox, &role_name(&mailbox));
    }
}

fn end(stores: Stores, alone: StoredValue<bool>) {
    lay_down();
    if alone.get_value() {
        alone.set_value(false);
        stores.selection.clear();
    }
}

fn lay_down() {
    let over = document().query_selector(".tree-item.is-drop").ok().flatten();
    if let Some(over) = over {
        // Taking away what is there cannot be refused.
        let _ = over.class_list().remove_1(OVER);
    }
}
