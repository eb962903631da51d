//! A gate before Dovecot that counts what passes, both ways.
#![expect(clippy::disallowed_methods, reason = "a gate stands outside the product")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Octets that passed.
#[derive(Debug, Default)]
pub struct Toll {
    up: AtomicU64,
    down: AtomicU64,
}

impl Toll {
    /// Opens a gate before a loopback port; gives its own port.
    pub async fn open(to: u16) -> Result<(u16, Arc<Self>)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, toll) = (listener.local_addr()?.port(), Arc::new(Self::default()));
        let counts = toll.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let counts = counts.clone();
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else { return };
                    let _ = (near.set_nodelay(true), far.set_nodelay(true));
                    let ((from_near, to_near), (from_far, to_far)) =
                        (near.into_split(), far.into_split());
                    tokio::join!(
                        carry(from_near, to_far, &counts.up),
                        carry(from_far, to_near, &counts.down)
                    );
                });
            }
        });
        Ok((port, toll))
    }

    /// What passed so far: to the server, and from it.
    pub fn so_far(&self) -> (u64, u64) {
        (self.up.load(Ordering::Relaxed), self.down.load(Ordering::Relaxed))
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    count: &AtomicU64,
) {
    let mut bytes = vec![0; 64 << 10];
    loop {
        match from.read(&mut bytes).await {
            Ok(read) if read > 0 => {
                // Counted first: whoever has read the octets finds them counted.
                count.fetch_add(read as u64, Ordering::Relaxed);
                if to.write_all(&bytes[..read]).await.is_err() {
                    return;
                }
            }
            _ => {
                let _ = to.shutdown().await;
                return;
            }
        }
    }
}
