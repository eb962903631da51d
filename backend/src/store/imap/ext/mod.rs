//! What goes beyond async-imap and imap-proto: our own reading of responses.

pub(super) mod esearch;
pub(super) mod token;
