//! Events (RFC 5545), and what is asked or told about them (RFC 5546).

use leptos::prelude::*;
use postern_shared::calendar::{Answer, Attendee, Event, EventStatus, Invitation, Method, Moment};
use postern_shared::message::MessageKey;

use super::super::invitation::Answering;
use super::recurrence::recurrence;
use super::{Fact, Sheet};
use crate::i18n::{Key, day_and_time, day_only, list, text, text_count, text_with, time_only};
use crate::ui::icon::Icon;

/// Most events that are shown of a calendar.
const MOST_EVENTS: usize = 12;
/// Most attendees that are named.
const MOST_ATTENDEES: usize = 12;

/// A calendar in a message. The message's key and the part's section name it for whoever answers.
#[component]
pub fn Calendar(key: MessageKey, section: String, invitation: Invitation) -> impl IntoView {
    let Invitation { method, events } = invitation;
    let more = events.len().saturating_sub(MOST_EVENTS);
    let asked = matches!(method, Method::Request | Method::Cancel);
    let several = distinct(&events);
    let each = (asked && several > 1)
        .then(|| text_count(Key::CardEventsEach, several as u64, &[]))
        .map(|said| view! { <p class="note">{said}</p> });
    // One answer is for a series and its changed instances: it stands with the first of them.
    let mut told: Vec<String> = Vec::new();
    let cards: Vec<_> = events
        .into_iter()
        .take(MOST_EVENTS)
        .map(|event| {
            let first = asked && !told.contains(&event.uid);
            told.push(event.uid.clone());
            let place = first.then(|| (key.clone(), section.clone()));
            view! { <Occasion place method event /> }
        })
        .collect();
    let more = (more > 0).then(|| {
        let said = text_count(Key::CardEventsMore, more as u64, &[]);
        view! { <p class="note">{said}</p> }
    });
    view! { {each} {cards} {more} }
}

/// How many events there are, series counted once.
fn distinct(events: &[Event]) -> usize {
    let is_first = |(at, event): &(usize, &Event)| {
        events.iter().take(*at).all(|before| before.uid != event.uid)
    };
    events.iter().enumerate().filter(is_first).count()
}

/// One event.
#[component]
fn Occasion(
    /// The part, where what is answered to it is to stand here.
    place: Option<(MessageKey, String)>,
    method: Method,
    event: Event,
) -> impl IntoView {
    let title = match event.summary.trim() {
        "" => text(Key::CardEvent),
        summary => summary.to_owned(),
    };
    let cancelled = event.status == EventStatus::Cancelled;
    let said = said(method, cancelled).map(text).unwrap_or_default();
    let shape = if cancelled || method == Method::Cancel { Icon::Warning } else { Icon::Calendar };
    let (facts, summary) = (facts(&event), event.summary.trim().to_owned());
    let event_uid = event.uid;
    let answering = move || {
        let answering =
            |(key, section)| view! { <Answering key section event=event_uid title=summary /> };
        place.map(answering)
    };
    view! { <Sheet shape title said facts>{answering()}</Sheet> }
}

/// What is asked or told; a plain event says nothing.
fn said(method: Method, cancelled: bool) -> Option<Key> {
    Some(match method {
        _ if cancelled => Key::CardEventCancelled,
        Method::Publish => return None,
        Method::Request => Key::CardEventRequest,
        Method::Reply => Key::CardEventReply,
        Method::Add => Key::CardEventAdd,
        Method::Cancel => Key::CardEventCancelled,
        Method::Refresh => Key::CardEventRefresh,
        Method::Counter => Key::CardEventCounter,
        Method::DeclineCounter => Key::CardEventDeclined,
    })
}

fn facts(event: &Event) -> Vec<Fact> {
    let Event { start, end, location, description, url, organizer, attendees, .. } = event;
    let when = start.as_ref().map(|start| span(start, end.as_ref())).unwrap_or_default();
    let elsewhere = start.as_ref().and_then(there).unwrap_or_default();
    let repeats = event.recurrence.as_ref().map(recurrence).unwrap_or_default();
    let more = attendees.len().saturating_sub(MOST_ATTENDEES);
    let mut named: Vec<_> = attendees.iter().take(MOST_ATTENDEES).map(attendee).collect();
    if more > 0 {
        named.push(text_with(Key::CardAttendeesMore, &[("count", &more.to_string())]));
    }
    vec![
        (Key::CardWhen, when),
        (Key::CardThere, elsewhere),
        (Key::CardRepeats, repeats),
        (Key::CardWhere, location.clone()),
        (Key::CardOrganizer, organizer.as_ref().map(name).unwrap_or_default()),
        (Key::CardAttendees, list(&named)),
        (Key::CardUrl, url.clone()),
        (Key::CardNote, description.trim().to_owned()),
    ]
}

fn name(person: &Attendee) -> String {
    if person.name.is_empty() { person.email.clone() } else { person.name.clone() }
}

/// A name, and what was answered.
fn attendee(person: &Attendee) -> String {
    let key = match person.answer {
        Answer::NeedsAction if person.optional => Key::CardOptional,
        Answer::NeedsAction => return name(person),
        Answer::Accepted => Key::CardAccepted,
        Answer::Declined => Key::CardDeclined,
        Answer::Tentative => Key::CardTentative,
        Answer::Delegated => Key::CardDelegated,
    };
    text_with(key, &[("name", &name(person))])
}

const DAY_MS: f64 = 86_400_000.0;

/// Milliseconds since 1970, and the zone in which they are written: none for the user's own.
fn place(moment: &Moment) -> (f64, Option<&'static str>) {
    match moment {
        Moment::Day(day) => (f64::from(*day) * DAY_MS, Some("UTC")),
        Moment::Instant { at, .. } => (*at as f64 * 1000.0, None),
        Moment::Floating(at) => (*at as f64 * 1000.0, Some("UTC")),
    }
}

/// From when until when, in the user's zone; hours without a zone as they are written.
fn span(start: &Moment, end: Option<&Moment>) -> String {
    let (begins, zone) = place(start);
    if let Moment::Day(_) = start {
        let first = day_only(begins, zone);
        // The end is the day after the last.
        let last = end.map(|end| day_only(place(end).0 - DAY_MS, zone));
        return match last.filter(|last| *last != first) {
            Some(last) => [first, last].join(" – "),
            None => first,
        };
    }
    let first = day_and_time(begins, zone);
    let Some((ends, end_zone)) = end.map(place).filter(|(ends, _)| *ends > begins) else {
        return first;
    };
    let same_day = day_only(begins, zone) == day_only(ends, end_zone);
    let last = if same_day { time_only(ends, end_zone) } else { day_and_time(ends, end_zone) };
    [first, last].join(" – ")
}

/// The hour at the place for which it was written, where that is another than here.
fn there(moment: &Moment) -> Option<String> {
    let Moment::Instant { at, zone } = moment else { return None };
    if zone.is_empty() {
        return None;
    }
    let millis = *at as f64 * 1000.0;
    let there = day_and_time(millis, Some(zone));
    (there != day_and_time(millis, None)).then(|| {
        let city = zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
        text_with(Key::CardThereSaid, &[("time", &there), ("place", &city)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_event_asks_nothing_and_one_that_is_off_says_so() {
        assert_eq!(said(Method::Publish, false), None);
        assert_eq!(said(Method::Publish, true), Some(Key::CardEventCancelled));
        assert_eq!(said(Method::Request, true), Some(Key::CardEventCancelled));
        assert_eq!(said(Method::Request, false), Some(Key::CardEventRequest));
    }

    #[test]
    fn a_series_counts_once() {
        let event = |uid: &str| Event { uid: uid.into(), ..Event::default() };
        assert_eq!(distinct(&[event("a"), event("a"), event("b")]), 2);
        assert_eq!(distinct(&[]), 0);
    }

    #[test]
    fn days_and_hours_without_a_zone_stay_as_they_are_written() {
        assert_eq!(place(&Moment::Day(2)), (2.0 * DAY_MS, Some("UTC")));
        assert_eq!(place(&Moment::Floating(60)), (60_000.0, Some("UTC")));
        let instant = Moment::Instant { at: 60, zone: "Europe/Warsaw".into() };
        assert_eq!(place(&instant), (60_000.0, None));
    }

    #[test]
    fn what_somebody_answered_stands_beside_the_name() {
        crate::i18n::learn_rest();
        let person = |answer, optional| Attendee {
            name: "Bo".into(),
            answer,
            optional,
            ..Attendee::default()
        };
        assert_eq!(attendee(&person(Answer::NeedsAction, false)), "Bo");
        assert_eq!(attendee(&person(Answer::Accepted, true)), "Bo (accepted)");
        assert_eq!(attendee(&person(Answer::NeedsAction, true)), "Bo (optional)");
    }
}
