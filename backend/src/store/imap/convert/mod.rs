//! The only place where IMAP's forms become ours: header text, envelopes, structures, dates.

mod envelope;
mod header;
mod structure;
pub(super) mod text;

pub(super) use envelope::envelope;
pub(in crate::store) use header::{from_header, list_id, references};
pub(super) use structure::structure;
pub(super) use text::{flags, internal_date};
