//! The pure half of the message table: what needs no browser.

use super::format::{Distance, distance, scale};
use super::moment::{Near, near};
use super::*;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Without a browser a language's messages are there at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing to wait for"),
    }
}

fn packed(at: usize) -> &'static str {
    now(load(at)).unwrap()
}

#[test]
fn every_locale_has_a_text_for_every_key() {
    let mut tables: Vec<Vec<_>> =
        (0..LOCALES.len()).map(|at| packed(at).split('\0').collect()).collect();
    assert_eq!(tables[0].len(), FIRST);
    tables[0].extend(REST.split('\0'));
    let sizes: Vec<_> = tables.iter().map(Vec::len).collect();
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
    assert!(tables.iter().flatten().all(|message| !message.is_empty()));
}

#[test]
fn a_key_finds_its_own_text() {
    let check = |tag: &str, key, expect: &str| {
        let locale = Locale::from_tag(tag).unwrap();
        assert!(now(locale.load()));
        assert_eq!(locale.message(key), expect);
    };
    check("en", Key::LoginHeading, "Sign in");
    check("en", Key::ShellCompose, "Compose");
    check("zh-Hans", Key::LoginHeading, "登录");
}

#[test]
fn english_stands_in_for_a_language_that_is_not_here_yet() {
    let chinese = Locale::from_tag("zh-Hans").unwrap();
    assert_eq!(chinese.message(Key::LoginHeading), "Sign in");
}

#[test]
fn the_first_spoken_language_wins() {
    let check = |wanted: &[&str], expect| {
        assert_eq!(Locale::negotiate(wanted.iter().copied()).tag(), expect, "{wanted:?}");
    };
    check(&["en-GB"], "en");
    check(&["zh-CN", "en"], "zh-Hans");
    check(&["zh"], "zh-Hans");
    check(&["zh-Hans-SG"], "zh-Hans");
    check(&["xx", "zh-CN"], "zh-Hans");
    check(&["xx"], "en");
    check(&[], "en");
}

#[test]
fn placeholders_are_filled_once_and_braces_in_values_stay() {
    let check = |message, expect| {
        assert_eq!(fill(message, &[("name", "{Ann}"), ("count", "3")]), expect);
    };
    check("Hello {name}", "Hello {Ann}");
    check("{count} of {count}", "3 of 3");
    check("{unknown}!", "!");
    check("open { brace", "open { brace");
}

#[test]
fn a_missing_plural_form_falls_back_to_other() {
    let packed = "\u{1}one\u{1}\u{1}\u{1}\u{1}other";
    assert_eq!(choose_form(packed, "one"), "one");
    assert_eq!(choose_form(packed, "few"), "other");
    assert_eq!(choose_form(packed, "nonsense"), "other");
}

#[test]
fn dates_are_told_apart_by_local_day_and_year() {
    let now = (2026, 10, 22);
    assert_eq!(distance((2026, 10, 22), now), Distance::Today);
    assert_eq!(distance((2026, 0, 22), now), Distance::ThisYear);
    assert_eq!(distance((2025, 10, 22), now), Distance::Older);
}

#[test]
fn the_next_days_go_by_their_names() {
    let check = |days, expect| assert_eq!(near(days), expect);
    check(0, Near::Today);
    check(1, Near::Beside(1));
    check(-1, Near::Beside(-1));
    check(2, Near::Week);
    check(6, Near::Week);
    check(7, Near::Far);
    check(-2, Near::Far);
}

#[test]
fn sizes_scale_by_thousands() {
    assert_eq!(scale(999), (999.0, "byte"));
    assert_eq!(scale(1_000), (1.0, "kilobyte"));
    assert_eq!(scale(2_500_000), (2.5, "megabyte"));
    assert_eq!(scale(7_000_000_000), (7.0, "gigabyte"));
}
