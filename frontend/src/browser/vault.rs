//! What this device keeps under lock: a database a user, sealed by AES-GCM under a key that never
//! leaves the browser's own store.
//!
//! A put that has answered survives a crash of the page. Where the browser offers no such store
//! (private modes, an insecure origin) there is no vault.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{history, random, window};

/// Raised when the stores change.
const VERSION: u32 = 1;
/// Where the key is.
const KEYS: &str = "keys";
/// Where what is sealed is.
const SEALED: &str = "sealed";
/// The one key's name.
const KEY: &str = "1";

/// An open vault.
#[derive(Clone)]
pub struct Vault {
    database: JsValue,
    subtle: JsValue,
    key: JsValue,
}

type Answer<T> = Result<T, JsValue>;

impl Vault {
    /// Opens a user's vault, made where there is none.
    ///
    /// # Errors
    /// The browser's, where it keeps nothing.
    pub async fn open(user: &str) -> Answer<Self> {
        let factory = get(&window(), "indexedDB")?;
        let subtle = get(&get(&window(), "crypto")?, "subtle")?;
        if factory.is_falsy() || subtle.is_falsy() {
            return Err(JsValue::NULL);
        }
        let name = format!("postern{}drafts of {user}", history::base_path());
        let request = call(&factory, "open", &[&name.into(), &VERSION.into()])?;
        let made = request.clone();
        let make = wasm_bindgen::closure::Closure::once_into_js(move || {
            if let Ok(database) = get(&made, "result") {
                for store in [KEYS, SEALED] {
                    // Refused only where it is there already.
                    let _ = call(&database, "createObjectStore", &[&store.into()]);
                }
            }
        });
        call(&request, "addEventListener", &[&"upgradeneeded".into(), &make])?;
        let database = done(request).await?;
        let vault = Self { database, subtle, key: JsValue::UNDEFINED };
        let known = vault.ask(KEYS, "readonly", "get", &[&KEY.into()]).await?;
        let key = if known.is_undefined() { vault.make_key().await? } else { known };
        Ok(Self { key, ..vault })
    }

    /// A key that cannot be taken out; of two tabs the first one's counts.
    async fn make_key(&self) -> Answer<JsValue> {
        let algorithm = object(&[("name", "AES-GCM".into()), ("length", 256.into())]);
        let uses = Array::of2(&"encrypt".into(), &"decrypt".into());
        let made = call(&self.subtle, "generateKey", &[&algorithm, &JsValue::FALSE, &uses.into()])?;
        let key = JsFuture::from(made.dyn_into::<Promise>()?).await?;
        match self.ask(KEYS, "readwrite", "add", &[&key, &KEY.into()]).await {
            Ok(_) => Ok(key),
            Err(_) => self.ask(KEYS, "readonly", "get", &[&KEY.into()]).await,
        }
    }

    /// Keeps a text under a name.
    ///
    /// # Errors
    /// The browser's: nothing was kept.
    pub async fn put(&self, name: &str, text: &str) -> Answer<()> {
        let nonce = Uint8Array::from(&random::bytes()[..12]);
        let algorithm = object(&[("name", "AES-GCM".into()), ("iv", nonce.clone().into())]);
        let clear = Uint8Array::from(text.as_bytes());
        let sealed = call(&self.subtle, "encrypt", &[&algorithm, &self.key, &clear.into()])?;
        let sealed = JsFuture::from(sealed.dyn_into::<Promise>()?).await?;
        let record = Array::of2(&nonce.into(), &sealed);
        self.ask(SEALED, "readwrite", "put", &[&record.into(), &name.into()]).await.map(drop)
    }

    /// Everything that is kept: names and texts. What cannot be opened is left out.
    ///
    /// # Errors
    /// The browser's.
    pub async fn all(&self) -> Answer<Vec<(String, String)>> {
        let names: Array = self.ask(SEALED, "readonly", "getAllKeys", &[]).await?.dyn_into()?;
        let mut all = Vec::new();
        for name in names.iter() {
            let record = self.ask(SEALED, "readonly", "get", &[&name]).await?;
            if let (Some(name), Ok(text)) = (name.as_string(), self.clear(record).await) {
                all.push((name, text));
            }
        }
        Ok(all)
    }

    async fn clear(&self, record: JsValue) -> Answer<String> {
        let record: Array = record.dyn_into()?;
        let algorithm = object(&[("name", "AES-GCM".into()), ("iv", record.get(0))]);
        let clear = call(&self.subtle, "decrypt", &[&algorithm, &self.key, &record.get(1)])?;
        let clear = JsFuture::from(clear.dyn_into::<Promise>()?).await?;
        let bytes = Uint8Array::new(&clear).to_vec();
        String::from_utf8(bytes).map_err(|_| JsValue::NULL)
    }

    /// Forgets what is kept under a name.
    ///
    /// # Errors
    /// The browser's.
    pub async fn remove(&self, name: &str) -> Answer<()> {
        self.ask(SEALED, "readwrite", "delete", &[&name.into()]).await.map(drop)
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// The browser's.
    pub async fn empty(&self) -> Answer<()> {
        self.ask(SEALED, "readwrite", "clear", &[]).await.map(drop)
    }

    /// Does one thing to one store; what was written is there once this answers.
    async fn ask(&self, store: &str, mode: &str, verb: &str, with: &[&JsValue]) -> Answer<JsValue> {
        let transaction = call(&self.database, "transaction", &[&store.into(), &mode.into()])?;
        // Listened to at once: where the request fails, this is broken too, and nobody waits for it.
        let finished = JsFuture::from(heard(&transaction, ["complete", "abort"]));
        let place = call(&transaction, "objectStore", &[&store.into()])?;
        let answer = done(call(&place, verb, with)?).await?;
        if mode != "readonly" {
            finished.await?;
        }
        Ok(answer)
    }
}

/// The names of locks that living tabs hold; none where the browser has no locks.
pub async fn held_locks() -> Option<Vec<String>> {
    let locks = get(&window().navigator(), "locks").ok().filter(|locks| !locks.is_falsy())?;
    let asked = call(&locks, "query", &[]).ok()?.dyn_into::<Promise>().ok()?;
    let held: Array = get(&JsFuture::from(asked).await.ok()?, "held").ok()?.dyn_into().ok()?;
    Some(held.iter().filter_map(|lock| get(&lock, "name").ok()?.as_string()).collect())
}

/// Holds a lock as long as the page lives.
pub fn hold_lock(name: &str) {
    let Ok(locks) = get(&window().navigator(), "locks") else { return };
    let forever = wasm_bindgen::closure::Closure::<dyn FnMut() -> Promise>::new(|| {
        Promise::new(&mut |_, _| {})
    });
    // A browser without locks holds none.
    let _ = call(&locks, "request", &[&name.into(), forever.as_ref()]);
    forever.forget();
}

/// Waits for a request of the database.
async fn done(request: JsValue) -> Answer<JsValue> {
    JsFuture::from(heard(&request, ["success", "error"])).await?;
    get(&request, "result")
}

/// Fulfilled by the first event, broken by the second.
fn heard(target: &JsValue, [well, ill]: [&str; 2]) -> Promise {
    Promise::new(&mut |done, failed| {
        // Adding a listener to a live target cannot fail.
        let _ = call(target, "addEventListener", &[&well.into(), &done]);
        let _ = call(target, "addEventListener", &[&ill.into(), &failed]);
    })
}

fn get(of: &JsValue, name: &str) -> Answer<JsValue> {
    Reflect::get(of, &name.into())
}

fn call(of: &JsValue, name: &str, with: &[&JsValue]) -> Answer<JsValue> {
    let function: Function = get(of, name)?.dyn_into()?;
    let arguments: Array = with.iter().copied().cloned().collect();
    Reflect::apply(&function, of, &arguments)
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A plain object takes any field.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
