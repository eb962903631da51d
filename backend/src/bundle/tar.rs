//! tar, as POSIX has it (ustar; sizes past 8 GiB as GNU writes them): for backups, file by file.

use std::io::{self, Read, Write};

const BLOCK: usize = 512;

/// Writes a file's head; `size` bytes follow, then [`pad`].
///
/// # Errors
/// The sink's; `InvalidInput` for a name past 100 bytes.
pub fn head(sink: &mut impl Write, name: &str, (size, mode): (u64, u32)) -> io::Result<()> {
    let mut block = [0_u8; BLOCK];
    if name.is_empty() || name.len() > 100 {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the name of a file is too long"));
    }
    block[..name.len()].copy_from_slice(name.as_bytes());
    let mut put = |at: usize, text: &str| {
        block[at..at + text.len()].copy_from_slice(text.as_bytes());
    };
    put(100, &format!("{mode:07o}"));
    put(108, "0000000");
    put(116, "0000000");
    put(136, "00000000000");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\u{0}00");
    if size < 1 << 33 {
        put(124, &format!("{size:011o}"));
    } else {
        block[124] = 0x80;
        block[128..136].copy_from_slice(&size.to_be_bytes());
    }
    let sum: u32 = block.iter().map(|octet| u32::from(*octet)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\u{0}").as_bytes());
    sink.write_all(&block)
}

/// Fills up the last block of a file of this size.
///
/// # Errors
/// The sink's.
pub fn pad(sink: &mut impl Write, size: u64) -> io::Result<()> {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    sink.write_all(&[0; BLOCK][..(BLOCK - over) % BLOCK])
}

/// Ends the archive.
///
/// # Errors
/// The sink's.
pub fn end(sink: &mut impl Write) -> io::Result<()> {
    sink.write_all(&[0; 2 * BLOCK])
}

/// Name and size of the next file, whose bytes follow; none at the end. An archive without an end
/// was cut off: that is an error.
///
/// # Errors
/// `InvalidData` for what is no archive of ours; the source's.
pub fn next(source: &mut impl Read) -> io::Result<Option<(String, u64)>> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "it is no backup, or damaged");
    let mut block = [0_u8; BLOCK];
    source.read_exact(&mut block)?;
    if block == [0; BLOCK] {
        return Ok(None);
    }
    let told = octal(&block[148..156]).ok_or_else(damaged)?;
    let sum: u64 = block.iter().map(|octet| u64::from(*octet)).sum();
    let own: u64 = block[148..156].iter().map(|octet| u64::from(*octet)).sum();
    if sum - own + 8 * 32 != told || !matches!(block[156], b'0' | 0) {
        return Err(damaged());
    }
    let name = block[..100].split(|octet| *octet == 0).next().unwrap_or_default();
    let name = String::from_utf8(name.to_vec()).map_err(|_| damaged())?;
    let size = match block[124] {
        0x80 => block[128..136].iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet)),
        _ => octal(&block[124..136]).ok_or_else(damaged)?,
    };
    Ok(Some((name, size)))
}

/// Passes over what fills up the last block of a file of this size.
///
/// # Errors
/// The source's.
pub fn skip(source: &mut impl Read, size: u64) -> io::Result<()> {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    source.read_exact(&mut [0; BLOCK][..(BLOCK - over) % BLOCK])
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(text, 8).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(files: &[(String, Vec<u8>)]) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, bytes) in files {
            head(&mut out, name, (bytes.len() as u64, 0o600)).unwrap();
            out.extend(bytes);
            pad(&mut out, bytes.len() as u64).unwrap();
        }
        end(&mut out).unwrap();
        out
    }

    fn read(mut source: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut all = Vec::new();
        while let Some((name, size)) = next(&mut source)? {
            let mut bytes = Vec::new();
            (&mut source).take(size).read_to_end(&mut bytes)?;
            skip(&mut source, bytes.len() as u64)?;
            all.push((name, bytes));
        }
        Ok(all)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            files in proptest::collection::vec(
                ("[a-z/.]{1,100}", proptest::collection::vec(any::<u8>(), 0..1500)), 0..5),
            cut in 0_usize..4000,
        ) {
            let archive = written(&files);
            prop_assert_eq!(read(&archive).unwrap(), files);
            let cut = cut.min(archive.len() - 2 * BLOCK);
            prop_assert!(read(&archive[..cut]).is_err(), "cut off");
        }
    }

    #[test]
    fn very_large_sizes_are_told() {
        let mut out = Vec::new();
        head(&mut out, "large", (1 << 40, 0o600)).unwrap();
        assert_eq!(next(&mut &out[..]).unwrap(), Some(("large".into(), 1 << 40)));
        assert!(next(&mut &[1_u8; 512][..]).is_err());
        assert!(head(&mut out, &"x".repeat(101), (0, 0)).is_err());
    }
}
