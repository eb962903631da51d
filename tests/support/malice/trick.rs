//! The tricks themselves.

use super::corpus::Corpus;
use super::tokens;
use crate::chance::Chance;

/// What is done in place of passing a line on.
#[derive(Debug)]
pub(super) enum Trick {
    Say(Vec<u8>),
    /// Octet by octet.
    Drip(Vec<u8>),
    /// Much of the same.
    Pour {
        head: Vec<u8>,
        filler: &'static [u8],
        octets: usize,
    },
    Stall,
    Close,
}

/// Any trick at all; `large` is how much it may send.
pub(super) fn any(line: &[u8], chance: &mut Chance, (corpus, large): (&Corpus, usize)) -> Trick {
    let large = large >> chance.below(8);
    let pour = |head: &[u8], filler: &'static [u8], octets| {
        let head = head.to_vec();
        Trick::Pour { head, filler, octets }
    };
    let before = |said: &[u8]| Trick::Say([said, line].concat());
    match chance.below(31) {
        0..=5 => Trick::Say(mutate(line, chance)),
        6..=9 => Trick::Say(corpus.line(line, chance)),
        10 | 11 => Trick::Say(tokens::line(line, chance)),
        12 => Trick::Drip(line.to_vec()),
        13 => Trick::Say(Vec::new()),
        14 => Trick::Say(other_tag(line)),
        15 => Trick::Say(other_status(line, chance)),
        16 => pour(b"* 1 FETCH (BODYSTRUCTURE ", b"(", 1 << chance.below(18)),
        17 => pour(b"* SEARCH ", b"1", large),
        18 => pour(format!("* 1 FETCH (BODY[] {{{large}}}\r\n").as_bytes(), b"x", large),
        19 => Trick::Say(b"* 1 FETCH (UID 1 BODY[] {5000000000}\r\n".to_vec()),
        20 => pour(b"* OK ", b"A", large),
        21 => pour(b"* SEARCH", b" ", large),
        22 => Trick::Stall,
        // Values by the million, each many times as large as it is said.
        23 => pour(b"* 1 FETCH (FLAGS (", b"a ", large),
        24 => pour(b"* LIST () \"/\" ", b"a/", large),
        25 => pour(b"* VANISHED ", b"1:9,", large),
        // News without end, and of everything.
        26 => pour(b"", b"* 1 EXPUNGE\r\n", 1 << chance.below(22)),
        27 => pour(b"", b"* 1 FETCH (FLAGS (\\Seen))\r\n", 1 << chance.below(22)),
        28 => before(b"* VANISHED 1:4294967295\r\n* 4294967295 EXISTS\r\n"),
        // Announced longer than it is.
        29 => before(b"* 1 FETCH (UID 1 BODY[] {4000}\r\nshort)\r\n"),
        _ => Trick::Close,
    }
}

/// Turns, cuts, doubles or blows up a part of a line; its end stays mostly.
pub(super) fn mutate(line: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut line = line.to_vec();
    for _ in 0..=chance.below(3) {
        let end = line.len().saturating_sub(if chance.one_in(8) { 0 } else { 2 });
        let at = chance.below(end);
        let to = (at + 1 + chance.below(12)).min(end.max(at));
        match chance.below(8) {
            0 | 1 => {
                if let Some(byte) = line.get_mut(at) {
                    *byte = u8::try_from(chance.below(256)).unwrap_or(0);
                }
            }
            2 => drop(line.drain(at..to)),
            3 => {
                let part = line[at..to].to_vec();
                line.splice(at..at, part);
            }
            4 => drop(line.splice(at..at, *b"(")),
            5 => drop(line.splice(at..at, *b"99999999999999999999")),
            6 => drop(line.splice(at..at, *b"{9}")),
            _ => drop(line.drain(at..end.max(at))),
        }
    }
    line
}

/// The same under a tag that nobody gave.
fn other_tag(line: &[u8]) -> Vec<u8> {
    match line.iter().position(|byte| *byte == b' ') {
        Some(space) => [b"ZZ99", &line[space..]].concat(),
        None => line.to_vec(),
    }
}

/// The same, refused.
fn other_status(line: &[u8], chance: &mut Chance) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let status = ["NO [UNAVAILABLE]", "BAD", "NO", "BYE"][chance.below(4)];
    match text.split_once(" OK ") {
        Some((tag, rest)) => format!("{tag} {status} {rest}").into_bytes(),
        None => line.to_vec(),
    }
}
