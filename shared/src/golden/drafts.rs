//! Samples of what travels about drafts.

use super::mutations::{ACTION, drafts};
use super::samples::{account, key};
use crate::action::ActionId;
use crate::api::drafts::{
    DiscardDraft, KeptDraft, OpenDraft, ReadSizeLimits, SaveDraft, Saved, SizeLimits,
};
use crate::api::{Call as _, Reply, Request};

/// The calls.
pub(super) fn requests() -> Vec<Request> {
    let (action, draft) = (ACTION, drafts().remove(1));
    let (message_id, stored) = ("<m@x>".to_owned(), Some(key()));
    vec![
        OpenDraft { key: key() }.into_request(),
        ReadSizeLimits { account: account() }.into_request(),
        SaveDraft { action, draft, mine: vec![ActionId([3; 16])] }.into_request(),
        DiscardDraft { action, account: account(), message_id, stored }.into_request(),
    ]
}

/// The replies.
pub(super) fn replies() -> Vec<(&'static str, Reply)> {
    let draft = drafts().remove(1);
    let kept = KeptDraft {
        key: key(),
        message_id: "<m@x>".into(),
        attachments: draft.attachments.clone(),
    };
    vec![
        ("OpenDraft", OpenDraft::wrap(draft)),
        ("ReadSizeLimits", ReadSizeLimits::wrap(SizeLimits { message_bytes: 300, file_bytes: 5 })),
        ("SaveDraft", SaveDraft::wrap(Saved::Kept(kept))),
        ("SaveDraft", SaveDraft::wrap(Saved::Changed(key()))),
        ("SaveDraft", SaveDraft::wrap(Saved::Gone)),
        ("DiscardDraft", DiscardDraft::wrap(())),
    ]
}
