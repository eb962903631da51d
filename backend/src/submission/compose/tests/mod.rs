//! What is composed is read back as it was meant, in any script; nothing breaks out of a header.

mod generated;

use postern_shared::account::AccountId;
use postern_shared::draft::DraftOptions;
use postern_shared::mailbox::MailboxId;
use postern_shared::message::MessageKey;
use postern_shared::uid::{Uid, UidValidity};

use super::*;
use crate::mime::{self, Limits, Parsed, quote};

const STAMP: Stamp = Stamp { now: 1_772_440_200, zone_minutes: -210, id: [0xab; 16] };

fn address(name: &str, email: &str) -> Address {
    Address { name: name.into(), email: email.into() }
}

fn draft() -> Draft {
    Draft {
        account: AccountId("a".into()),
        from: address("Ann Ample", "ann@A.test"),
        to: vec![address("Bob", "bob@b.test")],
        cc: vec![],
        bcc: vec![],
        subject: "Hello".into(),
        text: "Hi Bob.\n".into(),
        origin: Origin::New,
        html: None,
        attachments: vec![],
        options: DraftOptions::default(),
    }
}

fn original() -> MessageKey {
    MessageKey {
        account: AccountId("a".into()),
        mailbox: MailboxId("m".into()),
        uid_validity: UidValidity(1),
        uid: Uid(2),
    }
}

fn read(draft: &Draft, enclosures: Vec<Enclosure>) -> (Parsed, String) {
    let composed = compose(draft, &STAMP, enclosures).expect("a message");
    let source = String::from_utf8(composed.message.clone()).expect("ASCII");
    assert!(source.is_ascii() && source.ends_with("\r\n"));
    assert!(
        source.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])),
        "{source}"
    );
    (mime::parse(composed.message, &Limits::default()), source)
}

#[test]
fn what_looks_like_an_encoded_word_stays_as_it_was_typed() {
    let odd = "=?utf-8?Q?Free_=41?= =?utf-8?B?aGk=?= and more of it than fits into one word";
    let mut draft = draft();
    (draft.from.name, draft.subject) = (odd.into(), odd.into());
    draft.to =
        vec![address(odd, "bob@b.test"), address("Zoë, Ltd", "z@b.test"), address("", "c@b.test")];
    let name = "=?utf-8?Q?evil=2Eexe?=.txt";
    let file = |content_type: &str| Enclosure {
        name: name.into(),
        content_type: content_type.into(),
        bytes: b"x".to_vec(),
    };
    let (parsed, _) = read(&draft, vec![file("text/plain")]);
    assert_eq!(parsed.headers.from, [draft.from]);
    assert_eq!(parsed.headers.to, draft.to);
    assert_eq!(parsed.headers.subject, odd);
    // No name of a file may hold a question mark, and so none is an encoded word.
    let read = parsed.parts.iter().find_map(|part| part.name.as_deref());
    assert_eq!(read, Some(mime::attachment::file_name(Some(name), "text/plain").as_str()));
}

#[test]
fn every_script_survives_the_round_trip() {
    for (name, text) in [
        ("Zażółć Gęślą", "Zażółć gęślą jaźń — „cytat”."),
        ("王小明", "你好，世界。这是一封测试邮件，没有空格的长段落需要正确处理。"),
        ("محمد", "مرحبا بالعالم"),
        ("Жук, \"Ёж\" <x>", "Съешь же ещё этих мягких французских булок."),
        ("🦊 Fox", "👩‍👩‍👧 family"),
        ("plain", "From here on\n> quoted\n  indented\n-- \nsignature"),
    ] {
        let mut sent = draft();
        sent.from.name = name.into();
        sent.to[0].name = name.into();
        (sent.subject, sent.text) = (format!("{text:.40} {name}"), text.into());
        sent.subject = sent.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let (parsed, _) = read(&sent, vec![]);
        assert_eq!(parsed.headers.from, [sent.from.clone()]);
        assert_eq!(parsed.headers.to, sent.to);
        assert_eq!(parsed.headers.subject, sent.subject);
        assert_eq!(quote::plain_text(&parsed), text);
    }
}

#[test]
fn headers_say_when_who_and_nothing_of_us() {
    let mut sent = draft();
    sent.cc = vec![address("", "carl@c.test"), address("Dan", "dan@d.test")];
    sent.bcc = vec![address("Secret", "eve@e.test"), address("", "BOB@b.test")];
    let (parsed, source) = read(&sent, vec![]);
    assert!(
        source.contains("\r\nDate: Mon, 2 Mar 2026 05:00:00 -0330\r\n")
            || source.starts_with("Date: Mon, 2 Mar 2026 05:00:00 -0330\r\n"),
        "{source}"
    );
    assert_eq!(parsed.headers.sent_at, Some(STAMP.now));
    assert_eq!(parsed.headers.message_id.unwrap(), format!("{}@a.test", "ab".repeat(16)));
    assert!(source.contains("MIME-Version: 1.0"), "{source}");
    assert_eq!(parsed.parts[0].flowed, mime::Flowed::Flowed, "{source}");
    for absent in ["eve@", "Bcc", "User-Agent", "X-Mailer", "Received"] {
        assert!(!source.contains(absent), "{absent}");
    }
    let envelope = compose(&sent, &STAMP, vec![]).unwrap().smtp_envelope;
    assert_eq!(envelope.to, ["bob@b.test", "carl@c.test", "dan@d.test", "eve@e.test"]);
}

#[test]
fn an_answer_carries_its_thread_on() {
    let references = (0..50).map(|n| format!("<{n}@x.test>")).collect();
    let message_id = "<parent@x.test>".to_owned();
    let mut sent = draft();
    sent.origin =
        Origin::Reply { original: original(), message_id: message_id.clone(), references };
    let headers = read(&sent, vec![]).0.headers;
    assert_eq!(headers.in_reply_to, ["parent@x.test"]);
    assert_eq!((headers.references.len(), headers.references[0].as_str()), (30, "0@x.test"));
    assert_eq!(headers.references[28..], ["49@x.test", "parent@x.test"]);
    sent.origin =
        Origin::Forward { original: original(), message_id, references: vec![], sections: vec![] };
    let headers = read(&sent, vec![]).0.headers;
    assert_eq!((headers.in_reply_to.len(), headers.references.len()), (0, 1));
    sent.origin = Origin::Reply {
        original: original(),
        message_id: "<a b>\r\nBcc: x".into(),
        references: vec!["\n".into()],
    };
    assert!(read(&sent, vec![]).0.headers.references.is_empty());
}

#[test]
fn enclosures_keep_their_bytes_and_names() {
    let file = |name: &str, kind: &str, bytes: &[u8]| Enclosure {
        name: name.into(),
        content_type: kind.into(),
        bytes: bytes.into(),
    };
    let files = vec![
        file("报告 2026.pdf", "application/pdf", b"%PDF\r\n\x00\xff"),
        file("unix.txt", "text/plain", b"one\ntwo\n"),
        file("fwd.eml", "message/rfc822", b"Subject: inner\r\n\r\ninside\r\n"),
        file("../../x\r\nBcc: y", "text/html\r\nX: y", "é".as_bytes()),
    ];
    let (parsed, source) = read(&draft(), files);
    let part = |section: &str| parsed.part(section).expect(section);
    assert_eq!(part("2").name.as_deref(), Some("报告 2026.pdf"));
    assert_eq!(parsed.decoded(part("2")).as_ref(), b"%PDF\r\n\x00\xff");
    assert_eq!(parsed.decoded(part("3")).as_ref(), b"one\ntwo\n");
    assert_eq!(parsed.decoded(part("4.1")).as_ref(), b"inside\r\n");
    assert_eq!(part("5").content_type, "application/octet-stream");
    assert!(!source.contains("\r\nBcc") && !source.contains("\r\nX: y"));
}

#[test]
fn nothing_breaks_out_of_a_header() {
    let check = |change: fn(&mut Draft), expect: Error| {
        let mut sent = draft();
        change(&mut sent);
        assert_eq!(compose(&sent, &STAMP, vec![]), Err(expect));
    };
    let control = |field| Error::ControlCharacter { field };
    check(|d| d.subject = "x\r\nBcc: evil@x.test".into(), control("Subject"));
    check(|d| d.subject = "x\0".into(), control("Subject"));
    check(|d| d.from.name = "A\nB".into(), control("From"));
    check(|d| d.to[0].name = "A\rB".into(), control("To"));
    check(|d| d.cc = vec![address("", "a@b.test\r\nX: y")], control("Cc"));
    check(
        |d| d.bcc = vec![address("", "a@b.test>, <c@d.test")],
        Error::BadAddress("a@b.test>, <c@d.test".into()),
    );
    check(|d| d.to[0].email = "nobody".into(), Error::BadAddress("nobody".into()));
    check(|d| d.to.clear(), Error::NoRecipient);
}

#[test]
fn text_and_html_are_alternatives_and_pictures_belong_to_the_html() {
    let mut sent = draft();
    sent.html = Some("<p>Grüße <img src=\"cid:pic@a.test\"></p>\n".into());
    sent.options.reply_to = vec![address("List", "list@a.test")];
    sent.options.ask_read = true;
    let head = |name: &str, kind: &str, id: Option<&str>| PartHead {
        name: name.into(),
        content_type: kind.into(),
        content_id: id.map(str::to_owned),
        plain_message: false,
    };
    let heads =
        [head("p.png", "image/png", Some("pic@a.test")), head("f.pdf", "application/pdf", None)];
    let laid_out = layout(&sent, &STAMP, &heads, Purpose::Send).unwrap();
    let files: [&[u8]; 2] = [b"picture", b"file"];
    let bytes: Vec<u8> = laid_out
        .pieces
        .into_iter()
        .flat_map(|piece| match piece {
            Piece::Bytes(bytes) => bytes,
            Piece::Encoded(file) => base64::lines(files[file]),
            Piece::Verbatim(_) => panic!("nothing stands as it is"),
        })
        .collect();
    let source = String::from_utf8(bytes.clone()).unwrap();
    assert!(!source.contains("=file-"), "a place was not filled: {source}");
    let parsed = mime::parse(bytes, &Limits::default());
    let shape: Vec<_> = parsed.parts.iter().map(|part| part.content_type.as_str()).collect();
    let expect = [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ];
    assert_eq!(shape, expect, "{source}");
    assert_eq!(
        parsed.decoded(&parsed.parts[4]).as_ref(),
        "<p>Grüße <img src=\"cid:pic@a.test\"></p>\r\n".as_bytes()
    );
    assert_eq!(parsed.parts[5].content_id.as_deref(), Some("pic@a.test"));
    assert_eq!(parsed.decoded(&parsed.parts[5]).as_ref(), b"picture");
    assert_eq!(parsed.decoded(&parsed.parts[6]).as_ref(), b"file");
    assert_eq!(parsed.headers.reply_to, sent.options.reply_to);
    assert!(source.contains("Disposition-Notification-To: "), "{source}");
    assert_eq!(laid_out.smtp_envelope.to, ["bob@b.test"], "Reply-To gets nothing");
}

#[test]
fn a_kept_draft_may_be_anything_and_says_what_headers_cannot() {
    let mut kept = draft();
    kept.to.clear();
    kept.bcc = vec![address("Eve", "eve@e.test"), address("", "half an addr")];
    kept.subject = "two\nlines".into();
    kept.options.message_id = "<fixed@a.test>".into();
    let laid_out = layout(&kept, &STAMP, &[], Purpose::Keep("memo")).unwrap();
    assert_eq!(laid_out.message_id, "<fixed@a.test>");
    let [Piece::Bytes(bytes)] = &laid_out.pieces[..] else { panic!("one piece") };
    let source = String::from_utf8(bytes.clone()).unwrap();
    assert!(source.contains("\r\nX-Postern-Draft: memo\r\n"), "{source}");
    assert!(source.contains("eve@e.test"), "{source}");
    assert_eq!(mime::parse(bytes.clone(), &Limits::default()).headers.subject, "two lines");
}
