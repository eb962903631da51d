//! Numbers, sizes, lists and dates, written by the browser's `Intl` and kept per language.

use super::{Locale, locale};
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::wasm_bindgen::{JsCast, JsValue};
use std::cell::RefCell;

/// The formatters of one language; making one costs far more than using it.
struct Formats {
    locale: Locale,
    plural: Intl::PluralRules,
    number: Function,
    time: Function,
    day: Function,
    older: Function,
    full: Function,
}

thread_local! {
    static FORMATS: RefCell<Option<Formats>> = const { RefCell::new(None) };
}

pub(super) fn options(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in pairs {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    object
}

impl Formats {
    fn new(locale: Locale) -> Self {
        let tags = Array::of1(&JsValue::from_str(locale.tag()));
        let date =
            |pairs: &[(&str, &str)]| Intl::DateTimeFormat::new(&tags, &options(pairs)).format();
        Self {
            locale,
            plural: Intl::PluralRules::new(&tags, &Object::new()),
            number: Intl::NumberFormat::new(&tags, &Object::new()).format(),
            time: date(&[("hour", "numeric"), ("minute", "2-digit")]),
            day: date(&[("month", "short"), ("day", "numeric")]),
            older: date(&[("year", "numeric"), ("month", "short"), ("day", "numeric")]),
            full: date(&[("dateStyle", "full"), ("timeStyle", "short")]),
        }
    }
}

fn with_formats<T>(use_them: impl FnOnce(&Formats) -> T) -> T {
    let current = locale();
    FORMATS.with_borrow_mut(|slot| {
        if slot.as_ref().is_none_or(|formats| formats.locale != current) {
            *slot = Some(Formats::new(current));
        }
        use_them(slot.as_ref().expect("it was made above"))
    })
}

fn call(function: &Function, value: &JsValue) -> String {
    let written = function.call1(&JsValue::UNDEFINED, value).ok();
    written.and_then(|written| written.as_string()).unwrap_or_default()
}

pub(super) fn plural_category(count: u64) -> String {
    with_formats(|formats| String::from(formats.plural.select(count as f64)))
}

/// A whole number with the language's digits and grouping.
pub fn number(value: u64) -> String {
    with_formats(|formats| call(&formats.number, &JsValue::from_f64(value as f64)))
}

/// A size in bytes as "12 kB" or "3.4 MB".
pub fn file_size(bytes: u64) -> String {
    let (value, unit) = scale(bytes);
    let wanted = options(&[
        ("style", "unit"),
        ("unit", unit),
        // "796 byte" would be the short form.
        ("unitDisplay", if unit == "byte" { "long" } else { "short" }),
        ("maximumFractionDigits", if value < 10.0 { "1" } else { "0" }),
    ]);
    let tags = Array::of1(&JsValue::from_str(locale().tag()));
    call(&Intl::NumberFormat::new(&tags, &wanted).format(), &JsValue::from_f64(value))
}

/// Decimal units, as disks and mail servers' limits count them.
pub(super) fn scale(bytes: u64) -> (f64, &'static str) {
    match bytes {
        0..1_000 => (bytes as f64, "byte"),
        1_000..1_000_000 => (bytes as f64 / 1e3, "kilobyte"),
        1_000_000..1_000_000_000 => (bytes as f64 / 1e6, "megabyte"),
        _ => (bytes as f64 / 1e9, "gigabyte"),
    }
}

/// Several names as the language joins them: "Ann, Ben and Cem".
pub fn list(names: &[String]) -> String {
    let tags = Array::of1(&JsValue::from_str(locale().tag()));
    let joined: Array = names.iter().map(|name| JsValue::from_str(name)).collect();
    String::from(Intl::ListFormat::new(&tags, &Object::new()).format(&joined))
}

/// How far a moment lies back, as far as writing it down is concerned.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Distance {
    Today,
    ThisYear,
    Older,
}

/// Compares two local days, each as (year, month, day).
pub(super) fn distance(then: (u32, u32, u32), now: (u32, u32, u32)) -> Distance {
    match (then == now, then.0 == now.0) {
        (true, _) => Distance::Today,
        (_, true) => Distance::ThisYear,
        _ => Distance::Older,
    }
}

fn local_day(date: &Date) -> (u32, u32, u32) {
    (date.get_full_year(), date.get_month(), date.get_date())
}

/// A moment (milliseconds since 1970) for a row: time today, day this year, date before.
pub fn short_date(millis: f64) -> String {
    let date = Date::new(&JsValue::from_f64(millis));
    let distance = distance(local_day(&date), local_day(&Date::new_0()));
    with_formats(|formats| {
        let format = match distance {
            Distance::Today => &formats.time,
            Distance::ThisYear => &formats.day,
            Distance::Older => &formats.older,
        };
        call(format, &date)
    })
}

/// A moment (milliseconds since 1970) in full, in the user's zone.
pub fn full_date(millis: f64) -> String {
    let date = Date::new(&JsValue::from_f64(millis));
    with_formats(|formats| call(&formats.full, &date))
}

/// A moment written in some way, in a time zone; in the user's own where none is named or known.
pub(super) fn in_zone(millis: f64, zone: Option<&str>, pairs: &[(&str, &str)]) -> String {
    let tags = Array::of1(&JsValue::from_str(locale().tag()));
    let write = |zone: Option<&str>| {
        let wanted: Vec<_> =
            pairs.iter().copied().chain(zone.map(|zone| ("timeZone", zone))).collect();
        // A zone that the browser does not know is refused by an exception.
        let arguments = Array::of2(&tags, &options(&wanted));
        let made = Reflect::get(&js_sys::global(), &"Intl".into())
            .and_then(|intl| Reflect::get(&intl, &"DateTimeFormat".into()))
            .and_then(|maker| Reflect::construct(maker.unchecked_ref::<Function>(), &arguments))
            .ok()?;
        Some(call(&made.unchecked_into::<Intl::DateTimeFormat>().format(), &millis.into()))
    };
    write(zone).or_else(|| write(None)).unwrap_or_default()
}

/// A day and an hour in full, in a zone or in the user's own.
pub fn day_and_time(millis: f64, zone: Option<&str>) -> String {
    in_zone(millis, zone, &[("dateStyle", "full"), ("timeStyle", "short")])
}

/// A day in full.
pub fn day_only(millis: f64, zone: Option<&str>) -> String {
    in_zone(millis, zone, &[("dateStyle", "full")])
}

/// An hour.
pub fn time_only(millis: f64, zone: Option<&str>) -> String {
    in_zone(millis, zone, &[("timeStyle", "short")])
}

/// The name of a day of the week, 0 for Monday.
pub fn weekday(day: u8) -> String {
    // The fifth of January 1970 was a Monday.
    let millis = (4.0 + f64::from(day)) * 86_400_000.0;
    in_zone(millis, Some("UTC"), &[("weekday", "long")])
}
