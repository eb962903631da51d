//! The values of a query's keys: dates as people write them, lengths of time, sizes.

use super::day::{Day, month};

/// Reads a date: `2026-01-05`, `2026/1/5`, `20260105`, `5.1.2026`, `1/5/2026` (month first, unless
/// that is no month), `5-Jan-2026`, `2026年1月5日`, `2026-01`, `2026`, `today`, `yesterday`.
pub(super) fn date(text: &str, today: Day) -> Option<Day> {
    match text.to_lowercase().as_str() {
        "today" | "今天" | "今日" => return Some(today),
        "yesterday" | "昨天" | "昨日" => return Some(today.days_before(1)),
        _ => {}
    }
    let compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    if compact {
        return Day::of(number(&text[..4])?, number(&text[4..6])?, number(&text[6..])?);
    }
    let text = text.trim_end_matches(['日', '月', '年']);
    let signs = ['-', '/', '.', '年', '月'];
    let parts: Vec<&str> = text.split(signs).collect();
    let slashes = text.contains('/');
    match parts[..] {
        [year] if is_year(year) => Day::of(number(year)?, 1, 1),
        [year, month] if is_year(year) => Day::of(number(year)?, named(month)?, 1),
        [year, month, day] if is_year(year) => Day::of(number(year)?, named(month)?, number(day)?),
        [first, second, year] if is_year(year) => {
            let (year, by_month) = (number(year)?, || Some((named(first)?, number(second)?)));
            let by_day = || Some((named(second)?, number(first)?));
            let of = |(month, day)| Day::of(year, month, day);
            let (one, other) = if slashes {
                (by_month().and_then(of), by_day().and_then(of))
            } else {
                (by_day().and_then(of), by_month().and_then(of))
            };
            one.or(other)
        }
        _ => None,
    }
}

/// Reads a length of time (`3d`, `2w`, `6m`, `1y`; a bare number is days) and gives the day that
/// lies so far back.
pub(super) fn ago(text: &str, today: Day) -> Option<Day> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (count, unit) = text.split_at(end);
    let count: u32 = number(count)?;
    match unit.to_lowercase().as_str() {
        "" | "d" | "day" | "days" | "天" | "日" => Some(today.days_before(count)),
        "w" | "week" | "weeks" | "周" => Some(today.days_before(count.saturating_mul(7))),
        "m" | "month" | "months" | "月" | "个月" => Some(today.months_before(count)),
        "y" | "year" | "years" | "年" => Some(today.months_before(count.saturating_mul(12))),
        _ => None,
    }
}

/// Reads a size: `500`, `500k`, `10M`, `1.5mb`, `2g`, in powers of 1024; past 32 bits the largest.
pub(super) fn size(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (count, unit) = text.split_at(end);
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return None,
    };
    let (whole, tenths) = count.split_once('.').unwrap_or((count, ""));
    let whole: u64 = whole.parse().ok()?;
    // Three digits after the point are more than anybody means.
    let tenths: String = tenths.chars().chain("000".chars()).take(3).collect();
    let thousandths = whole.checked_mul(1_000)?.checked_add(tenths.parse().ok()?)?;
    let bytes = (u128::from(thousandths) << shift) / 1_000;
    Some(u32::try_from(bytes).unwrap_or(u32::MAX))
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A month by number or by its English name.
fn named(text: &str) -> Option<u32> {
    number(text).or_else(|| month(text).filter(|_| text.len() >= 3 && text.is_ascii()))
}

/// A number of digits alone: no sign, no space.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}
