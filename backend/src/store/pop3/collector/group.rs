//! Messages on their way into the store: gathered while the group before them becomes durable.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::Maildrop;
use crate::store::Error;
use crate::store::local::{Delivered, Delivery};

/// Messages of a group.
const MESSAGES: usize = 64;
/// Octets of a group that are held in memory.
const OCTETS: usize = 16 << 20;
/// How long the first message of a group waits.
const LONGEST: Duration = Duration::from_millis(200);

/// A message of a group: its number in the session, what is to be delivered, and what of it is held.
pub(super) struct Gathered {
    pub number: u32,
    pub delivery: Delivery,
    pub held: usize,
}

/// A group that is being written, and the numbers of its messages.
type Writing = JoinHandle<Result<Vec<Delivered>, Error>>;

/// The group that is gathered, and the one that is written.
pub(super) struct Groups<'a> {
    maildrop: &'a Maildrop,
    gathered: Vec<Gathered>,
    held: usize,
    since: Duration,
    writing: Option<(Writing, Vec<u32>)>,
}

impl<'a> Groups<'a> {
    pub fn new(maildrop: &'a Maildrop) -> Self {
        Self { maildrop, gathered: Vec::new(), held: 0, since: Duration::ZERO, writing: None }
    }

    /// Adds a message; true once the group is full and `write` has to come next.
    pub fn add(&mut self, gathered: Gathered) -> bool {
        if self.gathered.is_empty() {
            self.since = self.maildrop.clock.elapsed();
        }
        self.held += gathered.held;
        self.gathered.push(gathered);
        self.gathered.len() >= MESSAGES || self.held >= OCTETS
    }

    /// Waits until something is to be done without another message: a group was written, or has
    /// waited long enough; gives the numbers of what is durable now.
    pub async fn due(&mut self) -> Result<Vec<u32>, Error> {
        if self.writing.is_some() {
            return self.written().await;
        }
        if self.gathered.is_empty() {
            return std::future::pending().await;
        }
        let clock = &self.maildrop.clock;
        clock.sleep((self.since + LONGEST).saturating_sub(clock.elapsed())).await;
        self.begin();
        Ok(Vec::new())
    }

    /// Writes what was gathered, once what is being written is durable; the numbers of that.
    pub async fn write(&mut self) -> Result<Vec<u32>, Error> {
        let durable = self.written().await?;
        self.begin();
        Ok(durable)
    }

    /// The numbers of what was being written, once it is durable.
    async fn written(&mut self) -> Result<Vec<u32>, Error> {
        let Some((writing, _)) = &mut self.writing else { return Ok(Vec::new()) };
        // Dropped while it waits, it waits on the next time.
        let done = writing.await.map_err(|error| Error::Storage(Box::new(error)))?;
        let numbers = self.writing.take().map(|(_, numbers)| numbers);
        done.map(|_| numbers.unwrap_or_default())
    }

    fn begin(&mut self) {
        if self.gathered.is_empty() {
            return;
        }
        self.held = 0;
        let gathered = std::mem::take(&mut self.gathered);
        let (numbers, batch) =
            gathered.into_iter().map(|one| (one.number, one.delivery)).unzip::<_, _, _, Vec<_>>();
        let (store, account) = (self.maildrop.store.clone(), self.maildrop.account.clone());
        // A task of its own: a round that is stopped leaves no group half written.
        let writing = tokio::spawn(async move { store.deliver(&account, batch).await });
        self.writing = Some((writing, numbers));
    }
}
