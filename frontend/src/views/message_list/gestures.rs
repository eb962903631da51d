//! What fingers do to the list: swiping a row, and pulling the list down to ask for new mail.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Reflect;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Element, HtmlElement};

use crate::i18n::{Key, text};
use crate::state::preferences::Swipe;
use crate::state::{Stores, stores};
use crate::ui::placement::px;

/// A finger that moved less has not decided yet, in pixels.
const SLOP: f64 = 12.0;
/// From here on letting go does something.
const FAR: f64 = 88.0;

/// What a finger is doing.
enum Gesture {
    /// It is down on a row.
    Down,
    /// It pushes a row aside.
    Swipe(HtmlElement),
    /// It pulls the list down from its top.
    Pull,
    /// It does what the browser does: scroll.
    Scroll,
}

/// A finger on the list.
struct Touch {
    row: HtmlElement,
    from: (f64, f64),
    by: (f64, f64),
    gesture: Gesture,
}

/// Listens to fingers on the list, and shows how far it is pulled.
#[component]
pub fn Gestures() -> impl IntoView {
    let stores = stores();
    let pulled = RwSignal::new(0.0_f64);
    let touch = Rc::new(RefCell::new(None::<Touch>));
    let (moving, ending) = (touch.clone(), touch.clone());
    let ended = move || {
        pulled.set(0.0);
        ending.borrow_mut().take()
    };
    let (up, cancelled) = (ended.clone(), ended);
    let listeners = [
        window_event_listener(ev::touchstart, move |event| *touch.borrow_mut() = begin(&event)),
        window_event_listener(ev::touchmove, move |event| {
            if let Some(touch) = &mut *moving.borrow_mut() {
                follow(stores, touch, &event, pulled);
            }
        }),
        window_event_listener(ev::touchend, move |_| {
            if let Some(touch) = up() {
                finish(stores, touch);
            }
        }),
        window_event_listener(ev::touchcancel, move |_| {
            if let Some(Touch { gesture: Gesture::Swipe(row), .. }) = cancelled() {
                lay_down(&row);
            }
        }),
    ];
    // Their closures stay in this thread, which is the page's only one.
    let listeners = StoredValue::new_local(Some(listeners));
    on_cleanup(move || {
        let all = listeners.try_update_value(Option::take).flatten();
        all.into_iter().flatten().for_each(|listener| listener.remove());
    });
    let far = move || pulled.get() >= FAR;
    let said = move || text(if far() { Key::ListRefreshNow } else { Key::ListRefreshPull });
    let shift = move || px(pulled.get().min(FAR));
    move || {
        (pulled.get() > SLOP).then(|| {
            view! {
                <div
                    class="message-list-pull"
                    class:is-far=far
                    style:--pull=shift
                    aria-hidden="true"
                >
                    <span>{said}</span>
                </div>
            }
        })
    }
}

/// Where the one finger is; none where there are several.
fn place(event: &ev::TouchEvent) -> Option<(f64, f64)> {
    let of = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    let touches = of(event, "touches")?;
    let number = |object: &JsValue, name: &str| of(object, name)?.as_f64();
    let one = Reflect::get_u32(&touches, 0).ok()?;
    let alone = number(&touches, "length") == Some(1.0);
    Some((number(&one, "clientX")?, number(&one, "clientY")?)).filter(|_| alone)
}

/// A single finger that comes down on a row.
fn begin(event: &ev::TouchEvent) -> Option<Touch> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let row = target.closest(".message-list .grid-row").ok()??;
    let row = row.dyn_into().ok()?;
    Some(Touch { row, from: place(event)?, by: (0.0, 0.0), gesture: Gesture::Down })
}

fn follow(stores: Stores, touch: &mut Touch, event: &ev::TouchEvent, pulled: RwSignal<f64>) {
    let Some((x, y)) = place(event) else { return };
    let (across, down) = (x - touch.from.0, y - touch.from.1);
    touch.by = (across, down);
    if matches!(touch.gesture, Gesture::Down) && across.abs().max(down.abs()) > SLOP {
        touch.gesture = decide(stores, touch);
    }
    match &touch.gesture {
        Gesture::Swipe(row) => show(stores, row, across),
        Gesture::Pull => pulled.set(down.max(0.0)),
        Gesture::Down | Gesture::Scroll => {}
    }
}

fn decide(stores: Stores, touch: &Touch) -> Gesture {
    let (across, down) = touch.by;
    let top = touch.row.closest(".grid").ok().flatten().is_some_and(|grid| grid.scroll_top() <= 0);
    let swiped = swipe(stores, across) != Swipe::Nothing && !untrack(|| stores.selection.any());
    if across.abs() > down.abs() * 1.5 && swiped {
        Gesture::Swipe(touch.row.clone())
    } else if down > across.abs() && top {
        Gesture::Pull
    } else {
        Gesture::Scroll
    }
}

/// What swiping in a direction does; towards the end of a line is forward.
fn swipe(stores: Stores, across: f64) -> Swipe {
    let all = stores.preferences.all().get_untracked();
    if forward(across) { all.swipe_forward } else { all.swipe_backward }
}

fn forward(across: f64) -> bool {
    let root = document().document_element();
    let reversed = root.is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"));
    (across > 0.0) != reversed
}

fn show(stores: Stores, row: &HtmlElement, across: f64) {
    // Attributes and properties with valid names cannot be refused.
    let _ = row.style().set_property("--swipe", &px(across));
    let _ = row.set_attribute("data-swipe", &text(swipe(stores, across).key()));
    let classes = row.class_list();
    let _ = classes.add_1("is-swiped");
    let _ = classes.toggle_with_force("is-far", across.abs() >= FAR);
    let _ = classes.toggle_with_force("is-backward", !forward(across));
}

fn lay_down(row: &HtmlElement) {
    // Taking away what is there cannot be refused.
    let _ = row.class_list().remove_3("is-swiped", "is-far", "is-backward");
    let _ = row.style().remove_property("--swipe");
}

fn finish(stores: Stores, touch: Touch) {
    let (across, down) = touch.by;
    match touch.gesture {
        Gesture::Swipe(row) => {
            lay_down(&row);
            let index = row.get_attribute("aria-rowindex").and_then(|at| at.parse::<usize>().ok());
            let index = index.and_then(|index| index.checked_sub(1));
            if let Some(index) = index.filter(|_| across.abs() >= FAR)
                && let Some(command) = swipe(stores, across).command()
            {
                stores.stand(index);
                stores.perform(command);
            }
        }
        Gesture::Pull if down >= FAR => {
            stores.toasts.announce(text(Key::ListRefreshing));
            stores.retry();
        }
        _ => {}
    }
}
