//! A message that is too large to be held: stored as it comes, read by its outline.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use super::Error;
use super::content::Content;
use super::keep::{Fresh, Source};
use super::open::UserStore;
use super::outline::Outline;
use crate::blob::BlobKey;
use crate::readers::{self, Pace};

/// A message whose octets are durable and that was read; nobody points at it yet.
#[derive(Debug, Clone)]
pub struct Large {
    content: Content,
    key: BlobKey,
}

impl Large {
    /// Its octets.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.content.octets
    }

    /// The SHA-256 of its octets.
    #[must_use]
    pub fn checksum(&self) -> &[u8; 32] {
        &self.content.checksum
    }

    pub(super) fn fresh(&self) -> Fresh {
        Fresh { content: self.content.clone(), source: Source::Blob(self.key.clone()) }
    }
}

impl UserStore {
    /// Stores a message of any size while it comes; durable on return, and swept after a while
    /// unless it is delivered.
    ///
    /// # Errors
    /// The source's or the store's, as `Storage`; then nothing is kept.
    pub async fn take_in(&self, source: impl AsyncRead + Send) -> Result<Large, Error> {
        let mut outline = Outline::default();
        let watched = Watched { source: Box::pin(source), outline: &mut outline };
        let (key, _) = self.0.blobs.put(&self.owner(), watched).await?;
        let reading = readers::read(Pace::Patient, move || Content::outlined(&outline.finish()));
        let content = reading.await.map_err(|error| Error::Storage(Box::new(error)))?;
        Ok(Large { content, key })
    }

    /// Throws a message away that was taken in and is not needed after all.
    pub async fn let_go(&self, large: &Large) {
        if let Err(error) = self.0.blobs.delete(&large.key).await {
            tracing::warn!(%error, "a blob that nobody needs could not be deleted");
        }
    }
}

/// Shows an outline what is read.
struct Watched<'a, R> {
    source: Pin<Box<R>>,
    outline: &'a mut Outline,
}

impl<R: AsyncRead> AsyncRead for Watched<'_, R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.source.as_mut().poll_read(cx, buffer))?;
        self.outline.take(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}
