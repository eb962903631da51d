//! One message while it is read: its quoting undone, its lines' ends put right, its flags found.

use std::io::{self, Write};

use super::fields::{Said, is_of_the_file};
use super::quoting::{Change, Quoting};
use super::{LINES, Lines, Shape};

/// Octets of a field that are looked at.
const MOST_OF_FIELD: usize = 32 << 10;
/// Fields of ours before a message.
const OWN_FIELDS: u32 = 4;
/// Octets that are handed on together.
const GATHERED: usize = 64 << 10;

/// A piece of a line.
pub(super) struct Piece {
    pub octets: Vec<u8>,
    /// How the line ends here, if it does: LF or CRLF.
    pub end: Option<&'static [u8]>,
}

/// Where in a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    /// In the header, before this line.
    Header(u32),
    Body,
}

pub(super) struct Message<'a> {
    sink: &'a mut dyn Write,
    quoting: Quoting,
    /// How it looked when we wrote it; none: others did.
    shape: Option<Shape>,
    said: Said,
    section: Section,
    /// The field that is being read: its name in lower case, and its value.
    field: Option<(String, String)>,
    /// That field is not the message's.
    left_out: bool,
    /// The end of the last line, and that of an empty one behind it, not written yet.
    owed: Option<&'static [u8]>,
    blank: Option<&'static [u8]>,
    out: Vec<u8>,
}

impl<'a> Message<'a> {
    pub(super) fn new(sink: &'a mut dyn Write) -> Self {
        Self {
            sink,
            quoting: Quoting::new(Change::Take),
            shape: None,
            said: Said::default(),
            section: Section::Header(0),
            field: None,
            left_out: false,
            owed: None,
            blank: None,
            out: Vec::new(),
        }
    }

    /// The next piece; `starts` where it begins a line.
    pub(super) fn take(&mut self, piece: &Piece, starts: bool) -> io::Result<()> {
        if self.is_a_field_of_ours(piece, starts) {
            return Ok(());
        }
        if starts && piece.octets.is_empty() {
            self.end_header();
            let end = piece.end.map(|end| self.end_of_line(end));
            if let Some(before) = std::mem::replace(&mut self.blank, end) {
                self.pay();
                self.owed = Some(before);
            }
            return self.hand_on(GATHERED);
        }
        if self.is_left_out(piece, starts) {
            return Ok(());
        }
        if starts {
            self.pay();
            self.out.extend(self.blank.take().unwrap_or_default());
        }
        self.quoting.push(&piece.octets, &mut self.out);
        if let Some(end) = piece.end {
            self.quoting.end_line(&mut self.out);
            self.owed = Some(self.end_of_line(end));
        }
        self.hand_on(GATHERED)
    }

    /// Everything was read: writes what is owed, without the empty line that parts messages.
    pub(super) fn finish(mut self) -> io::Result<Said> {
        self.end_header();
        self.quoting.end_line(&mut self.out);
        if let Some(Shape { open: true, lines }) = self.shape {
            // The last line had no end; a CR before the one that was given to it was its own.
            let own = if lines == Lines::Crlf { 2 } else { 1 };
            let owed = self.owed.take().unwrap_or_default();
            self.out.extend(&owed[..owed.len().saturating_sub(own)]);
        }
        self.pay();
        self.hand_on(0)?;
        Ok(self.said)
    }

    /// How a line ends in the message that ends so in the file.
    fn end_of_line(&self, end: &'static [u8]) -> &'static [u8] {
        match self.shape.map(|shape| shape.lines) {
            Some(Lines::AsIs) => end,
            Some(Lines::Crlf) if end.len() == 2 => b"\r\r\n",
            _ => b"\r\n",
        }
    }

    fn pay(&mut self) {
        self.out.extend(self.owed.take().unwrap_or_default());
    }

    fn hand_on(&mut self, most: usize) -> io::Result<()> {
        if self.out.len() > most {
            self.sink.write_all(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    /// Our own fields stand before the message, not in it.
    fn is_a_field_of_ours(&mut self, piece: &Piece, starts: bool) -> bool {
        let Section::Header(before) = self.section else { return false };
        let number = before + u32::from(starts);
        if number == 1 && starts {
            let words = named(&piece.octets).filter(|(name, _)| name.eq_ignore_ascii_case(LINES));
            self.shape = words.and_then(|(_, words)| Shape::read(words.trim()));
        }
        self.section = Section::Header(number);
        let Some(_) = self.shape else { return false };
        if number > OWN_FIELDS {
            self.section = Section::Body;
            return false;
        }
        if let Some((name, value)) = named(&piece.octets).filter(|_| starts) {
            self.said.take(&name.to_ascii_lowercase(), value);
        }
        true
    }

    fn is_left_out(&mut self, piece: &Piece, starts: bool) -> bool {
        if self.section == Section::Body {
            return false;
        }
        let goes_on = !starts || piece.octets.first().is_some_and(|octet| b" \t".contains(octet));
        if goes_on {
            if let Some((_, value)) = &mut self.field
                && value.len() + piece.octets.len() <= MOST_OF_FIELD
            {
                value.push_str(&String::from_utf8_lossy(&piece.octets));
            }
            return self.left_out;
        }
        self.end_field();
        let found = named(&piece.octets);
        self.field = found.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        self.left_out = self.field.as_ref().is_some_and(|(name, _)| is_of_the_file(name));
        self.left_out
    }

    fn end_field(&mut self) {
        if let Some((name, value)) = self.field.take() {
            self.said.take(&name, &value);
        }
    }

    fn end_header(&mut self) {
        self.end_field();
        self.section = Section::Body;
    }
}

/// A field's name and value; none where the line is no field.
fn named(line: &[u8]) -> Option<(&str, &str)> {
    let at = line.iter().position(|octet| *octet == b':')?;
    let name = std::str::from_utf8(&line[..at]).ok()?;
    let rest = &line[at + 1..];
    let value = match std::str::from_utf8(rest) {
        Ok(value) => value,
        // As far as it can be read: what is looked for is ASCII.
        Err(error) => std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default(),
    };
    Some((name, value))
}
