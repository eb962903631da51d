//! DEFLATE over both halves of a connection (RFC 4978), from the moment it is asked for.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// Octets read from the connection at a time.
const CHUNK: usize = 4096;

/// The receiving half.
pub(crate) struct Inbound {
    stream: OwnedReadHalf,
    inflate: Option<Box<Inflate>>,
}

struct Inflate {
    state: Decompress,
    /// Received and not inflated yet.
    waiting: Vec<u8>,
}

impl Inbound {
    pub fn new(stream: OwnedReadHalf) -> Self {
        Self { stream, inflate: None }
    }

    pub fn start(&mut self) {
        let state = Decompress::new(false);
        self.inflate = Some(Box::new(Inflate { state, waiting: Vec::new() }));
    }
}

impl AsyncRead for Inbound {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, inflate } = self.get_mut();
        let Some(inflate) = inflate else { return Pin::new(stream).poll_read(cx, buffer) };
        loop {
            if inflate.step(buffer)? {
                return Poll::Ready(Ok(()));
            }
            let mut space = [0; CHUNK];
            let mut chunk = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            inflate.waiting.extend_from_slice(chunk.filled());
        }
    }
}

impl Inflate {
    /// Inflates into the buffer; whether anything came of it.
    fn step(&mut self, buffer: &mut ReadBuf<'_>) -> io::Result<bool> {
        let (taken, given) = (self.state.total_in(), self.state.total_out());
        let out = buffer.initialize_unfilled();
        self.state
            .decompress(&self.waiting, out, FlushDecompress::Sync)
            .map_err(io::Error::other)?;
        let count = |total: u64, before| usize::try_from(total - before).unwrap_or(usize::MAX);
        self.waiting.drain(..count(self.state.total_in(), taken));
        let given = count(self.state.total_out(), given);
        buffer.advance(given);
        Ok(given > 0)
    }
}

/// The sending half.
pub(crate) struct Outbound {
    stream: OwnedWriteHalf,
    deflate: Option<Compress>,
}

impl Outbound {
    pub fn new(stream: OwnedWriteHalf) -> Self {
        Self { stream, deflate: None }
    }

    pub fn start(&mut self) {
        self.deflate = Some(Compress::new(Compression::fast(), false));
    }

    /// Sends all of it, to be read at once.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(deflate) = &mut self.deflate else { return self.stream.write_all(bytes).await };
        let deflated = whole(deflate, bytes)?;
        self.stream.write_all(&deflated).await
    }
}

/// Everything that was put in, up to its last octet.
fn whole(deflate: &mut Compress, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let (mut all, mut rest, mut gives_rest) = (Vec::new(), bytes, false);
    loop {
        let mut out = Vec::with_capacity(CHUNK);
        let taken = deflate.total_in();
        deflate.compress_vec(rest, &mut out, FlushCompress::Sync).map_err(io::Error::other)?;
        rest = &rest[usize::try_from(deflate.total_in() - taken).unwrap_or(rest.len())..];
        all.extend_from_slice(&out);
        let is_full = out.len() == out.capacity();
        // A call that only gives out what had no room before flushes nothing: one more does.
        if rest.is_empty() && !is_full && !gives_rest {
            return Ok(all);
        }
        gives_rest = is_full;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Octets that deflate to about three quarters, as base64 does.
    fn letters(count: usize, seed: u64) -> Vec<u8> {
        let mut state = seed | 1;
        let next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888);
            b'0' + u8::try_from(state >> 58).unwrap_or(0)
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    #[test]
    fn nothing_stays_behind_in_the_deflater() {
        let (mut deflate, mut inflate) =
            (Compress::new(Compression::fast(), false), Decompress::new(false));
        for size in (1..120).map(|step| step * 4_321 % 300_000) {
            let plain = letters(size, size as u64);
            let deflated = whole(&mut deflate, &plain).unwrap();
            let before = inflate.total_in();
            let mut back = Vec::with_capacity(size + CHUNK);
            while (inflate.total_in() - before) < deflated.len() as u64 {
                let at = usize::try_from(inflate.total_in() - before).unwrap();
                let sync = FlushDecompress::Sync;
                inflate.decompress_vec(&deflated[at..], &mut back, sync).unwrap();
            }
            assert!(back == plain, "{} of {size} octets", back.len());
        }
    }
}
