//! The store against scripted servers, and against what real ones have said.

mod defects;
mod extensions;
mod oracle;
mod properties;
mod quirks;
mod script;
mod sign_in;
mod spool;
mod transcripts;
mod verbs;
mod wire;
