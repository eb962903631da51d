//! A zip archive that is written while its files arrive (APPNOTE.TXT 6.3.10 §4.3, §4.5.3).
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
/// Version 4.5, and the extra field: zip64.
const VERSION_64: u16 = 45;
const ZIP64: u16 = 1;
/// A regular file that its owner may write, as Unix has it.
const MODE: u32 = 0o100_644 << 16;

/// An archive that is being written; each verb gives the bytes that are next.
pub struct Archive {
    /// Date and time of the files that are begun, as MS-DOS has them.
    time: [u16; 2],
    written: u64,
    done: Vec<Entry>,
    open: Option<Open>,
}

struct Entry {
    name: String,
    time: [u16; 2],
    offset: u64,
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
    #[must_use]
    pub fn new(time: i64) -> Self {
        Self { time: dos_time(time), written: 0, done: Vec::new(), open: None }
    }

    /// Files that are begun from here on are of this time.
    pub fn at(&mut self, time: i64) {
        self.time = dos_time(time);
    }

    /// Begins a file.
    ///
    /// # Errors
    /// `FileTooLarge` for a name past 64 kB.
    pub fn begin(&mut self, name: String, level: Compression) -> io::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(30 + name.len());
        out.extend(0x0403_4b50_u32.to_le_bytes());
        fields(self.time, VERSION, &mut out);
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
    ///
    /// # Errors
    /// `InvalidInput` where none was.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let open = self.open.as_mut().ok_or(io::ErrorKind::InvalidInput)?;
        open.crc.update(bytes);
        open.size += bytes.len() as u64;
        open.packer.write_all(bytes)?;
        let out = std::mem::take(open.packer.get_mut());
        self.written += out.len() as u64;
        Ok(out)
    }

    /// Ends the file that was begun.
    ///
    /// # Errors
    /// As for `bytes`; `FileTooLarge` past 4 GiB: how large a file will be is not known when it
    /// begins, and its beginning would have to say so.
    pub fn end(&mut self) -> io::Result<Vec<u8>> {
        let open = self.open.take().ok_or(io::ErrorKind::InvalidInput)?;
        let mut out = open.packer.finish()?;
        let entry = Entry {
            name: open.name,
            time: self.time,
            offset: open.offset,
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
    ///
    /// # Errors
    /// None in truth; what is too large for zip is for zip64.
    pub fn finish(&mut self) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        for entry in &self.done {
            entry.list(&mut out)?;
        }
        let (count, size) = (self.done.len() as u64, out.len() as u64);
        if count >= u64::from(u16::MAX) || self.written + size >= u64::from(u32::MAX) {
            end_64(&mut out, (count, size, self.written));
        }
        out.extend(0x0605_4b50_u32.to_le_bytes());
        out.extend([0; 4]);
        let few = u16::try_from(count).unwrap_or(u16::MAX);
        out.extend(few.to_le_bytes());
        out.extend(few.to_le_bytes());
        out.extend(u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(u32::try_from(self.written).unwrap_or(u32::MAX).to_le_bytes());
        out.extend([0; 2]);
        Ok(out)
    }
}

/// The end of an archive that is too large for the one of zip (§4.3.14, §4.3.15).
fn end_64(out: &mut Vec<u8>, (count, size, offset): (u64, u64, u64)) {
    let place = offset + size;
    out.extend(0x0606_4b50_u32.to_le_bytes());
    out.extend(44_u64.to_le_bytes());
    out.extend((3 << 8 | VERSION_64).to_le_bytes());
    out.extend(VERSION_64.to_le_bytes());
    out.extend([0; 8]);
    for number in [count, count, size, offset] {
        out.extend(number.to_le_bytes());
    }
    out.extend(0x0706_4b50_u32.to_le_bytes());
    out.extend([0; 4]);
    out.extend(place.to_le_bytes());
    out.extend(1_u32.to_le_bytes());
}

/// What the beginning of a file and its place in the list have in common.
fn fields([date, time]: [u16; 2], version: u16, out: &mut Vec<u8>) {
    for field in [version, FLAGS, DEFLATE, time, date] {
        out.extend(field.to_le_bytes());
    }
}

impl Entry {
    /// Its place in the list at the end.
    fn list(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let is_far = self.offset >= u64::from(u32::MAX);
        let version = if is_far { VERSION_64 } else { VERSION };
        out.extend(0x0201_4b50_u32.to_le_bytes());
        // Made on Unix, so that names and modes are read as such.
        out.extend((3 << 8 | version).to_le_bytes());
        fields(self.time, version, out);
        self.sums(out);
        out.extend(short(self.name.len())?.to_le_bytes());
        out.extend(if is_far { 12_u16 } else { 0 }.to_le_bytes());
        out.extend([0; 6]);
        out.extend(MODE.to_le_bytes());
        out.extend(u32::try_from(self.offset).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(self.name.as_bytes());
        if is_far {
            out.extend(ZIP64.to_le_bytes());
            out.extend(8_u16.to_le_bytes());
            out.extend(self.offset.to_le_bytes());
        }
        Ok(())
    }

    fn sums(&self, out: &mut Vec<u8>) {
        for field in [self.crc, self.packed, self.size] {
            out.extend(field.to_le_bytes());
        }
    }
}

/// No message and no part of one is so large.
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
#[must_use]
pub fn level(content_type: &str) -> Compression {
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
#[must_use]
pub fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
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
