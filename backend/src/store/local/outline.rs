//! The outline of a message that is too large to be held: what its structure and its first texts are
//! read from, while its octets pass by. Pure.
//!
//! Structure lies in headers and in lines that begin with `--`: of each run between two such lines
//! the beginning is kept, and the end, so that parts end where they end; the middle is left out, and
//! noted, so that a place in the outline is a place in the message.

use sha2::{Digest, Sha256};

/// Octets of an outline, at most so many and a run.
const MOST: usize = 16 << 20;
/// Octets of a run that are kept while the outline is small, later, and near its end.
const ROOMS: [(usize, usize); 3] = [(2 << 20, 1 << 20), (8 << 20, 64 << 10), (MOST, 16 << 10)];
/// Octets at the end of a run that are kept: more than a line's end.
const TAIL: usize = 64;

/// How far a line is that may begin with `--`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Begins,
    Dash,
    Within,
}

/// An outline in the making.
#[derive(Debug)]
pub(super) struct Outline {
    kept: Vec<u8>,
    /// From this place of the outline on, places of the message: each behind what was left out.
    jumps: Vec<(u64, u64)>,
    octets: u64,
    hash: Sha256,
    line: Line,
    /// Octets that this run may still keep.
    room: usize,
    /// The last octets of this run that were not kept.
    tail: Vec<u8>,
    /// Some before the tail were left out.
    cut: bool,
}

impl Default for Outline {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            jumps: Vec::new(),
            octets: 0,
            hash: Sha256::new(),
            line: Line::Begins,
            room: ROOMS[0].1,
            tail: Vec::new(),
            cut: false,
        }
    }
}

/// A message as far as its outline shows it.
#[derive(Debug)]
pub(super) struct Outlined {
    pub kept: bytes::Bytes,
    pub places: Places,
    pub octets: u64,
    pub checksum: [u8; 32],
}

/// Where places of an outline are in the message.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<(u64, u64)>);

impl Places {
    /// Where something begins.
    pub fn start(&self, at: usize) -> u64 {
        self.find(at as u64, |jump, at| jump < at)
    }

    /// Where something ends.
    pub fn end(&self, at: usize) -> u64 {
        self.find(at as u64, |jump, at| jump <= at)
    }

    fn find(&self, at: u64, is_before: impl Fn(u64, u64) -> bool) -> u64 {
        let jumps = self.0.partition_point(|(jump, _)| is_before(*jump, at));
        let Some((from, to)) = jumps.checked_sub(1).map(|last| self.0[last]) else { return at };
        to + (at - from)
    }
}

impl Outline {
    /// Takes the next octets of the message.
    pub fn take(&mut self, octets: &[u8]) {
        self.hash.update(octets);
        let mut from = 0;
        while from < octets.len() {
            let rest = &octets[from..];
            let end = match self.line {
                Line::Begins | Line::Dash => 1,
                Line::Within => memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1),
            };
            let (piece, last) = (&rest[..end], rest[end - 1]);
            if self.line == Line::Dash && last == b'-' {
                self.begin_run();
            }
            self.push(piece);
            self.line = match (self.line, last) {
                (_, b'\n') => Line::Begins,
                (Line::Begins, b'-') => Line::Dash,
                _ => Line::Within,
            };
            from += end;
        }
    }

    fn push(&mut self, piece: &[u8]) {
        let (keep, rest) = piece.split_at(piece.len().min(self.room));
        self.kept.extend_from_slice(keep);
        self.room -= keep.len();
        self.octets += piece.len() as u64;
        self.tail.extend_from_slice(&rest[rest.len().saturating_sub(TAIL)..]);
        self.cut |= rest.len() > TAIL || self.tail.len() > TAIL;
        self.tail.drain(..self.tail.len().saturating_sub(TAIL));
    }

    fn begin_run(&mut self) {
        self.end_run();
        let kept = self.kept.len();
        self.room = ROOMS.iter().find(|(below, _)| kept < *below).map_or(0, |(_, room)| *room);
    }

    fn end_run(&mut self) {
        let mut tail = std::mem::take(&mut self.tail);
        if std::mem::take(&mut self.cut) {
            // No line begins with `--` where two ends meet that are apart.
            let dashes = tail.iter().take_while(|octet| **octet == b'-').count();
            tail.drain(..dashes);
            self.jumps.push((self.kept.len() as u64, self.octets - tail.len() as u64));
        }
        if self.kept.len() < MOST {
            self.kept.extend_from_slice(&tail);
        }
    }

    /// What it came to.
    pub fn finish(mut self) -> Outlined {
        self.end_run();
        self.jumps.push((self.kept.len() as u64, self.octets));
        Outlined {
            kept: self.kept.into(),
            places: Places(self.jumps),
            octets: self.octets,
            checksum: self.hash.finalize().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outlined(message: &[u8], piece: usize) -> Outlined {
        let mut outline = Outline::default();
        message.chunks(piece).for_each(|some| outline.take(some));
        outline.finish()
    }

    #[test]
    fn what_is_small_is_kept_as_it_is() {
        let message = b"A: b\r\n\r\n--x\r\n\r\n--x--\r\n";
        for piece in 1..30 {
            let found = outlined(message, piece);
            assert_eq!((&found.kept[..], found.octets), (&message[..], 22));
            assert_eq!(found.places.start(8), 8);
            assert_eq!(found.places.end(22), 22);
        }
    }

    #[test]
    fn places_behind_what_was_left_out_are_right() {
        let file = "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\r\n".repeat(1 << 16);
        let message = format!("A: b\r\n\r\n--x\r\n\r\n{file}--x\r\nC: d\r\n\r\n{file}--x--\r\nend");
        let found = outlined(message.as_bytes(), 5_000);
        assert!(found.kept.len() < 3 << 20, "{}", found.kept.len());
        let text = std::str::from_utf8(&found.kept).unwrap();
        for (at, _) in text.match_indices("--x") {
            let at = found.places.start(at) as usize;
            assert_eq!(&message[at - 2..at + 3], "\r\n--x");
        }
        assert_eq!(found.places.end(text.len()), message.len() as u64);
        assert_eq!(&found.checksum[..], &Sha256::digest(message.as_bytes())[..]);
    }

    #[test]
    fn hostile_lines_do_not_make_it_large() {
        let mut outline = Outline::default();
        let line = format!("--{}\r\n", "x".repeat(1020));
        for _ in 0..20 {
            outline.take(line.repeat(1 << 10).as_bytes());
        }
        let found = outline.finish();
        assert!(found.kept.len() < MOST + (1 << 20), "{}", found.kept.len());
        assert_eq!(found.octets, 20 << 20);
        assert_eq!(found.places.end(found.kept.len()), 20 << 20);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn every_kept_line_is_where_it_says(
            runs in proptest::collection::vec((1_usize..1_500_000, "[-\n a]{1,4}"), 1..4),
            piece in 1_usize..100_000,
        ) {
            let mut message = String::new();
            for (length, text) in runs {
                message.push_str(&text.repeat(length / text.len() + 1));
                message.push_str("\r\n--b\r\n");
            }
            let found = outlined(message.as_bytes(), piece);
            let kept = &found.kept;
            for at in 0..kept.len().saturating_sub(5) {
                if &kept[at..at + 5] == b"--b\r\n" {
                    let at = found.places.start(at) as usize;
                    prop_assert_eq!(&message.as_bytes()[at..at + 5], b"--b\r\n");
                }
            }
            prop_assert_eq!(found.octets, message.len() as u64);
        }
    }
}
