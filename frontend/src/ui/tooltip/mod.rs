//! One tooltip for the whole page: shows `data-tooltip` of what is pointed at or focused.

use super::{dom, placement};
use leptos::prelude::*;
use leptos::web_sys::{Event, HtmlElement};
use leptos::{ev, html};
use std::time::Duration;

/// How long the pointer rests before the name of a control appears.
const REST: Duration = Duration::from_millis(400);

/// Mounted once. The text repeats the control's name, so assistive technology never hears it.
#[component]
pub fn TooltipLayer() -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let text = RwSignal::new(String::new());
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let hide = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
        if let Some(layer) = node.get_untracked() {
            // Hiding what is hidden already is refused, and that is fine.
            let _ = layer.hide_popover();
        }
    };
    let show = move |target: HtmlElement| {
        let named = target.get_attribute("data-tooltip").filter(|name| !name.is_empty());
        let expanded = target.get_attribute("aria-expanded").is_some_and(|state| state == "true");
        let (Some(name), Some(layer)) = (named, node.get_untracked()) else { return };
        if expanded || !target.is_connected() {
            return;
        }
        text.set(name);
        placement::pin(&layer, &target);
        let _ = layer.show_popover();
    };
    let soon = move |event: &Event| {
        hide();
        if let Some(target) = dom::closest(event, "[data-tooltip]") {
            waiting.set_value(set_timeout_with_handle(move || show(target), REST).ok());
        }
    };
    let handles = [
        window_event_listener(ev::pointerover, move |event| {
            // A finger has no resting place: it presses.
            if event.pointer_type() == "mouse" {
                soon(&event);
            }
        }),
        window_event_listener(ev::focusin, move |event| {
            let shown = dom::closest(&event, "[data-tooltip]:focus-visible");
            hide();
            if let Some(target) = shown {
                show(target);
            }
        }),
        window_event_listener(ev::focusout, move |_| hide()),
        window_event_listener(ev::pointerdown, move |_| hide()),
        window_event_listener(ev::keydown, move |_| hide()),
    ];
    on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
    view! { <div node_ref=node class="tooltip" popover="manual" aria-hidden="true">{text}</div> }
}
