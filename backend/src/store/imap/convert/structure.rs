//! BODYSTRUCTURE (RFC 9051 §7.5.2) to ours, tolerant of what servers make of it.

use super::text::{decoded, parameter};
use crate::store::Structure;
use crate::store::imap::ext::token::Value;

/// Reads a BODYSTRUCTURE (or BODY); none if it is not one at all.
pub(crate) fn structure(value: &Value<'_>) -> Option<Structure> {
    read(value.list(), "")
}

/// `address` is the section of what holds this, empty for the message itself.
fn read(fields: &[Value<'_>], address: &str) -> Option<Structure> {
    match fields.first()? {
        Value::List(_) => Some(multipart(fields, address)),
        _ => basic(fields, &below(address, 1)),
    }
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
    let subtype = fields.get(1)?;
    let mut structure = Structure {
        section: section.to_owned(),
        kind: lower(&fields[0]),
        subtype: lower(subtype),
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
        ("text", _) => extension += 1,
        // `envelope structure lines`; a server that leaves them out has its extension here.
        ("message", "rfc822" | "global") if fields.get(8).is_some_and(Value::is_list) => {
            structure.children.extend(read(fields[8].list(), section));
            extension += 3;
        }
        // A multipart that was sent as a basic part has its parts nowhere to be seen.
        _ => {}
    }
    dispose(&mut structure, fields.get(extension + 1));
    Some(structure)
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
    let pairs = value.list().chunks_exact(2);
    pairs.filter_map(|pair| Some((lower(&pair[0]), decoded(pair[1].bytes()?)))).collect()
}

fn lower(value: &Value<'_>) -> String {
    value.text().trim().to_ascii_lowercase()
}

fn id(raw: &[u8]) -> String {
    decoded(raw).trim_start_matches('<').trim_end_matches('>').to_owned()
}
