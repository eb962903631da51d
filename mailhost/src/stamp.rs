//! A moment with its zone, and the date forms of RFC 3501 §9 and RFC 5322 §3.3.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const LONG_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const LONG_WEEKDAYS: [&str; 7] =
    ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
const DAY: i64 = 86_400;

/// Seconds since 1970 and the zone they are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    pub seconds: i64,
    pub zone_minutes: i32,
}

impl Stamp {
    pub fn from_time(time: SystemTime) -> Self {
        let seconds = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
        };
        Self { seconds, zone_minutes: 0 }
    }

    pub fn time(self) -> SystemTime {
        let distance = Duration::from_secs(self.seconds.unsigned_abs());
        if self.seconds < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance }
    }

    /// The day in its own zone, counted from 1970-01-01; SEARCH compares these.
    pub fn day(self) -> i64 {
        self.local().div_euclid(DAY)
    }

    /// `Wednesday, 17 July`.
    pub fn weekday_and_day(self) -> String {
        let (_, month, day) = civil(self.day());
        format!("{}, {day} {}", LONG_WEEKDAYS[self.weekday()], LONG_MONTHS[month - 1])
    }

    /// `1996-07-17`, with the separator asked for.
    pub fn iso_day(self, separator: &str) -> String {
        let (year, month, day) = civil(self.day());
        format!("{year:04}{separator}{month:02}{separator}{day:02}")
    }

    /// `17-Jul-1996 02:44:25 -0700`.
    pub fn internal_date(self) -> String {
        let (year, month, day) = civil(self.day());
        format!("{day:2}-{}-{year:04} {} {}", MONTHS[month - 1], self.clock_text(), self.zone())
    }

    /// `Wed, 17 Jul 1996 02:44:25 -0700`.
    pub fn rfc5322(self) -> String {
        let (year, month, day) = civil(self.day());
        let weekday = &LONG_WEEKDAYS[self.weekday()][..3];
        format!(
            "{weekday}, {day} {} {year:04} {} {}",
            MONTHS[month - 1],
            self.clock_text(),
            self.zone()
        )
    }

    /// Reads the date-time of APPEND.
    pub fn parse_internal(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let day = parse_day(words.next()?)?;
        Self::assemble(day, words.next()?, words.next()?)
    }

    /// Reads a Date header, with or without weekday and seconds; comments are ignored.
    pub fn parse_rfc5322(text: &str) -> Option<Self> {
        let text = text.split('(').next()?;
        let text = text.split_once(',').map_or(text, |(_, rest)| rest);
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let [day, month, year, clock, rest @ ..] = words.as_slice() else { return None };
        let day = parse_day(&format!("{day}-{month}-{year}"))?;
        Self::assemble(day, clock, rest.first().copied().unwrap_or("+0000"))
    }

    fn assemble(day: i64, clock: &str, zone: &str) -> Option<Self> {
        let mut units = clock.split(':').map(|unit| unit.parse::<i64>().ok());
        let (hours, minutes) = (units.next()??, units.next()??);
        let seconds = units.next().unwrap_or(Some(0))?;
        let zone_minutes = match zone.split_at_checked(1)? {
            (sign @ ("+" | "-"), digits) => {
                let number =
                    digits.parse::<i32>().ok().filter(|number| (0..=9999).contains(number))?;
                let minutes = number / 100 * 60 + number % 100;
                if sign == "-" { -minutes } else { minutes }
            }
            _ => 0,
        };
        if !((0..24).contains(&hours) && (0..60).contains(&minutes) && (0..=60).contains(&seconds))
        {
            return None;
        }
        let local = day * DAY + hours * 3600 + minutes * 60 + seconds;
        Some(Self { seconds: local - i64::from(zone_minutes) * 60, zone_minutes })
    }

    /// Counted from Thursday, the first day of 1970.
    fn weekday(self) -> usize {
        usize::try_from(self.day().rem_euclid(7)).unwrap_or(0)
    }

    fn local(self) -> i64 {
        self.seconds + i64::from(self.zone_minutes) * 60
    }

    fn clock_text(self) -> String {
        let second = self.local().rem_euclid(DAY);
        format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
    }

    fn zone(self) -> String {
        let sign = if self.zone_minutes < 0 { '-' } else { '+' };
        let minutes = self.zone_minutes.abs();
        format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
    }
}

/// Reads `1-Feb-1994` as days since 1970-01-01.
pub(crate) fn parse_day(text: &str) -> Option<i64> {
    let mut fields = text.trim().splitn(3, '-');
    let day = fields.next()?.trim().parse::<i64>().ok()?;
    let name = fields.next()?;
    let month = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))? + 1;
    let year = fields.next()?.parse::<i64>().ok()?;
    let plausible = (1..=31).contains(&day) && (1..=9999).contains(&year);
    plausible.then(|| days(year, i64::try_from(month).unwrap_or(1), day))
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, in years from March on.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days`]: year, month 1–12, day.
fn civil(days: i64) -> (i64, usize, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, usize::try_from(month).unwrap_or(1), day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_survive_a_round_trip() {
        for text in [
            "17-Jul-1996 02:44:25 -0700",
            "29-Feb-2024 23:59:59 +0530",
            " 1-Jan-1970 00:00:00 +0000",
        ] {
            assert_eq!(
                Stamp::parse_internal(text).map(Stamp::internal_date).as_deref(),
                Some(text)
            );
        }
        let header = "Wed, 17 Jul 1996 02:44:25 -0700";
        assert_eq!(Stamp::parse_rfc5322(header).map(Stamp::rfc5322).as_deref(), Some(header));
        assert_eq!(parse_day("1-Jan-1970"), Some(0));
        assert_eq!(parse_day("1-Mar-2000"), Some(11_017));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "tomorrow", "32-Jan-2000", "1-Foo-2000", "1-Jan"] {
            assert_eq!(parse_day(text), None, "{text}");
        }
        for text in ["1 Jan 2000", "1 Jan 2000 9999999999999999:00", "1 Jan 2000 10:00 +99999999"] {
            assert_eq!(Stamp::parse_rfc5322(text), None, "{text}");
        }
    }
}
