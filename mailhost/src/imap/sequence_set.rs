//! Sets of sequence numbers or UIDs (RFC 3501 §9, `sequence-set`).

/// A first and a last number; `None` is `*`.
type Range = (Option<u32>, Option<u32>);

/// Which messages a command means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SequenceSet {
    /// Ranges as written.
    Ranges(Vec<Range>),
    /// `$`: what the last search saved (RFC 5182).
    Saved,
}

impl SequenceSet {
    pub fn parse(text: &str) -> Option<Self> {
        if text == "$" {
            return Some(Self::Saved);
        }
        let ranges = text.split(',').map(|range| {
            let (from, to) = range.split_once(':').unwrap_or((range, range));
            Some((bound(from)?, bound(to)?))
        });
        ranges.collect::<Option<_>>().map(Self::Ranges)
    }

    /// The ranges in ascending direction, `*` being the largest number in use.
    pub fn ranges(&self, largest: u32) -> impl Iterator<Item = (u32, u32)> {
        let ranges = match self {
            Self::Ranges(ranges) => ranges.as_slice(),
            Self::Saved => &[],
        };
        ranges.iter().map(move |(from, to)| {
            let (from, to) = (from.unwrap_or(largest), to.unwrap_or(largest));
            (from.min(to), from.max(to))
        })
    }

    /// Whether a range is written the larger number first.
    pub fn descends(&self) -> bool {
        let descends = |(from, to): &Range| from.zip(*to).is_some_and(|(from, to)| from > to);
        matches!(self, Self::Ranges(ranges) if ranges.iter().any(descends))
    }

    pub fn contains(&self, number: u32, largest: u32) -> bool {
        self.ranges(largest).any(|(from, to)| (from..=to).contains(&number))
    }
}

fn bound(text: &str) -> Option<Option<u32>> {
    match text {
        "*" => Some(None),
        digits => digits.parse().ok().filter(|number| *number > 0).map(Some),
    }
}

/// The shortest set of ascending numbers: `1:3,7`.
pub(crate) fn compress(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == *number => *end = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let shown = runs.iter().map(|(start, end)| match start == end {
        true => start.to_string(),
        false => format!("{start}:{end}"),
    });
    shown.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_is_the_largest_in_either_direction() {
        let set = SequenceSet::parse("2,4:*,9:7").unwrap();
        assert_eq!(set.ranges(3).collect::<Vec<_>>(), [(2, 2), (3, 4), (7, 9)]);
        assert!(set.contains(3, 3) && !set.contains(5, 3));
    }

    #[test]
    fn broken_sets_are_refused() {
        for text in ["", "0", "1:", ":2", "1,,2", "a", "4294967296", "$,1"] {
            assert_eq!(SequenceSet::parse(text), None, "{text}");
        }
    }

    #[test]
    fn runs_are_joined() {
        assert_eq!(compress(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
        assert_eq!(compress(&[]), "");
    }
}
