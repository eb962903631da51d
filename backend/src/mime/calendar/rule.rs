//! How an event comes again (RFC 5545 §3.3.10), in parts that can be put into words.

use postern_shared::calendar::{Frequency, Recurrence};

use super::moment;
use super::zone::Described;

/// Values of one part that are kept.
const LIMIT: usize = 60;

/// Reads an RRULE; none where it has no frequency.
pub(super) fn read(value: &str, zones: &[Described]) -> Option<Recurrence> {
    let mut rule = Recurrence { interval: 1, ..Recurrence::default() };
    let mut frequency = None;
    for part in value.trim().split(';') {
        let Some((name, value)) = part.split_once('=') else { continue };
        let value = value.trim();
        match name.trim().to_ascii_uppercase().as_str() {
            "FREQ" => frequency = frequency_of(value),
            "INTERVAL" => rule.interval = value.parse().unwrap_or(1).max(1),
            "COUNT" => rule.count = value.parse().ok(),
            "UNTIL" => rule.until = moment::read(value, "", zones),
            "BYDAY" => rule.weekdays = list(value, weekday),
            "BYMONTHDAY" => rule.month_days = list(value, |text| text.parse().ok()),
            "BYMONTH" => rule.months = list(value, |text| text.parse().ok()),
            "BYSETPOS" => rule.positions = list(value, |text| text.parse().ok()),
            // Where the week begins changes nothing unless weeks are left out.
            "WKST" => {}
            _ => rule.partial = true,
        }
    }
    rule.frequency = frequency?;
    Some(rule)
}

fn frequency_of(value: &str) -> Option<Frequency> {
    Some(match value.to_ascii_uppercase().as_str() {
        "YEARLY" => Frequency::Yearly,
        "MONTHLY" => Frequency::Monthly,
        "WEEKLY" => Frequency::Weekly,
        "DAILY" => Frequency::Daily,
        "HOURLY" => Frequency::Hourly,
        "MINUTELY" => Frequency::Minutely,
        "SECONDLY" => Frequency::Secondly,
        _ => return None,
    })
}

/// `-1FR`: which of them (0 for each), and the day, 0 for Monday.
pub(super) fn weekday(text: &str) -> Option<(i8, u8)> {
    let text = text.trim();
    let (count, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let day = days.iter().position(|known| known.eq_ignore_ascii_case(day))?;
    let count = if count.is_empty() { 0 } else { count.trim_start_matches('+').parse().ok()? };
    Some((count, day as u8))
}

fn list<T>(value: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
    value.split(',').filter_map(|text| read(text.trim())).take(LIMIT).collect()
}
