//! Uids out of SEARCH (RFC 9051 §7.3.4) and ESEARCH (RFC 4731), in linear time.

use super::token::{Garbled, Tokens};

/// Why uids could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Not to be understood.
    Garbled,
    /// More than allowed.
    TooMany,
}

impl From<Garbled> for Unread {
    fn from(_: Garbled) -> Self {
        Self::Garbled
    }
}

/// The numbers of an untagged SEARCH; a `(MODSEQ n)` at its end is no number.
pub(crate) fn search(content: &[u8], limit: usize, uids: &mut Vec<u32>) -> Result<(), Unread> {
    for word in content.split(|byte| byte.is_ascii_whitespace()) {
        match word.first() {
            None => {}
            Some(b'(') => break,
            Some(_) => {
                let uid = number(word)?;
                push_range(uids, (uid, uid), limit)?;
            }
        }
    }
    Ok(())
}

/// The numbers of an ESEARCH's ALL; none of it means that nothing was found.
pub(crate) fn esearch(content: &[u8], limit: usize, uids: &mut Vec<u32>) -> Result<(), Unread> {
    let mut words = Tokens::new(content).all()?.into_iter();
    while let Some(word) = words.next() {
        if word.is("ALL") {
            let set = words.next().ok_or(Unread::Garbled)?;
            return expand(set.bytes().ok_or(Unread::Garbled)?, limit, uids);
        }
    }
    Ok(())
}

/// The numbers of a set such as `1:3,7`, in its order.
pub(crate) fn expand(set: &[u8], limit: usize, uids: &mut Vec<u32>) -> Result<(), Unread> {
    for range in set.split(|byte| *byte == b',') {
        let mut ends = range.splitn(2, |byte| *byte == b':');
        let first = number(ends.next().unwrap_or_default())?;
        let last = ends.next().map_or(Ok(first), number)?;
        push_range(uids, (first, last), limit)?;
    }
    Ok(())
}

fn push_range(uids: &mut Vec<u32>, ends: (u32, u32), limit: usize) -> Result<(), Unread> {
    let (first, last) = (ends.0.min(ends.1), ends.0.max(ends.1));
    let count = (last - first) as usize + 1;
    if uids.len().saturating_add(count) > limit {
        return Err(Unread::TooMany);
    }
    uids.extend(first..=last);
    Ok(())
}

fn number(digits: &[u8]) -> Result<u32, Unread> {
    if digits.is_empty() {
        return Err(Unread::Garbled);
    }
    digits.iter().try_fold(0_u32, |number, digit| match digit {
        b'0'..=b'9' => number
            .checked_mul(10)
            .and_then(|tens| tens.checked_add(u32::from(digit - b'0')))
            .ok_or(Unread::Garbled),
        _ => Err(Unread::Garbled),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = fn(&[u8], usize, &mut Vec<u32>) -> Result<(), Unread>;

    fn check(read: Read, content: &str, expect: &str) {
        let mut uids = Vec::new();
        let got = match read(content.as_bytes(), 10, &mut uids) {
            Ok(()) => format!("{uids:?}"),
            Err(unread) => format!("{unread:?}"),
        };
        assert_eq!(got, expect, "{content}");
    }

    #[test]
    fn searches_are_read() {
        check(search, " 4 2 9\r\n", "[4, 2, 9]");
        check(search, "\r\n", "[]");
        check(search, " 4 2 (MODSEQ 917162500)\r\n", "[4, 2]");
        check(search, " 4 x\r\n", "Garbled");
        check(search, " 99999999999\r\n", "Garbled");
    }

    #[test]
    fn extended_searches_are_read() {
        check(esearch, " (TAG \"P1\") UID ALL 1:3,7\r\n", "[1, 2, 3, 7]");
        check(esearch, " (TAG \"P1\") UID\r\n", "[]");
        check(esearch, " (TAG \"P1\") UID ALL 3:1\r\n", "[1, 2, 3]");
        check(esearch, " (TAG \"P1\") UID ALL 1:4294967295\r\n", "TooMany");
        check(esearch, " (TAG \"P1\") UID ALL\r\n", "Garbled");
    }
}
