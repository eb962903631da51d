//! Dates and times of calendars as moments (RFC 5545 §3.3.4, §3.3.5, §3.3.6).

use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use postern_shared::calendar::Moment;

use super::zone::{self, Described, Found};
use crate::mime::content_line::Line;

const DAY: i64 = 86_400;

/// `20260301T093000` or `20260301` as a civil time; a `Z` at its end is passed over.
pub(super) fn civil(value: &str) -> Option<DateTime> {
    let digits: String = value.chars().filter(char::is_ascii_digit).take(14).collect();
    let number =
        |from: usize, to: usize| digits.get(from..to).and_then(|text| text.parse::<i16>().ok());
    let small = |from: usize, to: usize| number(from, to).unwrap_or(0) as i8;
    // 23:59:60 is a leap second: nobody's meeting begins at it.
    let second = small(12, 14).min(59);
    DateTime::new(number(0, 4)?, small(4, 6), small(6, 8), small(8, 10), small(10, 12), second, 0)
        .ok()
}

/// A moment in a few letters, the same whatever zone it was written in.
pub(super) fn token(moment: &Moment) -> String {
    match moment {
        Moment::Day(day) => format!("d{day}"),
        Moment::Instant { at, .. } => format!("i{at}"),
        Moment::Floating(at) => format!("f{at}"),
    }
}

/// Seconds since 1970, were it UTC.
pub(super) fn as_utc(time: DateTime) -> i64 {
    TimeZone::UTC.to_timestamp(time).map_or(0, |at| at.as_second())
}

/// The moment of a DTSTART and the like.
pub(super) fn of_line(line: &Line, zones: &[Described]) -> Option<Moment> {
    read(&line.value, line.param("TZID"), zones)
}

/// The moment of one value with its TZID, which may be empty.
pub(super) fn read(value: &str, id: &str, zones: &[Described]) -> Option<Moment> {
    let value = value.trim();
    let time = civil(value)?;
    if !value.contains(['T', 't']) {
        return i32::try_from(as_utc(time).div_euclid(DAY)).ok().map(Moment::Day);
    }
    if value.ends_with(['Z', 'z']) {
        return Some(Moment::Instant { at: as_utc(time), zone: String::new() });
    }
    Some(match zone::find(id, zones) {
        Some(Found::Known(known, name)) => {
            // A time that the clocks skip or repeat: as RFC 5545 has it, the one before.
            let at = known.to_ambiguous_timestamp(time).compatible().ok()?.as_second();
            let zone = if known == TimeZone::UTC { String::new() } else { name };
            Moment::Instant { at, zone }
        }
        Some(Found::Described(zone)) => {
            Moment::Instant { at: zone.instant(time), zone: String::new() }
        }
        None => Moment::Floating(as_utc(time)),
    })
}

/// The moment a duration later: days are days of the calendar, the rest is exact.
pub(super) fn after(start: &Moment, duration: &str) -> Option<Moment> {
    let (days, seconds) = length(duration)?;
    Some(match start {
        Moment::Day(day) => {
            let whole = days + seconds.div_euclid(DAY);
            Moment::Day(day.checked_add(i32::try_from(whole).ok()?)?)
        }
        Moment::Floating(at) => Moment::Floating(at + days * DAY + seconds),
        Moment::Instant { at, zone } => {
            let known = (!zone.is_empty()).then(|| TimeZone::get(zone).ok()).flatten();
            let from = jiff::Timestamp::from_second(*at).ok()?;
            let local = from.to_zoned(known.unwrap_or(TimeZone::UTC));
            let later = local.checked_add(days.days()).ok()?.timestamp().as_second();
            Moment::Instant { at: later + seconds, zone: zone.clone() }
        }
    })
}

/// `P1DT2H30M`, `PT15M`, `P2W` in days and seconds; at most a hundred years.
fn length(duration: &str) -> Option<(i64, i64)> {
    let rest = duration.trim().trim_start_matches('+').strip_prefix(['P', 'p'])?;
    let (mut days, mut seconds, mut number) = (0_i64, 0_i64, 0_i64);
    for c in rest.chars() {
        match c.to_ascii_uppercase() {
            '0'..='9' => number = (number * 10 + i64::from(c.to_digit(10)?)).min(4_000_000_000),
            'T' => {}
            unit => {
                match unit {
                    'W' => days += number * 7,
                    'D' => days += number,
                    'H' => seconds += number * 3600,
                    'M' => seconds += number * 60,
                    'S' => seconds += number,
                    _ => return None,
                }
                number = 0;
            }
        }
    }
    (days <= 36_525 && seconds <= 36_525 * DAY).then_some((days, seconds))
}
