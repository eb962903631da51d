//! Samples of what travels about collecting maildrops.

use super::mutations::ACTION as action;
use super::samples::account;
use crate::api::collecting::{CollectNow, ReadCollecting, SetPolicy, StopCollecting};
use crate::api::{Call as _, Reply, Request};
use crate::collecting::{Cause, Collecting, KnownBy, Missed, Policy, Removal, Stage};
use crate::error::{CallError, ErrorCode};
use crate::event::Aside;

fn policies() -> Vec<Policy> {
    let all =
        [Removal::Never, Removal::AfterDays(30), Removal::AfterDownload, Removal::WhenExpunged];
    let policy = |removal| Policy { removal, whole_up_to_kib: 512, ..Policy::default() };
    all.into_iter().map(policy).collect()
}

fn collecting(stage: Stage, known_by: KnownBy) -> Collecting {
    let policy = Policy::default();
    let missed = None;
    Collecting { policy, stage, known_by, last_at: 1_790_000_000, login_delay: 60, missed }
}

/// The calls.
pub(super) fn requests() -> Vec<Request> {
    let mut sent = vec![
        ReadCollecting { account: account() }.into_request(),
        CollectNow { account: account() }.into_request(),
        StopCollecting { account: account() }.into_request(),
    ];
    for policy in policies() {
        sent.push(SetPolicy { action, account: account(), policy }.into_request());
    }
    sent
}

/// The replies.
pub(super) fn replies() -> Vec<(&'static str, Reply)> {
    let first = Cause::TooLarge(4 << 30);
    let known = Collecting {
        missed: Some(Missed { messages: 2, first }),
        ..collecting(Stage::Waiting(300_000), KnownBy::Uidl)
    };
    vec![
        ("ReadCollecting", ReadCollecting::wrap(known)),
        ("CollectNow", CollectNow::wrap(())),
        ("StopCollecting", StopCollecting::wrap(())),
        ("SetPolicy", SetPolicy::wrap(())),
    ]
}

/// The events.
pub(super) fn asides() -> Vec<Aside> {
    let running = Stage::Running { done: 3, total: 1_000, octets: 70_000 };
    let busy = CallError::new(ErrorCode::Limit).with_text("locked");
    [
        (running, KnownBy::Hash),
        (Stage::Stopped, KnownBy::Nothing),
        (Stage::Failed(Cause::Error(busy), 60_000), KnownBy::Uidl),
        (Stage::Failed(Cause::TooMany(1_000_000), 60_000), KnownBy::Uidl),
        (Stage::NeedsSignIn, KnownBy::Uidl),
    ]
    .into_iter()
    .map(|(stage, known_by)| Aside::CollectingChanged(account(), collecting(stage, known_by)))
    .collect()
}
