//! Short notices with at most one action, in the corner; they wait while pointed at or focused.

use super::{button::IconButton, dom, icon::Icon};
use leptos::prelude::*;
use leptos::{ev, html};
use std::time::Duration;

/// A notice. It goes by itself, unless it stays until something takes it away.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub id: u64,
    pub text: String,
    /// The button's label, if there is something to do about it.
    pub action: Option<String>,
    pub stays: bool,
}

/// How long a notice is shown, in ticks of the region.
const LIFETIME: u32 = 16;
const TICK: Duration = Duration::from_millis(500);

/// The region of notices. F6 goes there and back.
#[component]
pub fn ToastRegion(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] dismiss_label: Signal<String>,
    #[prop(into)] toasts: Signal<Vec<Toast>>,
    #[prop(into)] on_action: Callback<u64>,
    #[prop(into)] on_dismiss: Callback<u64>,
) -> impl IntoView {
    let node = NodeRef::<html::Section>::new();
    let (pointed, inside) = (RwSignal::new(false), RwSignal::new(false));
    let came_from = StoredValue::new_local(None);
    let listener = window_event_listener(ev::keydown, move |event| {
        let Some(region) = node.get_untracked().filter(|_| event.key() == "F6") else { return };
        let first = dom::all(&region, dom::FOCUSABLE).into_iter().next();
        let target = if inside.get_untracked() { came_from.get_value() } else { first };
        let Some(target) = target else { return };
        event.prevent_default();
        if !inside.get_untracked() {
            came_from.set_value(dom::focused());
        }
        dom::focus(&target);
    });
    on_cleanup(move || listener.remove());
    let paused = Signal::derive(move || pointed.get() || inside.get());
    view! {
        <section
            node_ref=node
            class="toast-region"
            aria-label=label
            on:pointerenter=move |_| pointed.set(true)
            on:pointerleave=move |_| pointed.set(false)
            on:focusin=move |_| inside.set(true)
            on:focusout=move |_| inside.set(false)
        >
            <For each=move || toasts.get() key=|toast| toast.id let:toast>
                <ToastCard toast paused dismiss_label on_action on_dismiss />
            </For>
        </section>
    }
}

#[component]
fn ToastCard(
    toast: Toast,
    paused: Signal<bool>,
    dismiss_label: Signal<String>,
    on_action: Callback<u64>,
    on_dismiss: Callback<u64>,
) -> impl IntoView {
    let Toast { id, text, action, stays } = toast;
    let age = StoredValue::new(0_u32);
    let tick = move || {
        if !paused.get_untracked() {
            age.update_value(|age| *age += 1);
            if age.get_value() == LIFETIME {
                on_dismiss.run(id);
            }
        }
    };
    if let Some(clock) = (!stays).then(|| set_interval_with_handle(tick, TICK).ok()).flatten() {
        on_cleanup(move || clock.clear());
    }
    let act = move |_| {
        on_action.run(id);
        on_dismiss.run(id);
    };
    let button =
        |label| view! { <button type="button" class="toast-action" on:click=act>{label}</button> };
    view! {
        <div class="toast">
            <p class="toast-text">{text}</p>
            {action.map(button)}
            <IconButton label=dismiss_label icon=Icon::Close on_press=move |()| on_dismiss.run(id) />
        </div>
    }
}
