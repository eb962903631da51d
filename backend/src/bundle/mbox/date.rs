//! The date in the line that begins a message: as asctime writes it, and as others do.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Seconds since 1970 as asctime has them, in UTC.
pub(super) fn write(seconds: i64) -> String {
    let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let at = TimeZone::UTC.to_datetime(at);
    let name = |all: &[&'static str], number: i8| {
        let place = usize::from(number.unsigned_abs()).saturating_sub(1);
        all.get(place).copied().unwrap_or_default()
    };
    let weekday = name(&DAYS, at.weekday().to_monday_one_offset());
    let month = name(&MONTHS, at.month());
    format!(
        "{weekday} {month} {:>2} {:02}:{:02}:{:02} {:04}",
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.year()
    )
}

/// The date at the end of such a line, in seconds since 1970 UTC: asctime's form, with a zone before
/// or behind the year where there is one. None where there is no date.
pub(super) fn read(line: &str) -> Option<i64> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let month_at = words.iter().rposition(|word| MONTHS.contains(word))?;
    let month = MONTHS.iter().position(|month| *month == words[month_at])?;
    let day: i8 = words.get(month_at + 1)?.parse().ok()?;
    let mut time = words.get(month_at + 2)?.split(':');
    let hour: i8 = time.next()?.parse().ok()?;
    let minute: i8 = time.next()?.parse().ok()?;
    let second: i8 = time.next().unwrap_or("0").parse().ok()?;
    let rest = words.get(month_at + 3..)?;
    let year = rest.iter().take(2).find(|word| is_year(word))?.parse().ok()?;
    let zone = rest.iter().take(2).find_map(|word| zone(word)).unwrap_or(0);
    let month = i8::try_from(month).ok()? + 1;
    let at = DateTime::new(year, month, day, hour, minute, second.min(59), 0).ok()?;
    let offset = Offset::from_seconds(zone).ok()?;
    Some(offset.to_timestamp(at).ok()?.as_second())
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `+0200` in seconds.
fn zone(word: &str) -> Option<i32> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let number: i32 = digits.parse().ok().filter(|_| is_year(digits))?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_programs_write_them() {
        for (line, expect) in [
            ("From a@b.test Thu Jan  1 00:00:00 1970", Some(0)),
            ("From - Mon Nov 23 02:04:05 2026", Some(1_795_399_445)),
            ("From 18@xxx Mon Nov 23 02:04:05 +0000 2026", Some(1_795_399_445)),
            ("From a Mon Nov 23 04:04:05 2026 +0200", Some(1_795_399_445)),
            ("From a Mon Nov 23 02:04 2026", Some(1_795_399_440)),
            ("From \"May Day\"@b Mon Nov 23 02:04:05 CET 2026", Some(1_795_399_445)),
            ("From here on nothing", None),
            ("From a Mon Nov 99 02:04:05 2026", None),
            ("From the 3 May 12:00 trains", None),
            ("From ", None),
        ] {
            assert_eq!(read(line), expect, "{line}");
        }
        assert_eq!(write(1_795_399_445), "Mon Nov 23 02:04:05 2026");
    }

    #[test]
    fn what_is_written_is_read() {
        for seconds in [0, 951_782_399, 951_782_400, 4_102_444_800, -1] {
            assert_eq!(read(&format!("From x {}", write(seconds))), Some(seconds));
        }
    }
}
