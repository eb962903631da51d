//! Undoes raw deflate (RFC 1951) with the browser's own `DecompressionStream`.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableWritablePair, Response};

/// Decompresses `bytes`; an error where they are not raw deflate.
///
/// # Errors
/// The browser's error where the stream is broken.
pub async fn inflate(bytes: &[u8]) -> Result<Vec<u8>, JsValue> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts)?;
    // Of every browser since 2023, but not among the stable bindings yet.
    let maker: Function =
        Reflect::get(&super::window(), &"DecompressionStream".into())?.dyn_into()?;
    let stream = Reflect::construct(&maker, &Array::of1(&"deflate-raw".into()))?;
    let pair: ReadableWritablePair = stream.unchecked_into();
    let inflated = blob.stream().pipe_through(&pair);
    let whole: Promise = Response::new_with_opt_readable_stream(Some(&inflated))?.array_buffer()?;
    Ok(Uint8Array::new(&JsFuture::from(whole).await?).to_vec())
}
