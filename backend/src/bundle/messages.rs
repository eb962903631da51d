//! The messages of a file that somebody brings: an mbox, a message, or a zip of either.
//!
//! In a zip, directories stand for mailboxes, and lines of JSON in `postern/` for what mailboxes know
//! of its messages (`Line`). Whatever is no mail is passed over.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use postern_shared::flag::Flag;
use serde::{Deserialize, Serialize};

use super::{Marks, Spool, Spooled, mbox, zip};

/// The directory in a zip that holds what mailboxes know of the messages.
pub const NOTES: &str = "postern/";
/// Bytes of that which are read.
const MOST_NOTED: u64 = 64 << 20;
/// Levels of mailboxes, and characters of a name.
const MOST_LEVELS: usize = 10;
const MOST_CHARACTERS: usize = 100;
/// All that a zip gives is bounded by so many times its own size, and so much more.
const MOST_TIMES: u64 = 200;
const MOST_MORE: u64 = 256 << 20;

/// Why a file cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is neither of what is read here.
    #[error("it is no mbox, no message and no zip of them")]
    Unknown,
    /// It would unpack to much more than mail does.
    #[error("it would unpack to far more than it is")]
    Bomb,
    /// The archive.
    #[error(transparent)]
    Zip(#[from] zip::Error),
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A line about a message, in the notes of a zip.
#[derive(Debug, Serialize, Deserialize)]
pub struct Line {
    /// The name of its file in the zip.
    pub name: String,
    /// Flags and keywords, as IMAP writes them.
    pub flags: Vec<String>,
    /// When it arrived, in seconds since 1970 UTC.
    pub received_at: Option<i64>,
}

/// A message of the file.
pub struct Item {
    /// The mailbox that the file names, from the top; empty where it names none.
    pub place: Vec<String>,
    /// What the file says of it.
    pub marks: Marks,
    /// Its bytes; none where it is too large or damaged.
    pub content: Option<Spooled>,
}

/// How a file is read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The file's own name.
    pub name: &'a str,
    /// Where large messages lie meanwhile.
    pub aside: &'a Path,
    /// Largest message, in bytes.
    pub largest: u64,
    /// How many messages are passed over at first; `u64::MAX`: all, they are only counted.
    pub skip: u64,
}

/// Gives every message, in the order of the file, until `give` says that it wants no more. Says how
/// many were there, those that were passed over among them.
///
/// # Errors
/// What keeps the file from being read on; what was given before is good.
pub fn read<R: Read + Seek>(
    mut file: R,
    reading: Reading<'_>,
    give: &mut dyn FnMut(Item) -> bool,
) -> Result<u64, Error> {
    let size = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut beginning = Vec::new();
    (&mut file).take(4096).read_to_end(&mut beginning)?;
    file.rewind()?;
    let mut taker = Taker { reading, give, count: 0, left: u64::MAX, is_done: false };
    if [&b"PK\x03\x04"[..], b"PK\x05\x06"].iter().any(|mark| beginning.starts_with(mark)) {
        taker.left = size.saturating_mul(MOST_TIMES).saturating_add(MOST_MORE);
        taker.take_zip(zip::Reader::open(file)?)?;
    } else if mbox::is_mbox(beginning.trim_ascii_start()) {
        let place = place(reading.name, Names::File);
        taker.take_mbox(BufReader::with_capacity(64 << 10, file), &place)?;
    } else if is_message(&beginning) {
        taker.take_message(file, (Vec::new(), None))?;
    } else {
        return Err(Error::Unknown);
    }
    Ok(taker.count)
}

/// Whether something begins with a field, as every message does.
fn is_message(beginning: &[u8]) -> bool {
    let line = beginning.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let name = line.split(|octet| *octet == b':').next().unwrap_or_default();
    let is_name = |octet: &u8| octet.is_ascii_graphic();
    line.contains(&b':') && !name.is_empty() && name.len() < 80 && name.iter().all(is_name)
}

struct Taker<'a> {
    reading: Reading<'a>,
    give: &'a mut dyn FnMut(Item) -> bool,
    count: u64,
    /// Bytes that may still be unpacked.
    left: u64,
    is_done: bool,
}

impl Taker<'_> {
    fn is_skipping(&self) -> bool {
        self.count < self.reading.skip
    }

    fn spool(&self) -> Spool {
        match self.is_skipping() {
            true => Spool::none(),
            false => Spool::new(self.reading.aside, self.reading.largest),
        }
    }

    fn hand_over(&mut self, place: Vec<String>, marks: Marks, content: Option<Spooled>) {
        let skipped = self.is_skipping();
        self.count += 1;
        self.is_done = !skipped && !(self.give)(Item { place, marks, content });
    }

    fn take_mbox(&mut self, file: impl BufRead, place: &[String]) -> Result<(), Error> {
        let mut messages = mbox::Reader::new(file);
        while !self.is_done {
            let mut spool = self.spool();
            let Some(found) = messages.next(&mut spool)? else { break };
            if !found.is_none {
                self.hand_over(place.to_vec(), found.marks, spool.finish()?);
            }
        }
        Ok(())
    }

    /// A message of its own; what others wrote gets the ends of lines that mail has.
    fn take_message(
        &mut self,
        file: impl Read,
        (place, marks): (Vec<String>, Option<Marks>),
    ) -> Result<(), Error> {
        if self.is_skipping() {
            self.hand_over(place, Marks::default(), None);
            return Ok(());
        }
        let mut spool = self.spool();
        let mut file = file.take(self.reading.largest.saturating_add(1));
        let copied = match marks {
            Some(_) => io::copy(&mut file, &mut spool),
            None => io::copy(&mut file, &mut Crlf { sink: &mut spool, last: 0 }),
        };
        let content = match copied {
            // One that is damaged is one that failed; the others are good.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => None,
            copied => {
                copied?;
                spool.finish()?
            }
        };
        self.hand_over(place, marks.unwrap_or_default(), content);
        Ok(())
    }

    fn take_zip<R: Read + Seek>(&mut self, mut archive: zip::Reader<R>) -> Result<(), Error> {
        let mut notes = self.notes(&mut archive)?;
        while let Some(entry) = archive.next_entry()? {
            if self.is_done {
                break;
            }
            if entry.name.starts_with(NOTES) || entry.name.ends_with('/') {
                continue;
            }
            let is_eml = ends_with(&entry.name, ".eml");
            if is_eml && self.is_skipping() {
                self.hand_over(Vec::new(), Marks::default(), None);
                continue;
            }
            self.left = self.left.checked_sub(entry.size).ok_or(Error::Bomb)?;
            let file = match archive.read(&entry) {
                Err(zip::Error::Encrypted | zip::Error::Method(_) | zip::Error::Damaged(_)) => {
                    if is_eml {
                        self.hand_over(Vec::new(), Marks::default(), None);
                    }
                    continue;
                }
                file => file?,
            };
            if is_eml {
                let place = place(&entry.name, Names::Directory);
                let marks = notes.remove(&entry.name);
                self.take_message(file, (place, marks))?;
                continue;
            }
            let mut file = BufReader::new(file);
            if is_beginning_of_mbox(&mut file) {
                let place = place(&entry.name, Names::File);
                match self.take_mbox(file, &place) {
                    Err(Error::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {}
                    taken => taken?,
                }
            }
        }
        Ok(())
    }

    /// What mailboxes know of the messages, as far as there is room for it.
    fn notes<R: Read + Seek>(
        &mut self,
        archive: &mut zip::Reader<R>,
    ) -> Result<HashMap<String, Marks>, Error> {
        let (mut notes, mut left) = (HashMap::new(), MOST_NOTED);
        while let Some(entry) = archive.next_entry()? {
            let is_note = entry.name.starts_with(NOTES) && entry.name.ends_with(".jsonl");
            if !is_note || entry.size > left {
                continue;
            }
            left -= entry.size;
            let mut text = Vec::new();
            if let Ok(mut file) = archive.read(&entry)
                && file.read_to_end(&mut text).is_ok()
            {
                let lines = text.split(|octet| *octet == b'\n');
                let lines = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
                notes.extend(lines.map(noted));
            }
        }
        archive.rewind();
        Ok(notes)
    }
}

fn noted(line: Line) -> (String, Marks) {
    let mut marks = Marks { flags: Vec::new(), received_at: line.received_at };
    for word in &line.flags {
        match Flag::parse(word) {
            Some(Flag::Keyword(word)) => marks.set_keywords(&word),
            Some(flag) => marks.set(flag),
            None => {}
        }
    }
    (line.name, marks)
}

/// A file that cannot be read is none.
fn is_beginning_of_mbox(file: &mut impl BufRead) -> bool {
    file.fill_buf().is_ok_and(|beginning| mbox::is_mbox(beginning.trim_ascii_start()))
}

fn ends_with(name: &str, end: &str) -> bool {
    name.to_ascii_lowercase().ends_with(end)
}

/// What names the mailbox.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// The directories of a file.
    Directory,
    /// The file too.
    File,
}

/// The mailbox that a file's name stands for: nothing that leads out of anywhere, and no more levels
/// than people make.
fn place(name: &str, by: Names) -> Vec<String> {
    let mut levels: Vec<String> = name.split(['/', '\\']).map(level).collect();
    if by == Names::Directory {
        levels.pop();
    } else if levels.len() > 1 && levels.last().is_some_and(|last| last == "mbox") {
        // Apple's: the file lies in a directory that has the mailbox's name.
        levels.pop();
    }
    levels.retain(|level| !level.is_empty());
    levels.truncate(MOST_LEVELS);
    levels
}

fn level(name: &str) -> String {
    let name = name.trim();
    let of_programs = [".mbox", ".mbx", ".sbd"];
    let cut = of_programs.iter().find(|end| ends_with(name, end));
    let name = cut.map_or(name, |end| &name[..name.len() - end.len()]);
    if matches!(name, "." | "..") || name.len() == 2 && name.ends_with(':') {
        return String::new();
    }
    name.chars().filter(|c| !c.is_control()).take(MOST_CHARACTERS).collect()
}

/// Ends lines in CRLF.
struct Crlf<'a> {
    sink: &'a mut Spool,
    last: u8,
}

impl Write for Crlf<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let before = if at == 0 { self.last } else { rest[at - 1] };
            self.sink.write_all(&rest[..at])?;
            self.sink.write_all(if before == b'\r' { b"\n" } else { b"\r\n" })?;
            self.last = b'\n';
            rest = &rest[at + 1..];
        }
        self.sink.write_all(rest)?;
        self.last = rest.last().copied().unwrap_or(self.last);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
