//! When something will be, as one says it: "at 14:32", "tomorrow at 08:00", "12 December at 08:00".

use js_sys::{Array, Date, Intl};
use wasm_bindgen::JsValue;

use super::format::{in_zone, options};
use super::{Key, locale, text_with, time_only};

const DAY_MS: f64 = 86_400_000.0;

/// How a day is named, seen from another.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Near {
    Today,
    /// So many days from today: "tomorrow", "yesterday".
    Beside(i32),
    /// Within a week: by the day of the week.
    Week,
    Far,
}

/// Tells how far days lie ahead.
pub(super) fn near(days: i32) -> Near {
    match days {
        0 => Near::Today,
        -1 | 1 => Near::Beside(days),
        2..=6 => Near::Week,
        _ => Near::Far,
    }
}

/// The number of a local day, counted without regard to how long days are.
fn day(date: &Date) -> f64 {
    let (year, month, day) = (date.get_full_year(), date.get_month(), date.get_date());
    (Date::utc(f64::from(year), f64::from(month)) / DAY_MS).round() + f64::from(day)
}

/// A moment to come (milliseconds since 1970), in the user's zone.
pub fn moment(millis: f64) -> String {
    let (then, now) = (Date::new(&JsValue::from_f64(millis)), Date::new_0());
    // Truncation is meant: whole days, and few of them wherever it matters.
    let days = (day(&then) - day(&now)) as i32;
    let name = match near(days) {
        Near::Today => return text_with(Key::TimeToday, &[("time", &time_only(millis, None))]),
        Near::Beside(days) => beside(days),
        Near::Week => in_zone(millis, None, &[("weekday", "long")]),
        Near::Far if then.get_full_year() == now.get_full_year() => {
            in_zone(millis, None, &[("month", "long"), ("day", "numeric")])
        }
        Near::Far => in_zone(millis, None, &[("dateStyle", "long")]),
    };
    text_with(Key::TimeDay, &[("day", &name), ("time", &time_only(millis, None))])
}

fn beside(days: i32) -> String {
    let tags = Array::of1(&JsValue::from_str(locale().tag()));
    let format = Intl::RelativeTimeFormat::new(&tags, &options(&[("numeric", "auto")]));
    String::from(format.format(f64::from(days), "day"))
}
