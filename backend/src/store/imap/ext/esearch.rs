//! Numbers out of SEARCH (RFC 9051 §7.3.4), SORT, and ESEARCH with COUNT, MIN, MAX, ALL
//! (RFC 4731), PARTIAL (RFC 9394) and MODSEQ (RFC 7162). Linear, and into vectors of exact size.

use super::token::{Garbled, Tokens, Value};

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

/// What an ESEARCH says beside its numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Extended {
    /// How many were found.
    pub count: Option<u32>,
    /// The lowest number found.
    pub min: Option<u32>,
    /// The highest number found.
    pub max: Option<u32>,
    /// The highest modification number among those found.
    pub modseq: Option<u64>,
    /// Whether the numbers are the part that PARTIAL asked for.
    pub partial: bool,
}

impl Extended {
    /// Adds what a further response says: a long one was cut into several.
    pub(crate) fn add(&mut self, other: Self) {
        *self = Self {
            count: other.count.or(self.count),
            min: other.min.or(self.min),
            max: other.max.or(self.max),
            modseq: other.modseq.or(self.modseq),
            partial: other.partial || self.partial,
        };
    }
}

/// The numbers of an untagged SEARCH or SORT, in its order; a `(MODSEQ n)` at its end is none.
pub(crate) fn search(content: &[u8], limit: usize, uids: &mut Vec<u32>) -> Result<(), Unread> {
    for word in content.split(|byte| byte.is_ascii_whitespace()) {
        match word.first() {
            None => {}
            Some(b'(') => break,
            Some(_) => expand(word, limit, uids)?,
        }
    }
    Ok(())
}

/// The numbers of an ESEARCH's ALL or PARTIAL; none of both means that nothing was found.
pub(crate) fn esearch(
    content: &[u8],
    limit: usize,
    uids: &mut Vec<u32>,
) -> Result<Extended, Unread> {
    let mut found = Extended::default();
    let mut values = Tokens::new(content).all()?.into_iter();
    while let Some(name) = values.next() {
        // The correlator, and the word that says what the numbers are.
        if name.is_list() || name.is("UID") {
            continue;
        }
        let value = values.next().ok_or(Unread::Garbled)?;
        if name.is("ALL") {
            expand(value.bytes().ok_or(Unread::Garbled)?, limit, uids)?;
        } else if name.is("PARTIAL") {
            found.partial = true;
            match value.list() {
                [_, Value::Nil] => {}
                [_, set] => expand(set.bytes().ok_or(Unread::Garbled)?, limit, uids)?,
                _ => return Err(Unread::Garbled),
            }
        } else if name.is("COUNT") {
            found.count = Some(value.number().ok_or(Unread::Garbled)?);
        } else if name.is("MIN") {
            found.min = value.number();
        } else if name.is("MAX") {
            found.max = value.number();
        } else if name.is("MODSEQ") {
            found.modseq = value.modseq();
        }
    }
    Ok(found)
}

/// The numbers of a set such as `1:3,7`, in its order; 0 is none.
pub(crate) fn expand(set: &[u8], limit: usize, uids: &mut Vec<u32>) -> Result<(), Unread> {
    let mut count = 0_usize;
    for range in ranges(set) {
        let (first, last) = range?;
        count = count.saturating_add((last - first) as usize + 1);
    }
    if uids.len().saturating_add(count) > limit {
        return Err(Unread::TooMany);
    }
    if uids.is_empty() {
        uids.reserve_exact(count);
    }
    for range in ranges(set) {
        let (first, last) = range?;
        uids.extend(first.max(1)..=last);
    }
    Ok(())
}

/// The ranges of a set, each with its lower end first; `7` is one from 7 to 7.
pub(crate) fn ranges(set: &[u8]) -> impl Iterator<Item = Result<(u32, u32), Unread>> {
    set.split(|byte| *byte == b',').map(|range| {
        let mut ends = range.splitn(2, |byte| *byte == b':');
        let first = number(ends.next().unwrap_or_default())?;
        let last = ends.next().map_or(Ok(first), number)?;
        Ok((first.min(last), first.max(last)))
    })
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
        check(search, "  4  2 \r\n", "[4, 2]");
        check(search, " 4 2 (MODSEQ 917162500)\r\n", "[4, 2]");
        check(search, " 4 x\r\n", "Garbled");
        check(search, " 99999999999\r\n", "Garbled");
        check(search, " 0 4\r\n", "[4]");
    }

    #[test]
    fn extended_searches_are_read() {
        let check = |content, expect| {
            check(|content, limit, uids| esearch(content, limit, uids).map(drop), content, expect);
        };
        check(" (TAG \"P1\") UID ALL 1:3,7\r\n", "[1, 2, 3, 7]");
        check(" (TAG \"P1\") UID\r\n", "[]");
        check("(tag {2}\r\nP1)uid all 3\r\n", "[3]");
        check(" UID ALL 3:1\r\n", "[1, 2, 3]");
        check(" (TAG \"P1\") UID ALL 1:4294967295\r\n", "TooMany");
        check(" (TAG \"P1\") UID ALL\r\n", "Garbled");
        check(" (TAG \"P1\") UID PARTIAL (1:5 10:14)\r\n", "[10, 11, 12, 13, 14]");
        check(" (TAG \"P1\") UID PARTIAL (-50:-100 NIL)\r\n", "[]");
        check(" (TAG \"P1\") UID X-NEW (1 (2)) ALL 4\r\n", "[4]");
    }

    #[test]
    fn counts_come_beside_the_numbers() {
        let mut uids = Vec::new();
        let content = b" (TAG \"g\") MIN 1 MAX 5 COUNT 4 MODSEQ 917162500 ALL 1:2,4:5";
        let found = esearch(content, 10, &mut uids).unwrap();
        let expect = Extended {
            count: Some(4),
            min: Some(1),
            max: Some(5),
            modseq: Some(917_162_500),
            partial: false,
        };
        assert_eq!((found, uids), (expect, vec![1, 2, 4, 5]));
    }

    #[test]
    fn a_vector_is_as_large_as_its_numbers() {
        let mut uids = Vec::new();
        esearch(b" UID ALL 1:5,7:100004", 1_000_000, &mut uids).unwrap();
        assert_eq!((uids.len(), uids.capacity()), (100_003, 100_003));
    }
}
