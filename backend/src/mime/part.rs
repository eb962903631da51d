//! One MIME part: its IMAP section number and what its header says (RFC 2045, RFC 2183).

use std::ops::Range;

use super::transfer::Encoding;

/// Content-Disposition, RFC 2183.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disposition {
    /// The header is absent.
    #[default]
    Unstated,
    /// To be shown with the message.
    Inline,
    /// To be offered as a file; unknown dispositions count as this.
    Attachment,
}

/// The `format` and `delsp` parameters of text/plain, RFC 3676.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flowed {
    /// Lines are as they are.
    #[default]
    Fixed,
    /// `format=flowed`: a trailing space joins lines and stays.
    Flowed,
    /// `format=flowed; delsp=yes`: the trailing space is dropped on joining.
    DelSp,
}

impl Flowed {
    /// Reads the two parameters.
    pub fn from_params(format: Option<&str>, delsp: Option<&str>) -> Self {
        match (format, delsp) {
            (Some(format), Some(delsp))
                if format.eq_ignore_ascii_case("flowed") && delsp.eq_ignore_ascii_case("yes") =>
            {
                Self::DelSp
            }
            (Some(format), _) if format.eq_ignore_ascii_case("flowed") => Self::Flowed,
            _ => Self::Fixed,
        }
    }
}

/// A part of a message; also made from a BODYSTRUCTURE, with an empty `span`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// IMAP section number (RFC 3501 §6.4.5): `1.2`; `TEXT` or `2.TEXT` for a message's own multipart.
    pub section: String,
    /// Index of the enclosing multipart or message/rfc822 in the same list.
    pub parent: Option<usize>,
    /// `type/subtype`, lower case, no parameters.
    pub content_type: String,
    /// The charset parameter.
    pub charset: Option<String>,
    /// All parameters of Content-Type, names lower case.
    pub params: Vec<(String, String)>,
    /// How lines of text/plain are to be joined.
    pub flowed: Flowed,
    /// The declared file name, as it came: show and save [`super::attachment::file_name`].
    pub name: Option<String>,
    /// Whether it wants to be a file.
    pub disposition: Disposition,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
    /// How the bytes are encoded.
    pub encoding: Encoding,
    /// Bytes once decoded.
    pub size: u64,
    /// Where the encoded body lies in the message.
    pub span: Range<usize>,
    /// Which of the files inside its parent's content it is, from 1 on; none for a part of the message.
    pub embedded: Option<usize>,
}

impl Part {
    /// A parameter of Content-Type.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// True for parts that hold parts.
    pub fn is_multipart(&self) -> bool {
        self.content_type.starts_with("multipart/")
    }

    /// True for a message inside the message.
    pub fn is_message(&self) -> bool {
        matches!(self.content_type.as_str(), "message/rfc822" | "message/global")
    }

    /// True for parts of a message inside the message.
    pub fn is_inside_message(&self, parts: &[Self]) -> bool {
        let mut parent = self.parent;
        while let Some(outer) = parent.and_then(|index| parts.get(index)) {
            if outer.is_message() {
                return true;
            }
            parent = outer.parent;
        }
        false
    }

    /// The subtype after `multipart/`.
    pub fn multipart_kind(&self) -> &str {
        self.content_type.strip_prefix("multipart/").unwrap_or_default()
    }
}
