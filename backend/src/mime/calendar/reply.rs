//! An answer to an invitation (RFC 5546 §3.2.3), made of the lines that the invitation came in.
//!
//! What tells the organizer which event and which instance is meant is given back as it stood,
//! zones included: an organizer's program looks for its own words.

use jiff::{Timestamp, tz::TimeZone};
use postern_shared::address::Address;
use postern_shared::calendar::{Answer, Moment};

use super::{attendee, moment};
use crate::mime::content_line::{Line, lines};
use crate::mime::header::one_line;

/// Longest line in bytes before it is folded (RFC 5545 §3.1).
const FOLD: usize = 75;
/// What an answer says of the event besides who answers.
const KEPT: [&str; 9] = [
    "UID",
    "SEQUENCE",
    "RECURRENCE-ID",
    "ORGANIZER",
    "DTSTART",
    "DTEND",
    "DURATION",
    "SUMMARY",
    "LOCATION",
];
/// Parameters of an attendee that are the organizer's and stay.
const PARAMS: [&str; 6] = ["CN", "CUTYPE", "DELEGATED-FROM", "EMAIL", "LANGUAGE", "ROLE"];
/// Events of one invitation that are answered.
const EVENTS: usize = 50;

/// The answer to the invitation in `text`, by `who`, at `now` in seconds since 1970 UTC. None where
/// there is no event with this UID and an organizer in it.
///
/// All events with the UID are answered: a series with its changed instances.
pub fn reply(text: &str, wanted: &str, who: &Address, answer: Answer, now: i64) -> Option<String> {
    let lines = lines(text);
    let stamp = Timestamp::from_second(now).ok()?;
    let stamp = TimeZone::UTC.to_datetime(stamp).strftime("%Y%m%dT%H%M%SZ").to_string();
    let events = events(&lines);
    let uid = |event: &[&Line]| {
        let line = event.iter().find(|line| line.name == "UID")?;
        Some(one_line(&line.text())).filter(|uid| !uid.is_empty())
    };
    let own = events.iter().filter(|event| uid(event).as_deref() == Some(wanted)).take(EVENTS);
    let bodies: Vec<String> =
        own.filter_map(|event| answered(event, who, answer, &stamp)).collect();
    if bodies.is_empty() {
        return None;
    }
    let mut out = String::new();
    for line in ["BEGIN:VCALENDAR", "PRODID:-//Postern//Postern//EN", "VERSION:2.0", "METHOD:REPLY"]
    {
        fold(&mut out, line);
    }
    for zone in zones(&lines) {
        zone.iter().for_each(|line| fold(&mut out, &written(line, &[])));
    }
    bodies.iter().for_each(|body| out.push_str(body));
    fold(&mut out, "END:VCALENDAR");
    Some(out)
}

fn answered(event: &[&Line], who: &Address, answer: Answer, stamp: &str) -> Option<String> {
    value(event, "ORGANIZER")?;
    let mut out = String::new();
    fold(&mut out, "BEGIN:VEVENT");
    fold(&mut out, &format!("DTSTAMP:{stamp}"));
    for name in KEPT {
        if let Some(line) = event.iter().find(|line| line.name == name) {
            fold(&mut out, &written(line, &[]));
        }
    }
    let same = |line: &&&Line| {
        line.name == "ATTENDEE" && attendee(line).email.eq_ignore_ascii_case(&who.email)
    };
    let params = match event.iter().find(same) {
        Some(line) => {
            line.params().filter(|(name, _)| PARAMS.contains(&name.as_str())).cloned().collect()
        }
        // Invited through a list, or with another's invitation.
        None if who.name.is_empty() => Vec::new(),
        None => vec![("CN".to_owned(), who.name.clone())],
    };
    let partstat = match answer {
        Answer::Accepted => "ACCEPTED",
        Answer::Declined => "DECLINED",
        Answer::Tentative => "TENTATIVE",
        Answer::Delegated | Answer::NeedsAction => return None,
    };
    let line = Line::new("ATTENDEE", params, format!("mailto:{}", who.email));
    fold(&mut out, &written(&line, &[("PARTSTAT", partstat)]));
    fold(&mut out, "END:VEVENT");
    Some(out)
}

fn value<'a>(event: &[&'a Line], name: &str) -> Option<&'a str> {
    let line = event.iter().find(|line| line.name == name)?;
    Some(line.value.trim()).filter(|value| !value.is_empty())
}

/// The lines of each event, without those of what lies inside of it.
fn events(lines: &[Line]) -> Vec<Vec<&Line>> {
    let (mut found, mut inside) = (Vec::new(), Vec::new());
    for line in lines {
        let is_event = || inside.last().is_some_and(|name: &String| name == "VEVENT");
        match line.name.as_str() {
            "BEGIN" => {
                inside.push(line.value.trim().to_ascii_uppercase());
                if inside.last().is_some_and(|name| name == "VEVENT") {
                    found.push(Vec::new());
                }
            }
            "END" => drop(inside.pop()),
            _ if is_event() => found.last_mut().into_iter().for_each(|event| event.push(line)),
            _ => {}
        }
    }
    found
}

/// The time zones that the calendar describes, whole.
fn zones(lines: &[Line]) -> Vec<&[Line]> {
    let bound = |line: &Line, name: &str| {
        line.name == name && line.value.trim().eq_ignore_ascii_case("VTIMEZONE")
    };
    let (mut found, mut begun) = (Vec::new(), None);
    for (at, line) in lines.iter().enumerate() {
        if bound(line, "BEGIN") {
            begun = Some(at);
        } else if bound(line, "END")
            && let Some(from) = begun.take()
        {
            found.push(&lines[from..=at]);
        }
    }
    found
}

/// A line as it is written, with further parameters; nothing in it can begin another line.
fn written(line: &Line, more: &[(&str, &str)]) -> String {
    let mut out = line.name.clone();
    let own = line.params().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in own.chain(more.iter().copied()) {
        let plain: String = value.chars().filter(|c| !c.is_control() && *c != '"').collect();
        let quoted = plain.contains([':', ';', ',']);
        let mark = if quoted { "\"" } else { "" };
        out.push_str(&format!(";{name}={mark}{plain}{mark}"));
    }
    out.push(':');
    out.extend(line.value.chars().filter(|c| !c.is_control() || *c == '\t'));
    out
}

fn fold(out: &mut String, line: &str) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > FOLD {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// What tells one instance of a series from another, wherever it is told from.
pub fn instance(moment: Option<&Moment>) -> String {
    moment.map_or_else(String::new, moment::token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::calendar::read;

    /// 2026-11-22T15:00:00Z.
    const NOW: i64 = 1_795_359_600;

    const INVITATION: &str = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Our zone\r\n\
        BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n\
        END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:a-1\r\nSEQUENCE:3\r\nDTSTAMP:20261101T000000Z\r\n\
        DTSTART;TZID=\"Our zone\":20261123T100000\r\nSUMMARY:Plan\\, 第二次 zażółć gęślą jaźń i jeszcze więcej słów o planie\r\n\
        ORGANIZER;CN=\"Zoë; M\":mailto:zoe@a.test\r\n\
        ATTENDEE;CN=Ann;ROLE=OPT-PARTICIPANT;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:MAILTO:Ann@A.test\r\n\
        ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:bob@a.test\r\nBEGIN:VALARM\r\nUID:alarm\r\nEND:VALARM\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:a-1\r\nRECURRENCE-ID;TZID=Our zone:20261130T100000\r\nORGANIZER:mailto:zoe@a.test\r\n\
        ATTENDEE:mailto:ann@a.test\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:other\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    fn ann() -> Address {
        Address { name: "Ann".into(), email: "ann@a.test".into() }
    }

    #[test]
    fn an_answer_says_who_to_what_and_nothing_of_others() {
        let text = reply(INVITATION, "a-1", &ann(), Answer::Tentative, NOW).unwrap();
        assert!(text.split("\r\n").all(|line| line.len() <= FOLD), "{text}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        let flat = text.replace("\r\n ", "");
        for line in [
            "METHOD:REPLY",
            "TZID:Our zone",
            "DTSTAMP:20261122T150000Z",
            "SEQUENCE:3",
            "DTSTART;TZID=Our zone:20261123T100000",
            "ORGANIZER;CN=\"Zoë; M\":mailto:zoe@a.test",
            "ATTENDEE;CN=Ann;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE:mailto:ann@a.test",
            "ATTENDEE;PARTSTAT=TENTATIVE:mailto:ann@a.test",
            "RECURRENCE-ID;TZID=Our zone:20261130T100000",
        ] {
            assert!(flat.lines().any(|found| found == line), "{line} in {flat}");
        }
        for absent in ["bob@", "other", "alarm", "RSVP", "20261101"] {
            assert!(!flat.contains(absent), "{absent}");
        }
        let told = read(&text, "").unwrap();
        assert_eq!(told.events.len(), 2);
        assert_eq!(
            told.events[0].summary,
            "Plan, 第二次 zażółć gęślą jaźń i jeszcze więcej słów o planie"
        );
        assert_eq!(told.events[0].start, read(INVITATION, "").unwrap().events[0].start);
        assert_eq!(told.events[0].attendees[0].answer, Answer::Tentative);
    }

    #[test]
    fn who_was_not_named_answers_by_name() {
        let who = Address { name: "Li: \"Wei\"\r\nX:1".into(), email: "li@b.test".into() };
        let text =
            reply(INVITATION, "a-1", &who, Answer::Accepted, NOW).unwrap().replace("\r\n ", "");
        assert!(text.contains("ATTENDEE;CN=\"Li: WeiX:1\";PARTSTAT=ACCEPTED:mailto:li@b.test\r\n"));
    }

    #[test]
    fn what_cannot_be_answered_is_not() {
        let lacks = |line: &str| INVITATION.replace(line, "X-NOTHING");
        assert_eq!(reply(&lacks("ORGANIZER"), "a-1", &ann(), Answer::Accepted, NOW), None);
        assert_eq!(reply(&lacks("UID"), "a-1", &ann(), Answer::Accepted, NOW), None);
        assert_eq!(reply("", "", &ann(), Answer::Accepted, NOW), None);
        assert_eq!(reply(INVITATION, "a-1", &ann(), Answer::NeedsAction, NOW), None);
        assert_eq!(reply(INVITATION, "other", &ann(), Answer::Accepted, NOW), None);
        assert_eq!(reply(INVITATION, "a-2", &ann(), Answer::Accepted, NOW), None);
    }

    #[test]
    fn one_of_several_events_is_answered_alone() {
        let second = INVITATION.replace("UID:other", "UID:other\r\nORGANIZER:mailto:zoe@a.test");
        let text = reply(&second, "other", &ann(), Answer::Accepted, NOW).unwrap();
        assert!(text.contains("UID:other") && !text.contains("UID:a-1"), "{text}");
    }
}
