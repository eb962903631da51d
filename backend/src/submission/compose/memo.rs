//! What a kept draft says of itself in a header of our own, for what other headers cannot say.
//!
//! Whoever can write into Drafts can write it too: nothing in it is believed beyond what its reader
//! may do anyway.

use postern_shared::account::AccountId;
use postern_shared::draft::{Draft, Enclosed, Origin, Source};
use postern_shared::mailbox::MailboxId;
use postern_shared::message::MessageKey;
use postern_shared::uid::{Uid, UidValidity};
use postern_shared::upload::UploadId;

use super::MEMO;
use crate::submission::base64;

/// Longest origin that is written: the header stays one line (RFC 5322 §2.1.1).
const LONGEST: usize = 700;
/// Most missing files that are named.
const MOST_MISSING: usize = 50;
/// Longest file name that is written, in bytes.
const LONGEST_NAME: usize = 300;

/// What a kept draft says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memo {
    /// Which save made this copy.
    pub revision: String,
    /// The sender's zone, in minutes east of UTC.
    pub zone_minutes: i32,
    /// The servers are to say that it was delivered.
    pub ask_delivered: bool,
    /// The message that it answers or passes on, and whether it passes it on.
    pub origin: Option<(MessageKey, bool)>,
    /// Files that were still on their way here: the copy does not hold them.
    pub missing: Vec<Enclosed>,
}

impl Memo {
    /// The memo of a draft.
    #[must_use]
    pub fn of(draft: &Draft, revision: String) -> Self {
        let origin = match &draft.origin {
            Origin::New => None,
            Origin::Reply { original, .. } => Some((original.clone(), false)),
            Origin::Forward { original, .. } => Some((original.clone(), true)),
        };
        Self {
            revision,
            zone_minutes: draft.options.zone_minutes,
            ask_delivered: draft.options.ask_delivered,
            origin: origin.filter(|(original, _)| original.uid.0 > 0),
            missing: Vec::new(),
        }
    }

    /// The header's value.
    #[must_use]
    pub fn write(&self) -> String {
        let mut words = vec![format!("revision={}", self.revision)];
        words.push(format!("zone={}", self.zone_minutes));
        if self.ask_delivered {
            words.push("delivered=yes".to_owned());
        }
        let origin = self.origin.as_ref().map(|(key, forward)| {
            format!("{}={}", if *forward { "forward" } else { "reply" }, key.token())
        });
        let plain =
            |word: &String| word.len() < LONGEST && word.bytes().all(|b| b.is_ascii_graphic());
        let missing = self.missing.iter().take(MOST_MISSING).filter_map(write_missing);
        words.extend(origin.into_iter().chain(missing).filter(plain));
        words.join("; ")
    }

    /// The memo in a header block; empty where there is none.
    #[must_use]
    pub fn read(block: &[u8]) -> Self {
        let mut memo = Self::default();
        for word in value(block).split(';') {
            let Some((name, value)) = word.trim().split_once('=') else { continue };
            match name {
                "revision" => value.clone_into(&mut memo.revision),
                "zone" => memo.zone_minutes = value.parse().unwrap_or_default(),
                "delivered" => memo.ask_delivered = value == "yes",
                "missing" if memo.missing.len() < MOST_MISSING => {
                    memo.missing.extend(read_missing(value));
                }
                "reply" | "forward" => memo.origin = key(value).map(|key| (key, name == "forward")),
                _ => {}
            }
        }
        memo
    }
}

/// The value of our header, unfolded.
fn value(block: &[u8]) -> String {
    let text = String::from_utf8_lossy(block);
    let mut lines = text.lines();
    let named = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.trim_end().eq_ignore_ascii_case(MEMO).then(|| value.to_owned())
    };
    let Some(mut value) = lines.by_ref().find_map(named) else { return String::new() };
    for more in lines.take_while(|line| line.starts_with([' ', '\t'])) {
        value.push_str(more);
    }
    value
}

/// A file that is on its way, as a word.
fn write_missing(file: &Enclosed) -> Option<String> {
    let Source::Upload(id) = &file.source else { return None };
    let name = &file.name[..file.name.floor_char_boundary(LONGEST_NAME)];
    let fields = (&id.0, name, &file.content_type, file.size);
    Some(format!("missing={}", base64::encode(&postcard::to_stdvec(&fields).ok()?)))
}

fn read_missing(word: &str) -> Option<Enclosed> {
    let bytes = base64::decode(word)?;
    let (id, name, content_type, size) =
        postcard::from_bytes::<(String, String, String, u64)>(&bytes).ok()?;
    let source = Source::Upload(UploadId(id));
    Some(Enclosed { name, content_type, size, source, content_id: None })
}

/// A key out of its token.
fn key(token: &str) -> Option<MessageKey> {
    let mut words = token.split('.');
    let (account, mailbox, numbers) = (words.next()?, words.next()?, words.next()?);
    let (validity, uid) = numbers.split_once('-')?;
    Some(MessageKey {
        account: AccountId(account.to_owned()),
        mailbox: MailboxId(mailbox.to_owned()),
        uid_validity: UidValidity(validity.parse().ok()?),
        uid: Uid(uid.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_also_where_a_server_folded_it() {
        let key = key("a1.m1.9-300").unwrap();
        let memo = Memo {
            revision: "00ff".into(),
            zone_minutes: -210,
            ask_delivered: true,
            origin: Some((key, true)),
            missing: vec![Enclosed {
                name: "报告 \u{202e}; x=.pdf".into(),
                content_type: "application/pdf".into(),
                size: 1 << 33,
                source: Source::Upload(UploadId("new-00".into())),
                content_id: None,
            }],
        };
        let header = format!("To: x\r\nx-postern-draft: {}\r\nSubject: y\r\n\r\n", memo.write());
        assert_eq!(Memo::read(header.as_bytes()), memo);
        assert_eq!(Memo::read(header.replace("; ", ";\r\n\t").as_bytes()), memo);
    }

    #[test]
    fn what_others_write_into_it_is_harmless() {
        for odd in [
            "",
            "X-Postern-Draft",
            "X-Postern-Draft: =;=;reply=a.b;reply=..;zone=x;missing=;missing=AA==",
            "\u{0}",
        ] {
            let memo = Memo::read(odd.as_bytes());
            assert_eq!((memo.origin, memo.zone_minutes), (None, 0), "{odd}");
            assert_eq!(memo.missing, [], "{odd}");
        }
    }
}
