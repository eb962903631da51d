//! Mail that a user takes out as a file, or brings in from one: what there is and how it goes.
//!
//! A file is made while it is downloaded (`export`). One that was uploaded is read message by message
//! beside everything else (`import`): where it stands is durable, so that it goes on after the bridge
//! was killed, once its user is here again, and adds nothing twice.

mod alone;
mod bringing;
mod course;
mod export;
mod file;
mod group;
mod import;
mod making;
mod outlet;
mod sources;
mod target;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use postern_shared::account::AccountId;
use postern_shared::api::transfers::{ExportMessages, ImportMessages};
use postern_shared::error::ErrorCode;
use postern_shared::event::Aside;
use postern_shared::frame;
use postern_shared::mailbox::MailboxId;
use postern_shared::transfer::{Form, Stage, Transfer, TransferId, Way};
use postern_shared::upload::Purpose;
use postern_shared::window::View;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::registry::Inner;
use super::{Error, User};
use crate::clock::{Clock, random};
use crate::db::transfers::{self, TransferRow, TransferState};
use crate::db::{self, UserId};

pub use alone::{Incoming, Lone, LoneGround, Selection, Tally};
pub use course::End;
pub use export::Export;

use course::{Course, Log, Patience};

/// How long a transfer is listed.
const LISTED_MS: i64 = 24 * 3_600_000;
/// How long it can be gone on with.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// How often the user is told, at most.
const TOLD_EVERY: Duration = Duration::from_millis(250);
/// How often, and after which time, it is looked whether an account is here that an import waits for.
const RESUMING: u32 = 60;
const RESUME_EVERY: Duration = Duration::from_secs(5);

/// What a transfer is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Detail {
    Out { view: View, form: Form },
    In { account: AccountId, mailbox: Option<MailboxId>, upload: String, skip_known: bool },
}

/// The transfers under way of everybody. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Transfers(Arc<Mutex<HashMap<String, Running>>>);

struct Running {
    user: UserId,
    state: TransferState,
    stop: CancellationToken,
}

impl Transfers {
    /// Whether something is under way for a user that goes on without anybody looking.
    pub(super) fn is_busy(&self, user: UserId) -> bool {
        self.running().values().any(|one| one.user == user)
    }

    /// Takes a transfer up; none where somebody else has.
    fn begin(&self, row: &TransferRow) -> Option<CancellationToken> {
        let mut running = self.running();
        if running.contains_key(&row.id) {
            return None;
        }
        let stop = CancellationToken::new();
        let one = Running { user: row.user, state: row.state.clone(), stop: stop.clone() };
        running.insert(row.id.clone(), one);
        Some(stop)
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a transfer's row, and tells its user.
struct RowLog {
    row: TransferRow,
    way: Way,
    registry: Arc<Inner>,
    told: Option<Duration>,
}

impl Log for RowLog {
    fn keep<'a>(&'a mut self, state: &'a TransferState) -> BoxFuture<'a, Result<(), db::Error>> {
        transfers::update(&self.registry.db, &self.row.id, state).boxed()
    }

    fn tell(&mut self, state: &TransferState, at_once: bool) {
        let now = self.registry.clock.elapsed();
        self.row.state.clone_from(state);
        if let Some(one) = self.registry.transfers.running().get_mut(&self.row.id) {
            one.state.clone_from(state);
        }
        let is_fresh = self.told.is_some_and(|told| now.saturating_sub(told) < TOLD_EVERY);
        if is_fresh && !at_once {
            return;
        }
        self.told = Some(now);
        let event = Aside::TransferChanged(shown(&self.row, self.way.clone())).wrap();
        self.registry.publish(self.row.user, &event);
    }
}

impl Drop for RowLog {
    fn drop(&mut self) {
        self.registry.transfers.running().remove(&self.row.id);
    }
}

fn written(stage: Stage) -> String {
    serde_json::to_string(&stage).unwrap_or_default()
}

/// What was written down; what cannot be read failed.
fn stage_of(text: &str) -> Stage {
    serde_json::from_str(text).unwrap_or(Stage::Failed(ErrorCode::Internal))
}

fn shown(row: &TransferRow, way: Way) -> Transfer {
    let state = &row.state;
    Transfer {
        id: TransferId(row.id.clone()),
        way,
        name: row.name.clone(),
        done: state.done,
        total: state.total,
        known: state.known,
        failed: state.failed,
        stage: stage_of(&state.stage),
    }
}

fn way_of(detail: &Detail) -> Way {
    match detail {
        Detail::Out { .. } => Way::Out,
        Detail::In { account, mailbox, .. } => Way::In(account.clone(), mailbox.clone()),
    }
}

fn detail_of(row: &TransferRow) -> Option<Detail> {
    frame::decode(&row.detail).ok()
}

impl User {
    /// The transfers of the last day, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_transfers(&self) -> Result<Vec<Transfer>, Error> {
        let since = self.clock.unix_ms().saturating_sub(LISTED_MS);
        let rows = transfers::list(&self.db, self.id, since).await?;
        let running = self.transfers.running();
        let with_state = |mut row: TransferRow| {
            let detail = detail_of(&row)?;
            match running.get(&row.id) {
                Some(one) => row.state.clone_from(&one.state),
                None => row.state.stage = written(at_rest(&detail, stage_of(&row.state.stage))),
            }
            Some(shown(&row, way_of(&detail)))
        };
        Ok(rows.into_iter().filter_map(with_state).collect())
    }

    /// Makes a file ready to be downloaded.
    ///
    /// # Errors
    /// `NonExistent`; `Invalid` for a search that cannot be read.
    pub async fn export_messages(&self, call: ExportMessages) -> Result<TransferId, Error> {
        let name = self.export_name(&call.view, call.form).await?;
        self.add_transfer(name, &Detail::Out { view: call.view, form: call.form }).await
    }

    /// Begins to bring an uploaded file in, or goes on where that ended for want of space.
    ///
    /// # Errors
    /// `NonExistent`; `Invalid` where the upload is not complete.
    pub async fn import_messages(&self, call: ImportMessages) -> Result<TransferId, Error> {
        let ImportMessages { account, mailbox, upload, skip_known, .. } = call;
        let owner = self.account(&account)?;
        if mailbox.as_ref().is_some_and(|id| !owner.has_mailbox(id)) {
            return Err(Error::NonExistent);
        }
        let until = self.clock.unix_ms().saturating_add(KEPT_MS);
        let (file, _) = self.uploaded(&upload, (Purpose::Import, until)).await?;
        let detail = Detail::In { account, mailbox, upload: upload.0, skip_known };
        let id = match self.unfinished(&detail).await? {
            Some(id) => id,
            None => self.add_transfer(file.name, &detail).await?,
        };
        self.resume_import(&id.0).await?;
        Ok(id)
    }

    /// Stops a transfer.
    ///
    /// # Errors
    /// `NonExistent`, or the database's.
    pub async fn stop_transfer(&self, id: &TransferId) -> Result<(), Error> {
        let mut row = self.transfer_row(id).await?;
        let running = self.transfers.running().get(&row.id).map(|one| one.stop.clone());
        if let Some(stop) = running {
            stop.cancel();
            return Ok(());
        }
        if matches!(stage_of(&row.state.stage), Stage::Waiting | Stage::Running) {
            row.state.stage = written(Stage::Stopped);
            transfers::update(&self.db, &row.id, &row.state).await?;
            let way = detail_of(&row).map_or(Way::Out, |detail| way_of(&detail));
            self.audience.publish(&Aside::TransferChanged(shown(&row, way)).wrap());
        }
        Ok(())
    }

    /// Goes on with every import that waits for an account that is here now. Whether none is left.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn resume_imports(&self) -> Result<bool, Error> {
        let since = self.clock.unix_ms().saturating_sub(KEPT_MS);
        let mut left = false;
        for row in transfers::list(&self.db, self.id, since).await? {
            let waits = matches!(stage_of(&row.state.stage), Stage::Waiting | Stage::Running);
            let Some(Detail::In { account, .. }) = detail_of(&row).filter(|_| waits) else {
                continue;
            };
            match self.account(&account) {
                Ok(_) => self.resume_import(&row.id).await?,
                Err(_) => left = true,
            }
        }
        Ok(!left)
    }

    /// An import of the same file into the same place that ended before its end.
    async fn unfinished(&self, detail: &Detail) -> Result<Option<TransferId>, Error> {
        let since = self.clock.unix_ms().saturating_sub(KEPT_MS);
        let rows = transfers::list(&self.db, self.id, since).await?;
        let same = |row: &TransferRow| {
            stage_of(&row.state.stage) != Stage::Done && detail_of(row).as_ref() == Some(detail)
        };
        Ok(rows.into_iter().find(same).map(|row| TransferId(row.id)))
    }

    async fn transfer_row(&self, id: &TransferId) -> Result<TransferRow, Error> {
        transfers::find(&self.db, self.id, &id.0).await?.ok_or(Error::NonExistent)
    }

    async fn add_transfer(&self, name: String, detail: &Detail) -> Result<TransferId, Error> {
        let now = self.clock.unix_ms();
        transfers::forget(&self.db, now.saturating_sub(KEPT_MS)).await?;
        let row = TransferRow {
            id: random::<16>().iter().map(|byte| format!("{byte:02x}")).collect(),
            user: self.id,
            begun_at: now,
            name,
            detail: frame::encode(detail),
            state: TransferState { stage: written(Stage::Waiting), ..TransferState::default() },
        };
        transfers::insert(&self.db, &row).await?;
        self.audience.publish(&Aside::TransferChanged(shown(&row, way_of(detail))).wrap());
        Ok(TransferId(row.id))
    }

    /// Takes a transfer up; none where it is under way already.
    fn course(&self, row: TransferRow, detail: &Detail) -> Option<Course> {
        let registry = self.registry.upgrade()?;
        let stop = self.transfers.begin(&row)?;
        let (state, clock) = (row.state.clone(), registry.clock.clone());
        let log = RowLog { row, way: way_of(detail), registry, told: None };
        Some(Course::new(state, (clock, stop), Patience::Endless, Box::new(log)))
    }
}

/// Goes on with the imports of a user who came in. Accounts that were added come behind that of the
/// sign-in: they are waited for a while.
pub(super) async fn resume(here: Weak<User>, clock: &Clock) {
    for _ in 0..RESUMING {
        let Some(user) = here.upgrade() else { return };
        match user.resume_imports().await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "imports could not be gone on with"),
        }
        drop(user);
        clock.sleep(RESUME_EVERY).await;
    }
}

/// What a transfer that nobody works on is at: one that was cut off with the bridge.
fn at_rest(detail: &Detail, stage: Stage) -> Stage {
    match (detail, stage) {
        (Detail::Out { .. }, Stage::Running) => Stage::Failed(ErrorCode::Cancelled),
        (Detail::In { .. }, Stage::Running) => Stage::Waiting,
        (_, stage) => stage,
    }
}
