//! Time and timers.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::AddEventListenerOptions;

use super::window;

/// Milliseconds since 1970.
#[must_use]
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// Minutes east of UTC, here and at a moment (milliseconds since 1970).
#[must_use]
pub fn zone_minutes(millis: f64) -> i32 {
    // Truncation is meant: no zone has parts of minutes any more.
    -(js_sys::Date::new(&millis.into()).get_timezone_offset() as i32)
}

/// Waits so many milliseconds, or until the network is back.
pub async fn rest(millis: u32) {
    let wait = i32::try_from(millis).unwrap_or(i32::MAX);
    let over = js_sys::Promise::new(&mut |done, _| {
        // Neither can fail in a live window.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, wait);
        let once = AddEventListenerOptions::new();
        once.set_once(true);
        let _ = window().add_event_listener_with_callback_and_add_event_listener_options(
            "online", &done, &once,
        );
    });
    // It never fails.
    let _ = JsFuture::from(over).await;
}

/// A timer that fires once; dropping it stops it.
pub struct Timer {
    id: i32,
    // Held as long as the browser may call it.
    _fired: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `fired` after so many milliseconds.
    #[must_use]
    pub fn after(millis: u32, fired: impl FnMut() + 'static) -> Self {
        let fired = Closure::new(fired);
        let millis = i32::try_from(millis).unwrap_or(i32::MAX);
        let id = window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(
                fired.as_ref().unchecked_ref(),
                millis,
            )
            .unwrap_or_default();
        Self { id, _fired: fired }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        window().clear_timeout_with_handle(self.id);
    }
}
