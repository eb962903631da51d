//! Texts that are written again and again.

use serde::{Deserialize, Serialize};

/// Most templates of a user.
pub const MAX_TEMPLATES: usize = 200;
/// Longest text of a template, of either kind, in bytes.
pub const MAX_TEMPLATE: usize = 256 << 10;

/// A template's id; empty for one that is new.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct TemplateId(pub String);

/// A text that is written again and again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// What it is called.
    pub name: String,
    /// The subject of a message that has none; may be empty.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// The same as HTML, made safe by the bridge; empty where only the text is.
    pub html: String,
}
