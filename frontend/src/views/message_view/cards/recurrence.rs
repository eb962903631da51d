//! How an event comes again, as a sentence; what the sentence does not hold is said to be missing.

use postern_shared::calendar::{Frequency, Moment, Recurrence};

use crate::i18n::{Key, day_only, list, text, text_count, text_with, weekday};

/// The sentence.
pub(super) fn recurrence(rule: &Recurrence) -> String {
    let Some(step) = step(rule.frequency) else { return text(Key::CardRepeatsSomehow) };
    let mut said = vec![text_count(step, rule.interval.max(1).into(), &[])];
    if !rule.weekdays.is_empty() {
        let days: Vec<_> = rule.weekdays.iter().map(|(_, day)| weekday(*day)).collect();
        said.push(text_with(Key::CardRepeatsOn, &[("days", &list(&days))]));
    }
    if let Some(count) = rule.count {
        said.push(text_count(Key::CardRepeatsTimes, count.into(), &[]));
    }
    if let Some(until) = &rule.until {
        said.push(text_with(Key::CardRepeatsUntil, &[("date", &day(until))]));
    }
    if says_more(rule) {
        said.push(text(Key::CardRepeatsMore));
    }
    said.join(" ")
}

fn step(frequency: Frequency) -> Option<Key> {
    Some(match frequency {
        Frequency::Yearly => Key::CardYearly,
        Frequency::Monthly => Key::CardMonthly,
        Frequency::Weekly => Key::CardWeekly,
        Frequency::Daily => Key::CardDaily,
        Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => return None,
    })
}

/// Whether the rule holds what the sentence does not.
fn says_more(rule: &Recurrence) -> bool {
    let nth = rule.weekdays.iter().any(|(which, _)| *which != 0);
    let days = !rule.month_days.is_empty() || !rule.months.is_empty();
    let dates = !rule.except.is_empty() || !rule.extra.is_empty();
    rule.partial || nth || days || dates || !rule.positions.is_empty()
}

fn day(moment: &Moment) -> String {
    match moment {
        Moment::Day(day) => day_only(f64::from(*day) * 86_400_000.0, Some("UTC")),
        Moment::Instant { at, .. } => day_only(*at as f64 * 1000.0, None),
        Moment::Floating(at) => day_only(*at as f64 * 1000.0, Some("UTC")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_known_to_be_left_out() {
        let check = |rule: Recurrence, expect| assert_eq!(says_more(&rule), expect);
        check(Recurrence { weekdays: vec![(0, 1)], ..Recurrence::default() }, false);
        check(Recurrence { weekdays: vec![(-1, 4)], ..Recurrence::default() }, true);
        check(Recurrence { month_days: vec![15], ..Recurrence::default() }, true);
        check(Recurrence { except: vec![Moment::Day(3)], ..Recurrence::default() }, true);
    }
}
