//! `^>*From `: one `>` more on the way in, one less on the way out, however the bytes come.

use super::FROM;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Add,
    Take,
}

/// Where in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// At its beginning, after so many `>`.
    Start(usize),
    /// After so many `>` and so many octets of `From `.
    Match(usize, usize),
    Rest,
}

/// Changes lines as they come; knows nothing of their ends.
#[derive(Debug)]
pub(super) struct Quoting {
    change: Change,
    at: At,
}

impl Quoting {
    pub(super) fn new(change: Change) -> Self {
        Self { change, at: At::Start(0) }
    }

    /// Octets of one line, without its end.
    pub(super) fn push(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        for (place, octet) in octets.iter().enumerate() {
            self.at = match self.at {
                At::Rest => return out.extend_from_slice(&octets[place..]),
                At::Start(arrows) if *octet == b'>' => At::Start(arrows.saturating_add(1)),
                At::Start(arrows) if *octet == FROM[0] => At::Match(arrows, 1),
                At::Match(arrows, matched) if *octet == FROM[matched] => {
                    if matched + 1 == FROM.len() {
                        let arrows = match self.change {
                            Change::Add => arrows.saturating_add(1),
                            Change::Take => arrows.saturating_sub(1),
                        };
                        hand_on(arrows, FROM.len(), out);
                        At::Rest
                    } else {
                        At::Match(arrows, matched + 1)
                    }
                }
                At::Start(arrows) => {
                    hand_on(arrows, 0, out);
                    out.push(*octet);
                    At::Rest
                }
                At::Match(arrows, matched) => {
                    hand_on(arrows, matched, out);
                    out.push(*octet);
                    At::Rest
                }
            };
        }
    }

    /// The line ends here; the next octets begin another one.
    pub(super) fn end_line(&mut self, out: &mut Vec<u8>) {
        match self.at {
            At::Start(arrows) => hand_on(arrows, 0, out),
            At::Match(arrows, matched) => hand_on(arrows, matched, out),
            At::Rest => {}
        }
        self.at = At::Start(0);
    }
}

fn hand_on(arrows: usize, matched: usize, out: &mut Vec<u8>) {
    out.resize(out.len() + arrows, b'>');
    out.extend_from_slice(&FROM[..matched]);
}
