//! Bringing messages in, one after the other, each once.
//!
//! Kept is how many messages of the file are done with, and from which uid on in their mailbox
//! those lie that were added since. Whoever goes on there looks among these, by Message-ID and size,
//! before a message is added again: after a crash, and where a connection was lost with the answer.

use std::collections::HashMap;
use std::io::{self, Read, Seek};
use std::sync::Arc;
use std::time::Duration;

use postern_shared::mailbox::MailboxId;
use postern_shared::transfer::Stage;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::io::StreamReader;

use super::course::{Course, End, Patience, is_away};
use super::group::{Addition, Entry, GROUP, Group, take_same};
use super::target::Here;
use crate::account::{self, Account, Arrived, Floor, Whole};
use crate::blob::Blobs;
use crate::bundle::Spooled;
use crate::bundle::messages::{self, Item, Reading};
use crate::store;

/// Largest message that is brought in.
const LARGEST: u64 = 256 << 20;
/// Messages that wait to be added.
const WAITING: usize = 16;
/// How long an account that is gone is left alone at first, and at most.
pub(super) const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Octets of a message in which its header is looked for.
const HEADER: usize = 64 << 10;

/// A file that can be read anywhere.
pub(super) trait Sought: Read + Seek + Send {}

impl<T: Read + Seek + Send> Sought for T {}

/// Opens the file that is brought in; it is read more than once, on threads that may wait.
pub(super) type Opener = Arc<dyn Fn() -> io::Result<Box<dyn Sought>> + Send + Sync>;

/// Where an import goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Messages of the file that are done with.
    pub(super) position: u64,
    /// Where the last ones went, and from where on those lie that were added since.
    pub(super) since: Option<(MailboxId, Floor)>,
}

/// Where messages go, and how.
pub(super) struct Target {
    pub(super) account: Account,
    /// Where all of it goes; none: where the file says.
    pub(super) mailbox: Option<MailboxId>,
    pub(super) skip_known: bool,
}

/// An import under way.
pub(super) struct Bringing {
    pub(super) course: Course,
    pub(super) target: Target,
    pub(super) place: Place,
    /// What may have been added by this import before it was cut off.
    doubtful: Vec<Arrived>,
    /// Messages until which that may be.
    doubtful_until: u64,
    /// Messages that are read, and not yet done with.
    pub(super) group: Group,
    /// What the mailbox holds that they go into.
    pub(super) here: Here,
    pub(super) places: HashMap<Vec<String>, MailboxId>,
    pub(super) blobs: Blobs,
    /// The file's own name.
    name: String,
}

impl Bringing {
    pub(super) fn new(course: Course, target: Target, (name, blobs): (String, Blobs)) -> Self {
        let place = postern_shared::frame::decode(&course.state.place).unwrap_or_default();
        Self {
            course,
            target,
            place,
            doubtful: Vec::new(),
            doubtful_until: 0,
            group: Group::default(),
            here: Here::default(),
            places: HashMap::new(),
            blobs,
            name,
        }
    }

    /// Brings everything in, from where it stands, unless it is stopped; says how that ended.
    pub(super) async fn run(&mut self, file: &Opener) -> Result<(), End> {
        let stop = self.course.stop.clone();
        tokio::select! {
            () = stop.cancelled() => Err(End::Stopped),
            done = self.bring(file) => done,
        }
    }

    async fn bring(&mut self, file: &Opener) -> Result<(), End> {
        self.course.enter(Stage::Running).await?;
        self.count(file).await?;
        if let Some((mailbox, floor)) = self.place.since.clone() {
            // A server may be at work yet on what a bridge that was killed had sent it last.
            self.course.clock.sleep(PAUSE).await;
            self.doubtful = match self.arrived(&mailbox, floor).await {
                // It is gone, with whatever was added.
                Err(End::Failed(crate::user::Error::Account(account::Error::NonExistent))) => {
                    Vec::new()
                }
                arrived => arrived?,
            };
            self.doubtful_until = self.place.position + GROUP as u64;
        }
        let (reading, mut items) = self.read(file, self.place.position);
        while let Some(item) = items.recv().await {
            self.take(item).await?;
        }
        self.flush().await?;
        settled(reading).await?;
        self.write(Stage::Running).await
    }

    /// Learns how many messages there are, unless that is known.
    pub(super) async fn count(&mut self, file: &Opener) -> Result<(), End> {
        if self.course.state.total == 0 {
            let (counting, mut none) = self.read(file, u64::MAX);
            while none.recv().await.is_some() {}
            let total = settled(counting).await?;
            self.course.state.total = u32::try_from(total).unwrap_or(u32::MAX);
        }
        Ok(())
    }

    /// Reads the file on a thread of its own, from a message on; what is read waits to be taken.
    fn read(
        &self,
        file: &Opener,
        skip: u64,
    ) -> (JoinHandle<Result<u64, messages::Error>>, mpsc::Receiver<Item>) {
        let (give, items) = mpsc::channel(WAITING);
        let (file, name, aside) = (file.clone(), self.name.clone(), self.blobs.aside());
        let work = spawn_blocking(move || {
            let reading = Reading { name: &name, aside: &aside, largest: LARGEST, skip };
            messages::read(file()?, reading, &mut |item| give.blocking_send(item).is_ok())
        });
        (work, items)
    }

    /// Takes one message in: it is added with others, unless it is there.
    async fn take(&mut self, item: Item) -> Result<(), End> {
        let Item { place, marks, content } = item;
        let Some(content) = content else { return self.push(Entry::Failed).await };
        let (message_id, whole) = self.ready(content).await?;
        let mailbox = self.target(place).await?;
        if self.place.since.as_ref().is_none_or(|(known, _)| *known != mailbox) {
            self.flush().await?;
            let floor = self.floor(&mailbox).await?;
            self.place.since = Some((mailbox.clone(), floor));
            self.doubtful.clear();
            self.write(Stage::Running).await?;
        }
        let size = whole.size();
        if self.place.position + self.group.len() as u64 >= self.doubtful_until {
            self.doubtful.clear();
        }
        if take_same(&mut self.doubtful, (&message_id, size)).is_some() {
            return self.push(Entry::Done).await;
        }
        if self.target.skip_known && self.is_known(&mailbox, (&message_id, &whole)).await? {
            return self.push(Entry::Known).await;
        }
        self.here.note(&message_id, size);
        self.push(Entry::Add(Addition { message_id, marks, whole })).await
    }

    /// Writes down how far it is.
    pub(super) async fn write(&mut self, stage: Stage) -> Result<(), End> {
        self.course.state.place = postern_shared::frame::encode(&self.place);
        Ok(self.course.enter(stage).await?)
    }

    /// The account is gone for a while; says so, and fails where that is not waited for.
    pub(super) async fn wait(
        &mut self,
        pause: &mut Duration,
        error: account::Error,
    ) -> Result<(), End> {
        let is_over = match self.course.patience {
            Patience::Endless => false,
            Patience::Within(most) => needs_user(&error) || *pause > most,
        };
        if is_over {
            return Err(error.into());
        }
        self.course.enter(Stage::Waiting).await?;
        self.course.clock.sleep(*pause).await;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }

    /// A message's Message-ID, and its bytes as they are handed on.
    async fn ready(&self, mut content: Spooled) -> Result<(String, Whole), End> {
        let beginning = content.next(HEADER)?;
        let message_id = store::message_id(&beginning);
        if content.size <= beginning.len() as u64 {
            return Ok((message_id, Whole::Memory(beginning.into())));
        }
        content.rewind()?;
        if !content.file.is_rolled() {
            let all = content.next(usize::MAX)?;
            return Ok((message_id, Whole::Memory(all.into())));
        }
        let slices =
            futures_util::stream::unfold(content, async |mut content| match content.next(HEADER) {
                Ok(bytes) if bytes.is_empty() => None,
                Ok(bytes) => Some((Ok(bytes::Bytes::from(bytes)), content)),
                Err(error) => Some((Err(error), content)),
            });
        let reader = StreamReader::new(Box::pin(slices));
        let spooled = self.blobs.put_aside(reader).await?;
        Ok((message_id, Whole::Disk(Arc::new(spooled))))
    }
}

fn needs_user(error: &account::Error) -> bool {
    matches!(error, account::Error::NeedsSignIn)
}

/// Whether it may be otherwise in a while.
pub(super) fn is_passing(error: &account::Error) -> bool {
    error.is_lost() || is_away(error) || needs_user(error)
}

/// How reading ended.
async fn settled(reading: JoinHandle<Result<u64, messages::Error>>) -> Result<u64, End> {
    let read = reading.await.map_err(|_| account::Error::Panicked)?;
    read.map_err(End::File)
}
