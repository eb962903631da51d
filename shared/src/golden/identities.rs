//! Samples of what travels about identities and templates.

use super::mutations::ACTION;
use super::samples::{account, address};
use crate::api::identities::{ConfirmIdentity, DeleteIdentity, RequestCode, SaveIdentity};
use crate::api::templates::{DeleteTemplate, ListTemplates, SaveTemplate};
use crate::api::{Call as _, Reply, Request};
use crate::identity::{Identity, IdentityId, Placement, Standing};
use crate::template::{Template, TemplateId};

/// One of every standing.
pub(super) fn all() -> Vec<Identity> {
    let kinds = [
        (Standing::SignIn, Placement::Above),
        (Standing::Confirmed, Placement::Below),
        (Standing::Waiting, Placement::Above),
    ];
    let with = |(standing, placement)| Identity {
        id: IdentityId("i1".into()),
        from: address(),
        reply_to: Some(address()),
        bcc_self: true,
        signature: "Z.".into(),
        signature_html: "<b>Z.</b>".into(),
        placement,
        standing,
    };
    kinds.into_iter().map(with).collect()
}

fn template() -> Template {
    Template {
        id: TemplateId("t1".into()),
        name: "Thanks".into(),
        subject: "Thank you".into(),
        text: "Thanks.".into(),
        html: "<p>Thanks.</p>".into(),
    }
}

/// The calls.
pub(super) fn requests() -> Vec<Request> {
    let (action, id) = (ACTION, IdentityId("i1".into()));
    let save = |identity| SaveIdentity {
        action,
        account: account(),
        identity,
        first: true,
        language: "en".into(),
    };
    let (code, language) = ("12345678".to_owned(), "en".to_owned());
    let mut calls: Vec<Request> = all().into_iter().map(|one| save(one).into_request()).collect();
    calls.extend([
        DeleteIdentity { action, account: account(), identity: id.clone() }.into_request(),
        ConfirmIdentity { action, account: account(), identity: id.clone(), code }.into_request(),
        ListTemplates.into_request(),
        SaveTemplate { action, template: template() }.into_request(),
        DeleteTemplate { action, template: TemplateId("t1".into()) }.into_request(),
        RequestCode { action, account: account(), identity: id, language }.into_request(),
    ]);
    calls
}

/// The replies.
pub(super) fn replies() -> Vec<(&'static str, Reply)> {
    vec![
        ("SaveIdentity", SaveIdentity::wrap(())),
        ("DeleteIdentity", DeleteIdentity::wrap(())),
        ("ConfirmIdentity", ConfirmIdentity::wrap(())),
        ("ListTemplates", ListTemplates::wrap(vec![template()])),
        ("SaveTemplate", SaveTemplate::wrap(template())),
        ("DeleteTemplate", DeleteTemplate::wrap(())),
        ("RequestCode", RequestCode::wrap(())),
    ]
}
