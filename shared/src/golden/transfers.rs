//! Samples of what travels about transfers.

use super::mutations::ACTION as action;
use super::samples::{account, mailbox};
use crate::api::transfers::{ExportMessages, ImportMessages, ListTransfers, StopTransfer};
use crate::api::{Call as _, Reply, Request};
use crate::error::ErrorCode;
use crate::event::Aside;
use crate::transfer::{Form, Stage, Transfer, TransferId, Way};
use crate::upload::UploadId;
use crate::window::View;

fn id() -> TransferId {
    TransferId("t1".into())
}

fn transfer(way: Way, stage: Stage) -> Transfer {
    let name = "Pošta.mbox".to_owned();
    Transfer { id: id(), way, name, done: 1, total: 300, known: 2, failed: 3, stage }
}

/// The calls.
pub(super) fn requests() -> Vec<Request> {
    let view = || View::of_mailbox(account(), mailbox());
    let into = |mailbox| ImportMessages {
        action,
        account: account(),
        mailbox,
        upload: UploadId("u1".into()),
        skip_known: true,
    };
    vec![
        ListTransfers.into_request(),
        ExportMessages { action, view: view(), form: Form::Mbox }.into_request(),
        ExportMessages { action, view: view(), form: Form::Zip }.into_request(),
        into(Some(mailbox())).into_request(),
        into(None).into_request(),
        StopTransfer { action, transfer: id() }.into_request(),
    ]
}

/// The replies.
pub(super) fn replies() -> Vec<(&'static str, Reply)> {
    vec![
        ("ListTransfers", ListTransfers::wrap(vec![transfer(Way::Out, Stage::Waiting)])),
        ("ExportMessages", ExportMessages::wrap(id())),
        ("ImportMessages", ImportMessages::wrap(id())),
        ("StopTransfer", StopTransfer::wrap(())),
    ]
}

/// The events.
pub(super) fn asides() -> Vec<Aside> {
    let way = |mailbox| Way::In(account(), mailbox);
    [
        transfer(Way::Out, Stage::Running),
        transfer(way(Some(mailbox())), Stage::Done),
        transfer(way(None), Stage::Stopped),
        transfer(way(None), Stage::Failed(ErrorCode::OverQuota)),
    ]
    .into_iter()
    .map(Aside::TransferChanged)
    .collect()
}
