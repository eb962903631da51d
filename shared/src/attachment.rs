//! Parts that are shown as files (RFC 2183).

use serde::{Deserialize, Serialize};

/// A part of a message that is shown as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its address within the message, such as `2` or `1.3` (RFC 9051 §6.4.5.1).
    pub section: String,
    /// A name that is safe to show and to save under; never empty.
    pub name: String,
    /// Its media type, lower case, such as `application/pdf`.
    pub content_type: String,
    /// Decoded size in bytes; estimated from the encoded size where only that is known.
    pub size: u64,
    /// Whether the body shows it in place (an image with a Content-ID that the HTML names).
    pub inline: bool,
}
