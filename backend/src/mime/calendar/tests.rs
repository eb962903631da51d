//! Times in every kind of zone, series, and what is asked.

use postern_shared::calendar::Frequency;

use super::*;

fn event(lines: &str) -> Event {
    let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
    read(&text, "").expect("a calendar").events.remove(0)
}

/// 2026-03-01T09:30:00Z.
const MARCH: i64 = 1_772_357_400;
/// 2026-07-01T09:30:00Z.
const JULY: i64 = 1_782_898_200;

#[track_caller]
fn check(line: &str, at: i64, zone: &str) {
    assert_eq!(event(line).start, Some(Moment::Instant { at, zone: zone.to_owned() }), "{line}");
}

#[test]
fn times_are_read_in_their_zones() {
    check("DTSTART:20260301T093000Z", MARCH, "");
    check("DTSTART;TZID=Europe/Berlin:20260301T103000", MARCH, "Europe/Berlin");
    check("DTSTART;TZID=Europe/Berlin:20260701T113000", JULY, "Europe/Berlin");
    check(
        "DTSTART;TZID=\"/mozilla.org/20050126_1/America/New_York\":20260301T043000",
        MARCH,
        "America/New_York",
    );
    check("DTSTART;TZID=W. Europe Standard Time:20260701T113000", JULY, "Europe/Berlin");
    check("DTSTART;TZID=China Standard Time:20260301T173000", MARCH, "Asia/Shanghai");
    check("DTSTART;TZID=UTC:20260301T093000", MARCH, "");
    assert_eq!(event("DTSTART:20260301T093000").start, Some(Moment::Floating(MARCH)));
    assert_eq!(event("DTSTART;TZID=Nowhere:20260301T093000").start, Some(Moment::Floating(MARCH)));
    assert_eq!(event("DTSTART;VALUE=DATE:20260301").start, Some(Moment::Day(20_513)));
    assert_eq!(event("DTSTART;VALUE=DATE:20260301").end, Some(Moment::Day(20_514)));
    assert_eq!(event("DTSTART:soon").start, None);
}

#[test]
fn a_zone_that_only_the_calendar_knows_follows_its_rules() {
    let zone = "BEGIN:VTIMEZONE\nTZID:Our zone\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\n\
                TZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nBEGIN:DAYLIGHT\n\
                DTSTART:19700329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
                RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nEND:VTIMEZONE\n";
    let start = |time: &str| {
        let text = format!("{zone}BEGIN:VEVENT\nDTSTART;TZID=Our zone:{time}\nEND:VEVENT");
        read(&text, "").expect("a calendar").events.remove(0).start
    };
    assert_eq!(start("20260301T103000"), Some(Moment::Instant { at: MARCH, zone: String::new() }));
    assert_eq!(start("20260701T113000"), Some(Moment::Instant { at: JULY, zone: String::new() }));
}

#[test]
fn a_duration_ends_an_event() {
    let lines = "DTSTART;TZID=Europe/Berlin:20260328T103000\nDURATION:P1DT1H";
    let zone = "Europe/Berlin".to_owned();
    // The clocks go forward in between: a day of 23 hours, and an hour.
    let at = MARCH + 27 * 86_400 + 23 * 3600 + 3600;
    assert_eq!(event(lines).end, Some(Moment::Instant { at, zone }));
    assert_eq!(
        event("DTSTART:20260301T093000\nDURATION:PT15M").end,
        Some(Moment::Floating(MARCH + 900))
    );
    assert_eq!(event("DTSTART:20260301T093000\nDURATION:PT99999999999999M").end, None);
}

#[test]
fn a_series_is_told_in_parts() {
    let lines = "DTSTART;TZID=Europe/Berlin:20260301T103000\n\
                 RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR,MO;UNTIL=20270301T093000Z\n\
                 EXDATE;TZID=Europe/Berlin:20260501T103000,20260701T113000";
    let rule = event(lines).recurrence.expect("a series");
    assert_eq!((rule.frequency, rule.interval, rule.partial), (Frequency::Monthly, 2, false));
    assert_eq!(rule.weekdays, [(-1, 4), (0, 0)]);
    assert_eq!(rule.until, Some(Moment::Instant { at: MARCH + 365 * 86_400, zone: String::new() }));
    assert_eq!(rule.except.len(), 2);
    assert!(event("RRULE:FREQ=YEARLY;BYWEEKNO=3").recurrence.is_some_and(|rule| rule.partial));
    assert_eq!(event("RRULE:COUNT=3").recurrence, None);
}

#[test]
fn who_is_invited_and_what_is_asked() {
    let text = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1\nSEQUENCE:3\nSUMMARY:Plan\\, again\n\
                ORGANIZER;CN=\"Zoë; Müller\":MAILTO:zoe@a.test\n\
                ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED;ROLE=OPT-PARTICIPANT:mailto:ann@\n a.test\n\
                URL:javascript:x\nSTATUS:CANCELLED\nBEGIN:VALARM\nSUMMARY:no\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR";
    let invitation = read(text, "reply").expect("a calendar");
    assert_eq!(invitation.method, Method::Request);
    let event = &invitation.events[0];
    assert_eq!(
        (event.summary.as_str(), event.sequence, event.status),
        ("Plan, again", 3, EventStatus::Cancelled)
    );
    let organizer = event.organizer.as_ref().expect("somebody");
    assert_eq!((organizer.name.as_str(), organizer.email.as_str()), ("Zoë; Müller", "zoe@a.test"));
    let ann = &event.attendees[0];
    assert_eq!(
        (ann.email.as_str(), ann.answer, ann.optional),
        ("ann@a.test", Answer::Accepted, true)
    );
    assert_eq!(event.url, "");
    assert_eq!(read("BEGIN:VCALENDAR\nEND:VCALENDAR", "REQUEST"), None);
}
