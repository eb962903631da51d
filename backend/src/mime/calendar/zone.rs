//! Time zones of a calendar: known ones by name, the rest by their own rules (RFC 5545 §3.6.5).

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use super::windows;
use crate::mime::content_line::Line;

/// A calendar's VTIMEZONEs.
#[derive(Debug, Default)]
pub(super) struct Zones(Vec<Zone>);

/// One VTIMEZONE.
#[derive(Debug, Default)]
struct Zone {
    id: String,
    /// The name that the program behind it knows (X-LIC-LOCATION).
    location: String,
    observances: Vec<Observance>,
}

/// Standard or daylight time.
#[derive(Debug, Default)]
struct Observance {
    start: Option<DateTime>,
    /// Offsets from UTC in seconds, before and after it begins.
    from: i64,
    to: i64,
    /// It begins every year in this month, on this weekday, which of them.
    yearly: Option<(i8, i8, Weekday)>,
}

/// A zone that a time can be read in.
pub(super) enum Found<'a> {
    /// One that everybody knows.
    Known(TimeZone, String),
    /// One that only the calendar describes.
    Described(&'a Described),
}

/// The rules of a zone without a name.
pub(super) struct Described(Zone);

impl Zones {
    /// Reads the zones among a calendar's lines.
    pub(super) fn read(lines: &[Line]) -> Vec<Described> {
        let mut zones = Self::default();
        let mut inside = Vec::new();
        for line in lines {
            let value = line.value.trim().to_ascii_uppercase();
            match line.name.as_str() {
                "BEGIN" => {
                    zones.begin(&value);
                    inside.push(value);
                }
                "END" => {
                    inside.pop();
                }
                name => zones.take(inside.last().map_or("", String::as_str), name, line),
            }
        }
        zones.0.into_iter().map(Described).collect()
    }

    fn begin(&mut self, component: &str) {
        match component {
            "VTIMEZONE" => self.0.push(Zone::default()),
            "STANDARD" | "DAYLIGHT" => {
                if let Some(zone) = self.0.last_mut() {
                    zone.observances.push(Observance::default());
                }
            }
            _ => {}
        }
    }

    fn take(&mut self, component: &str, name: &str, line: &Line) {
        let Some(zone) = self.0.last_mut() else { return };
        match (component, name) {
            ("VTIMEZONE", "TZID") => zone.id = line.text(),
            ("VTIMEZONE", "X-LIC-LOCATION") => zone.location = line.text(),
            ("STANDARD" | "DAYLIGHT", name) => {
                let Some(observance) = zone.observances.last_mut() else { return };
                match name {
                    "DTSTART" => observance.start = super::moment::civil(&line.value),
                    "TZOFFSETFROM" => observance.from = offset(&line.value),
                    "TZOFFSETTO" => observance.to = offset(&line.value),
                    "RRULE" => observance.yearly = yearly(&line.value),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// `+0130`, `-053000`.
fn offset(value: &str) -> i64 {
    let value = value.trim();
    let (sign, digits) = value.strip_prefix('-').map_or((1, value), |rest| (-1, rest));
    let digits: Vec<i64> =
        digits.chars().filter_map(|c| c.to_digit(10)).map(i64::from).take(6).collect();
    let two =
        |at: usize| digits.get(at).map_or(0, |ten| ten * 10 + digits.get(at + 1).unwrap_or(&0));
    sign * (two(0) * 3600 + two(2) * 60 + two(4))
}

fn yearly(rule: &str) -> Option<(i8, i8, Weekday)> {
    let field = |name: &str| {
        rule.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let (count, day) = super::rule::weekday(field("BYDAY")?)?;
    let day = Weekday::from_monday_zero_offset(day as i8).ok()?;
    Some((field("BYMONTH")?.parse().ok()?, if count == 0 { 1 } else { count }, day))
}

/// The zone of a TZID.
pub(super) fn find<'a>(id: &str, described: &'a [Described]) -> Option<Found<'a>> {
    let id = id.trim().trim_matches('"');
    let own = described.iter().find(|zone| zone.0.id == id);
    let location = own.map_or("", |zone| zone.0.location.as_str());
    let known = [id, location].into_iter().find_map(named);
    match (known, own) {
        (Some((zone, name)), _) => Some(Found::Known(zone, name)),
        (None, Some(zone)) if !zone.0.observances.is_empty() => Some(Found::Described(zone)),
        _ => None,
    }
}

/// A zone by its IANA name, by the end of a path (`/mozilla.org/20050126_1/Europe/Berlin`), or by
/// its Windows name.
fn named(id: &str) -> Option<(TimeZone, String)> {
    let pieces: Vec<&str> = id.split('/').collect();
    let ends = (1..=3).rev().filter(|count| *count <= pieces.len());
    let candidates = ends.map(|count| pieces[pieces.len() - count..].join("/"));
    let iana = candidates.filter(|name| name.contains('/') || name.eq_ignore_ascii_case("utc"));
    iana.chain(windows::iana(id).map(str::to_owned)).find_map(|name| {
        let zone = TimeZone::get(&name).ok()?;
        let name = zone.iana_name().map(str::to_owned)?;
        Some((zone, name))
    })
}

impl Described {
    /// Seconds since 1970 UTC of a local time.
    pub(super) fn instant(&self, local: DateTime) -> i64 {
        let begun = |it: &'_ Observance| Some((it.onset(local)?, it.to));
        let latest = self.0.observances.iter().filter_map(begun).max_by_key(|(onset, _)| *onset);
        let earliest = self.0.observances.iter().min_by_key(|it| it.start);
        let offset = latest.map(|(_, to)| to).or_else(|| earliest.map(|it| it.from));
        super::moment::as_utc(local) - offset.unwrap_or(0)
    }
}

impl Observance {
    /// When it began last, at that local time.
    fn onset(&self, local: DateTime) -> Option<DateTime> {
        let start = self.start?;
        let in_year = |year: i16| {
            let (month, count, day) = self.yearly?;
            let date = Date::new(year, month, 1).ok()?.nth_weekday_of_month(count, day).ok()?;
            Some(date.to_datetime(start.time()))
        };
        let onsets = [Some(start), in_year(local.year() - 1), in_year(local.year())];
        onsets.into_iter().flatten().filter(|onset| *onset >= start && *onset <= local).max()
    }
}
