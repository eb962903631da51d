//! A message on its way out of a file: in memory while it is small, else on the disk.

use std::io::{self, Read, Seek, Write};
use std::path::Path;

use tempfile::SpooledTempFile;

/// Bytes that are kept in memory.
const IN_MEMORY: usize = 1 << 20;

/// Takes a message in, up to a size; what is past it is counted, not kept.
pub struct Spool {
    file: Option<SpooledTempFile>,
    size: u64,
    most: u64,
}

/// A message that was taken in, from its beginning.
pub struct Spooled {
    /// Its bytes.
    pub file: SpooledTempFile,
    /// How many.
    pub size: u64,
}

impl Spool {
    /// Keeps messages of up to `most` bytes; large ones lie in `folder` meanwhile.
    #[must_use]
    pub fn new(folder: &Path, most: u64) -> Self {
        Self { file: Some(tempfile::spooled_tempfile_in(IN_MEMORY, folder)), size: 0, most }
    }

    /// Keeps nothing, for what is only passed over.
    #[must_use]
    pub fn none() -> Self {
        Self { file: None, size: 0, most: 0 }
    }

    /// What was taken in; none where it is too large, or nothing was to be kept.
    ///
    /// # Errors
    /// The disk's.
    pub fn finish(self) -> io::Result<Option<Spooled>> {
        let Some(mut file) = self.file.filter(|_| self.size <= self.most) else { return Ok(None) };
        file.rewind()?;
        Ok(Some(Spooled { file, size: self.size }))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if let Some(file) = self.file.as_mut().filter(|_| self.size <= self.most) {
            file.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Spooled {
    /// The next bytes, at most so many; none at the end.
    ///
    /// # Errors
    /// The disk's.
    pub fn next(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(most.min(1 << 18));
        (&mut self.file).take(most as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// From the beginning again.
    ///
    /// # Errors
    /// The disk's.
    pub fn rewind(&mut self) -> io::Result<()> {
        self.file.rewind()
    }
}
