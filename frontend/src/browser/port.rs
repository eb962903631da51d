//! A frame of an origin of nobody's: one channel to it, and what is said over that.

use js_sys::{Array, ArrayBuffer, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlIFrameElement, MessageChannel, MessageEvent, MessagePort, Response};

use super::window;

/// What a frame said: a message with fields. Nothing in it is believed beyond its kind.
pub struct Said(JsValue);

impl Said {
    /// What kind of message it is.
    #[must_use]
    pub fn is(&self) -> String {
        self.field("is").as_string().unwrap_or_default()
    }

    /// A number of it, which is whole and not negative; 0 where there is none of that name.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        self.field(name).as_f64().filter(|it| it.is_finite() && *it > 0.0).unwrap_or(0.0) as u64
    }

    /// A yes or no of it.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.field(name).is_truthy()
    }

    fn field(&self, name: &str) -> JsValue {
        Reflect::get(&self.0, &name.into()).unwrap_or(JsValue::UNDEFINED)
    }
}

/// The page's end of the channel; closed when it goes.
pub struct Port {
    port: MessagePort,
    _heard: Closure<dyn FnMut(MessageEvent)>,
}

impl Port {
    /// Hands a frame that has loaded its end; none where it is gone.
    #[must_use]
    pub fn open(frame: &HtmlIFrameElement, mut hear: impl FnMut(Said) + 'static) -> Option<Self> {
        let channel = MessageChannel::new().ok()?;
        let port = channel.port1();
        let heard = Closure::new(move |event: MessageEvent| hear(Said(event.data())));
        port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        // Its origin is nobody's, so that no other can be named; it is the document that we loaded.
        let transfer = Array::of1(&channel.port2());
        let target = frame.content_window()?;
        target.post_message_with_transfer(&"postern".into(), "*", &transfer).ok()?;
        Some(Self { port, _heard: heard })
    }

    /// Says something: its kind, numbers and flags.
    pub fn say(&self, is: &str, fields: &[(&str, JsValue)]) {
        // What can be cloned cannot be refused.
        let _ = self.port.post_message(&message(is, fields));
    }

    /// Hands bytes over, which are the page's no longer.
    pub fn give(&self, is: &str, bytes: &ArrayBuffer) {
        let said = message(is, &[("bytes", bytes.into())]);
        let _ = self.port.post_message_with_transferable(&said, &Array::of1(bytes));
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
    }
}

fn message(is: &str, fields: &[(&str, JsValue)]) -> Object {
    let said = Object::new();
    for (name, value) in [("is", is.into())].iter().chain(fields) {
        // A new object takes any field.
        let _ = Reflect::set(&said, &(*name).into(), value);
    }
    said
}

/// The bytes at an address of ours; none where they do not come.
pub async fn bytes(url: &str) -> Option<ArrayBuffer> {
    let answer = window().fetch_with_str(url);
    let response: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.array_buffer().ok()?).await.ok()?.dyn_into().ok()
}
