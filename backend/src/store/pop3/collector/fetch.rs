//! One message on its way from the server: small ones into memory, large ones into the store.

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;

use super::survey::Head;
use super::{Progress, digest};
use crate::store::Error;
use crate::store::local::{Octets, UserStore};
use crate::store::pop3::{Body, Pop3Connection};

/// Messages that are larger are not held, in octets.
const LARGE: usize = 1 << 20;
/// Largest message: no server means more in earnest.
const MOST: u64 = 4 << 30;
/// Octets on their way from the server to the disk.
const ON_THE_WAY: usize = 256 << 10;

/// A message that came.
pub(super) struct Fetched {
    /// Its octets, or where they are.
    pub octets: Octets,
    /// What its header says.
    pub head: Head,
}

/// The next message that was asked for, by its number; inside, none where the server refuses it. None
/// once all came.
pub(super) async fn next(
    connection: &mut Pop3Connection,
    store: &UserStore,
    progress: &watch::Sender<Progress>,
) -> Result<Option<(u32, Option<Fetched>)>, Error> {
    let Some((number, body)) = connection.message().await? else { return Ok(None) };
    let mut body = match body {
        Ok(body) => body,
        Err(error) => {
            // The next round asks for it again.
            tracing::warn!(number, %error, "a message is refused");
            return Ok(Some((number, None)));
        }
    };
    let mut held = Vec::new();
    while let Some(octets) = body.next().await? {
        count(progress, octets);
        held.extend_from_slice(octets);
        if held.len() > LARGE {
            let large = large(held, body, (store, progress)).await?;
            return Ok(Some((number, Some(large))));
        }
    }
    let held = Bytes::from(held);
    let head = Head::of(&held);
    Ok(Some((number, Some(Fetched { octets: held.into(), head }))))
}

fn count(progress: &watch::Sender<Progress>, octets: &[u8]) {
    progress.send_modify(|it| it.octets += octets.len() as u64);
}

/// Goes on with a message that proves to be large.
async fn large(
    begun: Vec<u8>,
    mut body: Body<'_>,
    (store, progress): (&UserStore, &watch::Sender<Progress>),
) -> Result<Fetched, Error> {
    let head = Head::of(digest::header(&begun));
    let (reader, mut writer) = tokio::io::duplex(ON_THE_WAY);
    let feeding = async move {
        let gone = |error: std::io::Error| Error::Storage(Box::new(error));
        let mut all = begun.len() as u64;
        writer.write_all(&begun).await.map_err(gone)?;
        drop(begun);
        while let Some(octets) = body.next().await? {
            count(progress, octets);
            all += octets.len() as u64;
            if all > MOST {
                return Err(Error::Limit("a message"));
            }
            writer.write_all(octets).await.map_err(gone)?;
        }
        writer.shutdown().await.map_err(gone)
    };
    let (fed, taken) = tokio::join!(feeding, store.take_in(reader));
    // The disk's reason, where it failed, is why nothing could be fed.
    let large = taken?;
    if let Err(error) = fed {
        store.let_go(&large).await;
        return Err(error);
    }
    Ok(Fetched { octets: Octets::Large(Box::new(large)), head })
}
