//! Cuts a long line of numbers into several responses of the same meaning, while it arrives.
//!
//! `* SEARCH 1 2 3` says what `* SEARCH 1` and `* SEARCH 2 3` say (RFC 9051 §7.3.4); the same goes
//! for SORT, for VANISHED, and for the set of an ESEARCH. So a mailbox of any size is searched in
//! the memory of its numbers, and no line of megabytes is ever held.

use bytes::{Buf, Bytes, BytesMut};

/// A line shorter than this is left whole.
const LONG: usize = 48 << 10;
/// A head (what every piece begins with) longer than this is not looked for.
const LONGEST_HEAD: usize = 512;

/// Takes a piece off the front of a line that has not ended yet; none if it is short, or not made
/// of numbers. What stays in `buffer` begins with the same head.
pub(super) fn cut(buffer: &mut BytesMut) -> Option<Bytes> {
    if buffer.len() < LONG {
        return None;
    }
    let (head, separator) = head(buffer)?;
    // Something must follow: a head alone would be another response.
    let numbers = &buffer[head..buffer.len() - 1];
    let end = head + numbers.iter().rposition(|byte| *byte == separator)?;
    let rest = (end + 1).checked_sub(head).filter(|rest| *rest >= head)?;
    let mut piece = Vec::with_capacity(end + 2);
    piece.extend_from_slice(&buffer[..end]);
    piece.extend_from_slice(b"\r\n");
    buffer.copy_within(..head, rest);
    buffer.advance(rest);
    Some(piece.into())
}

/// How long the head of such a line is, and what separates its numbers.
fn head(line: &[u8]) -> Option<(usize, u8)> {
    let begins = |words: &[u8]| {
        line.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words))
    };
    for words in [&b"* SEARCH "[..], b"* SORT "] {
        if begins(words) {
            return Some((words.len(), b' '));
        }
    }
    for words in [&b"* VANISHED (EARLIER) "[..], b"* VANISHED "] {
        if begins(words) {
            return Some((words.len(), b','));
        }
    }
    if begins(b"* ESEARCH ") {
        let start = &line[..line.len().min(LONGEST_HEAD)];
        let all = start.windows(5).position(|word| word.eq_ignore_ascii_case(b" ALL "))?;
        return Some((all + 5, b','));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts as long as there is something to cut; the pieces and the rest.
    fn check(head: &str, separator: &str) {
        let numbers: Vec<String> = (1..=40_000).map(|number: u32| number.to_string()).collect();
        let line = format!("{head}{}", numbers.join(separator));
        let mut buffer = BytesMut::from(line.as_bytes());
        let mut found = Vec::new();
        while let Some(piece) = cut(&mut buffer) {
            let piece = std::str::from_utf8(&piece).unwrap().to_owned();
            let piece = piece.strip_prefix(head).unwrap().strip_suffix("\r\n").unwrap().to_owned();
            found.extend(piece.split(separator).map(str::to_owned));
        }
        assert!(!found.is_empty());
        let rest = std::str::from_utf8(&buffer).unwrap().strip_prefix(head).unwrap();
        found.extend(rest.split(separator).map(str::to_owned));
        assert_eq!(found, numbers);
    }

    #[test]
    fn the_pieces_say_what_the_line_says() {
        check("* SEARCH ", " ");
        check("* sort ", " ");
        check("* ESEARCH (TAG \"P1\") UID ALL ", ",");
        check("* VANISHED (EARLIER) ", ",");
        check("* VANISHED ", ",");
    }

    #[test]
    fn other_lines_stay_whole() {
        for line in ["* SEARCH 1 2", "* ESEARCH (TAG \"P1\") UID COUNT 7"] {
            assert_eq!(cut(&mut BytesMut::from(line.as_bytes())), None);
        }
        let long = format!("* 1 FETCH (BODY[] \"{}", "1 ".repeat(LONG));
        assert_eq!(cut(&mut BytesMut::from(long.as_bytes())), None);
        let long = format!("* SEARCH {}", "x".repeat(LONG));
        assert_eq!(cut(&mut BytesMut::from(long.as_bytes())), None);
    }
}
