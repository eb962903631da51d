//! Handing mail over: a draft becomes a message, waits in the outbox, and goes to the submission
//! server (RFC 6409).
//!
//! The outbox is the durable part: once [`Outbox::accept`] has answered, neither a crash nor a
//! lost connection loses the message, and nothing is ever sent twice by itself.

mod answer;
mod base64;
mod cause;
pub mod compose;
#[cfg(test)]
mod fake;
mod fill;
mod flow;
pub mod outbox;
mod receipt;
pub mod smtp;
mod wire;

pub use answer::compose_answer;
pub use compose::memo::Memo;
pub use compose::{Composed, Enclosure, PartHead, Purpose, Stamp, StoredDraft};
pub use compose::{compose, is_address, layout, reopen, sections};
pub use fill::fill;
pub use outbox::{Accounts, Errand, FilingStep, News, Order, Outbox, Route, Update};
pub use receipt::compose_receipt;
pub use smtp::{Login, Proof, SmtpEnvelope, Unsigned};
pub use wire::{Content, content, whole};
