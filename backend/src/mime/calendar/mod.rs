//! Calendars in messages as events (RFC 5545, RFC 5546).

mod moment;
mod reply;
mod rule;
mod windows;
mod zone;

use postern_shared::calendar::{
    Answer, Attendee, Event, EventStatus, Invitation, Method, Moment, Recurrence,
};

use self::zone::{Described, Zones};
use super::content_line::{Line, lines};
use super::header::one_line;

pub use reply::{instance, reply};

/// Events of one calendar that are shown.
const EVENT_LIMIT: usize = 50;
/// Attendees, left-out dates and the like of one event.
const LIMIT: usize = 500;

/// An event while its lines are read.
#[derive(Default)]
struct Draft {
    event: Event,
    duration: String,
    rule: Option<Recurrence>,
    except: Vec<Moment>,
    extra: Vec<Moment>,
}

/// The calendar in a text; `method` is what its Content-Type says, which may be empty. None where
/// there is no event in it.
pub fn read(text: &str, method: &str) -> Option<Invitation> {
    let lines = lines(text);
    let zones = Zones::read(&lines);
    let (mut events, mut inside, mut own_method) = (Vec::new(), Vec::<String>::new(), "");
    let mut draft = None::<Draft>;
    for line in &lines {
        let value = line.value.trim();
        match line.name.as_str() {
            "BEGIN" => {
                inside.push(value.to_ascii_uppercase());
                if inside.last().is_some_and(|it| it == "VEVENT") {
                    draft = Some(Draft::default());
                }
            }
            "END" => {
                let ended = inside.pop().filter(|it| it == "VEVENT");
                events.extend(ended.and_then(|_| draft.take()).map(Draft::finish));
            }
            "METHOD" => own_method = value,
            // Alarms inside an event have lines of the same names.
            _ if inside.last().is_some_and(|it| it == "VEVENT") => {
                if let Some(draft) = &mut draft {
                    draft.take(line, &zones);
                }
            }
            _ => {}
        }
        if events.len() >= EVENT_LIMIT {
            break;
        }
    }
    // A calendar that is cut short keeps what it told.
    events.extend(draft.map(Draft::finish));
    let method = method_of(if own_method.is_empty() { method } else { own_method });
    (!events.is_empty()).then_some(Invitation { method, events })
}

impl Draft {
    fn take(&mut self, line: &Line, zones: &[Described]) {
        let event = &mut self.event;
        match line.name.as_str() {
            "UID" => event.uid = one_line(&line.text()),
            "SEQUENCE" => event.sequence = line.value.trim().parse().unwrap_or(0),
            "RECURRENCE-ID" => event.recurrence_id = moment::of_line(line, zones),
            "SUMMARY" => event.summary = one_line(&line.text()),
            "LOCATION" => event.location = one_line(&line.text()),
            "DESCRIPTION" => event.description = line.text(),
            "URL" => event.url = url(&line.text()),
            "DTSTART" => event.start = moment::of_line(line, zones),
            "DTEND" => event.end = moment::of_line(line, zones),
            "DURATION" => self.duration = line.value.clone(),
            "ORGANIZER" => event.organizer = Some(attendee(line)),
            "ATTENDEE" if event.attendees.len() < LIMIT => event.attendees.push(attendee(line)),
            "STATUS" => {
                event.status = match line.value.trim().to_ascii_uppercase().as_str() {
                    "TENTATIVE" => EventStatus::Tentative,
                    "CANCELLED" => EventStatus::Cancelled,
                    _ => EventStatus::Confirmed,
                }
            }
            "RRULE" => self.rule = rule::read(&line.value, zones),
            "EXDATE" => dates(line, zones, &mut self.except),
            "RDATE" => dates(line, zones, &mut self.extra),
            _ => {}
        }
    }

    fn finish(self) -> Event {
        let Self { mut event, duration, rule, except, extra } = self;
        if event.end.is_none() {
            event.end = event.start.as_ref().and_then(|start| match (start, duration.as_str()) {
                (Moment::Day(day), "") => day.checked_add(1).map(Moment::Day),
                (_, "") => None,
                (start, duration) => moment::after(start, duration),
            });
        }
        event.recurrence = match rule {
            Some(rule) => Some(Recurrence { except, extra, ..rule }),
            // Dates alone make a series too; it has no rule that could be told.
            None if !extra.is_empty() => Some(Recurrence {
                interval: 1,
                count: Some(1),
                extra,
                except,
                ..Recurrence::default()
            }),
            None => None,
        };
        event
    }
}

fn dates(line: &Line, zones: &[Described], into: &mut Vec<Moment>) {
    // A period (`start/end`) is told by its start.
    let starts = line.value.split(',').map(|value| value.split('/').next().unwrap_or_default());
    let read = starts.filter_map(|value| moment::read(value, line.param("TZID"), zones));
    into.extend(read.take(LIMIT.saturating_sub(into.len())));
}

fn attendee(line: &Line) -> Attendee {
    let value = line.text();
    let bare =
        value.get(..7).filter(|head| head.eq_ignore_ascii_case("mailto:")).map(|_| &value[7..]);
    let email = bare.unwrap_or(&value);
    // Some write the address of the one they mean into a parameter.
    let email = if email.contains('@') { email } else { line.param("EMAIL") };
    Attendee {
        name: one_line(line.param("CN")),
        email: one_line(email),
        answer: match line.param("PARTSTAT").to_ascii_uppercase().as_str() {
            "ACCEPTED" => Answer::Accepted,
            "DECLINED" => Answer::Declined,
            "TENTATIVE" => Answer::Tentative,
            "DELEGATED" => Answer::Delegated,
            _ => Answer::NeedsAction,
        },
        optional: line.param("ROLE").to_ascii_uppercase().starts_with("OPT")
            || line.param("ROLE").eq_ignore_ascii_case("NON-PARTICIPANT"),
    }
}

fn url(value: &str) -> String {
    let lower = value.to_ascii_lowercase();
    let web = lower.starts_with("https://") || lower.starts_with("http://");
    if web { one_line(value) } else { String::new() }
}

fn method_of(name: &str) -> Method {
    match name.trim().to_ascii_uppercase().as_str() {
        "REQUEST" => Method::Request,
        "REPLY" => Method::Reply,
        "ADD" => Method::Add,
        "CANCEL" => Method::Cancel,
        "REFRESH" => Method::Refresh,
        "COUNTER" => Method::Counter,
        "DECLINECOUNTER" => Method::DeclineCounter,
        _ => Method::Publish,
    }
}

#[cfg(test)]
mod tests;
