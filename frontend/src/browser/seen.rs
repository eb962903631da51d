//! What can be seen of the page: an on-screen keyboard may lie over the rest of it.
//!
//! Where `interactive-widget` is understood the page itself becomes smaller; in Safari only the
//! visual viewport does, and the page may be moved under it (CSSOM View §12).

use js_sys::Reflect;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use super::device::listen;
use super::window;

/// How far zooming in goes unnoticed.
const UNZOOMED: f64 = 1.01;

/// Calls `heard` with where what is seen begins and how high it is, in CSS pixels: now and whenever
/// that changes, as long as the page lives. Nothing is known while it is zoomed by fingers.
pub fn follow(mut heard: impl FnMut(Option<(f64, f64)>) + 'static) {
    let viewport = Reflect::get(&window(), &"visualViewport".into()).unwrap_or(JsValue::UNDEFINED);
    let Ok(target) = viewport.clone().dyn_into::<EventTarget>() else { return };
    let number = move |name: &str| Reflect::get(&viewport, &name.into()).ok()?.as_f64();
    let measure = move || {
        let (top, height) = (number("offsetTop")?, number("height")?);
        (number("scale")? < UNZOOMED).then_some((top, height))
    };
    heard(measure());
    let heard = std::rc::Rc::new(std::cell::RefCell::new((heard, measure)));
    for name in ["resize", "scroll"] {
        let heard = heard.clone();
        let again = move |_| {
            let (heard, measure) = &mut *heard.borrow_mut();
            heard(measure());
        };
        listen(&target, name, Closure::new(again));
    }
}
