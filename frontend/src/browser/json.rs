//! What was fetched as JSON or said by a frame, read field by field: no more of a parser than the
//! browser has already.

use wasm_bindgen::JsValue;

/// A value; what is missing reads as nothing.
#[derive(Clone)]
pub struct Json(JsValue);

impl Json {
    /// What the browser read.
    pub(super) fn new(value: JsValue) -> Self {
        Self(value)
    }

    /// A text of an object; empty where there is none of that name.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.field(name).as_string().unwrap_or_default()
    }

    /// A number of an object; 0 where there is none of that name.
    #[must_use]
    pub fn number(&self, name: &str) -> f64 {
        self.field(name).as_f64().unwrap_or_default()
    }

    /// A yes or no of an object; no where there is none of that name.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.field(name).is_truthy()
    }

    /// A value within an object; none where there is none, or null.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<Self> {
        let part = self.field(name);
        (!part.is_undefined() && !part.is_null()).then_some(Self(part))
    }

    /// The values of a list within an object; none where there is no such list.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<Self> {
        let list = self.field(name);
        if !js_sys::Array::is_array(&list) {
            return Vec::new();
        }
        js_sys::Array::from(&list).iter().map(Self).collect()
    }

    /// Whatever stands there.
    pub(super) fn field(&self, name: &str) -> JsValue {
        js_sys::Reflect::get(&self.0, &name.into()).unwrap_or(JsValue::UNDEFINED)
    }
}
