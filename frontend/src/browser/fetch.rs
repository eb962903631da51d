//! HTTP: JSON for signing in and out, pieces of files, and the source of messages as text.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, RequestInit, Response};

use super::files::{Piece, Stop};
use super::json::Json;
use super::window;

/// An HTTP answer: its status and what its JSON body held.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body; nothing where it was no JSON.
    pub body: Json,
}

impl Answer {
    /// A text of the body; empty where there is none of that name.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.body.text(name)
    }

    /// A number of the body; 0 where there is none of that name.
    #[must_use]
    pub fn number(&self, name: &str) -> f64 {
        self.body.number(name)
    }

    /// A yes or no of the body; no where there is none of that name.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.body.flag(name)
    }
}

/// Sends a request; none where no answer came.
pub async fn request(method: &str, path: &str, json: Option<&str>) -> Option<Answer> {
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(json) = json {
        init.set_body(&json.into());
        let headers = js_sys::Object::new();
        js_sys::Reflect::set(&headers, &"content-type".into(), &"application/json".into()).ok()?;
        init.set_headers(&headers);
    }
    let answer = window().fetch_with_str_and_init(path, &init);
    Some(read(JsFuture::from(answer).await.ok()?.dyn_into().ok()?).await)
}

/// Sends a piece of a file; none where no answer came in time, or nobody wants it any more.
pub async fn put(path: &str, piece: &Piece, stop: &Stop, patience_ms: u32) -> Option<Answer> {
    let init = RequestInit::new();
    init.set_method("PUT");
    init.set_body(piece.blob());
    init.set_signal(stop.signal(patience_ms).as_ref());
    let answer = window().fetch_with_str_and_init(path, &init);
    Some(read(JsFuture::from(answer).await.ok()?.dyn_into().ok()?).await)
}

async fn read(response: Response) -> Answer {
    let body = match response.json() {
        Ok(body) => JsFuture::from(body).await.unwrap_or(JsValue::UNDEFINED),
        Err(_) => JsValue::UNDEFINED,
    };
    Answer { status: response.status(), body: Json::new(body) }
}

/// A text as a JSON string, quotes included.
#[must_use]
pub fn quote(text: &str) -> String {
    let quoted = js_sys::JSON::stringify(&text.into()).map(String::from);
    quoted.unwrap_or_else(|_| "\"\"".to_owned())
}

/// A text that was fetched.
pub struct Text {
    /// As much as was wanted; what is no UTF-8 shows as such.
    pub words: String,
    /// Whether there is no more of it.
    pub whole: bool,
}

/// Fetches a text, `most` bytes of it or until it is `enough`; none where it did not come.
pub async fn text(path: &str, most: usize, enough: impl Fn(&[u8]) -> bool) -> Option<Text> {
    let answer = window().fetch_with_str(path);
    let response: Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let reader: ReadableStreamDefaultReader = response.body()?.get_reader().dyn_into().ok()?;
    let mut bytes = Vec::new();
    let whole = loop {
        if bytes.len() >= most || enough(&bytes) {
            // The rest is let go; what is no longer wanted cannot fail.
            let _ = reader.cancel();
            break false;
        }
        let next = JsFuture::from(reader.read()).await.ok()?;
        let value = js_sys::Reflect::get(&next, &"value".into()).ok()?;
        match value.dyn_into::<js_sys::Uint8Array>() {
            Ok(piece) => bytes.extend(piece.to_vec()),
            // The end comes without a piece.
            Err(_) => break true,
        }
    };
    Some(Text { words: String::from_utf8_lossy(&bytes).into_owned(), whole })
}
