//! One WebSocket with binary messages.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

use super::{history, window};

/// What a socket reports.
pub enum Report {
    /// It is open.
    Opened,
    /// A binary message came.
    Message(Vec<u8>),
    /// It is closed; nothing follows.
    Closed,
}

/// A socket; dropping it closes it, and nothing is reported from then on.
pub struct Socket {
    inner: WebSocket,
    // Held as long as the browser may call it.
    _heard: Closure<dyn FnMut(Event)>,
}

impl Socket {
    /// Opens `path` below the base path; none where the browser refuses even to try.
    pub fn open(path: &str, mut report: impl FnMut(Report) + 'static) -> Option<Self> {
        let location = window().location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        let url = format!("{scheme}://{}{}{path}", location.host().ok()?, history::base_path());
        let inner = WebSocket::new(&url).ok()?;
        inner.set_binary_type(BinaryType::Arraybuffer);
        let heard = Closure::new(move |event: Event| match event.type_().as_str() {
            "open" => report(Report::Opened),
            "message" => {
                let data = event.unchecked_into::<MessageEvent>().data();
                if let Ok(buffer) = data.dyn_into::<ArrayBuffer>() {
                    report(Report::Message(Uint8Array::new(&buffer).to_vec()));
                }
            }
            _ => report(Report::Closed),
        });
        let callback = Some(heard.as_ref().unchecked_ref());
        inner.set_onopen(callback);
        inner.set_onmessage(callback);
        inner.set_onclose(callback);
        Some(Self { inner, _heard: heard })
    }

    /// Sends a message; a socket that is closing drops it, and `Closed` follows.
    pub fn send(&self, bytes: &[u8]) {
        let _ = self.inner.send_with_u8_array(bytes);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onopen(None);
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
        // Closing a closed socket is no error.
        let _ = self.inner.close();
    }
}
