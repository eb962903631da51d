//! Days of the calendar: what SEARCH compares (RFC 9051 §6.4.4).

/// A day, counted from 1970-01-01; between the years 1 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

const SECONDS: i64 = 86_400;
/// The first and the last day that four digits can write.
const BOUNDS: (i32, i32) = (-719_162, 2_932_896);
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Day {
    /// The day of a year, month and day of the month; none where the calendar has none such.
    #[must_use]
    pub fn of(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let found = Self(count(year, month, day));
        // Only a day that is written the same way again exists: there is no 31 April.
        (found.civil() == (year, month, day)).then_some(found)
    }

    /// The day (UTC) of a time in seconds since 1970.
    #[must_use]
    pub fn at(seconds: i64) -> Self {
        let days = i32::try_from(seconds.div_euclid(SECONDS));
        Self::bounded(days.unwrap_or(if seconds < 0 { i32::MIN } else { i32::MAX }))
    }

    /// When it begins (UTC), in seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        i64::from(self.0) * SECONDS
    }

    /// Year, month and day of the month.
    #[must_use]
    pub fn civil(self) -> (i32, u32, u32) {
        // Years from March on, in eras of 400: leap days come last.
        let days = self.0 + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let of_month = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year + era * 400 + i32::from(month <= 2);
        (year, month.unsigned_abs(), of_month.unsigned_abs())
    }

    /// As SEARCH writes it: `5-Jan-2026`.
    #[must_use]
    pub fn as_imap(self) -> String {
        let (year, month, day) = self.civil();
        let month = MONTHS.get(month as usize - 1).copied().unwrap_or("Jan");
        format!("{day}-{month}-{year:04}")
    }

    /// So many days earlier.
    #[must_use]
    pub fn days_before(self, days: u32) -> Self {
        Self::bounded(self.0.saturating_sub_unsigned(days))
    }

    /// So many months earlier; the month's last day where it has no such day.
    #[must_use]
    pub fn months_before(self, months: u32) -> Self {
        let (year, month, day) = self.civil();
        let all = i64::from(year) * 12 + i64::from(month) - 1 - i64::from(months);
        let year = i32::try_from(all.div_euclid(12)).unwrap_or(1).max(1);
        let month = u32::try_from(all.rem_euclid(12)).unwrap_or(0) + 1;
        let fitting = (1..=day).rev().find_map(|day| Self::of(year, month, day));
        fitting.unwrap_or(Self(BOUNDS.0))
    }

    fn bounded(days: i32) -> Self {
        Self(days.clamp(BOUNDS.0, BOUNDS.1))
    }
}

/// The number of a month by the first three letters of its English name.
pub(super) fn month(name: &str) -> Option<u32> {
    let head: String = name.chars().take(3).collect();
    let at = MONTHS.iter().position(|known| known.eq_ignore_ascii_case(&head))?;
    u32::try_from(at + 1).ok()
}

fn count(year: i32, month: u32, day: u32) -> i32 {
    let (month, day) = (month.cast_signed(), day.min(99).cast_signed());
    let year = year - i32::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_kept() {
        assert_eq!(Day::of(1970, 1, 1), Some(Day(0)));
        assert_eq!(Day::of(2024, 2, 29).map(Day::civil), Some((2024, 2, 29)));
        assert_eq!(Day::of(2023, 2, 29), None);
        assert_eq!(Day::of(2026, 4, 31), None);
        assert_eq!(Day::of(1, 1, 1), Some(Day(BOUNDS.0)));
        assert_eq!(Day::of(9999, 12, 31), Some(Day(BOUNDS.1)));
        assert_eq!(Day::at(-1), Day(-1));
        assert_eq!(Day::at(i64::MAX), Day(BOUNDS.1));
    }

    #[test]
    fn months_end_where_they_end() {
        let day = |y, m, d| Day::of(y, m, d).unwrap();
        assert_eq!(day(2024, 3, 31).months_before(1), day(2024, 2, 29));
        assert_eq!(day(2024, 3, 31).months_before(15), day(2022, 12, 31));
        assert_eq!(day(2024, 3, 31).months_before(u32::MAX).civil().0, 1);
        assert_eq!(day(2024, 3, 1).days_before(1).as_imap(), "29-Feb-2024");
    }

    #[test]
    fn every_day_is_written_as_it_is_read() {
        for days in (BOUNDS.0..=BOUNDS.1).step_by(13) {
            let (year, month, day) = Day(days).civil();
            assert_eq!(Day::of(year, month, day), Some(Day(days)));
        }
    }
}
