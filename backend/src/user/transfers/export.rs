//! Taking messages out: one after the other, while the browser takes the file.
//!
//! What keeps the file from being whole ends it before its end, so that no part is taken for all.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use jiff::{Timestamp, tz::TimeZone};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::mailbox::{Mailbox, Role};
use postern_shared::transfer::{Form, Stage, TransferId};
use postern_shared::window::{Filter, Scope, View, Within};
use tokio::sync::mpsc;

use super::outlet::Outlet;
use super::{Course, Detail, detail_of};
use crate::account::{self, Account, Aim, Batch, Noted, Whole};
use crate::blob::Blobs;
use crate::bundle::mbox;
use crate::mime::attachment;
use crate::store;
use crate::user::{Error, User};

/// Messages that are looked at together.
const PIECE: usize = 100;
/// Pieces of the file that wait for the browser.
const WAITING: usize = 4;
/// How often an account that is gone is asked again, and how long after each time.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_secs(2);

/// A file on its way to the browser.
pub struct Export {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes; an error where it cannot be whole.
    pub bytes: mpsc::Receiver<io::Result<Bytes>>,
}

/// Where messages come from, and what their mailbox is called.
struct Source {
    account: Account,
    batch: Batch,
    levels: Vec<String>,
}

/// Why an export ended before its end.
enum End {
    Stopped,
    /// Nobody takes the file any longer.
    Left,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl User {
    /// What the file of a view is called.
    pub(super) async fn export_name(&self, view: &View, form: Form) -> Result<String, Error> {
        let what = match &view.scope {
            Scope::Mailbox(account, id) => {
                let all = self.account(account)?.list_mailboxes().await?;
                all.into_iter().find(|it| it.id == *id).ok_or(Error::NonExistent)?.name
            }
            Scope::Account(account) => self.account(account)?.facts().address.clone(),
            Scope::Role(role) => format!("{role:?}").to_lowercase(),
            Scope::All => "mail".to_owned(),
            Scope::Search { query, within } => {
                if let Within::Mailbox(account, _) | Within::Account(account) = within {
                    self.account(account)?;
                }
                query.clone()
            }
        };
        let now = Timestamp::from_millisecond(self.clock.unix_ms()).unwrap_or_default();
        let day = TimeZone::UTC.to_datetime(now).date();
        let end = if form == Form::Mbox { "mbox" } else { "zip" };
        Ok(attachment::file_name(Some(&format!("{what} {day}.{end}")), "application/octet-stream"))
    }

    /// Begins to make a file; it goes on as it is taken.
    ///
    /// # Errors
    /// `NonExistent`; `Invalid` while it is on its way already.
    pub async fn export(&self, id: &TransferId) -> Result<Export, Error> {
        let mut row = self.transfer_row(id).await?;
        let Some(Detail::Out { view, form }) = detail_of(&row) else {
            return Err(Error::NonExistent);
        };
        let name = row.name.clone();
        (row.state.done, row.state.total, row.state.failed) = (0, 0, 0);
        let detail = Detail::Out { view: view.clone(), form };
        let mut course =
            self.course(row, &detail).ok_or(Error::Invalid("it is on its way already"))?;
        course.enter(Stage::Running).await?;
        let sources = match self.sources(&view).await {
            Ok(sources) => sources,
            Err(error) => {
                let code = ErrorCode::Unavailable;
                course.enter(Stage::Failed(code)).await?;
                return Err(error);
            }
        };
        course.row.state.total = sources.iter().map(|source| count(&source.batch.uids)).sum();
        let (out, bytes) = mpsc::channel(WAITING);
        let outlet = Outlet::new(form, self.clock.unix_ms() / 1000);
        let making = Making { course, outlet, out, blobs: self.blobs.clone() };
        tokio::spawn(making.run(sources));
        let content_type = if form == Form::Mbox { "application/mbox" } else { "application/zip" };
        Ok(Export { name, content_type, bytes })
    }

    /// Everything that a view holds now.
    async fn sources(&self, view: &View) -> Result<Vec<Source>, Error> {
        let plain = matches!(view.filter, Filter::All | Filter::Unseen | Filter::Flagged);
        if !plain || matches!(view.scope, Scope::Search { .. }) {
            let mut sources = Vec::new();
            for (owner, batches) in self.views.gathered(view, &[]).await? {
                let account = self.account(&owner)?;
                let all = account.list_mailboxes().await?;
                for batch in batches {
                    let levels = self.levels(&account, &all, &batch.mailbox);
                    sources.push(Source { account: account.clone(), batch, levels });
                }
            }
            return Ok(sources);
        }
        let accounts = match &view.scope {
            Scope::Mailbox(account, _) | Scope::Account(account) => vec![self.account(account)?],
            _ => self.roster.all(),
        };
        let mut sources = Vec::new();
        for account in accounts {
            let all = account.list_mailboxes().await?;
            for mailbox in all.iter().filter(|it| is_meant(&view.scope, it, &all)) {
                let of_one = View::of_mailbox(mailbox.account.clone(), mailbox.id.clone());
                let of_one = View { filter: view.filter, ..of_one };
                let aim = Aim::List { view: of_one, except: Vec::new() };
                let levels = self.levels(&account, &all, &mailbox.id);
                for batch in account.resolve(aim).await? {
                    sources.push(Source {
                        account: account.clone(),
                        batch,
                        levels: levels.clone(),
                    });
                }
            }
        }
        Ok(sources)
    }

    /// The names of a mailbox and of those it lies in; before them its account's, where there are
    /// several.
    fn levels(
        &self,
        account: &Account,
        all: &[Mailbox],
        id: &postern_shared::mailbox::MailboxId,
    ) -> Vec<String> {
        let find = |id: &postern_shared::mailbox::MailboxId| all.iter().find(|it| it.id == *id);
        let lineage = std::iter::successors(find(id), |it| it.parent.as_ref().and_then(find));
        let mut levels: Vec<String> = lineage.take(20).map(|it| it.name.clone()).collect();
        if self.roster.all().len() > 1 {
            levels.push(account.facts().address.clone());
        }
        levels.reverse();
        levels
    }
}

/// Whether a mailbox is taken out with a scope: all there is of an account, and each message once
/// where the server has a mailbox of all messages beside those that show some of them.
fn is_meant(scope: &Scope, mailbox: &Mailbox, all: &[Mailbox]) -> bool {
    let has_all = || all.iter().any(|it| it.role == Some(Role::All) && it.selectable);
    mailbox.selectable
        && match scope {
            Scope::Mailbox(_, id) => mailbox.id == *id,
            Scope::Role(role) => mailbox.role == Some(*role),
            _ => match mailbox.role {
                Some(Role::Flagged | Role::Important) => false,
                Some(Role::All | Role::Trash | Role::Junk) => true,
                _ => !has_all(),
            },
        }
}

fn count(uids: &[u32]) -> u32 {
    u32::try_from(uids.len()).unwrap_or(u32::MAX)
}

/// A file that is being made.
struct Making {
    course: Course,
    outlet: Outlet,
    out: mpsc::Sender<io::Result<Bytes>>,
    blobs: Blobs,
}

impl Making {
    async fn run(mut self, sources: Vec<Source>) {
        let stop = self.course.stop.clone();
        let made = tokio::select! {
            () = stop.cancelled() => Err(End::Stopped),
            made = self.make(sources) => made,
        };
        let stage = match made {
            Ok(()) => Stage::Done,
            Err(End::Left | End::Stopped) => Stage::Stopped,
            Err(End::Failed(error)) => {
                tracing::warn!(%error, "an export was given up");
                Stage::Failed(CallError::from(error).code)
            }
        };
        if stage != Stage::Done {
            let _ = self.out.send(Err(io::Error::other("it was given up"))).await;
        }
        if let Err(error) = self.course.enter(stage).await {
            tracing::error!(%error, "how an export ended could not be kept");
        }
    }

    async fn make(&mut self, sources: Vec<Source>) -> Result<(), End> {
        for source in &sources {
            let directory = self.outlet.directory(&source.levels);
            for uids in source.batch.uids.chunks(PIECE) {
                let piece = Batch { uids: uids.to_vec(), ..source.batch.clone() };
                let notes = patiently(&self.course, || source.account.noted(&piece)).await?;
                // What is gone by now is not there to be taken.
                let gone = uids.len().saturating_sub(notes.len());
                let state = &mut self.course.row.state;
                state.total = state.total.saturating_sub(u32::try_from(gone).unwrap_or(0));
                for note in notes {
                    self.take(&source.account, &directory, &note).await?;
                }
            }
        }
        let end = self.outlet.finish().map_err(account_error)?;
        self.give(end).await
    }

    async fn take(&mut self, account: &Account, directory: &str, note: &Noted) -> Result<(), End> {
        let blobs = self.blobs.clone();
        let whole = patiently(&self.course, || account.whole(&note.key, &blobs)).await;
        let whole = match whole {
            Ok(whole) => whole,
            Err(account::Error::NonExistent | account::Error::Store(store::Error::NonExistent)) => {
                let state = &mut self.course.row.state;
                state.total = state.total.saturating_sub(1);
                return Ok(());
            }
            // One that the server cannot give is no reason to have none of the others.
            Err(account::Error::Store(store::Error::Refused { .. } | store::Error::Garbled(_))) => {
                self.course.row.state.failed += 1;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let shape = shape_of(&whole).await?;
        let begun = self.outlet.begin(directory, note, shape).map_err(account_error)?;
        self.give(begun).await?;
        let mut slices = open(&whole).await?;
        while let Some(slice) = slices.try_next().await.map_err(account_error)? {
            let bytes = self.outlet.bytes(&slice).map_err(account_error)?;
            self.give(bytes).await?;
        }
        let end = self.outlet.end().map_err(account_error)?;
        self.give(end).await?;
        self.course.row.state.done += 1;
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

/// Asks an account again that is gone for a moment.
async fn patiently<T, F>(course: &Course, mut ask: impl FnMut() -> F) -> Result<T, account::Error>
where
    F: Future<Output = Result<T, account::Error>>,
{
    for _ in 0..TRIES {
        match ask().await {
            Err(error) if error.is_lost() || is_away(&error) => {
                course.registry.clock.sleep(PAUSE).await;
            }
            other => return other,
        }
    }
    ask().await
}

pub(super) fn is_away(error: &account::Error) -> bool {
    use account::Error::{Limit, Net, Offline};
    matches!(error, Offline { .. } | Net(_) | Limit(_))
}

async fn open(whole: &Whole) -> Result<BoxStream<'static, io::Result<Bytes>>, Error> {
    Ok(whole.stream().await?)
}

async fn shape_of(whole: &Whole) -> Result<mbox::Shape, End> {
    let mut shaping = mbox::Shaping::default();
    let mut slices = open(whole).await?.boxed();
    while let Some(slice) = slices.try_next().await.map_err(account_error)? {
        shaping.push(&slice);
    }
    Ok(shaping.shape())
}

fn account_error(error: io::Error) -> Error {
    Error::Blob(crate::blob::Error::Source(error))
}
