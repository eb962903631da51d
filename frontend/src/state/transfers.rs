//! Mail that is taken out as a file or brought in from one, and how far that is.
//!
//! Not among `Stores`: all of it belongs to parts that come later.

use leptos::prelude::*;
use leptos::task::spawn_local;
use postern_shared::account::AccountId;
use postern_shared::action::ActionId;
use postern_shared::api::transfers::{ExportMessages, ImportMessages, ListTransfers, StopTransfer};
use postern_shared::draft::Source;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::mailbox::MailboxId;
use postern_shared::transfer::{Form, Stage, Transfer, TransferId, Way};
use postern_shared::upload::UploadId;
use postern_shared::window::{Filter, Grouping, Scope, Sort, View};

use super::{Stores, base_path, uploads};
use crate::browser::{page, random};
use crate::i18n::{Key, error_text, number, text, text_count, text_with};
use crate::link::LinkState;

pub use super::attaching::Bytes;

/// Where a file is brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Into {
    /// The account.
    pub account: AccountId,
    /// The mailbox; none: those that the file names.
    pub mailbox: Option<MailboxId>,
    /// Leaves out what is there already.
    pub skip_known: bool,
}

/// A file on its way to the bridge, to be brought in from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// Its upload.
    pub upload: UploadId,
    /// Its name.
    pub name: String,
    into: Into,
}

thread_local! {
    static ALL: ArcRwSignal<Vec<Transfer>> = ArcRwSignal::new(Vec::new());
    static COMING: ArcRwSignal<Vec<Coming>> = ArcRwSignal::new(Vec::new());
}

/// The user's transfers, the newest first.
#[must_use]
pub fn all() -> Vec<Transfer> {
    ALL.with(ArcRwSignal::get)
}

/// One of them.
#[must_use]
pub fn get(id: &TransferId) -> Option<Transfer> {
    let find = |all: &Vec<Transfer>| all.iter().find(|known| known.id == *id).cloned();
    ALL.with(|all| all.with(find))
}

/// Files that are being uploaded to be brought in.
#[must_use]
pub fn coming() -> Vec<Coming> {
    COMING.with(ArcRwSignal::get)
}

/// Every message of a scope, in the order of its age.
#[must_use]
pub fn whole(scope: Scope) -> View {
    let (sort, filter, grouping) = (Sort::OLDEST_FIRST, Filter::All, Grouping::Messages);
    View { scope, sort, filter, grouping }
}

/// Whether a transfer came to an end.
#[must_use]
pub fn over(transfer: &Transfer) -> bool {
    !matches!(transfer.stage, Stage::Waiting | Stage::Running)
}

/// How a transfer stands, in words.
#[must_use]
pub fn said(transfer: &Transfer) -> String {
    let Transfer { way, done, total, known, failed, stage, .. } = transfer;
    let count = |key, count: u32| text_count(key, count.into(), &[]);
    let moved = match way {
        Way::Out => count(Key::TransferOut, *done),
        Way::In(..) => count(Key::TransferIn, *done),
    };
    match stage {
        Stage::Waiting => text(Key::TransferWaiting),
        Stage::Running if *total == 0 => moved,
        Stage::Running => {
            let (done, total) = (number((done + known + failed).into()), number((*total).into()));
            text_with(Key::TransferRunning, &[("done", &done), ("total", &total)])
        }
        Stage::Failed(code) => {
            let reason = match (way, code) {
                (Way::In(..), ErrorCode::Invalid) => text(Key::TransferUnreadable),
                _ => error_text(&CallError::new(*code)),
            };
            [text_with(Key::TransferFailed, &[("reason", &reason)]), moved].join(" ")
        }
        Stage::Done | Stage::Stopped => {
            let mut parts = vec![moved];
            if *known > 0 {
                parts.push(count(Key::TransferKnown, *known));
            }
            if *failed > 0 {
                parts.push(count(Key::TransferRefused, *failed));
            }
            if *stage == Stage::Stopped {
                parts.insert(0, text(Key::TransferStopped));
            }
            parts.join(" ")
        }
    }
}

/// Puts a transfer in its place; says whether it has just come to its end.
fn place(all: &mut Vec<Transfer>, transfer: Transfer) -> bool {
    let ended = over(&transfer);
    match all.iter_mut().find(|known| known.id == transfer.id) {
        Some(known) => ended && !over(&std::mem::replace(known, transfer)),
        None => {
            all.insert(0, transfer);
            ended
        }
    }
}

impl Stores {
    /// Asks whenever the link is open again: what happened meanwhile is not told.
    pub(super) fn follow_transfers(self) {
        let state = self.link.state();
        Effect::new(move |_| {
            if state.get() == LinkState::Open {
                spawn_local(async move {
                    if let Ok(listed) = self.link.call(ListTransfers).await {
                        ALL.with(|all| all.set(listed));
                    }
                });
            }
        });
    }

    /// The bridge said how one goes; its end is told wherever the user is.
    pub(super) fn transfer_changed(self, transfer: Transfer) {
        let told = [&transfer.name, ": ", &said(&transfer)].concat();
        let ended = ALL.with(|all| all.try_update(|all| place(all, transfer)));
        if ended == Some(true) {
            self.toasts.say(told);
        }
    }

    /// Makes a file of a view and begins to download it.
    ///
    /// # Errors
    /// The bridge's.
    pub async fn export(self, view: View, form: Form) -> Result<(), CallError> {
        let action = ActionId(random::bytes());
        let id = self.link.call(ExportMessages { action, view, form }).await?;
        page::download(&[&base_path(), "api/export/", &id.0].concat());
        Ok(())
    }

    /// Uploads a file, and brings it in once it is there.
    pub fn import(self, bytes: Bytes, into: Into) {
        let file = self.upload(bytes);
        if let Source::Upload(upload) = file.source {
            let one = Coming { upload, name: file.name, into };
            COMING.with(|coming| coming.update(|coming| coming.push(one)));
        }
    }

    /// Gives a file up that is on its way.
    pub fn drop_import(self, upload: &UploadId) {
        self.drop_upload(upload);
        forget(upload);
    }

    /// Stops a transfer.
    pub fn stop_transfer(self, transfer: TransferId) {
        let action = ActionId(random::bytes());
        self.link.tell(StopTransfer { action, transfer });
    }

    /// A file is at the bridge: where it is to be brought in, that begins.
    pub(super) fn upload_is_there(self, upload: &UploadId) {
        let mine = |one: &&Coming| one.upload == *upload;
        let found = COMING.with(|all| all.with_untracked(|all| all.iter().find(mine).cloned()));
        let Some(Coming { upload, name, into }) = found else { return };
        spawn_local(async move {
            let Into { account, mailbox, skip_known } = into;
            let action = ActionId(random::bytes());
            let call =
                ImportMessages { action, account, mailbox, upload: upload.clone(), skip_known };
            if let Err(error) = self.link.call(call).await {
                let reason = error_text(&error);
                let failed = text_with(Key::TransferFailed, &[("reason", &reason)]);
                self.toasts.complain([name, failed].join(": "));
            }
            uploads::forget(&upload);
            forget(&upload);
        });
    }
}

/// Whether a file is uploaded to be brought in.
pub(super) fn is_import(upload: &UploadId) -> bool {
    let mine = |coming: &Vec<Coming>| coming.iter().any(|one| one.upload == *upload);
    COMING.with(|coming| untrack(|| coming.with(mine)))
}

/// The bridge gave an upload its id.
pub(super) fn rename_upload(from: &UploadId, to: &UploadId) {
    COMING.with(|coming| {
        coming.update(|coming| {
            coming.iter_mut().filter(|one| one.upload == *from).for_each(|one| {
                one.upload = to.clone();
            });
        });
    });
}

fn forget(upload: &UploadId) {
    COMING.with(|coming| coming.update(|all| all.retain(|one| one.upload != *upload)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_transfer_is_told_once() {
        let transfer = |stage| Transfer {
            id: TransferId("t".into()),
            way: Way::Out,
            name: "Inbox.mbox".into(),
            done: 0,
            total: 0,
            known: 0,
            failed: 0,
            stage,
        };
        let mut all = Vec::new();
        let mut check = |stage, expect| assert_eq!(place(&mut all, transfer(stage)), expect);
        check(Stage::Waiting, false);
        check(Stage::Running, false);
        check(Stage::Done, true);
        check(Stage::Done, false);
        assert_eq!(all.len(), 1);
    }
}
