//! An uploaded file as one that can be read anywhere: its pieces are blobs.

use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use tokio::runtime::Handle;

use crate::blob::{BlobKey, Blobs};

/// Bytes that are read at once.
const WINDOW: u64 = 256 << 10;

/// A piece: where it begins, its length, its blob.
pub(super) type Piece = (u64, u64, BlobKey);

/// The file. Reading blocks: for threads that may wait.
pub(super) struct UploadedFile {
    blobs: Blobs,
    pieces: Vec<Piece>,
    size: u64,
    at: u64,
    window: (u64, Bytes),
    runtime: Handle,
}

impl UploadedFile {
    /// The pieces in their order, without gaps.
    pub(super) fn new(blobs: Blobs, pieces: Vec<Piece>, runtime: Handle) -> Self {
        let size = pieces.last().map_or(0, |(start, length, _)| start + length);
        Self { blobs, pieces, size, at: 0, window: (0, Bytes::new()), runtime }
    }

    fn load(&mut self) -> io::Result<()> {
        let found = self.pieces.partition_point(|(start, ..)| *start <= self.at);
        let piece = found.checked_sub(1).and_then(|place| self.pieces.get(place));
        let (start, length, key) = piece.ok_or(io::ErrorKind::UnexpectedEof)?;
        let from = self.at - start;
        let to = length.min(&(from + WINDOW)).to_owned();
        let (blobs, range) = (&self.blobs, Some(from..to));
        let bytes = self.runtime.block_on(async {
            let mut stream = blobs.get(key, range).await?.stream;
            let mut all = Vec::new();
            while let Some(slice) = futures_util::StreamExt::next(&mut stream).await {
                all.extend_from_slice(&slice?);
            }
            Ok::<_, crate::blob::Error>(all)
        });
        self.window = (self.at, bytes.map_err(io::Error::other)?.into());
        Ok(())
    }
}

impl Read for UploadedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let (start, bytes) = &self.window;
        if self.at < *start || self.at >= start + bytes.len() as u64 {
            self.load()?;
        }
        let (start, bytes) = &self.window;
        let offset = usize::try_from(self.at - start).unwrap_or(usize::MAX);
        let rest = bytes.get(offset..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count as u64;
        match count {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

impl Seek for UploadedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(to) => Some(to),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
