//! The line between two panes, moved by pointer or keyboard.

use super::placement::written;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use leptos::{ev, html};

/// Which way the line runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Between panes side by side.
    Upright,
    /// Between panes above each other.
    Level,
}

/// The allowed sizes of the pane before the line, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub least: f64,
    pub most: f64,
}

/// What an arrow key moves.
const STEP: f64 = 16.0;

/// A separator whose value is the size of the pane before it.
#[component]
pub fn Splitter(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] line: Signal<Line>,
    #[prop(into)] size: Signal<f64>,
    limits: Limits,
    #[prop(into)] on_resize: Callback<f64>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    // Pointer position and size at the start of a drag.
    let grip = StoredValue::new(None::<(f64, f64)>);
    let along = move |event: &ev::PointerEvent| match line.get_untracked() {
        Line::Upright if is_rtl() => -f64::from(event.client_x()),
        Line::Upright => f64::from(event.client_x()),
        Line::Level => f64::from(event.client_y()),
    };
    // Not `clamp`: its panic would bring the formatting of numbers along, which is 7 kB.
    let resize = move |wanted: f64| on_resize.run(wanted.max(limits.least).min(limits.most));
    let down = move |event: ev::PointerEvent| {
        event.prevent_default();
        grip.set_value(Some((along(&event), size.get_untracked())));
        if let Some(node) = node.get_untracked() {
            // Without capture (pointer gone already) there is simply no drag.
            let _ = node.unchecked_ref::<Element>().set_pointer_capture(event.pointer_id());
            let _ = node.focus();
        }
    };
    let drag = move |event: ev::PointerEvent| {
        if let Some((from, before)) = grip.get_value() {
            resize(before + along(&event) - from);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let wanted = match (event.key().as_str(), line.get_untracked()) {
            ("ArrowLeft", Line::Upright) => {
                size.get_untracked() - if is_rtl() { -STEP } else { STEP }
            }
            ("ArrowRight", Line::Upright) => {
                size.get_untracked() + if is_rtl() { -STEP } else { STEP }
            }
            ("ArrowUp", Line::Level) => size.get_untracked() - STEP,
            ("ArrowDown", Line::Level) => size.get_untracked() + STEP,
            ("Home", _) => limits.least,
            ("End", _) => limits.most,
            _ => return,
        };
        event.prevent_default();
        resize(wanted);
    };
    let orientation = move || if line.get() == Line::Upright { "vertical" } else { "horizontal" };
    view! {
        <div
            node_ref=node
            class="splitter"
            role="separator"
            tabindex="0"
            aria-label=label
            aria-orientation=orientation
            aria-valuenow=move || written(size.get().round())
            aria-valuemin=written(limits.least)
            aria-valuemax=written(limits.most)
            on:pointerdown=down
            on:pointermove=drag
            on:lostpointercapture=move |_| grip.set_value(None)
            on:keydown=key
        ></div>
    }
}

fn is_rtl() -> bool {
    let root = document().document_element();
    root.and_then(|root| root.get_attribute("dir")).is_some_and(|dir| dir == "rtl")
}
