//! Reading an archive by the list at its end (APPNOTE.TXT 6.3.10 §4.3.12, §4.3.14 – §4.3.16).
//!
//! Whoever made it may mean harm: the list is bounded, a file gives no more than it is asked for and
//! no more than its list says, and what it gives is compared with its checksum.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

/// Largest list of files that is read, in bytes.
const MOST_LISTED: u64 = 64 << 20;
/// Bytes at the end of the file among which its end record lies.
const TAIL: u64 = 22 + 0xffff;

/// Why an archive cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is none, or damaged.
    #[error("the archive is damaged: {0}")]
    Damaged(&'static str),
    /// A file in it is encrypted.
    #[error("the file is encrypted")]
    Encrypted,
    /// A file is packed in a way that is not read here.
    #[error("the file is packed by method {0}")]
    Method(u16),
    /// Its list of files is too long.
    #[error("the archive holds too many files")]
    TooMany,
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A file in an archive, as its list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name with the directories before it, as it stands there: not to be trusted.
    pub name: String,
    /// Its bytes, as it says.
    pub size: u64,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    offset: u64,
}

/// An archive.
pub struct Reader<R> {
    file: R,
    list: Vec<u8>,
    at: usize,
}

impl<R: Read + Seek> Reader<R> {
    /// Reads the list.
    ///
    /// # Errors
    /// `Damaged` where it is no archive, `TooMany`, or the file's.
    pub fn open(mut file: R) -> Result<Self, Error> {
        let length = file.seek(SeekFrom::End(0))?;
        let start = length.saturating_sub(TAIL);
        let tail = bytes(&mut file, start, length - start)?;
        let end = (0..tail.len().saturating_sub(21)).rev().find(|at| {
            let comment = number(&tail, at + 20, 2);
            tail[*at..].starts_with(b"PK\x05\x06") && at + 22 + place(comment) <= tail.len()
        });
        let end = end.ok_or(Error::Damaged("it has no end"))?;
        let (mut size, mut offset) = (number(&tail, end + 12, 4), number(&tail, end + 16, 4));
        let locator = (start + end as u64).checked_sub(20);
        if let Some(locator) = locator {
            let locator = bytes(&mut file, locator, 20)?;
            if locator.starts_with(b"PK\x06\x07") {
                let far = bytes(&mut file, number(&locator, 8, 8), 56)?;
                if !far.starts_with(b"PK\x06\x06") {
                    return Err(Error::Damaged("its end is elsewhere"));
                }
                (size, offset) = (number(&far, 40, 8), number(&far, 48, 8));
            }
        }
        if size > MOST_LISTED {
            return Err(Error::TooMany);
        }
        let list = bytes(&mut file, offset, size)?;
        Ok(Self { file, list, at: 0 })
    }

    /// The next file of the list; none at its end.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, Error> {
        let rest = &self.list[self.at..];
        if rest.is_empty() {
            return Ok(None);
        }
        if rest.len() < 46 || !rest.starts_with(b"PK\x01\x02") {
            return Err(Error::Damaged("its list of files"));
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| place(number(rest, at, 2)));
        let whole = 46 + name + extra + comment;
        if rest.len() < whole {
            return Err(Error::Damaged("its list of files"));
        }
        let mut entry = Entry {
            name: String::from_utf8_lossy(&rest[46..46 + name]).into_owned(),
            flags: short(rest, 8),
            method: short(rest, 10),
            crc: u32::try_from(number(rest, 16, 4)).unwrap_or(0),
            packed: number(rest, 20, 4),
            size: number(rest, 24, 4),
            offset: number(rest, 42, 4),
        };
        entry.read_far(&rest[46 + name..46 + name + extra]);
        self.at += whole;
        Ok(Some(entry))
    }

    /// Begins with the list again.
    pub fn rewind(&mut self) {
        self.at = 0;
    }

    /// The bytes of a file. Its end is an error where its length or its checksum is not what the
    /// list says, as is a byte more.
    ///
    /// # Errors
    /// `Encrypted`, `Method`, `Damaged`, or the archive's.
    pub fn read<'a>(&'a mut self, entry: &Entry) -> Result<impl Read + use<'a, R>, Error> {
        if entry.flags & 1 != 0 {
            return Err(Error::Encrypted);
        }
        let head = bytes(&mut self.file, entry.offset, 30)?;
        if !head.starts_with(b"PK\x03\x04") {
            return Err(Error::Damaged("a file is not where its list says"));
        }
        let before = 30 + number(&head, 26, 2) + number(&head, 28, 2);
        self.file.seek(SeekFrom::Start(entry.offset.saturating_add(before)))?;
        let packed = io::BufReader::new((&mut self.file).take(entry.packed));
        let unpacked = match entry.method {
            0 => Unpacked::Stored(packed),
            8 => Unpacked::Deflated(Box::new(DeflateDecoder::new(packed))),
            other => return Err(Error::Method(other)),
        };
        Ok(Checked { unpacked, crc: Crc::new(), left: entry.size, expect: entry.crc })
    }
}

impl Entry {
    /// Where the file begins in the archive.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What the extra field of zip64 says, for every number that the list has no room for.
    fn read_far(&mut self, mut extra: &[u8]) {
        while extra.len() >= 4 {
            let (kind, length) = (short(extra, 0), place(number(extra, 2, 2)));
            let Some(field) = extra.get(4..4 + length) else { return };
            if kind == 1 {
                let mut at = 0;
                for number_of in [&mut self.size, &mut self.packed, &mut self.offset] {
                    if *number_of == u64::from(u32::MAX) && field.len() >= at + 8 {
                        *number_of = number(field, at, 8);
                        at += 8;
                    }
                }
                return;
            }
            extra = &extra[4 + length..];
        }
    }
}

enum Unpacked<B> {
    Stored(B),
    Deflated(Box<DeflateDecoder<B>>),
}

/// Gives what the list promised, or an error.
struct Checked<B> {
    unpacked: Unpacked<B>,
    crc: Crc,
    left: u64,
    expect: u32,
}

impl<B: io::BufRead> Read for Checked<B> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let count = match &mut self.unpacked {
            Unpacked::Stored(stored) => stored.read(buffer)?,
            Unpacked::Deflated(deflated) => deflated.read(buffer)?,
        };
        let damaged = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        match self.left.checked_sub(count as u64) {
            None => return damaged("a file is longer than its list says"),
            Some(left) => self.left = left,
        }
        self.crc.update(&buffer[..count]);
        if count == 0 && (self.left > 0 || self.crc.sum() != self.expect) {
            return damaged("a file is not the one that was packed");
        }
        Ok(count)
    }
}

fn bytes(file: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>, Error> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == length {
        true => Ok(bytes),
        false => Err(Error::Damaged("it ends too early")),
    }
}

/// A number, the least octet first; 0 past the end.
fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let octets = bytes.get(at..at + length).unwrap_or_default();
    octets.iter().rev().fold(0, |sum, octet| sum << 8 | u64::from(*octet))
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::try_from(number(bytes, at, 2)).unwrap_or(0)
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
