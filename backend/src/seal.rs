//! The server keys: they seal secrets, sign tokens and hash addresses for the log.
//!
//! A session's secrets open only with both the server key and the browser's cookie; a standing
//! copy, which exists only while something runs without a browser, by the server key alone. What
//! all of a user's sessions share lies in a [`Vault`].

use crate::secret::Secret;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// A server key's id, kept beside what it sealed.
pub type KeyId = [u8; 8];

/// The server keys, never empty: the first seals, all of them open.
#[derive(Clone)]
pub struct Keys(Vec<Key>);

#[derive(Clone)]
struct Key {
    id: KeyId,
    secret: Secret,
}

/// Where something sealed belongs; opening it elsewhere fails.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What else than the server key it takes.
    pub with: With<'a>,
    /// What the row says in the clear.
    pub bound: &'a [u8],
}

/// What it takes to open something sealed, beside the server key.
#[derive(Clone, Copy)]
pub enum With<'a> {
    /// The secret of a browser's cookie.
    Cookie(&'a [u8]),
    /// What a password was stretched into.
    Password(&'a [u8]),
    /// The key of a vault.
    Vault(&'a [u8]),
    /// Nothing: it must be opened while no browser is there.
    Nothing,
}

impl Keys {
    /// One key a line; none where there is no line.
    #[must_use]
    pub fn parse(text: &Secret) -> Option<Self> {
        let lines = text.expose().lines().map(str::trim).filter(|line| !line.is_empty());
        let keys: Vec<Key> = lines
            .map(|line| {
                let secret = Secret::new(line.to_owned());
                let hash = derive(&secret, "key id", b"");
                let mut id = KeyId::default();
                id.copy_from_slice(&hash[..8]);
                Key { id, secret }
            })
            .collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The ids, that of the sealing key first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.0.iter().map(|key| key.id)
    }

    /// A key of its own for every purpose and input, from the current server key.
    #[must_use]
    pub fn derive(&self, purpose: &str, input: &[u8]) -> Zeroizing<[u8; 32]> {
        derive(&self.0[0].secret, purpose, input)
    }

    /// How an address is named in the log: the same one always by the same 16 digits.
    #[must_use]
    pub fn log_name(&self, address: &str) -> String {
        let hash = self.derive("log", address.as_bytes());
        hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Seals with the first key.
    ///
    /// # Panics
    /// Never: what is sealed is far shorter than the cipher's limit.
    #[must_use]
    pub fn seal(&self, context: &Context<'_>, clear: &[u8]) -> (KeyId, Vec<u8>) {
        let nonce = crate::clock::random::<NONCE>();
        let payload = Payload { msg: clear, aad: context.bound };
        let sealed = cipher(&self.0[0].secret, context)
            .encrypt(XNonce::from_slice(&nonce), payload)
            .expect("a secret is far shorter than the cipher's limit");
        (self.0[0].id, [nonce.as_slice(), &sealed].concat())
    }

    /// None where the key is unknown, or anything was altered.
    #[must_use]
    pub fn open(
        &self,
        id: KeyId,
        context: &Context<'_>,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let key = self.0.iter().find(|key| key.id == id)?;
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        let payload = Payload { msg: sealed, aad: context.bound };
        let clear =
            cipher(&key.secret, context).decrypt(XNonce::from_slice(nonce), payload).ok()?;
        Some(Zeroizing::new(clear))
    }
}

/// Where the passwords of a user's other accounts are sealed: by the server key and a key of its
/// own, which opens with a password of the user (docs/decisions/0017). Clones share it.
#[derive(Clone)]
pub struct Vault {
    keys: Keys,
    key: Arc<Zeroizing<[u8; 32]>>,
}

impl Vault {
    /// A new one.
    #[must_use]
    pub fn random(keys: Keys) -> Self {
        Self { keys, key: Arc::new(Zeroizing::new(crate::clock::random())) }
    }

    /// What names it without opening anything.
    #[must_use]
    pub fn id(&self) -> [u8; 8] {
        let mut id = [0; 8];
        let hash = Sha256::new().chain_update(b"postern vault\0").chain_update(self.key.as_slice());
        id.copy_from_slice(&hash.finalize()[..8]);
        id
    }

    /// Its key, sealed with a stretched password for the user `bound`.
    #[must_use]
    pub fn lock(&self, stretched: &[u8], bound: &[u8]) -> (KeyId, Vec<u8>) {
        let context = Context { with: With::Password(stretched), bound };
        self.keys.seal(&context, self.key.as_slice())
    }

    /// The vault whose key was locked so; none for another password, user or server key.
    #[must_use]
    pub fn unlock(
        keys: &Keys,
        stretched: &[u8],
        bound: &[u8],
        (id, sealed): &(KeyId, Vec<u8>),
    ) -> Option<Self> {
        let context = Context { with: With::Password(stretched), bound };
        let clear = keys.open(*id, &context, sealed)?;
        let key = <[u8; 32]>::try_from(clear.as_slice()).ok()?;
        Some(Self { keys: keys.clone(), key: Arc::new(Zeroizing::new(key)) })
    }

    /// Seals something that belongs at `bound`.
    #[must_use]
    pub fn seal(&self, bound: &[u8], clear: &[u8]) -> (KeyId, Vec<u8>) {
        self.keys.seal(&Context { with: With::Vault(self.key.as_slice()), bound }, clear)
    }

    /// Whether a server key seals now; what others sealed is to be sealed again.
    #[must_use]
    pub fn is_current(&self, id: KeyId) -> bool {
        self.keys.0[0].id == id
    }

    /// Opens what this vault sealed for `bound`.
    #[must_use]
    pub fn open(&self, bound: &[u8], id: KeyId, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.keys.open(id, &Context { with: With::Vault(self.key.as_slice()), bound }, sealed)
    }
}

fn cipher(secret: &Secret, context: &Context<'_>) -> XChaCha20Poly1305 {
    let key = match context.with {
        With::Cookie(cookie) => derive(secret, "session", cookie),
        With::Password(stretched) => derive(secret, "password", stretched),
        With::Vault(key) => derive(secret, "vault", key),
        With::Nothing => derive(secret, "standing", b""),
    };
    XChaCha20Poly1305::new(key.as_slice().into())
}

fn derive(secret: &Secret, purpose: &str, input: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.expose().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(b"postern\0");
    mac.update(purpose.as_bytes());
    mac.update(b"\0");
    mac.update(input);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Keys {
        Keys::parse(&Secret::new(text.into())).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_only_in_its_place() {
        let one = keys("one");
        let place = Context { with: With::Cookie(b"cookie"), bound: b"row" };
        let (id, sealed) = one.seal(&place, b"secret");
        assert_eq!(
            one.open(id, &place, &sealed).as_deref().map(Vec::as_slice),
            Some(b"secret".as_slice())
        );
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        let mut altered = sealed.clone();
        *altered.last_mut().unwrap() ^= 1;
        for (keys, context, sealed) in [
            (&one, Context { with: With::Cookie(b"other"), bound: b"row" }, &sealed),
            (&one, Context { with: With::Cookie(b"cookie"), bound: b"other" }, &sealed),
            (&one, Context { with: With::Nothing, bound: b"row" }, &sealed),
            (&keys("two"), Context { with: With::Cookie(b"cookie"), bound: b"row" }, &sealed),
            (&one, Context { with: With::Cookie(b"cookie"), bound: b"row" }, &altered),
            (&one, Context { with: With::Cookie(b"cookie"), bound: b"row" }, &vec![0; 5]),
        ] {
            assert!(keys.open(id, &context, sealed).is_none());
        }
    }

    #[test]
    fn a_vault_opens_with_its_password_and_server_key_alone() {
        let vault = Vault::random(keys("one"));
        let locked = vault.lock(b"stretched", b"ann");
        let sealed = vault.seal(b"ann/work", b"secret");
        let again = Vault::unlock(&keys("one"), b"stretched", b"ann", &locked).unwrap();
        assert_eq!(again.id(), vault.id());
        let clear = again.open(b"ann/work", sealed.0, &sealed.1);
        assert_eq!(clear.as_deref().map(Vec::as_slice), Some(b"secret".as_slice()));
        assert!(again.open(b"ann/home", sealed.0, &sealed.1).is_none());
        let other = Vault::random(keys("one"));
        assert_ne!(other.id(), vault.id());
        assert!(other.open(b"ann/work", sealed.0, &sealed.1).is_none());
        for (key, password, user) in
            [("two", "stretched", "ann"), ("one", "other", "ann"), ("one", "stretched", "bob")]
        {
            let (password, user) = (password.as_bytes(), user.as_bytes());
            assert!(Vault::unlock(&keys(key), password, user, &locked).is_none());
        }
    }

    #[test]
    fn an_old_key_opens_and_the_first_seals() {
        let place = Context { with: With::Cookie(b"cookie"), bound: b"" };
        let (old_id, sealed) = keys("old").seal(&place, b"secret");
        let rotated = keys("new\nold\n");
        assert!(rotated.open(old_id, &place, &sealed).is_some());
        assert_ne!(rotated.seal(&place, b"secret").0, old_id);
    }
}
