//! What tests share: private mail servers, a bridge, raw protocol sessions, and waiting without sleeping.
#![expect(
    clippy::disallowed_methods,
    reason = "tests stand outside the product: they open their own connections and read the real clock"
)]

pub mod assault;
pub mod bridge;
pub mod certificate;
pub mod chance;
pub mod dovecot;
pub mod ground;
pub mod http;
pub mod imap;
pub mod link;
pub mod list;
pub mod malice;
pub mod message;
pub mod other;
pub mod pages;
pub mod postfix;
pub mod program;
pub mod scene;
pub mod server;
pub mod smtp;
pub mod visitor;
pub mod wait;
pub mod whole;
pub mod world;

/// The domain of every address that the test servers serve.
pub const DOMAIN: &str = "example.test";

/// A person with a mailbox on the test servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The sign-in name, which is the address too.
    pub address: String,
    /// The password, in the clear.
    pub password: String,
}

impl Person {
    /// `anna` becomes `anna@example.test` with the password `secret-anna`.
    pub fn named(local: &str) -> Self {
        Self { address: format!("{local}@{DOMAIN}"), password: format!("secret-{local}") }
    }

    /// What stands before the at sign.
    pub fn local(&self) -> &str {
        self.address.split('@').next().unwrap_or_default()
    }
}
