//! Samples of what travels about parts of messages, and about whose images are shown.

use super::samples::{address, key};
use crate::api::messages::ListImageSenders;
use crate::api::parts::OpenPart;
use crate::api::{Call as _, Reply, Request};
use crate::attachment::Attachment;
use crate::card::{Card, CardContent, Contact};
use crate::envelope::Envelope;
use crate::insight::Danger;
use crate::part::{PartContent, PartMessage};

/// The calls.
pub(super) fn requests() -> Vec<Request> {
    vec![
        OpenPart { key: key(), section: "2!1.3".into() }.into_request(),
        ListImageSenders.into_request(),
    ]
}

/// The replies.
pub(super) fn replies() -> Vec<(&'static str, Reply)> {
    let file = Attachment {
        section: "2!2".into(),
        name: "a.exe".into(),
        content_type: "application/octet-stream".into(),
        size: 9,
        inline: false,
    };
    let message = PartMessage {
        envelope: Envelope { from: vec![address()], ..Envelope::default() },
        body: "a1.m1.9-300/2".into(),
        attachments: vec![file],
        dangers: vec![("2!2".into(), Danger::Program)],
        blocked_images: 2,
    };
    let contact = CardContent::Contact(Contact::default());
    let text = PartContent::Text { text: "茶".into(), charset: "gb18030".into(), whole: false };
    let contents = [
        text,
        PartContent::Page("a1.m1.9-300/3".into()),
        PartContent::Message(Box::new(message)),
        PartContent::Cards(vec![Card { section: "4".into(), content: contact }]),
    ];
    let senders = vec![String::new(), "news@example.test".to_owned()];
    let opened = contents.into_iter().map(|content| ("OpenPart", OpenPart::wrap(content)));
    opened.chain([("ListImageSenders", ListImageSenders::wrap(senders))]).collect()
}
