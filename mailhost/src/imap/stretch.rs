//! A stretch of a result: `1:500` from its beginning, `-1:-500` from its end (RFC 9394 §3.1).

use std::fmt;

use super::Refusal;
use super::arguments::Arguments;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    from_end: bool,
    /// Counted from 1, the smaller one first.
    first: u32,
    last: u32,
}

impl Stretch {
    pub fn parse(arguments: &mut Arguments<'_>) -> Result<Self, Refusal> {
        let from_end = arguments.take(b'-');
        let one = arguments.number()?;
        arguments.expect(b':')?;
        if from_end {
            arguments.expect(b'-')?;
        }
        let other = arguments.number()?;
        if one == 0 || other == 0 {
            return Err(Refusal::bad("Positions count from 1"));
        }
        Ok(Self { from_end, first: one.min(other), last: one.max(other) })
    }

    /// The part of a whole result that it names.
    pub fn of<'a, T>(&self, whole: &'a [T]) -> &'a [T] {
        let (before, upto) = (self.first as usize - 1, (self.last as usize).min(whole.len()));
        match self.from_end {
            _ if before >= upto => &[],
            true => &whole[whole.len() - upto..whole.len() - before],
            false => &whole[before..upto],
        }
    }
}

impl fmt::Display for Stretch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.from_end { "-" } else { "" };
        write!(formatter, "{sign}{}:{sign}{}", self.first, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::Stretch;

    #[test]
    fn stretches_begin_at_either_end() {
        let of =
            |from_end, first, last| Stretch { from_end, first, last }.of(&[1, 2, 3, 4, 5]).to_vec();
        assert_eq!(of(false, 1, 2), [1, 2]);
        assert_eq!(of(false, 4, 9), [4, 5]);
        assert_eq!(of(true, 1, 2), [4, 5]);
        assert_eq!(of(true, 5, 9), [1]);
        assert!(of(false, 6, 9).is_empty() && of(true, 6, 9).is_empty());
    }
}
