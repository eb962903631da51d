//! Parts that mean something, as cards: reports, events, contacts, pieces and what lies elsewhere.

use bytes::Bytes;
use postern_shared::card::{Card, CardContent, ExternalBody, Original, PartialMessage};

use super::parse::read_of;
use super::part::Part;
use super::transfer::decode;
use super::{calendar, contact, report};

/// Cards of one message.
const CARD_LIMIT: usize = 50;
/// A part past this many bytes makes no card.
const BYTE_LIMIT: u64 = 4 << 20;

/// True where a part's bytes make a card, or belong to one.
pub(super) fn is_wanted(part: &Part) -> bool {
    part.size <= BYTE_LIMIT && (kind(part) != Kind::None || is_returned(part))
}

/// What a part can be besides a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Delivery,
    Disposition,
    Abuse,
    Calendar,
    Contact,
    Partial,
    External,
    None,
}

fn kind(part: &Part) -> Kind {
    let named = |end: &str| {
        part.name.as_deref().is_some_and(|name| name.to_ascii_lowercase().ends_with(end))
    };
    match part.content_type.as_str() {
        "message/delivery-status" | "message/global-delivery-status" => Kind::Delivery,
        "message/disposition-notification" | "message/global-disposition-notification" => {
            Kind::Disposition
        }
        "message/feedback-report" => Kind::Abuse,
        "text/calendar" | "application/ics" => Kind::Calendar,
        "text/vcard" | "text/x-vcard" | "text/directory" => Kind::Contact,
        "message/partial" => Kind::Partial,
        "message/external-body" => Kind::External,
        "application/octet-stream" if named(".ics") => Kind::Calendar,
        "application/octet-stream" if named(".vcf") => Kind::Contact,
        _ => Kind::None,
    }
}

/// The header or the whole of a message that a report gives back.
fn is_returned(part: &Part) -> bool {
    matches!(
        part.content_type.as_str(),
        "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers"
    )
}

/// True where a part with these encoded bytes makes a card.
pub(super) fn makes_one(part: &Part, encoded: &Bytes) -> bool {
    is_wanted(part) && !contents(part, encoded).is_empty()
}

/// The cards that a part makes by itself.
pub fn of_part(part: &Part, encoded: &Bytes) -> Vec<Card> {
    let contents = if is_wanted(part) { contents(part, encoded) } else { Vec::new() };
    let card = |content| Card { section: part.section.clone(), content };
    contents.into_iter().take(CARD_LIMIT).map(card).collect()
}

/// The cards of a message; `bytes` has the encoded bytes of a part, if it was fetched.
pub(super) fn read(parts: &[Part], bytes: impl Fn(usize) -> Option<Bytes>) -> Vec<Card> {
    let mut cards: Vec<Card> = Vec::new();
    // The cards of a message inside belong to that one.
    let own = parts.iter().enumerate().filter(|(_, part)| !part.is_inside_message(parts));
    for (index, part) in own {
        let Some(encoded) = bytes(index).filter(|_| is_wanted(part)) else { continue };
        for content in contents(part, &encoded) {
            // The same invitation comes as an alternative and as a file.
            if cards.len() < CARD_LIMIT && !cards.iter().any(|card| card.content == content) {
                cards.push(Card { section: part.section.clone(), content });
            }
        }
    }
    give_original(&mut cards, parts, &bytes);
    cards
}

fn contents(part: &Part, encoded: &Bytes) -> Vec<CardContent> {
    let text = || read_of(part, encoded).0.text;
    let bytes = || decode(encoded, part.encoding).0;
    let one = |content: Option<CardContent>| content.into_iter().collect();
    match kind(part) {
        Kind::Delivery => one(report::delivery(&bytes()).map(CardContent::Delivery)),
        Kind::Disposition => one(report::disposition(&bytes()).map(CardContent::Disposition)),
        Kind::Abuse => one(report::abuse(&bytes()).map(CardContent::Abuse)),
        Kind::Calendar => {
            let method = part.param("method").unwrap_or_default();
            one(calendar::read(&text(), method).map(CardContent::Calendar))
        }
        Kind::Contact => contact::read(&text()).into_iter().map(CardContent::Contact).collect(),
        Kind::Partial => one(Some(CardContent::Partial(partial(part)))),
        Kind::External => one(Some(CardContent::External(external(part, encoded)))),
        Kind::None => Vec::new(),
    }
}

fn partial(part: &Part) -> PartialMessage {
    let number = |name| part.param(name).and_then(|value| value.trim().parse().ok());
    PartialMessage {
        id: part.param("id").unwrap_or_default().to_owned(),
        number: number("number").unwrap_or(0),
        total: number("total"),
    }
}

fn external(part: &Part, encoded: &[u8]) -> ExternalBody {
    let param = |name: &str| part.param(name).unwrap_or_default();
    let first = |names: &[&str]| {
        let found = names.iter().map(|name| param(name)).find(|value| !value.is_empty());
        found.unwrap_or_default().to_owned()
    };
    // The header of what is not here stands where its content would be.
    let inside = super::fields::blocks(encoded).into_iter().next().unwrap_or_default();
    ExternalBody {
        access: param("access-type").to_ascii_lowercase(),
        // RFC 2017 §3.1: an address may be broken over lines.
        place: first(&["url", "site", "server"]).split_whitespace().collect(),
        name: first(&["name", "directory", "subject"]),
        content_type: super::attachment::content_type(inside.get("Content-Type")),
        size: param("size").trim().parse().ok(),
    }
}

/// Says in reports which message they are about, by what is given back of it.
fn give_original(cards: &mut [Card], parts: &[Part], bytes: &impl Fn(usize) -> Option<Bytes>) {
    let mut known = None::<Option<Original>>;
    for card in cards {
        let original = match &mut card.content {
            CardContent::Delivery(report) => &mut report.original,
            CardContent::Disposition(report) => &mut report.original,
            CardContent::Abuse(report) => &mut report.original,
            _ => continue,
        };
        let found = known.get_or_insert_with(|| returned(parts, bytes));
        if let Some(found) = found {
            let told = original.take().unwrap_or_default();
            let message_id = if found.message_id.is_empty() {
                told.message_id
            } else {
                found.message_id.clone()
            };
            *original = Some(Original { message_id, ..found.clone() });
        }
    }
}

fn returned(parts: &[Part], bytes: &impl Fn(usize) -> Option<Bytes>) -> Option<Original> {
    let given = |part: &Part| is_returned(part) || part.is_message();
    let index = parts.iter().position(given)?;
    let encoded = bytes(index)?;
    let (block, _) = decode(&encoded[..encoded.len().min(64 << 10)], parts[index].encoding);
    report::original(&block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{Limits, parse};

    fn cards(raw: &str) -> Vec<CardContent> {
        let parsed = parse(raw.as_bytes().to_vec(), &Limits::default());
        let found = read(&parsed.parts, |index| Some(parsed.encoded(&parsed.parts[index])));
        found.into_iter().map(|card| card.content).collect()
    }

    #[test]
    fn a_bounce_names_the_message_that_it_is_about() {
        let found = cards(
            "Content-Type: multipart/report; boundary=b\n\n--b\n\nSorry\n--b\n\
             Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n\
             Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n--b\n\
             Content-Type: text/rfc822-headers\n\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n\
             Message-ID: <1@x>\nTo: a@b.test\n--b--\n",
        );
        let [CardContent::Delivery(report)] = &found[..] else { panic!("{found:?}") };
        let original = report.original.as_ref().expect("it is given back");
        assert_eq!((original.subject.as_str(), original.message_id.as_str()), ("Grüße", "1@x"));
    }

    #[test]
    fn an_invitation_that_comes_twice_is_one_card() {
        let calendar =
            "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR";
        let found = cards(&format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/calendar; method=REQUEST\n\n\
             {calendar}\n--b\nContent-Type: application/octet-stream; name=invite.ics\n\n{calendar}\n--b--"
        ));
        assert!(matches!(&found[..], [CardContent::Calendar(_)]), "{found:?}");
    }

    #[test]
    fn pieces_and_what_lies_elsewhere_are_named() {
        let found = cards("Content-Type: message/partial; id=\"x@y\"; number=2; total=3\n\nmore");
        let piece = PartialMessage { id: "x@y".into(), number: 2, total: Some(3) };
        assert_eq!(found, [CardContent::Partial(piece)]);
        let found = cards(
            "Content-Type: message/external-body; access-type=URL; URL=\"https://a.test/\n x\"; size=5\n\n\
             Content-Type: Image/PNG\nContent-ID: <1>\n\n",
        );
        let [CardContent::External(external)] = &found[..] else { panic!("{found:?}") };
        assert_eq!((external.place.as_str(), external.size), ("https://a.test/x", Some(5)));
        assert_eq!(
            (external.access.as_str(), external.content_type.as_str()),
            ("url", "image/png")
        );
    }
}
