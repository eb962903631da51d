//! Files on their way, kept on this device (IndexedDB) so that a reload does not lose them. Signing
//! out clears it with everything else of the site.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, IdbDatabase, IdbObjectStore, IdbRequest, IdbTransactionMode};

use super::Bytes;
use crate::browser::{history, timer, window};

const STORE: &str = "files";
/// What nobody asked for in this time, in milliseconds, is thrown away: the bridge forgets it then.
const KEEP_MS: f64 = 7.0 * 86_400_000.0;

/// Keeps a file under a name. A full or refusing browser keeps nothing: then the user is asked for
/// the file again after a reload.
pub fn put(name: String, bytes: Bytes) {
    spawn_local(async move {
        let Some(files) = open(IdbTransactionMode::Readwrite).await else { return };
        let entry = Object::new();
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&entry, &"at".into(), &timer::now().into());
        let _ = Reflect::set(&entry, &"file".into(), &bytes.0);
        if let Ok(request) = files.put_with_key(&entry, &name.into()) {
            let _ = done(request).await;
        }
        sweep(&files).await;
    });
}

/// A kept file.
pub async fn get(name: &str) -> Option<Bytes> {
    let files = open(IdbTransactionMode::Readonly).await?;
    let entry = done(files.get(&name.into()).ok()?).await?;
    let file = Reflect::get(&entry, &"file".into()).ok()?;
    file.dyn_into::<File>().ok().map(Bytes)
}

/// Forgets a file.
pub fn remove(name: String) {
    spawn_local(async move {
        let Some(files) = open(IdbTransactionMode::Readwrite).await else { return };
        if let Ok(request) = files.delete(&name.into()) {
            let _ = done(request).await;
        }
    });
}

/// Throws away what is too old.
async fn sweep(files: &IdbObjectStore) {
    let (Ok(names), Ok(entries)) = (files.get_all_keys(), files.get_all()) else { return };
    let (Some(names), Some(entries)) = (done(names).await, done(entries).await) else { return };
    let (names, entries) = (js_sys::Array::from(&names), js_sys::Array::from(&entries));
    for (name, entry) in names.iter().zip(entries.iter()) {
        let at = Reflect::get(&entry, &"at".into()).ok().and_then(|at| at.as_f64());
        if at.is_none_or(|at| at + KEEP_MS < timer::now()) {
            // It is asked for again with the next file that is kept.
            let _ = files.delete(&name);
        }
    }
}

async fn open(mode: IdbTransactionMode) -> Option<IdbObjectStore> {
    let name = ["postern", &history::base_path(), "uploads"].concat();
    let request = window().indexed_db().ok()??.open_with_u32(&name, 1).ok()?;
    let upgraded = request.clone();
    let upgrade = Closure::once(move |_: JsValue| {
        let database =
            upgraded.result().ok().and_then(|result| result.dyn_into::<IdbDatabase>().ok());
        // The database is new, so it has no store of this name yet.
        drop(database.map(|database| database.create_object_store(STORE)));
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database: IdbDatabase = done(request.unchecked_into()).await?.dyn_into().ok()?;
    let transaction = database.transaction_with_str_and_mode(STORE, mode).ok()?;
    transaction.object_store(STORE).ok()
}

/// What a request came to; none where it failed.
async fn done(request: IdbRequest) -> Option<JsValue> {
    let ended = Promise::new(&mut |well, badly| {
        request.set_onsuccess(Some(&well));
        request.set_onerror(Some(&badly));
    });
    JsFuture::from(ended).await.ok()?;
    request.result().ok()
}
