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

impl Attachment {
    /// How it can be looked at.
    #[must_use]
    pub fn look(&self) -> Look {
        look(&self.content_type, &self.name)
    }
}

/// How a file can be looked at without saving it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A picture that a browser shows, if it is what it says.
    Picture,
    /// Sound, if the browser knows its kind.
    Sound,
    /// Film, if the browser knows its kind.
    Film,
    /// A PDF document.
    Pdf,
    /// A page, made safe like a body.
    Page,
    /// Words.
    Text,
    /// A message inside the message.
    Message,
    /// Events.
    Calendar,
    /// People.
    Contact,
    /// Not at all.
    Not,
}

/// What a type that says nothing is.
const SILENT: &str = "application/octet-stream";

/// Types of words that do not begin with `text/`.
const WORDS: [&str; 15] = [
    "application/javascript",
    "application/json",
    "application/pgp-keys",
    "application/pgp-signature",
    "application/sql",
    "application/toml",
    "application/x-httpd-php",
    "application/x-sh",
    "application/x-yaml",
    "application/xml",
    "application/yaml",
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "message/rfc822-headers",
];

/// Names of words whose type says nothing.
const WORDY: [&str; 34] = [
    "asc", "bib", "c", "cfg", "conf", "cpp", "css", "csv", "diff", "go", "h", "ini", "java", "js",
    "json", "log", "md", "patch", "php", "py", "rb", "rs", "rst", "sh", "sql", "srt", "tex",
    "toml", "ts", "tsv", "txt", "xml", "yaml", "yml",
];

/// How a file of this type and name can be looked at.
#[must_use]
pub fn look(content_type: &str, name: &str) -> Look {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let extension = extension.as_deref().unwrap_or_default();
    match content_type {
        "image/png" | "image/jpeg" | "image/jpg" | "image/pjpeg" | "image/gif" | "image/webp"
        | "image/avif" | "image/bmp" | "image/x-png" => Look::Picture,
        "application/pdf" | "application/x-pdf" => Look::Pdf,
        "text/html" | "application/xhtml+xml" => Look::Page,
        "message/rfc822" | "message/global" => Look::Message,
        "text/calendar" | "application/ics" => Look::Calendar,
        "text/vcard" | "text/x-vcard" | "text/directory" => Look::Contact,
        SILENT => match extension {
            "eml" => Look::Message,
            "pdf" => Look::Pdf,
            "ics" => Look::Calendar,
            "vcf" => Look::Contact,
            other if WORDY.contains(&other) => Look::Text,
            _ => Look::Not,
        },
        // Rich text is words only for programs that know it.
        "text/rtf" | "text/richtext" => Look::Not,
        kind if kind.starts_with("audio/") => Look::Sound,
        kind if kind.starts_with("video/") => Look::Film,
        kind if kind.starts_with("text/") || WORDS.contains(&kind) => Look::Text,
        kind if kind.ends_with("+json") => Look::Text,
        _ => Look::Not,
    }
}

/// What parts without a name are called, by what they are.
pub mod unnamed {
    /// What became of a message (RFC 3464).
    pub const DELIVERY: &str = "delivery report.txt";
    /// That a message was seen (RFC 8098).
    pub const RECEIPT: &str = "read receipt.txt";
    /// A complaint (RFC 5965).
    pub const COMPLAINT: &str = "complaint.txt";
    /// The header of a message that was given back.
    pub const HEADERS: &str = "original headers.txt";
    /// What is encrypted with OpenPGP (RFC 3156).
    pub const PGP_MESSAGE: &str = "encrypted message.asc";
    /// The part before that, which says nothing (RFC 3156 §4).
    pub const PGP_VERSION: &str = "encryption version.txt";
    /// What S/MIME wrapped (RFC 8551).
    pub const SMIME_MESSAGE: &str = "secured message.p7m";
    /// A signature of OpenPGP.
    pub const PGP_SIGNATURE: &str = "signature.asc";
    /// A signature of S/MIME.
    pub const SMIME_SIGNATURE: &str = "signature.p7s";
    /// Events.
    pub const EVENT: &str = "event.ics";
    /// A person.
    pub const CONTACT: &str = "contact.vcf";
    /// A message.
    pub const MESSAGE: &str = "message.eml";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_names_tell_how_a_file_can_be_looked_at() {
        let check = |kind, name, expect| assert_eq!(look(kind, name), expect, "{kind} {name}");
        check("image/png", "a", Look::Picture);
        check("image/svg+xml", "a.png", Look::Not);
        check("audio/mpeg", "a.mp3", Look::Sound);
        check("video/mp4", "", Look::Film);
        check("application/pdf", "a.exe", Look::Pdf);
        check(SILENT, "Notes.LOG", Look::Text);
        check(SILENT, "a.exe", Look::Not);
        check(SILENT, "eml", Look::Not);
        check(SILENT, "a.eml", Look::Message);
        check("text/html", "a.txt", Look::Page);
        check("text/x-rust", "", Look::Text);
        check("application/geo+json", "", Look::Text);
        check("application/zip", "a.txt", Look::Not);
    }
}
