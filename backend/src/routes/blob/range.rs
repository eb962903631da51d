//! What of a file is wanted (RFC 9110 §13.1.5, §14).

use std::ops::Range;

use axum::http::HeaderMap;
use axum::http::header::{IF_RANGE, RANGE};

/// What of a file is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it, also where the header cannot be honoured.
    Whole,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// Bytes that it does not have.
    Nothing,
}

/// Reads it from the headers, for a file of `size` bytes that goes by `etag`.
pub(super) fn wanted(headers: &HeaderMap, etag: &str, size: Option<u64>) -> Wanted {
    let text =
        |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let (Some(range), Some(size)) = (text(RANGE), size) else { return Wanted::Whole };
    // The rest of another version, or of one known by its date only, is of no use.
    if text(IF_RANGE).is_some_and(|known| known != etag) {
        return Wanted::Whole;
    }
    match read(range, size) {
        None => Wanted::Whole,
        Some(range) if range.is_empty() => Wanted::Nothing,
        Some(range) => Wanted::Part(range),
    }
}

/// One range, cut to what there is; none where it is no range, or several.
fn read(range: &str, size: u64) -> Option<Range<u64>> {
    let (unit, range) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large for this is past every end.
        true => Some(text.parse::<u64>().unwrap_or(u64::MAX)),
        false => None,
    };
    let (first, last) = range.trim().split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    match (first, last) {
        ("", "") => None,
        ("", last) => Some(size.saturating_sub(number(last)?)..size),
        (first, "") => Some(number(first)?.min(size)..size),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then(|| first.min(size)..last.saturating_add(1).min(size))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, size: u64, expect: &Wanted) {
        let headers = HeaderMap::from_iter([(RANGE, range.parse().unwrap())]);
        assert_eq!(wanted(&headers, "\"e\"", Some(size)), *expect, "{range} of {size}");
    }

    #[test]
    fn ranges_are_cut_to_what_there_is() {
        check("bytes=0-0", 10, &Wanted::Part(0..1));
        check("bytes=2-5", 10, &Wanted::Part(2..6));
        check("bytes=5-", 10, &Wanted::Part(5..10));
        check("bytes=-3", 10, &Wanted::Part(7..10));
        check("bytes=-30", 10, &Wanted::Part(0..10));
        check("bytes=8-99999999999999999999999", 10, &Wanted::Part(8..10));
        check("Bytes = 2 - 5", 10, &Wanted::Part(2..6));
    }

    #[test]
    fn bytes_past_the_end_are_refused() {
        for range in ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"] {
            check(range, 10, &Wanted::Nothing);
        }
        check("bytes=0-", 0, &Wanted::Nothing);
    }

    #[test]
    fn what_is_no_single_range_is_passed_over() {
        for range in [
            "bytes=0-1,3-4",
            "bytes=5-2",
            "bytes=-",
            "bytes=x-2",
            "lines=1-2",
            "bytes",
            "bytes=+1-2",
        ] {
            check(range, 10, &Wanted::Whole);
        }
    }

    #[test]
    fn the_rest_of_another_version_is_not_sent() {
        let headers = |known: &str| {
            HeaderMap::from_iter([
                (RANGE, "bytes=1-".parse().unwrap()),
                (IF_RANGE, known.parse().unwrap()),
            ])
        };
        let ask = |known, size| wanted(&headers(known), "\"e\"", size);
        assert_eq!(ask("\"e\"", Some(3)), Wanted::Part(1..3));
        assert_eq!(ask("\"other\"", Some(3)), Wanted::Whole);
        assert_eq!(ask("W/\"e\"", Some(3)), Wanted::Whole);
        assert_eq!(ask("Mon, 02 Nov 2026 10:00:00 GMT", Some(3)), Wanted::Whole);
        assert_eq!(ask("\"e\"", None), Wanted::Whole);
    }
}
