//! Bringing messages in, one after the other, each once.
//!
//! Durable is how many messages of the file are done with, and from which uid on in their mailbox
//! those lie that were added since. Whoever goes on there looks among these, by Message-ID and size,
//! before a message is added again: after a crash, and where a connection was lost with the answer.

use std::collections::HashMap;
use std::time::Duration;

use postern_shared::error::{CallError, ErrorCode};
use postern_shared::mailbox::MailboxId;
use postern_shared::transfer::Stage;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::io::StreamReader;

use super::export::is_away;
use super::file::UploadedFile;
use super::{Course, Detail, detail_of};
use crate::account::{self, Account, Arrived, Floor, Whole};
use crate::blob::{self, BlobKey, Blobs};
use crate::bundle::messages::{self, Item, Reading};
use crate::bundle::{Marks, Spooled};
use crate::db::uploads;
use crate::store;
use crate::user::uploads::forget;
use crate::user::{Error, User};

/// Largest message that is brought in.
const LARGEST: u64 = 256 << 20;
/// Messages that wait to be added.
const WAITING: usize = 2;
/// Messages after which it is written down how far it is, and how long that takes at most.
const WRITTEN_EVERY: u64 = 16;
const WRITTEN_WITHIN: Duration = Duration::from_millis(500);
/// How long an account that is gone is left alone at first, and at most.
pub(super) const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Octets of a message in which its header is looked for.
const HEADER: usize = 64 << 10;

/// Where an import goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Messages of the file that are done with.
    position: u64,
    /// Where the last ones went, and from where on those lie that were added since.
    since: Option<(MailboxId, Floor)>,
}

/// Why an import ended before its end.
pub(super) enum End {
    Stopped,
    /// The account is gone with its user; they come again.
    Left,
    Failed(ErrorCode),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        tracing::warn!(%error, "an import was given up");
        Self::Failed(CallError::from(error).code)
    }
}

impl From<account::Error> for End {
    fn from(error: account::Error) -> Self {
        match error {
            account::Error::Stopped => Self::Left,
            error => Error::Account(error).into(),
        }
    }
}

/// An import under way.
pub(super) struct Bringing {
    pub(super) course: Course,
    pub(super) account: Account,
    /// Where all of it goes; none: where the file says.
    pub(super) mailbox: Option<MailboxId>,
    pub(super) skip_known: bool,
    pub(super) place: Place,
    /// What may have been added by this import before it was cut off.
    doubtful: Vec<Arrived>,
    /// Messages until which that may be.
    doubtful_until: u64,
    /// Since when nothing was written down.
    unwritten: u64,
    pub(super) places: HashMap<Vec<String>, MailboxId>,
    pub(super) blobs: Blobs,
    /// The file.
    upload: String,
}

impl User {
    /// Goes on with an import, or begins it; nothing happens where it is under way.
    pub(super) async fn resume_import(&self, id: &str) -> Result<(), Error> {
        let row = crate::db::transfers::find(&self.db, self.id, id).await?;
        let row = row.ok_or(Error::NonExistent)?;
        let Some(detail @ Detail::In { .. }) = detail_of(&row) else {
            return Err(Error::NonExistent);
        };
        let Detail::In { account, mailbox, upload, skip_known } = detail.clone() else {
            return Err(Error::NonExistent);
        };
        let account = self.account(&account)?;
        let owner = self.id.to_string();
        let pieces = uploads::pieces(&self.db, &upload).await?;
        let piece = |row: &uploads::PieceRow| {
            let key = BlobKey::parse(&owner, &row.blob_key)?;
            Some((row.place.unsigned_abs(), row.size.unsigned_abs(), key))
        };
        let pieces: Option<Vec<_>> = pieces.iter().map(piece).collect();
        let pieces = pieces.filter(|all| !all.is_empty());
        let place: Place = postern_shared::frame::decode(&row.state.place).unwrap_or_default();
        let Some(course) = self.course(row, &detail) else { return Ok(()) };
        let bringing = Bringing {
            course,
            account,
            mailbox,
            skip_known,
            place,
            doubtful: Vec::new(),
            doubtful_until: 0,
            unwritten: 0,
            places: HashMap::new(),
            blobs: self.blobs.clone(),
            upload,
        };
        tokio::spawn(bringing.run(pieces));
        Ok(())
    }
}

impl Bringing {
    async fn run(mut self, pieces: Option<Vec<super::file::Piece>>) {
        let stop = self.course.stop.clone();
        let done = tokio::select! {
            () = stop.cancelled() => Err(End::Stopped),
            done = self.bring(pieces) => done,
        };
        let stage = match done {
            Ok(()) => Stage::Done,
            Err(End::Stopped) => Stage::Stopped,
            Err(End::Left) => Stage::Waiting,
            Err(End::Failed(code)) => Stage::Failed(code),
        };
        if let Err(error) = self.write(Some(stage)).await {
            tracing::error!(%error, "how an import ended could not be kept");
        }
    }

    /// All of it is in: the file takes no more of the space that the user has for files.
    async fn forget_file(&self) -> Result<(), Error> {
        let db = &self.course.registry.db;
        match uploads::find(db, self.course.row.user, &self.upload).await? {
            Some(row) => forget(db, &self.blobs, &row).await,
            None => Ok(()),
        }
    }

    async fn bring(&mut self, pieces: Option<Vec<super::file::Piece>>) -> Result<(), End> {
        let Some(pieces) = pieces else {
            // It was given up, or is long forgotten; or it was cut off right at its end.
            let total = u64::from(self.course.row.state.total);
            let is_through = total > 0 && self.place.position >= total;
            return if is_through { Ok(()) } else { Err(End::Failed(ErrorCode::NonExistent)) };
        };
        self.course.enter(Stage::Running).await.map_err(Error::Db)?;
        if self.course.row.state.total == 0 {
            let (counting, mut none) = self.read(&pieces, u64::MAX);
            while none.recv().await.is_some() {}
            let total = settled(counting).await?;
            self.course.row.state.total = u32::try_from(total).unwrap_or(u32::MAX);
        }
        if let Some((mailbox, floor)) = self.place.since.clone() {
            self.doubtful = match self.arrived(&mailbox, floor).await {
                // It is gone, with whatever was added.
                Err(account::Error::NonExistent) => Vec::new(),
                arrived => arrived?,
            };
            self.doubtful_until = self.place.position + WRITTEN_EVERY;
        }
        let (reading, mut items) = self.read(&pieces, self.place.position);
        while let Some(item) = items.recv().await {
            self.take(item).await?;
        }
        settled(reading).await?;
        self.write(None).await?;
        Ok(self.forget_file().await?)
    }

    /// Reads the file on a thread of its own, from a message on; what is read waits to be taken.
    fn read(
        &self,
        pieces: &[super::file::Piece],
        skip: u64,
    ) -> (JoinHandle<Result<u64, messages::Error>>, mpsc::Receiver<Item>) {
        let (give, items) = mpsc::channel(WAITING);
        let file = UploadedFile::new(self.blobs.clone(), pieces.to_vec(), Handle::current());
        let (name, aside) = (self.course.row.name.clone(), self.blobs.aside());
        let work = spawn_blocking(move || {
            let reading = Reading { name: &name, aside: &aside, largest: LARGEST, skip };
            messages::read(file, reading, &mut |item| give.blocking_send(item).is_ok())
        });
        (work, items)
    }

    /// Adds one message, unless it is there.
    async fn take(&mut self, item: Item) -> Result<(), End> {
        let Item { place, marks, content } = item;
        let Some(content) = content else {
            self.course.row.state.failed += 1;
            return self.done_with().await;
        };
        let (message_id, whole) = self.ready(content).await?;
        let mailbox = self.target(place).await?;
        if self.place.since.as_ref().is_none_or(|(known, _)| *known != mailbox) {
            let floor = self.floor(&mailbox).await?;
            self.place.since = Some((mailbox.clone(), floor));
            self.doubtful.clear();
            self.write(None).await?;
        }
        let size = whole.size();
        let same = |it: &Arrived| it.message_id == message_id && it.size == size;
        if self.place.position >= self.doubtful_until {
            self.doubtful.clear();
        }
        if let Some(at) = self.doubtful.iter().position(same) {
            self.doubtful.remove(at);
            self.course.row.state.done += 1;
        } else if self.skip_known && self.is_known(&mailbox, (&message_id, &whole)).await? {
            self.course.row.state.known += 1;
        } else {
            match self.add(&mailbox, (marks, whole), &message_id).await? {
                true => self.course.row.state.done += 1,
                false => self.course.row.state.failed += 1,
            }
        }
        self.done_with().await
    }

    /// Adds a message, however often the account is gone meanwhile; whether it was taken.
    async fn add(
        &mut self,
        mailbox: &MailboxId,
        (marks, whole): (Marks, Whole),
        message_id: &str,
    ) -> Result<bool, End> {
        let mut pause = PAUSE;
        loop {
            let added = self.account.append(mailbox, (marks.clone(), whole.clone())).await;
            let error = match added {
                Ok(key) => {
                    let next = key.map(|key| (key.uid_validity.0, key.uid.0.saturating_add(1)));
                    self.advance(mailbox, next).await?;
                    return Ok(true);
                }
                Err(error) => error,
            };
            match error {
                account::Error::Stopped => return Err(End::Left),
                account::Error::Store(store::Error::OverQuota) => {
                    return Err(End::Failed(ErrorCode::OverQuota));
                }
                error if error.is_lost() || is_away(&error) || needs_user(&error) => {
                    self.wait(&mut pause).await?;
                    let Some((_, floor)) = self.place.since else { continue };
                    let size = whole.size();
                    let arrived = self.arrived(mailbox, floor).await?;
                    let same = |it: &&Arrived| it.message_id == message_id && it.size == size;
                    if let Some(found) = arrived.iter().find(same) {
                        let next = found.uid.saturating_add(1);
                        self.advance(mailbox, Some((floor.uid_validity, next))).await?;
                        return Ok(true);
                    }
                }
                account::Error::Store(store::Error::Refused { .. } | store::Error::Invalid(_)) => {
                    return Ok(false);
                }
                error => return Err(error.into()),
            }
        }
    }

    /// What is added from here on lies behind what was added now.
    async fn advance(&mut self, mailbox: &MailboxId, next: Option<(u32, u32)>) -> Result<(), End> {
        let floor = match next {
            Some((uid_validity, uid)) => Floor { uid_validity, uid },
            None => self.floor(mailbox).await?,
        };
        self.place.since = Some((mailbox.clone(), floor));
        Ok(())
    }

    /// One more message of the file is done with.
    async fn done_with(&mut self) -> Result<(), End> {
        self.place.position += 1;
        self.unwritten += 1;
        let since = self.course.registry.clock.elapsed().saturating_sub(self.course.written);
        if self.unwritten >= WRITTEN_EVERY || since >= WRITTEN_WITHIN {
            self.write(None).await?;
        }
        self.course.tell();
        Ok(())
    }

    /// Writes down how far it is.
    async fn write(&mut self, stage: Option<Stage>) -> Result<(), Error> {
        self.unwritten = 0;
        self.course.row.state.place = postern_shared::frame::encode(&self.place);
        let stage = stage.unwrap_or(Stage::Running);
        Ok(self.course.enter(stage).await?)
    }

    /// The account is gone for a while; says so.
    pub(super) async fn wait(&mut self, pause: &mut Duration) -> Result<(), End> {
        self.course.enter(Stage::Waiting).await.map_err(Error::Db)?;
        self.course.registry.clock.sleep(*pause).await;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }

    /// A message's Message-ID, and its bytes as they are handed on.
    async fn ready(&self, mut content: Spooled) -> Result<(String, Whole), End> {
        let beginning = content.next(HEADER).map_err(unreadable)?;
        let message_id = store::message_id(&beginning);
        if content.size <= beginning.len() as u64 {
            return Ok((message_id, Whole::Memory(beginning.into())));
        }
        content.rewind().map_err(unreadable)?;
        if !content.file.is_rolled() {
            let all = content.next(usize::MAX).map_err(unreadable)?;
            return Ok((message_id, Whole::Memory(all.into())));
        }
        let slices =
            futures_util::stream::unfold(content, async |mut content| match content.next(HEADER) {
                Ok(bytes) if bytes.is_empty() => None,
                Ok(bytes) => Some((Ok(bytes::Bytes::from(bytes)), content)),
                Err(error) => Some((Err(error), content)),
            });
        let reader = StreamReader::new(Box::pin(slices));
        let spooled = self.blobs.put_aside(reader).await.map_err(Error::Blob)?;
        Ok((message_id, Whole::Disk(std::sync::Arc::new(spooled))))
    }
}

fn unreadable(error: std::io::Error) -> Error {
    Error::Blob(blob::Error::Source(error))
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
    let read = reading.await.map_err(|_| End::Failed(ErrorCode::Internal))?;
    read.map_err(|error| {
        tracing::info!(%error, "a file could not be brought in");
        End::Failed(match error {
            messages::Error::Bomb | messages::Error::Zip(crate::bundle::zip::Error::TooMany) => {
                ErrorCode::Limit
            }
            messages::Error::Unknown | messages::Error::Zip(_) => ErrorCode::Invalid,
            messages::Error::Io(_) => ErrorCode::Internal,
        })
    })
}
