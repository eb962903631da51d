//! The octets of a message up to its dot (RFC 1939 §3), as they come and never held whole.

use super::wire::Wire;
use crate::store::Error;

/// A message on its way. What is not read is read over before the next command.
pub struct Body<'a> {
    wire: &'a mut Wire,
}

impl<'a> Body<'a> {
    pub(super) fn new(wire: &'a mut Wire) -> Self {
        wire.begin_body();
        Self { wire }
    }

    /// The next octets, at most 64 kB; none once the message is complete. An end of the connection
    /// before that is an error: half a message is never a whole one.
    ///
    /// # Errors
    /// `Lost`, `TimedOut`: the session is over.
    pub async fn next(&mut self) -> Result<Option<&[u8]>, Error> {
        self.wire.body().await
    }
}

/// What comes next in a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// So many belong to the message.
    Octets(usize),
    /// So many may belong to the end: more must be seen.
    Held(usize),
    /// These were held and belong to the message after all; nothing new was used.
    Owed(&'static [u8]),
    /// The body is over after so many.
    End(usize),
}

/// Where in a line the body stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    LineStart,
    /// Behind a dot that begins a line.
    Dot,
    /// Behind `.` CR at the beginning of a line.
    DotCr,
    Within,
}

/// Undoes the stuffing and finds the end, however the octets are cut. A bare LF ends a line too:
/// some servers end their bodies by `.` LF.
#[derive(Debug, Default)]
pub(super) struct Dots(Place);

impl Dots {
    /// What of `octets`, which are not empty, comes next.
    pub(super) fn next(&mut self, octets: &[u8]) -> Seen {
        let first = octets.first().copied();
        match (self.0, first) {
            (Place::LineStart, Some(b'.')) => {
                self.0 = Place::Dot;
                Seen::Held(1)
            }
            (Place::Dot, Some(b'\r')) => {
                self.0 = Place::DotCr;
                Seen::Held(1)
            }
            (Place::Dot | Place::DotCr, Some(b'\n')) => Seen::End(1),
            (Place::DotCr, _) => {
                // No end: the dot was stuffed, and the CR is the message's own.
                self.0 = Place::Within;
                Seen::Owed(b"\r")
            }
            _ => self.stretch(octets),
        }
    }

    /// As much as can be given without a look at a line's beginning.
    fn stretch(&mut self, octets: &[u8]) -> Seen {
        // A dot that begins a line is rare: the stretch goes on over lines that begin otherwise.
        for end in memchr::memchr_iter(b'\n', octets) {
            match octets.get(end + 1) {
                Some(b'.') | None => {
                    self.0 = Place::LineStart;
                    return Seen::Octets(end + 1);
                }
                Some(_) => {}
            }
        }
        self.0 = Place::Within;
        Seen::Octets(octets.len())
    }
}
