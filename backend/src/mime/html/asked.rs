//! Attributes without a meaning, kept where a style sheet asks for them, under a name of our own.
//!
//! `[rebel]{…}` reaches `<p rebel>` as `[data-m-rebel]`: nothing but a style sheet ever reads it.

use std::collections::HashSet;

use html5ever::Attribute;

use super::attributes::{find, has_meaning, plain};
use super::edits::Text;

/// How such a name begins.
const PREFIX: &str = "data-m-";
/// A longer value is none that a style sheet asks for.
const LENGTH_LIMIT: usize = 64;

/// Nothing is ever made of an attribute of this name (in lower case).
pub(in crate::mime) fn is_meaningless(name: &str) -> bool {
    is_plain(name) && !has_meaning(name)
}

/// The name under which it is written.
pub(in crate::mime) fn written(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// Writes an attribute if it is one that was asked for; values that may be addresses are none.
pub(super) fn write(
    asked: &HashSet<String>,
    attribute: &Attribute,
    all: &[Attribute],
    out: &mut Text,
) {
    let (name, value) = (&*attribute.name.local, &*attribute.value);
    let known = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    if value.len() > LENGTH_LIMIT || !value.chars().all(known) {
        return;
    }
    if name.starts_with(PREFIX) && is_plain(name) {
        plain(name, value, out);
    }
    if asked.contains(name) && find(all, &written(name)).is_none() {
        plain(&written(name), value, out);
    }
}

/// It may stand in a tag as it is.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
