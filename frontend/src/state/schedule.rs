//! When a message may be told to go out: times that are offered, and those that are typed.

pub use crate::browser::calendar::{Local, local, moment_of, zone};
pub use crate::browser::timer::now;
use crate::i18n::Key;

/// A time that is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// What it is called.
    pub name: Key,
    /// When that is.
    pub at: Local,
}

/// The times that are worth offering now.
#[must_use]
pub fn presets(now: Local) -> Vec<Preset> {
    let on = |name: Key, days: u32, hour: u32| {
        let at = Local { day: now.day + days, hour, minute: 0, ..now };
        Preset { name, at }
    };
    let later = match now.hour {
        0..=15 => Some(on(Key::ComposeScheduleLater, 0, 18)),
        16..=18 => Some(on(Key::ComposeScheduleLater, 0, 21)),
        _ => None,
    };
    // Sunday is 0: days until the Monday that is not tomorrow.
    let monday = match now.weekday {
        0 => None,
        weekday => Some(on(Key::ComposeScheduleMonday, 8 - weekday, 8)),
    };
    let tomorrow =
        [on(Key::ComposeScheduleMorning, 1, 8), on(Key::ComposeScheduleAfternoon, 1, 13)];
    later.into_iter().chain(tomorrow).chain(monday).collect()
}

/// What the fields of date and time hold, as `2026-11-23` and `08:00`.
#[must_use]
pub fn typed(date: &str, time: &str) -> Option<Local> {
    let mut days = date.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let mut hours = time.splitn(3, ':').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (days.next()??, days.next()??, days.next()??);
    let (hour, minute) = (hours.next()??, hours.next()??);
    let sound = (1970..=9999).contains(&year) && (1..=12).contains(&month);
    let sound = sound && (1..=31).contains(&day) && hour < 24 && minute < 60;
    sound.then_some(Local { year, month: month - 1, day, weekday: 0, hour, minute })
}

/// A day as the field of dates holds it.
#[must_use]
pub fn date_field(day: Local) -> String {
    [&digits(day.year, 4), "-", &digits(day.month + 1, 2), "-", &digits(day.day, 2)].concat()
}

fn digits(value: u32, width: usize) -> String {
    let digits = value.to_string();
    ["0".repeat(width.saturating_sub(digits.len())), digits].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(weekday: u32, hour: u32) -> Local {
        Local { year: 2026, month: 10, day: 22, weekday, hour, minute: 30 }
    }

    #[test]
    fn times_are_offered_that_lie_ahead_and_none_twice() {
        let check = |weekday, hour, expect: &[(u32, u32)]| {
            let offered = presets(at(weekday, hour));
            let offered: Vec<_> = offered.iter().map(|one| (one.at.day, one.at.hour)).collect();
            assert_eq!(offered, expect, "{weekday} {hour}");
        };
        // On a Sunday tomorrow is Monday.
        check(0, 10, &[(22, 18), (23, 8), (23, 13)]);
        check(1, 17, &[(22, 21), (23, 8), (23, 13), (29, 8)]);
        check(6, 23, &[(23, 8), (23, 13), (24, 8)]);
    }

    #[test]
    fn what_is_no_time_is_not_taken_for_one() {
        let check = |date, time, expect: Option<(u32, u32, u32, u32)>| {
            let read = typed(date, time).map(|one| (one.month, one.day, one.hour, one.minute));
            assert_eq!(read, expect, "{date} {time}");
        };
        check("2026-03-29", "02:30", Some((2, 29, 2, 30)));
        check("2026-03-29", "02:30:59", Some((2, 29, 2, 30)));
        check("", "08:00", None);
        check("2026-13-01", "08:00", None);
        check("2026-11-23", "24:00", None);
        check("2026-11-23", "", None);
    }

    #[test]
    fn a_day_is_written_as_the_field_reads_it() {
        let day = Local { month: 0, day: 5, ..at(0, 0) };
        assert_eq!(date_field(day), "2026-01-05");
    }
}
