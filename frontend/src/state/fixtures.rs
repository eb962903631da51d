//! Messages that the tests of the stores are made of.

use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::draft::{Draft, DraftOptions, Origin};
use postern_shared::envelope::Envelope;
use postern_shared::flag::{Flag, Flags};
use postern_shared::mailbox::MailboxId;
use postern_shared::message::{Message, MessageKey, MessageSummary};
use postern_shared::uid::{Uid, UidValidity};

use super::drafts::Composing;

/// The account of every message here.
pub fn account() -> AccountId {
    AccountId("a".into())
}

/// A mailbox's id.
pub fn mailbox(name: &str) -> MailboxId {
    MailboxId(name.into())
}

/// A key in the inbox.
pub fn key(uid: u32) -> MessageKey {
    MessageKey {
        account: account(),
        mailbox: mailbox("inbox"),
        uid_validity: UidValidity(1),
        uid: Uid(uid),
    }
}

/// An unseen message's row.
pub fn row(uid: u32) -> MessageSummary {
    MessageSummary {
        key: key(uid),
        envelope: Envelope { subject: format!("subject {uid}"), ..Envelope::default() },
        flags: Flags::default(),
        size: 1,
        received_at: i64::from(uid),
        has_attachment: false,
        preview: String::new(),
        thread: None,
    }
}

/// A seen message's row.
pub fn seen(uid: u32) -> MessageSummary {
    MessageSummary { flags: Flags(vec![Flag::Seen]), ..row(uid) }
}

/// An opened message.
pub fn message(uid: u32) -> Message {
    Message {
        summary: row(uid),
        references: Vec::new(),
        body: "token".into(),
        attachments: Vec::new(),
        blocked_images: 0,
        insight: Vec::new(),
    }
}

/// A draft that was written on.
pub fn composing(text: &str) -> Composing {
    let from = Address { name: "Ann".into(), email: "ann@x.test".into() };
    let draft = Draft {
        account: account(),
        from,
        to: Vec::new(),
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Tea".into(),
        text: text.into(),
        origin: Origin::New,
        html: None,
        attachments: Vec::new(),
        options: DraftOptions { message_id: "<d@x>".into(), ..DraftOptions::default() },
    };
    Composing { touched: true, ..Composing::from_draft(4, draft) }
}
