//! The stream as lettre wants it, with the greeting put back where STARTTLS has read it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::{Opened, Stream};

/// What lettre reads first where `net` has read the server's own greeting already.
const GREETING: &[u8] = b"220 ready\r\n";

pub(super) struct Wire {
    /// lettre asks for `Sync`; the lock is never taken, for there is only `&mut self`.
    stream: Mutex<Stream>,
    peer: SocketAddr,
    unread: &'static [u8],
}

impl Wire {
    pub(super) fn new(opened: Opened) -> Self {
        let unread = if opened.greeting_consumed { GREETING } else { b"" };
        Self { stream: Mutex::new(opened.stream), peer: opened.peer, unread }
    }

    fn stream(&mut self) -> Pin<&mut Stream> {
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
        self.stream().poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}
