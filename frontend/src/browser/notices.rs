//! Notices outside the page: desktop notifications, and news from the service worker.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, Notification, NotificationOptions, NotificationPermission};

use super::{device, window};

/// Shows a desktop notification where the user has allowed them and does not see the page.
pub fn notify(title: &str, body: &str, tag: &str) {
    if device::visible() || Notification::permission() != NotificationPermission::Granted {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(tag);
    // Some mobile browsers know only the worker's notifications and throw here.
    let _ = Notification::new_with_options(title, &options);
}

/// Calls `ready` when the service worker says that a new version of the page waits.
pub fn on_new_version(mut ready: impl FnMut() + 'static) {
    let worker = window().navigator().service_worker();
    // Outside a secure context there is no worker to listen to.
    if worker.is_undefined() {
        return;
    }
    let heard = Closure::new(move |event: web_sys::Event| {
        let message: MessageEvent = event.unchecked_into();
        let kind = js_sys::Reflect::get(&message.data(), &"type".into()).ok();
        let kind = kind.and_then(|kind| kind.as_string()).or(message.data().as_string());
        if kind.as_deref() == Some("new-version") {
            ready();
        }
    });
    device::listen(&worker, "message", heard);
}
