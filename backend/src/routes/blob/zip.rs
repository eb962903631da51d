//! A zip archive that is written while its files arrive (APPNOTE.TXT 6.3.10 §4.3).
//!
//! Sizes and checksums stand behind each file, because they are not known before. What would not
//! become smaller goes in stored blocks of the same method: readers that go from file to file, not
//! by the directory at the end, refuse plain storing without sizes.

use std::collections::HashSet;
use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use jiff::{Timestamp, tz::TimeZone};

/// Version 2.0: the method deflate.
const VERSION: u16 = 20;
/// Sizes behind the file (bit 3), names in UTF-8 (bit 11).
const FLAGS: u16 = 1 << 3 | 1 << 11;
const DEFLATE: u16 = 8;
/// A regular file that its owner may write, as Unix has it.
const MODE: u32 = 0o100_644 << 16;

/// An archive that is being written; each verb gives the bytes that are next.
pub(super) struct Archive {
    /// Date and time of every file, as MS-DOS has them.
    time: [u16; 2],
    written: u64,
    done: Vec<Entry>,
    open: Option<Open>,
}

struct Entry {
    name: String,
    offset: u32,
    crc: u32,
    packed: u32,
    size: u32,
}

struct Open {
    name: String,
    offset: u64,
    begun: u64,
    crc: Crc,
    size: u64,
    packer: DeflateEncoder<Vec<u8>>,
}

impl Archive {
    /// An empty one, with files of this time in seconds since 1970 UTC.
    pub(super) fn new(time: i64) -> Self {
        Self { time: dos_time(time), written: 0, done: Vec::new(), open: None }
    }

    /// Begins a file.
    pub(super) fn begin(&mut self, name: String, level: Compression) -> io::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(30 + name.len());
        out.extend(0x0403_4b50_u32.to_le_bytes());
        self.fields(&mut out);
        out.extend([0; 12]);
        out.extend(short(name.len())?.to_le_bytes());
        out.extend(0_u16.to_le_bytes());
        out.extend(name.as_bytes());
        let offset = self.written;
        self.written += out.len() as u64;
        let packer = DeflateEncoder::new(Vec::new(), level);
        let open = Open { name, offset, begun: self.written, crc: Crc::new(), size: 0, packer };
        self.open = Some(open);
        Ok(out)
    }

    /// Bytes of the file that was begun.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let open = self.open.as_mut().ok_or(io::ErrorKind::InvalidInput)?;
        open.crc.update(bytes);
        open.size += bytes.len() as u64;
        open.packer.write_all(bytes)?;
        let out = std::mem::take(open.packer.get_mut());
        self.written += out.len() as u64;
        Ok(out)
    }

    /// Ends the file that was begun.
    pub(super) fn end(&mut self) -> io::Result<Vec<u8>> {
        let open = self.open.take().ok_or(io::ErrorKind::InvalidInput)?;
        let mut out = open.packer.finish()?;
        let entry = Entry {
            name: open.name,
            offset: long(open.offset)?,
            crc: open.crc.sum(),
            packed: long(self.written - open.begun + out.len() as u64)?,
            size: long(open.size)?,
        };
        out.extend(0x0807_4b50_u32.to_le_bytes());
        entry.sums(&mut out);
        self.done.push(entry);
        self.written += out.len() as u64;
        Ok(out)
    }

    /// Ends the archive.
    pub(super) fn finish(&mut self) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        for entry in &self.done {
            out.extend(0x0201_4b50_u32.to_le_bytes());
            // Made on Unix, so that names and modes are read as such.
            out.extend((3 << 8 | VERSION).to_le_bytes());
            self.fields(&mut out);
            entry.sums(&mut out);
            out.extend(short(entry.name.len())?.to_le_bytes());
            out.extend([0; 8]);
            out.extend(MODE.to_le_bytes());
            out.extend(entry.offset.to_le_bytes());
            out.extend(entry.name.as_bytes());
        }
        let (count, size) = (short(self.done.len())?, long(out.len() as u64)?);
        out.extend(0x0605_4b50_u32.to_le_bytes());
        out.extend([0; 4]);
        out.extend(count.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(size.to_le_bytes());
        out.extend(long(self.written)?.to_le_bytes());
        out.extend([0; 2]);
        Ok(out)
    }

    fn fields(&self, out: &mut Vec<u8>) {
        let [date, time] = self.time;
        for field in [VERSION, FLAGS, DEFLATE, time, date] {
            out.extend(field.to_le_bytes());
        }
    }
}

impl Entry {
    fn sums(&self, out: &mut Vec<u8>) {
        for field in [self.crc, self.packed, self.size] {
            out.extend(field.to_le_bytes());
        }
    }
}

/// No message is so large that the fields of zip64 were needed.
fn long(value: u64) -> io::Result<u32> {
    u32::try_from(value).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

fn short(value: usize) -> io::Result<u16> {
    u16::try_from(value).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

fn dos_time(seconds: i64) -> [u16; 2] {
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let time = TimeZone::UTC.to_datetime(time);
    let field = |value: i8| u16::from(value.unsigned_abs());
    // Its years begin with 1980 and end with 2107.
    let year = (time.year() - 1980).clamp(0, 127).unsigned_abs();
    let date = year << 9 | field(time.month()) << 5 | field(time.day());
    [date, field(time.hour()) << 11 | field(time.minute()) << 5 | (field(time.second()) / 2)]
}

/// How much a file of this type is worth compressing.
pub(super) fn level(content_type: &str) -> Compression {
    const PLAIN: [&str; 7] = [
        "text/",
        "message/",
        "image/bmp",
        "image/svg",
        "application/json",
        "application/xml",
        "application/rtf",
    ];
    let plain = PLAIN.iter().any(|prefix| content_type.starts_with(prefix));
    if plain { Compression::fast() } else { Compression::none() }
}

/// Names that no file system takes for one another, in the same order.
pub(super) fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut taken = HashSet::new();
    let free = |name: String| {
        let (stem, extension) = match name.rfind('.') {
            Some(at) if at > 0 => name.split_at(at),
            _ => (name.as_str(), ""),
        };
        let numbered = (2..).map(|number| format!("{stem} ({number}){extension}"));
        let mut all = std::iter::once(name.clone()).chain(numbered);
        all.find(|name| taken.insert(name.to_lowercase())).unwrap_or_else(|| name.clone())
    };
    names.map(free).collect()
}

#[cfg(test)]
mod tests;
