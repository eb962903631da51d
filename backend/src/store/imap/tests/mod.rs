//! The store against scripted servers, and against what real ones have said.

mod defects;
mod extensions;
mod script;
mod transcripts;
mod verbs;
mod wire;
