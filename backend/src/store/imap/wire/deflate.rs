//! COMPRESS=DEFLATE beneath the wire (RFC 4978).
//!
//! What arrives is inflated into the room that the reader offers and no further, so that a
//! compressed bomb meets the same limits as plain bytes. What is sent goes in stored blocks
//! (RFC 1951 §3.2.4): commands are short, a compressor costs 300 kB a connection, and what a user
//! writes is not mixed with what strangers write.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use flate2::{Decompress, FlushDecompress, Status};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;

use super::exchange::Counters;

/// Compressed bytes asked of the stream at once.
const CHUNK: usize = 8 << 10;
/// Octets of one stored block.
const BLOCK: usize = u16::MAX as usize;

/// A stream whose two directions are deflated.
pub(super) struct Deflated {
    stream: crate::net::Stream,
    counters: Arc<Counters>,
    inflater: Decompress,
    incoming: BytesMut,
    /// The inflater may hold more output than there was room for.
    holds_more: bool,
    ended: bool,
    outgoing: BytesMut,
}

impl Deflated {
    /// `arrived` was read already, and is compressed.
    pub(super) fn new(
        stream: crate::net::Stream,
        arrived: BytesMut,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            stream,
            counters,
            inflater: Decompress::new(false),
            incoming: arrived,
            holds_more: false,
            ended: false,
            outgoing: BytesMut::new(),
        }
    }

    /// Inflates what is at hand; how many octets it gave.
    fn inflate(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let (read, written) = (self.inflater.total_in(), self.inflater.total_out());
        let status = self.inflater.decompress(&self.incoming, room, FlushDecompress::None);
        let status = status.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let read = usize::try_from(self.inflater.total_in() - read).unwrap_or(usize::MAX);
        let written = usize::try_from(self.inflater.total_out() - written).unwrap_or(0);
        self.incoming.advance(read.min(self.incoming.len()));
        // It may hold more though there was room: it gives out its window before it goes on.
        self.holds_more = written > 0;
        self.ended = status == Status::StreamEnd;
        Ok(written)
    }

    fn poll_write_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.is_empty() {
            let count = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.outgoing))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outgoing.advance(count);
            self.counters.note_sent(count);
        }
        self.outgoing = BytesMut::new();
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Deflated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if (this.holds_more || !this.incoming.is_empty()) && !this.ended {
                let written = this.inflate(buffer.initialize_unfilled())?;
                if written > 0 {
                    buffer.advance(written);
                    return Poll::Ready(Ok(()));
                }
            }
            if this.ended {
                return Poll::Ready(Ok(()));
            }
            this.incoming.reserve(CHUNK);
            let read = poll_read_buf(Pin::new(&mut this.stream), cx, &mut this.incoming);
            let count = ready!(read)?;
            if count == 0 {
                return Poll::Ready(Ok(()));
            }
            this.counters.note_received(count);
        }
    }
}

impl AsyncWrite for Deflated {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_write_out(cx))?;
        let block = &bytes[..bytes.len().min(BLOCK)];
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        self.outgoing.reserve(block.len() + 5);
        self.outgoing.extend_from_slice(&[0]);
        self.outgoing.extend_from_slice(&length.to_le_bytes());
        self.outgoing.extend_from_slice(&(!length).to_le_bytes());
        self.outgoing.extend_from_slice(block);
        Poll::Ready(Ok(block.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_write_out(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_write_out(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use flate2::Compression;
    use flate2::read::DeflateDecoder;
    use flate2::write::DeflateEncoder;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    fn deflated(plain: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.flush().unwrap();
        encoder.get_ref().clone()
    }

    #[tokio::test]
    async fn what_is_written_can_be_inflated() {
        let (near, mut far) = duplex(1 << 20);
        let mut stream = Deflated::new(Box::new(near), BytesMut::new(), Arc::default());
        let plain: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        stream.write_all(&plain).await.unwrap();
        stream.flush().await.unwrap();
        drop(stream);
        let mut sent = Vec::new();
        far.read_to_end(&mut sent).await.unwrap();
        let mut read = vec![0; plain.len()];
        DeflateDecoder::new(&sent[..]).read_exact(&mut read).unwrap();
        assert!(read == plain);
    }

    /// A stream that is not ready every other time, as one is whose task has had its share.
    struct Hesitant(tokio::io::DuplexStream, bool);

    impl Hesitant {
        fn hesitates(&mut self, cx: &Context<'_>) -> bool {
            self.1 = !self.1;
            if self.1 {
                cx.waker().wake_by_ref();
            }
            self.1
        }
    }

    impl AsyncRead for Hesitant {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_read(cx, buffer)
        }
    }

    impl AsyncWrite for Hesitant {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            if self.hesitates(cx) {
                return Poll::Pending;
            }
            Pin::new(&mut self.0).poll_write(cx, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(cx)
        }
    }

    #[tokio::test]
    async fn a_command_goes_out_though_the_stream_was_not_ready_at_first() {
        let (near, mut far) = duplex(1 << 10);
        let limits = crate::store::imap::limits::Limits::default();
        let mut wire = super::super::ImapWire::new(Box::new(Hesitant(near, false)), limits);
        wire.compress();
        wire.send(b"P1 NOOP\r\n").await.unwrap();
        let mut sent = [0; 14];
        let read = far.read_exact(&mut sent);
        let read = tokio::time::timeout(std::time::Duration::from_secs(5), read).await;
        assert!(read.is_ok_and(|read| read.is_ok()) && sent.ends_with(b"P1 NOOP\r\n"));
    }

    #[tokio::test]
    async fn what_arrives_is_inflated_whatever_the_pieces() {
        let plain = "* 1 FETCH (FLAGS (\\Seen))\r\n".repeat(5000);
        let sent = deflated(plain.as_bytes());
        for size in [1, 7, 4096] {
            let (near, mut far) = duplex(size);
            let arrived = BytesMut::from(&sent[..3]);
            let mut stream = Deflated::new(Box::new(near), arrived, Arc::default());
            let rest = sent[3..].to_vec();
            let writing = tokio::spawn(async move { far.write_all(&rest).await });
            let mut read = Vec::new();
            stream.read_to_end(&mut read).await.unwrap();
            writing.await.unwrap().unwrap();
            assert!(read == plain.as_bytes(), "in pieces of {size}");
        }
    }

    #[tokio::test]
    async fn nothing_is_held_back_while_more_is_waited_for() {
        let word = |n: u32| (n.wrapping_mul(2_654_435_761) >> 23).to_le_bytes()[0] | 64;
        for length in (30_000..300_000).step_by(2003) {
            let plain: Vec<u8> = (0..length).map(word).collect();
            let sent = deflated(&plain);
            for size in [61, 509] {
                let (near, mut far) = duplex(size);
                let mut stream = Deflated::new(Box::new(near), BytesMut::new(), Arc::default());
                let mut read = vec![0; plain.len()];
                let sending = sent.clone();
                let sending = tokio::spawn(async move {
                    let all = far.write_all(&sending).await;
                    (far, all)
                });
                let whole = stream.read_exact(&mut read);
                let whole = tokio::time::timeout(std::time::Duration::from_secs(5), whole).await;
                sending.abort();
                let whole = whole.map(|whole| whole.is_ok());
                assert!(whole == Ok(true) && read == plain, "{length} octets by {size}");
            }
        }
    }

    #[tokio::test]
    async fn a_bomb_gives_no_more_than_there_is_room_for() {
        let bomb = deflated(&vec![b'x'; 50 << 20]);
        assert!(bomb.len() < 100_000);
        let (near, mut far) = duplex(1 << 20);
        far.write_all(&bomb).await.unwrap();
        let mut stream = Deflated::new(Box::new(near), BytesMut::new(), Arc::default());
        let mut room = [0; 1000];
        assert_eq!(stream.read(&mut room).await.unwrap(), 1000);
        assert!(stream.incoming.len() + stream.incoming.capacity() < 100_000);
    }

    #[tokio::test]
    async fn what_is_not_deflated_is_an_error() {
        let (near, mut far) = duplex(1 << 10);
        far.write_all(&[0xFF; 30]).await.unwrap();
        let mut stream = Deflated::new(Box::new(near), BytesMut::new(), Arc::default());
        assert!(stream.read(&mut [0; 100]).await.is_err());
    }
}
