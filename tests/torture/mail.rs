//! What a message tells beyond its text, thrown at: senders, cards, and files inside of parts.

use std::time::Duration;

use anyhow::Result;
use postern::mime::trust::Reader;
use postern::mime::{self, Defect, Limits, attachment, insight};
use postern_shared::insight::Insight;
use postern_shared::trust::Standing;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use super::pure::until;

/// The server that is believed.
const SERVER: &str = "mx.a.test";

/// Pieces of one kind, some noise among them.
fn pieces(known: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        9 => select(known).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Reads a message and everything about it; what comes out must be shown without harm.
fn read(raw: Vec<u8>) -> Result<Insight, TestCaseError> {
    let parsed = mime::parse(raw, &Limits::default());
    prop_assert!(!parsed.defects.contains(&Defect::Unreadable), "a panic was caught");
    let reader = Reader { servers: vec![SERVER.to_owned()], own: vec!["me@a.test".to_owned()] };
    let found = insight::of_message(&parsed, &reader);
    prop_assert!(!found.failed, "a panic was caught");
    prop_assert_eq!(&Insight::decode(&found.encode()), &found, "it comes back as it went");
    let inert =
        |text: &str| !text.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'));
    prop_assert!(inert(&parsed.headers.subject));
    for address in parsed.headers.from.iter().chain(&parsed.headers.to) {
        prop_assert!(inert(&address.name) && inert(&address.email), "{address:?}");
    }
    for part in &parsed.parts {
        drop(parsed.decoded(part));
        let name = attachment::file_name(part.name.as_deref(), &part.content_type);
        prop_assert!(inert(&name) && !name.is_empty() && !name.contains(['/', '\\']), "{name:?}");
    }
    Ok(found)
}

/// Headers: nobody is confirmed whom the believed server did not confirm.
pub fn trust(lasts: Duration) -> Result<String> {
    const PIECES: [&str; 36] = [
        "From: ",
        "Reply-To: ",
        "Sender: ",
        "Resent-From: ",
        "Subject: ",
        "List-Id: <l.test>",
        "List-Post: <mailto:l@l.test>",
        "List-Unsubscribe: <https://l.test/u>, <mailto:u@l.test?subject=%zz>",
        "X-Original-From: ",
        "Authentication-Results: ",
        "Authentication-Results: evil.test; dmarc=pass header.from=b.test",
        "Received: from x by y",
        "\"mx.a.test\"; ",
        "=?utf-8?Q?mx.a.test?=; ",
        "dkim=pass header.d=b.test",
        "dmarc=pass (p=none) header.from=b.test",
        "spf=fail smtp.mailfrom=",
        "ann@b.test",
        "me@a.test",
        "<x@xn--80ak6aa92e.com>",
        "\"ceo@bank.example\" ",
        "=?utf-8?B?",
        "=?gb2312?Q?=C4",
        "?=",
        "\u{202e}",
        "\u{200b}",
        "＠",
        "(",
        ")",
        "\"",
        ";",
        ",",
        ":",
        " via ",
        "\r\n",
        "\r\n ",
    ];
    until(lasts, &pieces(&PIECES), |raw| {
        let found = read(raw)?;
        // No piece is the server's bare name: what is confirmed here would be forged.
        prop_assert_eq!(found.trust.authentication, None);
        prop_assert_eq!(found.trust.standing, Standing::Unknown);
        Ok(())
    })
}

/// Calendars, contacts and reports.
pub fn cards(lasts: Duration) -> Result<String> {
    const PIECES: [&str; 48] = [
        "BEGIN:VCALENDAR\r\n",
        "BEGIN:VEVENT\r\n",
        "END:VEVENT\r\n",
        "BEGIN:VTIMEZONE\r\nTZID:Z\r\n",
        "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:-9999\r\n",
        "RRULE:FREQ=YEARLY;BYMONTH=13;BYDAY=-6SU\r\n",
        "END:STANDARD\r\nEND:VTIMEZONE\r\n",
        "DTSTART;TZID=Z:20260301T103000\r\n",
        "DTSTART;TZID=Europe/Berlin:99991231T235960\r\n",
        "DTSTART:00000000T000000Z\r\n",
        "DTEND;VALUE=DATE:20260230\r\n",
        "DURATION:P99999999999999999999D\r\n",
        "DURATION:-P1W\r\n",
        "DURATION:PT1H30M\r\n",
        "RRULE:FREQ=DAILY;INTERVAL=0;COUNT=-1;UNTIL=x\r\n",
        "RRULE:FREQ=MONTHLY;BYDAY=+128MO,é;BYSETPOS=99999\r\n",
        "EXDATE:20260301,,/\r\n",
        "ATTENDEE;CN=\"a;b\";PARTSTAT=x:mailto:a@b\r\n",
        "ORGANIZER:mailto:é\r\n",
        "SUMMARY:\\",
        "\\n\\,\r\n",
        " folded\r\n",
        "BEGIN:VCARD\r\n",
        "N:a\\;b;c\r\n",
        "FN;ENCODING=QUOTED-PRINTABLE:=C3=\r\n",
        "TEL:tel:é\r\n",
        "EMAIL:MAILTO:x\r\n",
        "END:VCARD\r\n",
        "Final-Recipient: rfc822;x\r\n",
        "Action: failed\r\nStatus: 5.é\r\n",
        "Disposition: ;/\r\n",
        "Feedback-Type: abuse\r\n",
        "Will-Retry-Until: Thu, 99 Foo\r\n",
        "\r\n\r\n",
        ":",
        ";",
        "=",
        "\"",
        "\r\n--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n",
        "\r\n--b\r\nContent-Type: text/vcard\r\n\r\n",
        "\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n",
        "\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n",
        "\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n",
        "\r\n--b\r\nContent-Type: message/external-body; access-type=url; url=\"x\r\n y\"\r\n\r\n",
        "\r\n--b\r\nContent-Type: message/partial; number=99999999999; id=x\r\n\r\n",
        "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n",
        "é",
        "\n",
    ];
    let body = pieces(&PIECES);
    let raw = body.prop_map(|body| {
        [b"Content-Type: multipart/report; boundary=b\r\n".to_vec(), body].concat()
    });
    until(lasts, &raw, |raw| read(raw).map(drop))
}

/// Files inside of parts: uuencode, yEnc, winmail.dat and the RTF in it.
pub fn embedded(lasts: Duration) -> Result<String> {
    const PIECES: [&str; 26] = [
        "begin 644 x.txt\n",
        "#0V%T\n",
        "M",
        "`\nend\n",
        "=ybegin line=128 size=9 name=x\n",
        "=ypart begin=1\n",
        "=yend size=9\n",
        "=",
        "\u{78}\u{3e}\"\0",
        "\u{2}\u{2}\u{90}\u{6}\0",
        "\u{2}\u{f}\0\u{6}\0",
        "\u{1}\u{3}\0\u{6}\0",
        "\u{2}\u{5}\0\u{6}\0",
        "\u{1}\0\0\0",
        "\u{3}\0\0\0",
        "\u{1e}\0\u{7}7",
        "\u{2}\u{1}\u{9}\u{10}",
        "\u{d}\0\u{1}7",
        "\0\0\0\0LZFu\0\0\0\0",
        "{\\rtf1\\ansi\\fromhtml1 ",
        "{\\*\\htmltag64 <p>}",
        "\\u8364?\\'e4\\par ",
        "}",
        "{",
        "\0\0",
        "\n",
    ];
    let body = pieces(&PIECES);
    let raw = (any::<bool>(), body).prop_map(|(wrapped, body)| {
        let head: &[u8] = match wrapped {
            // A stream's signature as it is: four bytes, and two of a key.
            true => b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\x01\x00",
            false => b"Content-Type: text/plain\r\n\r\n",
        };
        [head, &body].concat()
    });
    until(lasts, &raw, |raw| read(raw).map(drop))
}
