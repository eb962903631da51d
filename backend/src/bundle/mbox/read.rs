//! Reading, line by line: no line is held whole, however long it is.

use std::io::{self, BufRead, ErrorKind, Write};

use super::fields::Said;
use super::message::{Message, Piece};
use super::{FROM, date};
use crate::bundle::Marks;

/// Octets of a line that are looked at together; fields and lines that begin a message are shorter.
const PIECE: usize = 8 << 10;

/// A message that was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// What the file says of it.
    pub marks: Marks,
    /// It is no message: expunged already, or a note of the program that wrote the file.
    pub is_none: bool,
}

/// Reads one message after the other.
pub struct Reader<R> {
    file: R,
    /// The line that begins the next message; none before the first, and at the end.
    next: Option<Vec<u8>>,
    /// Dates cannot be relied on: a line after an empty one begins a message without.
    dateless: bool,
    begun: bool,
}

/// Whether a file begins like an mbox.
#[must_use]
pub fn is_mbox(beginning: &[u8]) -> bool {
    beginning.starts_with(FROM)
}

impl<R: BufRead> Reader<R> {
    /// From the beginning of a file.
    pub fn new(file: R) -> Self {
        Self { file, next: None, dateless: false, begun: false }
    }

    /// Writes the next message into `sink`; none at the end. Lines end in CRLF, unless the file says
    /// that they were otherwise when it was written.
    ///
    /// # Errors
    /// The file's or the sink's; `InvalidData` where it does not begin like an mbox.
    pub fn next(&mut self, sink: &mut dyn Write) -> io::Result<Option<Found>> {
        if !std::mem::replace(&mut self.begun, true) {
            self.first()?;
        }
        let Some(line) = self.next.take() else { return Ok(None) };
        let received_at = date::read(&String::from_utf8_lossy(&line));
        let mut message = Message::new(sink);
        let (mut starts, mut after_blank) = (true, false);
        while let Some(piece) = self.piece()? {
            if starts && self.begins(&piece, after_blank) {
                self.next = Some(piece.octets);
                break;
            }
            after_blank = starts && piece.octets.is_empty();
            message.take(&piece, starts)?;
            starts = piece.end.is_some();
        }
        let Said { mut marks, is_none, .. } = message.finish()?;
        marks.received_at = received_at;
        Ok(Some(Found { marks, is_none }))
    }

    fn first(&mut self) -> io::Result<()> {
        while let Some(piece) = self.piece()? {
            if piece.octets.is_empty() {
                continue;
            }
            if !piece.octets.starts_with(FROM) {
                break;
            }
            self.dateless = date::read(&String::from_utf8_lossy(&piece.octets)).is_none();
            self.next = Some(piece.octets);
            return Ok(());
        }
        Err(io::Error::new(ErrorKind::InvalidData, "it does not begin like an mbox"))
    }

    fn begins(&self, piece: &Piece, after_blank: bool) -> bool {
        let is_whole = piece.end.is_some() || piece.octets.len() < PIECE;
        piece.octets.starts_with(FROM)
            && is_whole
            && (self.dateless && after_blank
                || date::read(&String::from_utf8_lossy(&piece.octets)).is_some())
    }

    /// The next octets of a line, without its end.
    fn piece(&mut self) -> io::Result<Option<Piece>> {
        let mut octets = Vec::new();
        loop {
            let buffer = match self.file.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() {
                let none = octets.is_empty();
                return Ok((!none).then_some(Piece { octets, end: None }));
            }
            let most = buffer.len().min(PIECE - octets.len());
            let found = memchr::memchr(b'\n', &buffer[..most]);
            let length = found.unwrap_or(most);
            octets.extend_from_slice(&buffer[..length]);
            self.file.consume(length + usize::from(found.is_some()));
            if found.is_some() {
                let crlf = octets.last() == Some(&b'\r');
                octets.truncate(octets.len() - usize::from(crlf));
                let end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
                return Ok(Some(Piece { octets, end: Some(end) }));
            }
            // A CR at the very end may be half of the line's end.
            if octets.len() == PIECE {
                if octets.last() == Some(&b'\r') && self.file.fill_buf()?.first() == Some(&b'\n') {
                    octets.pop();
                    self.file.consume(1);
                    return Ok(Some(Piece { octets, end: Some(b"\r\n") }));
                }
                return Ok(Some(Piece { octets, end: None }));
            }
        }
    }
}
