//! What STAT, LIST and UIDL say, also from servers that say it their own way.

use crate::store::Error;

/// Most messages of a maildrop that are listed.
pub(super) const MOST: u32 = 1_000_000;
/// What there are too many of then.
pub(super) const MESSAGES: &str = "messages of a maildrop";

/// What a maildrop holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// Messages.
    pub messages: u32,
    /// Their octets.
    pub octets: u64,
}

impl Stat {
    /// Reads what stands behind `+OK`; none for counts below zero.
    pub(super) fn read(text: &str) -> Result<Option<Self>, Error> {
        let mut words = text.split_whitespace();
        let mut number = || words.next().and_then(|word| word.parse::<i64>().ok());
        let (Some(messages), Some(octets)) = (number(), number()) else {
            return Err(Error::Garbled("STAT"));
        };
        let found = u32::try_from(messages).ok().zip(u64::try_from(octets).ok());
        Ok(found.map(|(messages, octets)| Self { messages, octets }))
    }
}

/// A message as LIST names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Its number in this session.
    pub number: u32,
    /// Its octets, as the server counts them; 0 where it counts below that.
    pub octets: u64,
}

/// A line's words. Some servers put `+OK` before each line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let line = line.strip_prefix("+OK").unwrap_or(line);
    line.split([' ', '\t']).filter(|word| !word.is_empty())
}

fn number<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<u32> {
    words.next()?.parse().ok().filter(|number| *number > 0)
}

/// Reads a line of LIST; none for what is no such line.
pub(super) fn entry(line: &str) -> Option<Option<Listed>> {
    let mut words = words(line);
    let number = number(&mut words)?;
    let octets = words.next()?.parse::<i64>().ok()?;
    Some(Some(Listed { number, octets: u64::try_from(octets).unwrap_or(0) }))
}

/// Reads a line of UIDL; inside, none for a message without one. At most 70 characters of 0x21 to
/// 0x7E (RFC 1939 §7), of which only the first holds everywhere: what else comes is kept as it is.
pub(super) fn uidl(line: &str) -> Option<Option<(u32, String)>> {
    let mut words = words(line);
    let number = number(&mut words)?;
    Some(words.next().map(|uidl| (number, uidl.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_is_read_and_counts_below_zero_are_none() {
        let check = |text: &str, expect: Option<(u32, u64)>| {
            let found = Stat::read(text).unwrap().map(|stat| (stat.messages, stat.octets));
            assert_eq!(found, expect);
        };
        check("3 221409", Some((3, 221_409)));
        check("3  221409 octets", Some((3, 221_409)));
        check("-1 -1", None);
        for text in ["", "3", "three 5"] {
            assert!(Stat::read(text).is_err());
        }
    }

    #[test]
    fn listings_are_read_however_they_are_spaced() {
        let check = |line: &str, expect: Option<(u32, u64)>| {
            let found = entry(line).flatten().map(|listed| (listed.number, listed.octets));
            assert_eq!(found, expect, "{line:?}");
        };
        check("1 1024", Some((1, 1024)));
        check("  2   1025  extra", Some((2, 1025)));
        check("+OK 3 1026", Some((3, 1026)));
        check("4 -1", Some((4, 0)));
        check("0 1", None);
        check("one 1", None);
        check("1", None);
    }

    #[test]
    fn a_message_may_lack_its_uidl() {
        let check = |line: &str, expect: Option<Option<(u32, &str)>>| {
            let expect = expect.map(|it| it.map(|(number, uidl)| (number, uidl.to_owned())));
            assert_eq!(uidl(line), expect, "{line:?}");
        };
        check("1 101", Some(Some((1, "101"))));
        check("+OK 1\twhqtswO00WBw418f9t5JxYwZ", Some(Some((1, "whqtswO00WBw418f9t5JxYwZ"))));
        check("2   AA==  ", Some(Some((2, "AA=="))));
        check("3", Some(None));
        check("", None);
        check("x 5", None);
    }
}
