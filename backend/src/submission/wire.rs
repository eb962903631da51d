//! The stream as lettre wants it, with the greeting put back where STARTTLS has read it, and with
//! the message put in where lettre has only its end: so it is never held whole.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::{self, Opened};

/// What lettre reads first where `net` has read the server's own greeting already.
const GREETING: &[u8] = b"220 ready\r\n";

/// The bytes of a message, as they come from wherever they are kept.
pub type Content = BoxStream<'static, io::Result<Bytes>>;

/// A message that goes out before the end of content that lettre writes.
#[derive(Clone, Default)]
pub(super) struct Feed(Arc<Mutex<Feeding>>);

#[derive(Default)]
struct Feeding {
    content: Option<Content>,
    /// Dot-stuffed bytes, and how many of them are written (RFC 5321 §4.5.2).
    stuffed: Vec<u8>,
    written: usize,
    last: Last,
    /// Bytes of lettre's `CR LF . CR LF` to leave out, because the content ended its line itself.
    skip: usize,
    complete: bool,
}

/// Where in a line the content stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    LineEnd,
    Cr,
    Other,
}

impl Feed {
    /// The next end of content is preceded by this.
    pub(super) fn put(&self, content: Content) {
        let fresh = Feeding { content: Some(content), ..Feeding::default() };
        *self.lock() = fresh;
    }

    /// Whether the end of the content may have been written.
    pub(super) fn is_complete(&self) -> bool {
        self.lock().complete
    }

    fn lock(&self) -> MutexGuard<'_, Feeding> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feeding {
    fn stuff(&mut self, bytes: &[u8]) {
        self.stuffed.clear();
        self.written = 0;
        for &byte in bytes {
            if byte == b'.' && self.last == Last::LineEnd {
                self.stuffed.push(b'.');
            }
            self.stuffed.push(byte);
            self.last = match (byte, self.last) {
                (b'\r', _) => Last::Cr,
                (b'\n', Last::Cr) => Last::LineEnd,
                _ => Last::Other,
            };
        }
    }

    /// Writes what there is of the content; ready once all of it is written.
    fn pump(
        &mut self,
        mut stream: Pin<&mut net::Stream>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(content) = &mut self.content {
            if self.written < self.stuffed.len() {
                let left = &self.stuffed[self.written..];
                match ready!(stream.as_mut().poll_write(cx, left))? {
                    0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    count => self.written += count,
                }
                continue;
            }
            match ready!(content.poll_next_unpin(cx)) {
                Some(bytes) => self.stuff(&bytes?),
                None => {
                    self.content = None;
                    self.skip = if self.last == Last::LineEnd { 2 } else { 0 };
                    self.complete = true;
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

pub(super) struct Wire {
    /// lettre asks for `Sync`; the lock is never taken, for there is only `&mut self`.
    stream: Mutex<net::Stream>,
    peer: SocketAddr,
    unread: &'static [u8],
    feed: Feed,
}

impl Wire {
    pub(super) fn new(opened: Opened, feed: Feed) -> Self {
        let unread = if opened.greeting_consumed { GREETING } else { b"" };
        Self { stream: Mutex::new(opened.stream), peer: opened.peer, unread, feed }
    }

    fn stream(&mut self) -> Pin<&mut net::Stream> {
        Pin::new(self.stream.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("peer", &self.peer).finish_non_exhaustive()
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            return self.stream().poll_read(cx, buffer);
        }
        let (now, later) = self.unread.split_at(self.unread.len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.unread = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let feed = self.feed.clone();
        let mut feeding = feed.lock();
        ready!(feeding.pump(self.stream(), cx))?;
        let skip = feeding.skip.min(bytes.len());
        let written = ready!(self.stream().poll_write(cx, &bytes[skip..]))?;
        feeding.skip = 0;
        Poll::Ready(Ok(skip + written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}

/// Bytes in memory as content.
pub fn whole(bytes: impl Into<Bytes>) -> Content {
    let mut left = bytes.into();
    let slices = std::iter::from_fn(move || {
        (!left.is_empty()).then(|| Ok(left.split_to(left.len().min(64 * 1024))))
    });
    content(futures_util::stream::iter(slices))
}

/// A stream of bytes as content.
pub fn content(stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Content {
    stream.boxed()
}
