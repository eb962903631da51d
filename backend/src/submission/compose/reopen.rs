//! A message of Drafts becomes a draft again, whatever program wrote it.

use postern_shared::draft::{Draft, DraftOptions, Enclosed, Origin};
use postern_shared::message::MessageKey;

use super::memo::Memo;
use crate::mime::header::headers;

/// A message of Drafts, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDraft {
    /// Where it is.
    pub key: MessageKey,
    /// Its header block.
    pub header: Vec<u8>,
    /// Its text.
    pub text: String,
    /// Its HTML, as it stands.
    pub html: Option<String>,
    /// Every other part.
    pub files: Vec<Enclosed>,
}

/// The draft that was stored. `from` is empty where nothing names a sender.
#[must_use]
pub fn reopen(stored: StoredDraft) -> Draft {
    let StoredDraft { key, header, text, html, mut files } = stored;
    let (fields, memo) = (headers(&header), Memo::read(&header));
    // Its bytes may be at the bridge by now, or on the device that was sending them.
    files.extend(memo.missing);
    let bracketed = |id: &String| format!("<{id}>");
    let options = DraftOptions {
        message_id: fields.message_id.as_ref().map(bracketed).unwrap_or_default(),
        reply_to: fields.reply_to,
        zone_minutes: memo.zone_minutes,
        ask_read: asks_read(&header),
        ask_delivered: memo.ask_delivered,
        stored: Some(key.clone()),
    };
    let mut references: Vec<String> = fields.references.iter().map(bracketed).collect();
    let parent = fields.in_reply_to.first().map(bracketed);
    // An account's mail answers its own mail, whatever a memo says.
    let origin = memo.origin.filter(|(original, _)| original.account == key.account);
    let origin = match (origin, parent) {
        (Some((original, true)), _) => {
            let message_id = references.pop().unwrap_or_default();
            Origin::Forward { original, message_id, references, sections: Vec::new() }
        }
        (Some((original, false)), parent) => {
            let message_id = parent.unwrap_or_default();
            references.retain(|id| *id != message_id);
            Origin::Reply { original, message_id, references }
        }
        (None, Some(message_id)) => {
            references.retain(|id| *id != message_id);
            // Which message that is, somebody else may know.
            let original = MessageKey { uid: postern_shared::uid::Uid(0), ..key.clone() };
            Origin::Reply { original, message_id, references }
        }
        (None, None) => Origin::New,
    };
    Draft {
        account: key.account,
        from: fields.from.into_iter().next().unwrap_or_default(),
        to: fields.to,
        cc: fields.cc,
        bcc: fields.bcc,
        subject: fields.subject,
        text,
        origin,
        html,
        attachments: files,
        options,
    }
}

/// Whether the reader is asked to say that it was read (RFC 8098 §2.1).
fn asks_read(header: &[u8]) -> bool {
    let name = b"disposition-notification-to:";
    let mut lines = header.split(|byte| *byte == b'\n');
    lines.any(|line| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
}
