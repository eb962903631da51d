//! Making a file of messages: one after the other, as fast as it is taken.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, TryStreamExt};
use postern_shared::account::AccountId;
use postern_shared::transfer::Stage;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::course::{Course, End, is_away};
use super::outlet::Outlet;
use super::sources::Source;
use crate::account::{self, Account, Batch, Noted, Whole};
use crate::blob::Blobs;
use crate::bundle::mbox;
use crate::store;

/// Messages that are looked at together.
const PIECE: usize = 100;
/// How often an account that is gone is asked again, and how long after each time.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_secs(2);

/// A file that is being made.
pub(super) struct Making {
    pub(super) course: Course,
    pub(super) outlet: Outlet,
    pub(super) out: mpsc::Sender<io::Result<Bytes>>,
    /// Where large messages lie meanwhile.
    pub(super) blobs: Blobs,
    /// Messages that it lacks because only their header is here.
    pub(super) headers: u32,
}

impl Making {
    /// Makes the whole file, unless it is stopped; says how that ended.
    pub(super) async fn run(&mut self, sources: Vec<Source>) -> Result<(), End> {
        let stop = self.course.stop.clone();
        self.course.state.total = sources.iter().map(|source| count(&source.batch.uids)).sum();
        self.course.enter(Stage::Running).await?;
        tokio::select! {
            () = stop.cancelled() => Err(End::Stopped),
            made = self.make(sources) => made,
        }
    }

    async fn make(&mut self, sources: Vec<Source>) -> Result<(), End> {
        // It ends with this.
        let _ahead = fetch_ahead(&sources).await;
        for source in &sources {
            let directory = self.outlet.directory(&source.levels);
            for uids in source.batch.uids.chunks(PIECE) {
                let piece = Batch { uids: uids.to_vec(), ..source.batch.clone() };
                let notes = patiently(&self.course, || source.account.noted(&piece)).await?;
                // What is gone by now is not there to be taken.
                let gone = uids.len().saturating_sub(notes.len());
                let state = &mut self.course.state;
                state.total = state.total.saturating_sub(u32::try_from(gone).unwrap_or(0));
                for note in notes {
                    self.take(&source.account, &directory, &note).await?;
                }
            }
        }
        let end = self.outlet.finish()?;
        self.give(end).await
    }

    async fn take(&mut self, account: &Account, directory: &str, note: &Noted) -> Result<(), End> {
        let blobs = self.blobs.clone();
        let whole = patiently(&self.course, || account.whole(&note.key, &blobs)).await;
        let whole = match whole {
            Ok(whole) => whole,
            Err(account::Error::NonExistent | account::Error::Store(store::Error::NonExistent)) => {
                self.course.state.total = self.course.state.total.saturating_sub(1);
                return Ok(());
            }
            Err(account::Error::Rest { .. } | account::Error::Store(store::Error::RestGone)) => {
                self.headers += 1;
                self.course.state.failed += 1;
                return Ok(());
            }
            // One that the server cannot give is no reason to have none of the others.
            Err(account::Error::Store(store::Error::Refused { .. } | store::Error::Garbled(_))) => {
                self.course.state.failed += 1;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let shape = shape_of(&whole).await?;
        let begun = self.outlet.begin(directory, note, shape)?;
        self.give(begun).await?;
        let mut slices = open(&whole).await?;
        while let Some(slice) = slices.try_next().await? {
            let bytes = self.outlet.bytes(&slice)?;
            self.give(bytes).await?;
        }
        let end = self.outlet.end()?;
        self.give(end).await?;
        self.course.state.done += 1;
        self.course.tell();
        Ok(())
    }

    async fn give(&self, bytes: Vec<u8>) -> Result<(), End> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.out.send(Ok(bytes.into())).await.map_err(|_| End::Left)
    }
}

/// Has the rest of all messages of which only the header is here fetched in one session of each
/// maildrop, while those before them are given out. What does not come is asked for once more by
/// itself.
async fn fetch_ahead(sources: &[Source]) -> JoinSet<()> {
    let mut all: HashMap<AccountId, (Account, Vec<Batch>)> = HashMap::new();
    for Source { account, batch, .. } in sources {
        let known = all.entry(account.facts().id.clone());
        known.or_insert_with(|| (account.clone(), Vec::new())).1.push(batch.clone());
    }
    let mut fetching = JoinSet::new();
    for (account, batches) in all.into_values() {
        match account.ask_for_rest(&batches).await {
            Ok(coming) => drop(fetching.spawn(coming.map(drop))),
            Err(error) => tracing::debug!(%error, "the rest of messages is not fetched ahead"),
        }
    }
    fetching
}

fn count(uids: &[u32]) -> u32 {
    u32::try_from(uids.len()).unwrap_or(u32::MAX)
}

/// Asks an account again that is gone for a moment.
async fn patiently<T, F>(course: &Course, mut ask: impl FnMut() -> F) -> Result<T, account::Error>
where
    F: Future<Output = Result<T, account::Error>>,
{
    for _ in 0..TRIES {
        match ask().await {
            Err(error) if error.is_lost() || is_away(&error) => course.clock.sleep(PAUSE).await,
            other => return other,
        }
    }
    ask().await
}

async fn open(whole: &Whole) -> Result<BoxStream<'static, io::Result<Bytes>>, End> {
    Ok(whole.stream().await?)
}

async fn shape_of(whole: &Whole) -> Result<mbox::Shape, End> {
    let mut shaping = mbox::Shaping::default();
    let mut slices = open(whole).await?;
    while let Some(slice) = slices.try_next().await? {
        shaping.push(&slice);
    }
    Ok(shaping.shape())
}
