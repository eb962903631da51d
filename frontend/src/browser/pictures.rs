//! Pictures of the text: to the bridge and back, whole, as they are small.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, RequestInit, Response};

use super::{fetch, window};

/// Largest piece that the bridge takes at once, in bytes.
const PIECE: f64 = postern_shared::upload::MAX_PIECE as f64;

/// Uploads bytes below the address that takes announcements; answers the upload's id, or none where
/// it was refused or did not come through.
pub async fn upload(begin: &str, name: &str, kind: &str, bytes: &Blob) -> Option<String> {
    let size = bytes.size();
    let (name, kind) = (fetch::quote(name), fetch::quote(kind));
    let json = format!("{{\"name\":{name},\"content_type\":{kind},\"size\":{size}}}");
    let begun = fetch::request("POST", begin, Some(&json)).await?;
    let id = begun.text("id");
    let mut offset = 0.0;
    while offset < size {
        let end = (offset + PIECE).min(size);
        let piece = bytes.slice_with_f64_and_f64(offset, end).ok()?;
        let init = RequestInit::new();
        init.set_method("PUT");
        init.set_body(&piece);
        let path = [begin, "/", &id, "?offset=", &offset.to_string()].concat();
        let answer = JsFuture::from(window().fetch_with_str_and_init(&path, &init)).await.ok()?;
        if !answer.dyn_into::<Response>().ok()?.ok() {
            return None;
        }
        offset = end;
    }
    (begun.status == 201).then_some(id)
}

/// Fetches bytes; none where they did not come.
pub async fn bytes(path: &str) -> Option<Blob> {
    let answer = JsFuture::from(window().fetch_with_str(path)).await.ok()?;
    let response = answer.dyn_into::<Response>().ok().filter(Response::ok)?;
    let blob: JsValue = JsFuture::from(response.blob().ok()?).await.ok()?;
    blob.dyn_into().ok()
}
