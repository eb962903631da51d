//! The parts of a message that was read: their tree as BODYSTRUCTURE describes it, and where each
//! section lies (RFC 9051 §6.4.5, §7.5.2). Pure.

use std::ops::Range;

use super::outline::Places;
use crate::mime::{Disposition, Encoding, Parsed, Part};
use crate::store::Structure;

/// A section and the octets of it.
pub(super) type Span = (String, Range<u64>);

/// The tree of a message's parts; none where it has none.
pub(super) fn structure(parsed: &Parsed, places: &Places) -> Option<Structure> {
    let first = parsed.parts.first()?;
    Some(node((parsed, places), 0, first))
}

fn node((parsed, places): (&Parsed, &Places), index: usize, part: &Part) -> Structure {
    let (kind, subtype) = part.content_type.split_once('/').unwrap_or((&part.content_type, ""));
    let disposition = match part.disposition {
        Disposition::Unstated => None,
        Disposition::Inline => Some("inline"),
        Disposition::Attachment => Some("attachment"),
    };
    let encoding = match part.encoding {
        Encoding::Identity => "8bit",
        Encoding::Base64 => "base64",
        Encoding::QuotedPrintable => "quoted-printable",
        Encoding::Uuencode => "x-uuencode",
    };
    Structure {
        section: address(&part.section).to_owned(),
        kind: kind.to_owned(),
        subtype: subtype.to_owned(),
        params: part.params.clone(),
        disposition: disposition.map(str::to_owned),
        name: part.name.clone(),
        id: part.content_id.clone().filter(|id| !id.is_empty()),
        encoding: encoding.to_owned(),
        octets: places.end(part.span.end).saturating_sub(places.start(part.span.start)),
        children: children(parsed, index)
            .map(|(at, child)| node((parsed, places), at, child))
            .collect(),
    }
}

/// The parts directly inside of one; files that were found in its content are none.
fn children(parsed: &Parsed, of: usize) -> impl Iterator<Item = (usize, &Part)> {
    let all = parsed.parts.iter().enumerate();
    all.filter(move |(_, part)| part.parent == Some(of) && part.embedded.is_none())
}

/// A message's own multipart has the message's address.
fn address(section: &str) -> &str {
    let shorter = section.strip_suffix("TEXT").unwrap_or(section);
    shorter.strip_suffix('.').unwrap_or(shorter)
}

/// Where every section lies that can be asked for.
pub(super) fn spans(parsed: &Parsed, places: &Places) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut note = |section: String, span: Range<usize>| {
        let start = places.start(span.start);
        spans.push((section, start..places.end(span.end).max(start)));
    };
    for (index, part) in parsed.parts.iter().enumerate() {
        if part.embedded.is_some() {
            continue;
        }
        note(part.section.clone(), part.span.clone());
        let outer = part.parent.and_then(|at| parsed.parts.get(at));
        let start = outer.map_or(0, |outer| outer.span.start);
        if outer.is_none_or(Part::is_message) {
            // The body of a message, whose header stands before it.
            let message = outer.map_or("", |outer| address(&outer.section));
            let dot = if message.is_empty() { "" } else { "." };
            note(format!("{message}{dot}HEADER"), start..part.span.start);
            if !part.section.ends_with("TEXT") {
                note(format!("{message}{dot}TEXT"), part.span.clone());
                note(format!("{}.MIME", part.section), start..part.span.start);
            }
        } else if let Some(outer) = outer {
            let before = children(parsed, part.parent.unwrap_or_default());
            let before = before.take_while(|(at, _)| *at < index).last();
            let from = before.map_or(start, |(_, part)| part.span.end);
            let header = from + after_delimiter(parsed, from..part.span.start, outer);
            note(format!("{}.MIME", part.section), header..part.span.start);
        }
    }
    spans
}

/// Where the line after the last delimiter of `outer` begins.
fn after_delimiter(parsed: &Parsed, within: Range<usize>, outer: &Part) -> usize {
    let bytes = parsed.raw().get(within).unwrap_or_default();
    let delimiter = format!("--{}", outer.param("boundary").unwrap_or_default());
    let (mut at, mut found) = (0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.starts_with(delimiter.as_bytes()) {
            found = at;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{Limits, parse};

    const MAIL: &[u8] = b"Subject: outer\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\nignored\r\n--b\r\n\
        Content-Type: text/plain\r\n\r\nHello\r\n--b\r\n\
        Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\
        Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\none\r\n--c\r\n\
        Content-Type: text/html\r\n\r\n<p>two\r\n--c--\r\n\r\n--b\r\n\
        Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n";

    fn shown(it: &Structure) -> String {
        let inside: Vec<String> = it.children.iter().map(shown).collect();
        format!("{}:{}({})[{}]", it.section, it.media_type(), it.octets, inside.join(" "))
    }

    #[test]
    fn the_tree_is_numbered_as_a_server_does() {
        let structure = structure(&parse(MAIL, &Limits::default()), &Places::default()).unwrap();
        let octets = |it: &Structure| it.octets;
        assert_eq!(
            shown(&structure),
            format!(
                ":multipart/mixed({})[1:text/plain(5)[] 2:message/rfc822({})\
                 [2:multipart/alternative({})[2.1:text/plain(3)[] 2.2:text/html(6)[]]] \
                 3:application/pdf(4)[]]",
                octets(&structure),
                octets(&structure.children[1]),
                octets(&structure.children[1].children[0]),
            )
        );
        assert_eq!(structure.attachments().len(), 2);
    }

    #[test]
    fn every_section_is_found_where_it_lies() {
        let spans = spans(&parse(MAIL, &Limits::default()), &Places::default());
        let check = |section: &str, expect: &str| {
            let (_, span) = spans.iter().find(|(name, _)| name == section).unwrap();
            let (start, end) = (span.start as usize, span.end as usize);
            let found = std::str::from_utf8(&MAIL[start..end]).unwrap();
            assert_eq!(found, expect, "{section}");
        };
        check("1", "Hello");
        check("1.MIME", "Content-Type: text/plain\r\n\r\n");
        check("2.2", "<p>two");
        check("2.2.MIME", "Content-Type: text/html\r\n\r\n");
        check("2.1.MIME", "\r\n");
        check(
            "2.HEADER",
            "Subject: inner\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n",
        );
        check("2.MIME", "Content-Type: message/rfc822\r\n\r\n");
        check("3", "AAAA");
        let header = MAIL.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        check("HEADER", std::str::from_utf8(&MAIL[..header]).unwrap());
        check("TEXT", std::str::from_utf8(&MAIL[header..]).unwrap());
    }

    #[test]
    fn a_message_of_one_part_has_that_part() {
        let spans =
            spans(&parse(&b"Subject: x\r\n\r\nHi"[..], &Limits::default()), &Places::default());
        let names: Vec<(&str, Range<u64>)> =
            spans.iter().map(|(name, span)| (name.as_str(), span.clone())).collect();
        assert_eq!(names, [("1", 14..16), ("HEADER", 0..14), ("TEXT", 14..16), ("1.MIME", 0..14)]);
    }
}
