//! How one upload goes on: what to do next, and what is learned from each answer.

use postern_shared::upload::MAX_PIECE;

/// Smallest and first piece, in bytes: what a poor network still carries in a while.
const LEAST_PIECE: u64 = 64 << 10;
const FIRST_PIECE: u64 = 512 << 10;
/// A piece that took less than this, in milliseconds, may be followed by a larger one.
const QUICK_MS: f64 = 1_500.0;
/// The first rest after a failure, and the longest, in milliseconds.
const FIRST_REST_MS: u32 = 1_000;
const LONGEST_REST_MS: u32 = 30_000;
/// Answers in a row that lead nowhere before the upload is given up; a network that is away is not
/// counted.
const MOST_ODD: u32 = 5;

/// Why an upload cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All of it is at the bridge.
    Done,
    /// What is missing is not on this device any more.
    Lost,
    /// It is too large, or too many files wait already.
    TooLarge,
    /// The bridge has no room.
    Full,
    /// The bridge does not take it.
    Refused,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Say that a file comes.
    Announce,
    /// Ask how much of it is there.
    Look,
    /// Send the bytes from the first place up to the second.
    Send(u64, u64),
    /// Wait so many milliseconds, or until the network is back.
    Rest(u32),
    /// Nothing more.
    End(End),
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Heard {
    /// No answer came.
    Nothing,
    /// So many bytes are there; the answer took so many milliseconds.
    Stands(u64, f64),
    /// Another status than success.
    Status(u16),
}

/// One upload on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    size: u64,
    announced: bool,
    /// Where the bridge stands; none while that has to be asked.
    offset: Option<u64>,
    piece: u64,
    tries: u32,
    odd: u32,
    resting: bool,
    end: Option<End>,
}

impl Course {
    /// A file of so many bytes that nobody was told of yet, or that an earlier page began.
    #[must_use]
    pub fn new(size: u64, announced: bool) -> Self {
        Self {
            size,
            announced,
            offset: None,
            piece: FIRST_PIECE,
            tries: 0,
            odd: 0,
            resting: false,
            end: None,
        }
    }

    /// What to do next; `here` says whether this device has the bytes.
    #[must_use]
    pub fn next(&self, here: bool) -> Next {
        match (self.end, self.offset) {
            (Some(end), _) => Next::End(end),
            _ if self.resting => Next::Rest(self.rest()),
            _ if !self.announced && !here => Next::End(End::Lost),
            _ if !self.announced => Next::Announce,
            (_, None) => Next::Look,
            (_, Some(offset)) if offset >= self.size => Next::End(End::Done),
            _ if !here => Next::End(End::Lost),
            (_, Some(offset)) => Next::Send(offset, self.size.min(offset + self.piece)),
        }
    }

    /// The rest is over.
    pub fn rested(&mut self) {
        self.resting = false;
    }

    /// Takes in what came back.
    pub fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Stands(offset, millis) => {
                let moved = self.offset.is_some_and(|before| before < offset);
                if moved && millis < QUICK_MS {
                    self.piece = MAX_PIECE.min(self.piece * 2);
                }
                if moved || !self.announced {
                    self.odd = 0;
                }
                (self.announced, self.offset, self.tries) = (true, Some(offset), 0);
            }
            // The session's end looks the same from here: signing in again leads on.
            Heard::Nothing | Heard::Status(401 | 408 | 500..=506 | 508..) => {
                self.piece = LEAST_PIECE.max(self.piece / 2);
                (self.offset, self.resting) = (None, true);
                self.tries += 1;
            }
            Heard::Status(413 | 429) => self.end = Some(End::TooLarge),
            Heard::Status(507) => self.end = Some(End::Full),
            // It stands elsewhere, or is there no longer: both are asked, but not for ever.
            Heard::Status(status @ (400 | 404)) if self.odd < MOST_ODD => {
                self.announced &= status != 404;
                self.offset = None;
                self.odd += 1;
            }
            Heard::Status(_) => self.end = Some(End::Refused),
        }
    }

    fn rest(&self) -> u32 {
        let doublings = self.tries.saturating_sub(1).min(16);
        LONGEST_REST_MS.min(FIRST_REST_MS << doublings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// Plays a course against a bridge that is cut off once `cut` bytes are there; answers what was
    /// done.
    fn play(size: u64, cut: Option<u64>) -> Vec<Next> {
        let mut course = Course::new(size, false);
        let (mut there, mut cut, mut done) = (0, cut, Vec::new());
        loop {
            let next = course.next(true);
            done.push(next);
            match next {
                Next::Announce | Next::Look => course.hear(Heard::Stands(there, 1.0)),
                Next::Send(from, to) => {
                    assert_eq!(from, there);
                    if cut.is_some_and(|cut| to > cut) {
                        cut = None;
                        course.hear(Heard::Nothing);
                    } else {
                        there = to;
                        course.hear(Heard::Stands(there, 1.0));
                    }
                }
                Next::Rest(_) => course.rested(),
                Next::End(_) => return done,
            }
        }
    }

    #[test]
    fn an_upload_that_was_cut_off_goes_on_where_the_bridge_stands() {
        let done = play(4 * MIB, Some(2 * MIB));
        let announced = done.iter().filter(|next| **next == Next::Announce).count();
        assert_eq!(announced, 1);
        assert!(done.contains(&Next::Rest(FIRST_REST_MS)) && done.contains(&Next::Look));
        assert_eq!(done.last(), Some(&Next::End(End::Done)));
        let sent: u64 =
            done.iter().map(|next| if let Next::Send(a, b) = next { b - a } else { 0 }).sum();
        // The piece that was lost is all that travels twice.
        assert!(sent <= 6 * MIB, "{sent}");
    }

    #[test]
    fn an_empty_file_is_announced_and_done() {
        assert_eq!(play(0, None), [Next::Announce, Next::End(End::Done)]);
    }

    #[test]
    fn pieces_grow_on_a_quick_network_up_to_what_the_bridge_takes() {
        let largest = play(64 * MIB, None).into_iter().map(|next| match next {
            Next::Send(from, to) => to - from,
            _ => 0,
        });
        assert_eq!(largest.max(), Some(MAX_PIECE));
    }

    #[test]
    fn what_is_not_here_any_more_is_asked_for_unless_the_bridge_has_it_all() {
        let check = |announced, stands: Option<u64>, expect| {
            let mut course = Course::new(10, announced);
            stands.into_iter().for_each(|offset| course.hear(Heard::Stands(offset, 1.0)));
            assert_eq!(course.next(false), expect);
        };
        check(false, None, Next::End(End::Lost));
        check(true, None, Next::Look);
        check(true, Some(4), Next::End(End::Lost));
        check(true, Some(10), Next::End(End::Done));
    }

    #[test]
    fn answers_lead_on_rest_or_end_it() {
        let check = |heard: &[Heard], expect| {
            let mut course = Course::new(10, true);
            heard.iter().for_each(|heard| course.hear(*heard));
            assert_eq!(course.next(true), expect, "{heard:?}");
        };
        check(&[Heard::Nothing], Next::Rest(1_000));
        check(&[Heard::Nothing; 3], Next::Rest(4_000));
        check(&[Heard::Nothing; 40], Next::Rest(LONGEST_REST_MS));
        check(&[Heard::Status(401)], Next::Rest(1_000));
        check(&[Heard::Status(503)], Next::Rest(1_000));
        check(&[Heard::Status(429)], Next::End(End::TooLarge));
        check(&[Heard::Status(507)], Next::End(End::Full));
        check(&[Heard::Status(404)], Next::Announce);
        check(&[Heard::Stands(4, 1.0), Heard::Status(400)], Next::Look);
        check(&[Heard::Status(404); 6], Next::End(End::Refused));
        check(&[Heard::Status(403)], Next::End(End::Refused));
    }
}
