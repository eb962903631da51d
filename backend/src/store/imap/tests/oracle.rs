//! What another parser reads in what real servers have said, ours reads too, and alike.

use bytes::BytesMut;
use imap_codec::ResponseCodec;
use imap_codec::decode::Decoder;
use imap_codec::imap_types::body::BodyStructure;
use imap_codec::imap_types::core::NString;
use imap_codec::imap_types::fetch::MessageDataItem;
use imap_codec::imap_types::mailbox::Mailbox;
use imap_codec::imap_types::response::{Data, Response as Theirs, Status as TheirStatus};
use imap_codec::imap_types::status::StatusDataItem;

use super::transcripts::{corpora, every_file, report, with_line_ends};
use crate::store::Structure;
use crate::store::imap::convert::{self, text::decoded};
use crate::store::imap::ext::esearch;
use crate::store::imap::fetched::Fetched;
use crate::store::imap::limits::Limits;
use crate::store::imap::list;
use crate::store::imap::wire::{Kind, Name, Piece, Response, Splitter};
use crate::store::mailbox_name::{MailboxName, Spelling};

/// Compares both readings of a response; whether there was something to compare.
fn compare(response: &Response) -> bool {
    let shown = response.bytes.escape_ascii().to_string();
    let Ok((b"", theirs)) = ResponseCodec::default().decode(&response.bytes) else { return false };
    match theirs {
        Theirs::Data(Data::Fetch { seq, items }) => {
            let fetched = Fetched::read(response).unwrap_or_else(|| panic!("unread: {shown}"));
            assert_eq!(fetched.seq, seq.get(), "{shown}");
            items.as_ref().iter().for_each(|item| compare_item(&fetched, item, &shown));
        }
        Theirs::Data(Data::Exists(count)) => {
            assert_eq!(response.untagged(Name::Exists).unwrap().0, Some(count), "{shown}");
        }
        Theirs::Data(Data::Expunge(seq)) => {
            assert_eq!(response.untagged(Name::Expunge).unwrap().0, Some(seq.get()), "{shown}");
        }
        Theirs::Data(Data::Search(theirs, _)) => {
            let (_, content) = response.untagged(Name::Search).unwrap();
            let mut ours = Vec::new();
            esearch::search(content, 1_000_000, &mut ours).unwrap();
            assert!(ours.iter().copied().eq(theirs.iter().map(|uid| uid.get())), "{shown}");
        }
        Theirs::Data(Data::List { items, delimiter, mailbox }) => {
            let (_, content) = response.untagged(Name::List).unwrap();
            let ours = list::mailbox(content, Spelling::Utf7).unwrap_or_else(|| panic!("{shown}"));
            assert_eq!(ours.name, name_of(&mailbox), "{shown}");
            assert_eq!(ours.delimiter, delimiter.map(|it| it.inner()), "{shown}");
            let says =
                |wanted: &str| items.iter().any(|it| it.to_string().eq_ignore_ascii_case(wanted));
            let selectable = !says("\\noselect") && !says("\\nonexistent");
            assert_eq!(ours.selectable, selectable, "{shown}");
        }
        Theirs::Data(Data::Status { mailbox, items }) => {
            let (_, content) = response.untagged(Name::Status).unwrap();
            let messages = items.iter().find_map(|item| match item {
                StatusDataItem::Messages(count) => Some(*count),
                _ => None,
            });
            let ours = list::counts(content, Spelling::Utf7);
            assert_eq!(ours.as_ref().map(|(_, it)| it.messages), messages, "{shown}");
            if let Some((name, _)) = ours {
                assert_eq!(name, name_of(&mailbox), "{shown}");
            }
        }
        Theirs::Status(TheirStatus::Tagged(theirs)) => {
            let Kind::Tagged { tag, .. } = &response.kind else { panic!("{shown}") };
            assert_eq!(tag, theirs.tag.as_ref(), "{shown}");
        }
        Theirs::Status(_) => assert!(response.status().is_some(), "{shown}"),
        _ => return false,
    }
    true
}

fn compare_item(fetched: &Fetched<'_>, item: &MessageDataItem<'_>, shown: &str) {
    match item {
        MessageDataItem::Uid(uid) => assert_eq!(fetched.uid(), Some(uid.get()), "{shown}"),
        MessageDataItem::Rfc822Size(size) => {
            assert_eq!(fetched.get("RFC822.SIZE").unwrap().number(), Some(*size), "{shown}");
        }
        MessageDataItem::InternalDate(date) => {
            let ours = convert::internal_date(fetched.get("INTERNALDATE").unwrap());
            assert_eq!(ours, Some(date.as_ref().timestamp()), "{shown}");
        }
        MessageDataItem::Envelope(theirs) => {
            let ours = convert::envelope(fetched.get("ENVELOPE").unwrap());
            let ours = ours.unwrap_or_else(|| panic!("{shown}"));
            assert_eq!(ours.subject, text(&theirs.subject), "{shown}");
            assert_eq!(ours.message_id, text(&theirs.message_id), "{shown}");
            let people = theirs.from.iter().filter(|it| it.host.0.is_some()).count();
            assert!(ours.from.len() >= people, "{shown}");
        }
        MessageDataItem::BodyStructure(theirs) => {
            let ours = convert::structure(fetched.get("BODYSTRUCTURE").unwrap());
            let ours = ours.unwrap_or_else(|| panic!("{shown}"));
            assert_eq!((leaves(&ours), octets(&ours)), their_leaves(theirs), "{shown}");
        }
        MessageDataItem::BodyExt { section: None, data, .. } => {
            let (ours, _) = fetched.item("BODY[]").unwrap();
            let theirs = data.0.clone().map(|it| it.into_inner());
            assert_eq!(ours.bytes(), theirs.as_deref(), "{shown}");
        }
        _ => {}
    }
}

fn name_of(mailbox: &Mailbox<'_>) -> MailboxName {
    match mailbox {
        Mailbox::Inbox => MailboxName::from_text("INBOX"),
        Mailbox::Other(other) => MailboxName::from_server(other.as_ref()),
    }
}

fn text(string: &NString<'_>) -> String {
    string.0.clone().map(|it| decoded(&it.into_inner())).unwrap_or_default()
}

fn leaves(structure: &Structure) -> usize {
    let inside: usize = structure.children.iter().map(leaves).sum();
    inside + usize::from(!structure.is_multipart())
}

fn octets(structure: &Structure) -> u64 {
    structure.octets + structure.children.iter().map(octets).sum::<u64>()
}

fn their_leaves(structure: &BodyStructure<'_>) -> (usize, u64) {
    use imap_codec::imap_types::body::SpecificFields;
    match structure {
        BodyStructure::Single { body, .. } => {
            let size = u64::from(body.basic.size);
            match &body.specific {
                SpecificFields::Message { body_structure, .. } => {
                    let (count, inside) = their_leaves(body_structure);
                    (count + 1, inside + size)
                }
                _ => (1, size),
            }
        }
        BodyStructure::Multi { bodies, .. } => {
            let all = bodies.as_ref().iter().map(their_leaves);
            all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        }
    }
}

fn compare_all(bytes: &[u8]) -> usize {
    let (mut splitter, mut buffer) = (Splitter::default(), BytesMut::from(bytes));
    let mut compared = 0;
    let limits = Limits::default();
    while let Ok(Piece::Response(response)) = splitter.next(&mut buffer, &limits, None) {
        compared += usize::from(compare(&Response::read(response)));
    }
    compared
}

#[test]
fn transcripts_are_read_as_another_parser_reads_them() {
    let files = every_file(&corpora().join("mailkit"));
    let read = |path: &std::path::PathBuf| {
        let text = with_line_ends(&std::fs::read(path).unwrap());
        // The transcripts' tag is none that the other parser takes.
        compare_all(&String::from_utf8_lossy(&text).replace("A########", "A1").into_bytes())
    };
    let compared: usize = files.iter().map(read).sum();
    report(&format!("{compared} responses of {} transcripts were compared", files.len()));
    assert!(files.is_empty() || compared > 500, "{compared}");
}

#[test]
fn vectors_are_read_as_another_parser_reads_them() {
    let Ok(text) = std::fs::read_to_string(corpora().join("response-vectors.json")) else {
        return report("skipped: all vectors, there are none");
    };
    let vectors: serde_json::Value = serde_json::from_str(&text).unwrap();
    let all = vectors["vectors"].as_array().unwrap();
    let read = |vector: &serde_json::Value| {
        let line = vector["response"].as_str().unwrap();
        compare_all(format!("{}\r\n", line.trim_end()).as_bytes())
    };
    let compared: usize = all.iter().map(read).sum();
    report(&format!("{compared} of {} vectors were compared", all.len()));
    assert!(compared > 250, "{compared}");
}
