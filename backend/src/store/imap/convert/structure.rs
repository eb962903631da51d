//! BODYSTRUCTURE (RFC 9051 §7.5.2) to ours, tolerant of what servers make of it.

use super::text::{decoded, parameter, parameters};
use crate::store::Structure;
use crate::store::imap::ext::token::Value;

/// Reads a BODYSTRUCTURE (or BODY); none if it is not one at all, or a multipart whose parts are
/// nowhere to be seen: then the message itself tells more.
pub(crate) fn structure(value: &Value<'_>) -> Option<Structure> {
    read(value.list(), "").filter(|it| !it.is_multipart() || !it.children.is_empty())
}

/// `address` is the section of what holds this, empty for the message itself.
fn read(fields: &[Value<'_>], address: &str) -> Option<Structure> {
    match fields.first()? {
        Value::List(_) => Some(multipart(fields, address)),
        _ if is_childless(fields) => Some(childless(fields, address)),
        _ => basic(fields, &below(address, 1)),
    }
}

/// Whether a multipart without parts was written as its end alone: `("MIXED" ("boundary" "x") NIL)`.
fn is_childless(fields: &[Value<'_>]) -> bool {
    let named = matches!(fields.first(), Some(Value::String(_) | Value::Atom(_)));
    let params = matches!(fields.get(1), None | Some(Value::List(_) | Value::Nil));
    named && params && fields.len() < 7
}

fn childless(fields: &[Value<'_>], section: &str) -> Structure {
    let mut structure = Structure {
        section: section.to_owned(),
        kind: "multipart".to_owned(),
        subtype: lower(&fields[0]),
        params: fields.get(1).map(params).unwrap_or_default(),
        ..Structure::default()
    };
    dispose(&mut structure, fields.get(2));
    structure
}

fn below(address: &str, number: usize) -> String {
    if address.is_empty() { number.to_string() } else { format!("{address}.{number}") }
}

fn multipart(fields: &[Value<'_>], section: &str) -> Structure {
    let count = fields.iter().take_while(|field| field.is_list()).count();
    let (parts, rest) = fields.split_at(count);
    let numbered = parts.iter().enumerate();
    let children = numbered.filter_map(|(index, part)| {
        let section = below(section, index + 1);
        match part.list().first() {
            Some(Value::List(_)) => Some(multipart(part.list(), &section)),
            _ if is_childless(part.list()) => Some(childless(part.list(), &section)),
            _ => basic(part.list(), &section),
        }
    });
    let mut structure = Structure {
        section: section.to_owned(),
        kind: "multipart".to_owned(),
        subtype: rest.first().map_or_else(|| "mixed".to_owned(), lower),
        params: rest.get(1).map(params).unwrap_or_default(),
        children: children.collect(),
        ..Structure::default()
    };
    dispose(&mut structure, rest.get(2));
    structure
}

fn basic(fields: &[Value<'_>], section: &str) -> Option<Structure> {
    let (mut kind, mut subtype) = (lower(fields.first()?), lower(fields.get(1)?));
    // What is said to be nothing is plain text (RFC 2045 §5.2).
    if kind.is_empty() {
        kind = "text".to_owned();
    }
    if kind == "text" && subtype.is_empty() {
        subtype = "plain".to_owned();
    }
    let mut structure = Structure {
        section: section.to_owned(),
        kind,
        subtype,
        params: fields.get(2).map(params).unwrap_or_default(),
        id: fields.get(3).and_then(Value::bytes).map(id).filter(|id| !id.is_empty()),
        encoding: fields.get(5).map(lower).unwrap_or_default(),
        // Some servers count below zero.
        octets: fields.get(6).and_then(Value::number).unwrap_or(0),
        name: fields.get(2).and_then(|list| parameter(list.list(), "name")),
        ..Structure::default()
    };
    let mut extension = 7;
    match (structure.kind.as_str(), structure.subtype.as_str()) {
        // Some leave out the number of lines.
        ("text", _) => extension += usize::from(has_lines(fields.get(7))),
        // `envelope structure lines`; a server that leaves them out has its extension here.
        ("message", "rfc822" | "global") if holds_message(fields) => {
            structure.children.extend(read(fields[8].list(), section));
            extension += 3;
        }
        // A multipart that was sent as a basic part has its parts nowhere to be seen.
        _ => {}
    }
    dispose(&mut structure, fields.get(extension + 1));
    Some(structure)
}

/// Whether a message/rfc822 says what it holds; what stands in its place may be a disposition.
fn holds_message(fields: &[Value<'_>]) -> bool {
    let Some(Value::List(body)) = fields.get(8) else { return false };
    let lines = || fields.get(9).is_some_and(|it| it.number::<u64>().is_some());
    matches!(body.first(), Some(Value::List(_))) || body.len() >= 7 || lines()
}

/// Whether a field can be a text's number of lines: no digest, which is no number.
fn has_lines(field: Option<&Value<'_>>) -> bool {
    match field {
        Some(Value::Nil) | None => true,
        Some(value) => value.number::<i64>().is_some() || value.text().starts_with('-'),
    }
}

/// Content-Disposition: `("attachment" ("filename" "x"))`, or by some servers a bare string.
fn dispose(structure: &mut Structure, disposition: Option<&Value<'_>>) {
    let Some(disposition) = disposition else { return };
    let (word, list) = match disposition {
        Value::List(fields) => (fields.first(), fields.get(1)),
        Value::Atom(_) | Value::String(_) => (Some(disposition), None),
        Value::Nil => (None, None),
    };
    structure.disposition = word.map(lower).filter(|word| !word.is_empty());
    if let Some(name) = list.and_then(|list| parameter(list.list(), "filename")) {
        structure.name = Some(name);
    }
}

fn params(value: &Value<'_>) -> Vec<(String, String)> {
    parameters(value.list())
}

fn lower(value: &Value<'_>) -> String {
    value.text().trim().to_ascii_lowercase()
}

fn id(raw: &[u8]) -> String {
    decoded(raw).trim_start_matches('<').trim_end_matches('>').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::imap::ext::token::Tokens;

    fn shown(it: &Structure) -> String {
        let children: Vec<_> = it.children.iter().map(shown).collect();
        let mut text = format!("{}:{}", it.section, it.media_type());
        if let Some(name) = &it.name {
            text += &format!("={name}");
        }
        if let Some(disposition) = &it.disposition {
            text += &format!("!{disposition}");
        }
        if it.children.is_empty() { text } else { format!("{text}[{}]", children.join(" ")) }
    }

    fn check(content: &str, expect: &str) {
        let values = Tokens::new(content.as_bytes()).all().unwrap();
        let found = values.first().and_then(structure).map(|it| shown(&it));
        assert_eq!(found.as_deref().unwrap_or("none"), expect, "{content}");
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        check(
            "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92)",
            "1:text/plain",
        );
        check(
            "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1152 23)\
             (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\" \"NAME\" \"cc.diff\") \
             \"<960723163407.20117h@cac.washington.edu>\" \"Compiler diff\" \"BASE64\" 4554 73) \"MIXED\")",
            ":multipart/mixed[1:text/plain 2:text/plain=cc.diff]",
        );
        check(
            "((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1)(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 99 \
             (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) ((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1)\
             (\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 7) \"MIXED\") 9 NIL (\"attachment\" (\"filename\" \"m.eml\"))) \"MIXED\")",
            ":multipart/mixed[1:text/plain 2:message/rfc822=m.eml!attachment\
             [2:multipart/mixed[2.1:text/plain 2.2:image/png]]]",
        );
    }

    #[test]
    fn what_servers_make_of_it_is_read() {
        let text = "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1)";
        check(&format!("({text}() \"mixed\")"), ":multipart/mixed[1:text/plain]");
        check(&format!("({text})"), ":multipart/mixed[1:text/plain]");
        check(
            &format!("({text}{text}\"alternative\"NIL)"),
            ":multipart/alternative[1:text/plain 2:text/plain]",
        );
        check(
            &format!("({text}(\"RELATED\" NIL (\"attachment\" NIL) NIL) \"mixed\")"),
            ":multipart/mixed[1:text/plain 2:multipart/related!attachment]",
        );
        check("(\"MIXED\" (\"boundary\" \"x\") NIL NIL)", "none");
        check("(\"multipart\" \"mixed\" (\"boundary\" \"x\") NIL NIL \"7bit\" 100)", "none");
        check("(NIL NIL NIL NIL NIL \"7bit\" 0 0)", "1:text/plain");
        check("(\"application\" NIL (\"name\" \"x\") NIL NIL \"base64\" -1)", "1:application/=x");
        check("(\"text\" \"html\" NIL NIL NIL NIL NIL NIL NIL \"inline\")", "1:text/html!inline");
        check(
            "(\"image\" \"png\" NIL NIL NIL \"base64\" 9 NIL (\"inline\" (\"filename\" \"a.png\") ))",
            "1:image/png=a.png!inline",
        );
        check(
            "(\"text\" \"x\" NIL NIL NIL \"7bit\" 9 -1 NIL (\"attachment\" NIL))",
            "1:text/x!attachment",
        );
        check(
            "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 9 NIL (\"attachment\" (\"filename\" \"a\")))",
            "1:message/rfc822=a!attachment",
        );
        check("(\"x\"y\"\" \"z\" NIL NIL NIL \"7bit\" 9)", "1:x\"y\"/z");
        check("(\"text\")", "none");
        check("()", "none");
        check("NIL", "none");
    }
}
