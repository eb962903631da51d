//! One message on its way from the server: small ones into memory, large ones into the store.

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;

use super::survey::Head;
use super::{Maildrop, Progress, Reason, digest};
use crate::store::Error;
use crate::store::local::Octets;
use crate::store::pop3::{Body, Pop3Connection};

/// Messages that are larger are not held, in octets.
const LARGE: usize = 1 << 20;
/// Octets on their way from the server to the disk.
const ON_THE_WAY: usize = 256 << 10;

/// A message that came.
pub(super) struct Fetched {
    /// Its octets, or where they are.
    pub octets: Octets,
    /// What its header says.
    pub head: Head,
}

/// The next message that was asked for, by its number; inside, why it does not come. None once all
/// came.
pub(super) async fn next(
    connection: &mut Pop3Connection,
    maildrop: &Maildrop,
    progress: &watch::Sender<Progress>,
) -> Result<Option<(u32, Result<Fetched, Reason>)>, Error> {
    let Some((number, body)) = connection.message().await? else { return Ok(None) };
    let mut body = match body {
        Ok(body) => body,
        // The next round asks for it again.
        Err(error) => return Ok(Some((number, Err(Reason::Refused(error))))),
    };
    let mut held = Vec::new();
    while let Some(octets) = body.next().await? {
        count(progress, octets);
        held.extend_from_slice(octets);
        if held.len() > LARGE {
            return Ok(Some((number, large(held, body, (maildrop, progress)).await?)));
        }
    }
    let held = Bytes::from(held);
    let head = Head::of(&held);
    Ok(Some((number, Ok(Fetched { octets: held.into(), head }))))
}

fn count(progress: &watch::Sender<Progress>, octets: &[u8]) {
    progress.send_modify(|it| it.octets += octets.len() as u64);
}

/// Goes on with a message that proves to be large.
async fn large(
    begun: Vec<u8>,
    mut body: Body<'_>,
    (maildrop, progress): (&Maildrop, &watch::Sender<Progress>),
) -> Result<Result<Fetched, Reason>, Error> {
    let Maildrop { store, largest, .. } = maildrop;
    let head = Head::of(digest::header(&begun));
    let (reader, writer) = tokio::io::duplex(ON_THE_WAY);
    let mut writer = Some(writer);
    let feeding = async move {
        let gone = |error: std::io::Error| Error::Storage(Box::new(error));
        let mut all = begun.len() as u64;
        if let Some(writer) = &mut writer {
            writer.write_all(&begun).await.map_err(gone)?;
        }
        drop(begun);
        while let Some(octets) = body.next().await? {
            count(progress, octets);
            all += octets.len() as u64;
            if all > *largest {
                // Its server said less. The rest is read over, unless there is no end of it.
                writer = None;
            }
            if all / 2 > *largest {
                return Err(Error::Limit("a message"));
            }
            if let Some(writer) = &mut writer {
                writer.write_all(octets).await.map_err(gone)?;
            }
        }
        let Some(mut writer) = writer else { return Ok(false) };
        writer.shutdown().await.map_err(gone)?;
        Ok(true)
    };
    let (fed, taken) = tokio::join!(feeding, store.take_in(reader));
    // The disk's reason, where it failed, is why nothing could be fed.
    let large = taken?;
    if !matches!(fed, Ok(true)) {
        store.let_go(&large).await;
    }
    Ok(match fed? {
        true => Ok(Fetched { octets: Octets::Large(Box::new(large)), head }),
        false => Err(Reason::TooLarge(*largest)),
    })
}
