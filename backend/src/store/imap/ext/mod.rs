//! What goes beyond async-imap and imap-proto: our own reading of responses, and one file for each
//! extension that has commands or answers of its own.

mod acl;
mod binary;
pub(super) mod enable;
pub(super) mod esearch;
mod gmail;
mod multiappend;
mod namespace;
mod notify;
pub(super) mod qresync;
mod quota;
mod savedate;
mod searchres;
mod sort;
mod status_size;
mod thread;
pub(super) mod token;
mod unselect;
mod within;

pub use multiappend::NewMessage;
