//! The rules of the house that neither the compiler nor clippy knows: one file per rule.
//!
//! Each rule is a function from a [`tree::Tree`] to findings; each has a test over the repository
//! and tests over samples that it must refuse, so that no rule can pass by looking at nothing.

#![expect(clippy::unwrap_used, reason = "all of this is a test")]

mod context;
mod crates;
mod css;
mod direction;
mod header;
mod length;
mod licences;
mod locales;
mod manifests;
mod metadata;
mod places;
mod rust;
mod sources;
mod tree;
mod versions;
mod view;
mod words;
