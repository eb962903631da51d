//! What a message is made of: the tree that BODYSTRUCTURE describes (RFC 9051 §7.5.2).

use serde::{Deserialize, Serialize};

/// One part and those inside it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Structure {
    /// Its address such as `1.2`; of the whole message, if that is a multipart, empty.
    pub section: String,
    /// The first half of its media type, lower case.
    pub kind: String,
    /// The second half, lower case.
    pub subtype: String,
    /// Parameters of Content-Type: names lower case, values decoded.
    pub params: Vec<(String, String)>,
    /// Content-Disposition without parameters, lower case.
    pub disposition: Option<String>,
    /// The file name, decoded, as the sender wrote it: not safe to save under.
    pub name: Option<String>,
    /// Content-ID without its angle brackets.
    pub id: Option<String>,
    /// Content-Transfer-Encoding, lower case.
    pub encoding: String,
    /// Its size as it is transferred.
    pub octets: u64,
    /// Parts of a multipart, or the one message of a message/rfc822.
    pub children: Vec<Structure>,
}

/// What a part is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The message, or the first part of it.
    First,
    /// A later part.
    Later,
    /// Beside the HTML that shows it.
    Related,
}

impl Structure {
    /// The media type: `text/plain`.
    #[must_use]
    pub fn media_type(&self) -> String {
        format!("{}/{}", self.kind, self.subtype)
    }

    /// A parameter of Content-Type.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is a multipart.
    #[must_use]
    pub fn is_multipart(&self) -> bool {
        self.kind == "multipart"
    }

    /// Whether any part is shown as a file. Inline images of the HTML and signatures are not.
    #[must_use]
    pub fn has_attachment(&self) -> bool {
        !self.attachments().is_empty()
    }

    /// The parts that are shown as files, in order. A message inside is one, and not looked into.
    #[must_use]
    pub fn attachments(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        self.collect(Place::First, &mut found);
        found
    }

    /// The part at `section`.
    #[must_use]
    pub fn find(&self, section: &str) -> Option<&Self> {
        if self.section == section {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(section))
    }

    fn collect<'a>(&'a self, place: Place, found: &mut Vec<&'a Self>) {
        if !self.is_multipart() {
            if self.is_attachment(place) {
                found.push(self);
            }
            return;
        }
        for (index, child) in self.children.iter().enumerate() {
            let inside = match (self.subtype.as_str(), index, place) {
                (_, 0, Place::First) => Place::First,
                // Its other parts are the same text in another form, or images of it.
                ("related", 1.., _) => Place::Related,
                ("alternative", _, Place::First) => Place::First,
                (_, _, Place::Related) => Place::Related,
                _ => Place::Later,
            };
            child.collect(inside, found);
        }
    }

    fn is_attachment(&self, place: Place) -> bool {
        const SILENT: [&str; 6] = [
            "application/pgp-signature",
            "application/pkcs7-signature",
            "application/x-pkcs7-signature",
            "application/pgp-encrypted",
            "message/delivery-status",
            "message/disposition-notification",
        ];
        let disposition = self.disposition.as_deref();
        let media_type = self.media_type();
        if SILENT.contains(&media_type.as_str()) {
            return false;
        }
        match (self.kind.as_str(), place) {
            _ if disposition == Some("attachment") => true,
            (_, Place::Related) => self.id.is_none() && self.kind != "text",
            ("text", Place::First) => false,
            ("text", _) => self.name.is_some(),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(media_type: &str, children: Vec<Structure>) -> Structure {
        let (kind, subtype) = media_type.split_once('/').unwrap();
        Structure { kind: kind.into(), subtype: subtype.into(), children, ..Structure::default() }
    }

    fn image(id: Option<&str>) -> Structure {
        Structure { id: id.map(Into::into), ..part("image/png", vec![]) }
    }

    fn attached(media_type: &str) -> Structure {
        Structure { disposition: Some("attachment".into()), ..part(media_type, vec![]) }
    }

    fn check(structure: &Structure, expect: usize) {
        assert_eq!(structure.attachments().len(), expect, "{structure:?}");
    }

    #[test]
    fn attachments_are_what_is_shown_as_a_file() {
        let text = || part("text/plain", vec![]);
        let html = || part("text/html", vec![]);
        check(&text(), 0);
        check(&part("application/pdf", vec![]), 1);
        check(&part("multipart/alternative", vec![text(), html()]), 0);
        check(&part("multipart/related", vec![html(), image(Some("a@b"))]), 0);
        check(&part("multipart/related", vec![html(), image(None)]), 1);
        check(&part("multipart/mixed", vec![text(), image(Some("a@b"))]), 1);
        check(&part("multipart/mixed", vec![text(), text()]), 0);
        check(&part("multipart/mixed", vec![text(), attached("text/plain")]), 1);
        let signature = attached("application/pgp-signature");
        check(&part("multipart/signed", vec![text(), signature]), 0);
        let related = part("multipart/related", vec![html(), image(Some("a@b"))]);
        let alternative = part("multipart/alternative", vec![text(), related]);
        check(&part("multipart/mixed", vec![alternative, attached("application/zip")]), 1);
        check(&part("multipart/mixed", vec![text(), part("message/rfc822", vec![text()])]), 1);
    }
}
