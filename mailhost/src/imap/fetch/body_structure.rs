//! BODYSTRUCTURE and BODY (RFC 3501 §7.4.2).

use super::envelope;
use crate::imap::reply::{push_nstring, push_string};
use crate::mime::{Kind, Part, Value, field, value};

/// Writes a part's structure; `extended` adds the fields that BODY leaves out.
pub(crate) fn push(out: &mut Vec<u8>, raw: &[u8], part: &Part, extended: bool) {
    let header = &raw[part.header.clone()];
    let content_type = field(header, "Content-Type").map(|text| value(&text)).unwrap_or_default();
    out.push(b'(');
    match &part.kind {
        Kind::Multipart(parts) => {
            for part in parts {
                push(out, raw, part, extended);
            }
            let subtype = content_type.word.split_once('/').map_or("mixed", |(_, subtype)| subtype);
            out.push(b' ');
            push_string(out, subtype.as_bytes());
            if extended {
                out.push(b' ');
                push_parameters(out, &content_type);
            }
        }
        _ => push_leaf(out, raw, part, (&content_type, extended)),
    }
    if extended {
        push_extension(out, header);
    }
    out.push(b')');
}

fn push_leaf(out: &mut Vec<u8>, raw: &[u8], part: &Part, (content_type, extended): (&Value, bool)) {
    let header = &raw[part.header.clone()];
    let body = &raw[part.body.clone()];
    let (media, subtype) = match content_type.word.split_once('/') {
        // A multipart that could not be taken apart, or no type at all.
        Some(("multipart", _)) => ("application", "octet-stream"),
        // The structure is not looked into here, so nothing may follow that claims it is.
        Some(("message", "rfc822")) if part.kind == Kind::Leaf => ("application", "octet-stream"),
        Some((media, subtype)) if !media.is_empty() && !subtype.is_empty() => (media, subtype),
        _ => match part.kind {
            Kind::Message(_) => ("message", "rfc822"),
            _ => ("text", "plain"),
        },
    };
    push_string(out, media.as_bytes());
    out.push(b' ');
    push_string(out, subtype.as_bytes());
    out.push(b' ');
    push_parameters(out, content_type);
    for name in ["Content-ID", "Content-Description"] {
        out.push(b' ');
        push_nstring(out, field(header, name).as_deref());
    }
    out.push(b' ');
    let encoding =
        field(header, "Content-Transfer-Encoding").filter(|encoding| !encoding.is_empty());
    push_string(out, encoding.as_deref().unwrap_or(b"7bit"));
    out.extend_from_slice(format!(" {}", body.len()).as_bytes());
    let lines = body.iter().filter(|byte| **byte == b'\n').count();
    match &part.kind {
        Kind::Message(inner) if (media, subtype) == ("message", "rfc822") => {
            out.push(b' ');
            out.extend(envelope::render(&raw[inner.header.clone()]));
            out.push(b' ');
            push(out, raw, inner, extended);
            out.extend_from_slice(format!(" {lines}").as_bytes());
        }
        _ if media == "text" => out.extend_from_slice(format!(" {lines}").as_bytes()),
        _ => {}
    }
    if extended {
        out.push(b' ');
        push_nstring(out, field(header, "Content-MD5").as_deref());
    }
}

/// Disposition, language and location.
fn push_extension(out: &mut Vec<u8>, header: &[u8]) {
    out.push(b' ');
    match field(header, "Content-Disposition").map(|text| value(&text)) {
        Some(disposition) if !disposition.word.is_empty() => {
            out.push(b'(');
            push_string(out, disposition.word.as_bytes());
            out.push(b' ');
            push_parameters(out, &disposition);
            out.push(b')');
        }
        _ => out.extend_from_slice(b"NIL"),
    }
    out.push(b' ');
    push_languages(out, &field(header, "Content-Language").unwrap_or_default());
    out.push(b' ');
    push_nstring(out, field(header, "Content-Location").as_deref());
}

fn push_languages(out: &mut Vec<u8>, text: &[u8]) {
    let tags = text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let tags: Vec<&[u8]> = tags.filter(|tag| !tag.is_empty()).collect();
    if tags.is_empty() {
        return out.extend_from_slice(b"NIL");
    }
    for (index, tag) in tags.into_iter().enumerate() {
        out.push(if index == 0 { b'(' } else { b' ' });
        push_string(out, tag);
    }
    out.push(b')');
}

fn push_parameters(out: &mut Vec<u8>, value: &Value) {
    if value.parameters.is_empty() {
        return out.extend_from_slice(b"NIL");
    }
    out.push(b'(');
    for (index, (name, value)) in value.parameters.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        push_string(out, name.as_bytes());
        out.push(b' ');
        push_string(out, value);
    }
    out.push(b')');
}
