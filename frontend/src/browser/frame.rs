//! Frames that run code in an origin of nobody's: one channel to each, and what travels on it.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlIFrameElement, MessageChannel, MessageEvent, MessagePort};

use super::files::Bytes;
use super::json::Json;

/// The page's end of a channel to a frame; dropping it ends the channel.
pub struct Channel {
    port: MessagePort,
    // Held as long as the browser may call it.
    _hear: Closure<dyn FnMut(MessageEvent)>,
}

impl Channel {
    /// Hands the document that a frame has loaded its end; none where there is no document.
    ///
    /// Whoever else sends messages to the page is not heard: only this channel is.
    #[must_use]
    pub fn open(frame: &HtmlIFrameElement, hear: impl Fn(Said) + 'static) -> Option<Self> {
        let channel = MessageChannel::new().ok()?;
        let port = channel.port1();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            hear(Said(Json::new(event.data())));
        });
        port.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        let ports = Array::of1(&channel.port2());
        // An origin that is nobody's has no name; only our routes are let into frames.
        let target = frame.content_window()?;
        target.post_message_with_transfer(&"postern".into(), "*", &ports).ok()?;
        Some(Self { port, _hear: hear })
    }

    /// Sends a message.
    pub fn say(&self, message: Saying) {
        // Texts, numbers and blobs can always be copied.
        let _ = self.port.post_message(&message.0);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
    }
}

/// A message to a frame: named values.
pub struct Saying(Object);

impl Saying {
    /// A message that asks for something.
    #[must_use]
    pub fn new(what: &str) -> Self {
        Self(Object::new()).with("do", &what.into())
    }

    /// Adds a value.
    #[must_use]
    pub fn with(self, name: &str, value: &JsValue) -> Self {
        // A plain object takes every name.
        let _ = Reflect::set(&self.0, &name.into(), value);
        self
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.with(name, &value.into())
    }
}

/// A message from a frame: named values, none of which is to be believed.
pub struct Said(Json);

impl Said {
    /// A text; empty where there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.0.text(name)
    }

    /// A number; 0 where there is none.
    #[must_use]
    pub fn number(&self, name: &str) -> f64 {
        self.0.number(name)
    }

    /// A count; 0 where there is none that is finite.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        // Whatever is below 0 becomes 0.
        Some(self.number(name)).filter(|it| it.is_finite()).unwrap_or_default() as u64
    }

    /// A yes or no; no where there is none, whatever else stands there.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.0.field(name).as_bool().unwrap_or_default()
    }

    /// A file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<Bytes> {
        self.0.field(name).dyn_into().ok().map(Bytes::of)
    }

    /// A file or other bytes.
    #[must_use]
    pub fn blob(&self, name: &str) -> Option<Blob> {
        self.0.field(name).dyn_into().ok()
    }
}
