//! The user's own calendar: local days and hours by the zone data of the browser.

use js_sys::{Date, Intl, Reflect};

/// A moment as clocks and calendars show it here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// The year.
    pub year: u32,
    /// 0 for January.
    pub month: u32,
    /// From 1; more than a month has leads into the next one.
    pub day: u32,
    /// 0 for Sunday.
    pub weekday: u32,
    /// From 0.
    pub hour: u32,
    /// From 0.
    pub minute: u32,
}

/// How a moment (milliseconds since 1970) shows here.
#[must_use]
pub fn local(millis: f64) -> Local {
    let date = Date::new(&millis.into());
    Local {
        year: date.get_full_year(),
        month: date.get_month(),
        day: date.get_date(),
        weekday: date.get_day(),
        hour: date.get_hours(),
        minute: date.get_minutes(),
    }
}

/// When clocks and calendars show this (milliseconds since 1970); an hour that they leave out is
/// the one after it.
#[must_use]
pub fn moment_of(local: Local) -> f64 {
    let Local { year, month, day, hour, minute, .. } = local;
    let signed = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let date = Date::new_with_year_month_day_hr_min(
        year,
        signed(month),
        signed(day),
        signed(hour),
        signed(minute),
    );
    date.get_time()
}

/// What the zone is called, as "Europe/Warsaw"; empty where the browser does not say.
#[must_use]
pub fn zone() -> String {
    let format = Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    let name = Reflect::get(&format.resolved_options(), &"timeZone".into());
    name.ok().and_then(|name| name.as_string()).unwrap_or_default()
}
