//! The verbs, as servers answer them.

use postern_shared::flag::Flag;
use postern_shared::mailbox::Role;

use super::super::Extract;
use super::script::{connected, open, script, selected};
use crate::store::change::Change;
use crate::store::{Counts, Error, Expunged, MailboxName};

const ENVELOPE: &str = "(\"Thu, 1 Jan 1970 00:00:10 +0000\" \"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=\" \
    ((\"=?utf-8?Q?J=C3=BCrgen?=\" NIL \"j\" \"a.test\")) ((\"=?utf-8?Q?J=C3=BCrgen?=\" NIL \"j\" \"a.test\")) \
    NIL ((NIL NIL \"team\" NIL)(NIL NIL \"b\" \"b.test\")(NIL NIL NIL NIL)) NIL NIL NIL \"<1@a.test>\")";

#[tokio::test]
async fn identification_goes_before_the_first_select() {
    let steps = "S: * OK hello
                 C: CAPABILITY
                 S: * CAPABILITY IMAP4rev1 AUTH=PLAIN
                 S: {tag} OK -
                 C: LOGIN
                 S: {tag} OK -
                 C: CAPABILITY
                 S: * CAPABILITY IMAP4rev1 ID Idle
                 S: {tag} OK -
                 C: ID (\"name\" \"Postern\"
                 S: * ID NIL
                 S: {tag} OK -
                 C: SELECT \"INBOX\"
                 S: * 0 EXISTS
                 S: {tag} OK -";
    let mut connection = open(steps).await.unwrap();
    assert!(connection.capabilities().has("IDLE"));
    let selected = connection.select(&MailboxName::from_text("INBOX")).await.unwrap();
    assert_eq!(selected.exists, 0);
}

#[tokio::test]
async fn plain_is_used_where_login_is_disabled() {
    let steps = "S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] -
                 C: AUTHENTICATE PLAIN
                 S: +
                 C: AGFubgBwYSJzcw==
                 S: {tag} OK [CAPABILITY IMAP4rev1] -";
    assert!(open(steps).await.is_ok());
    let steps = "S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] -\n CLOSE";
    assert!(matches!(open(steps).await, Err(Error::Unsupported(_))));
}

#[tokio::test]
async fn a_list_comes_with_counts_in_one_exchange() {
    let steps = "C: LIST \"\" \"*\" RETURN (SUBSCRIBED SPECIAL-USE STATUS (MESSAGES UNSEEN
                 S: * LIST (\\Subscribed \\HasNoChildren) \"/\" Inbox
                 S: * LIST (\\Sent) \"/\" \"Gesendet &- mehr\"
                 S: * LIST (\\Noselect) \"/\" \"[Gmail]\"
                 S: * LIST () \"/\" \"Entw&APw-rfe\"
                 S: * STATUS INBOX (MESSAGES 3 UNSEEN 1 UIDNEXT 9 UIDVALIDITY 7)
                 S: * STATUS \"Gesendet &- mehr\" (MESSAGES 0 UNSEEN 0)
                 S: * STATUS Entw&APw-rfe (MESSAGES 2 UNSEEN 0)
                 S: {tag} OK -";
    let offered = "LIST-EXTENDED LIST-STATUS SPECIAL-USE";
    let (mut connection, _server) = connected(offered, script(steps)).await;
    let listed = connection.list().await.unwrap();
    let seen: Vec<_> =
        listed.iter().map(|it| (it.name.decoded(), it.role, it.selectable)).collect();
    assert_eq!(seen[0], ("INBOX".to_owned(), Some(Role::Inbox), true));
    assert_eq!(seen[1], ("Gesendet & mehr".to_owned(), Some(Role::Sent), true));
    assert_eq!(seen[2], ("[Gmail]".to_owned(), None, false));
    assert_eq!(seen[3], ("Entwürfe".to_owned(), Some(Role::Drafts), true));
    let inbox = Counts { messages: 3, unseen: 1, uid_next: Some(9), uid_validity: Some(7) };
    assert_eq!(listed[0].counts, Some(inbox));
    assert_eq!(listed.iter().filter(|it| it.subscribed).count(), 1);
}

#[tokio::test]
async fn a_plain_server_is_listed_and_counted() {
    let steps = "C: LIST \"\" \"*\"
                 S: * LIST () NIL INBOX
                 S: * LIST () NIL {4}
                 S: a\"b\\
                 S: {tag} OK -
                 C: LSUB
                 S: * LSUB () NIL INBOX
                 S: {tag} OK -
                 C: STATUS \"INBOX\" (MESSAGES
                 S: * STATUS INBOX (MESSAGES 3 UNSEEN 1)
                 S: {tag} OK -
                 C: STATUS \"a\\\"b\\\\\" (MESSAGES
                 S: {tag} NO not this one";
    let (mut connection, _server) = connected("", script(steps)).await;
    let listed = connection.list().await.unwrap();
    assert_eq!(listed.iter().map(|it| it.subscribed).collect::<Vec<_>>(), [true, false]);
    assert_eq!((listed[1].name.as_bytes(), listed[1].counts), (&b"a\"b\\"[..], None));
    let names: Vec<_> = listed.into_iter().map(|it| it.name).collect();
    let counts = connection.statuses(&names).await.unwrap();
    assert_eq!(counts[0].map(|it| it.messages), Some(3));
    assert_eq!(counts[1], None, "one that cannot be counted is still a mailbox");
}

#[tokio::test]
async fn an_empty_list_is_not_believed() {
    let steps = "C: LIST
                 S: {tag} OK -
                 C: LSUB
                 S: {tag} OK -";
    let (mut connection, _server) = connected("", script(steps)).await;
    assert!(matches!(connection.list().await, Err(Error::Garbled(_))));
}

#[tokio::test]
async fn rows_hold_what_a_list_shows_and_news_stay_news() {
    let structure = "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1)(\"application\" \"pdf\" \
        (\"name\" \"a.pdf\") NIL NIL \"base64\" 400 NIL (\"attachment\" NIL)) \"mixed\")";
    let date = "INTERNALDATE \"01-Jan-1970 00:00:20 +0000\"";
    let steps = format!(
        "C: UID FETCH 11:12 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)
         S: * 2 FETCH (UID 12 FLAGS (\\Seen $x \\Recent) {date} RFC822.SIZE 7 ENVELOPE {ENVELOPE} BODYSTRUCTURE {structure})
         S: * 3 FETCH (FLAGS (\\Deleted))
         S: * 1 EXPUNGE
         S: * 3 EXISTS
         S: {{tag}} OK -"
    );
    let (mut connection, _server) = selected("", 3, script(&steps)).await;
    let rows = connection.rows_by_uid(&[12, 11]).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.uid, row.size, row.internal_date), (12, 7, 20));
    assert_eq!(row.flags, [Flag::Seen, Flag::Keyword("$x".into())]);
    assert!(row.has_attachment);
    let envelope = &row.envelope;
    assert_eq!((envelope.subject.as_str(), envelope.sent_at), ("Grüße", Some(10)));
    assert_eq!((envelope.from[0].name.as_str(), envelope.to.len()), ("Jürgen", 1));
    let flags = Change::Flags { seq: 3, uid: None, flags: vec![Flag::Deleted] };
    assert_eq!(connection.changes.take(), [flags, Change::Expunged(1), Change::Exists(3)]);
}

#[tokio::test]
async fn a_message_opens_in_one_write() {
    let steps = format!(
        "C: SELECT \"INBOX\"
         S: * 3 EXISTS
         S: * OK [PERMANENTFLAGS (\\Seen \\*)] -
         S: {{tag}} OK [READ-ONLY] -
         C: UID FETCH 12 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (REFERENCES)] BODY.PEEK[]<0.131072>)
         S: * 2 FETCH (UID 12 FLAGS () ENVELOPE {ENVELOPE} BODYSTRUCTURE (\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 3 1) BODY[HEADER.FIELDS (REFERENCES)] \"References: <a@b>\" BODY[]<0> \"abc\")
         S: {{tag}} OK -"
    );
    let (mut connection, _server) = connected("", script(&steps)).await;
    let inbox = MailboxName::from_text("inbox");
    let (selected, opened) = connection.open_message(&inbox, 12).await.unwrap();
    assert!(selected.read_only && selected.any_keyword);
    let opened = opened.unwrap();
    let structure = opened.structure.unwrap();
    assert_eq!((structure.section.as_str(), structure.media_type().as_str()), ("1", "text/html"));
    assert_eq!(structure.param("charset"), Some("utf-8"));
    assert_eq!(opened.references, ["<a@b>"]);
    let beginning = opened.beginning.unwrap();
    assert_eq!((&beginning.bytes[..], beginning.end), (&b"abc"[..], true));
}

#[tokio::test]
async fn a_server_that_ignores_the_partial_has_a_long_beginning_let_go_by() {
    let long = "x".repeat((128 << 10) + 1);
    let steps = format!(
        "C: UID FETCH 12 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (REFERENCES)] BODY.PEEK[]<0.131072>)
         S: * 2 FETCH (UID 12 FLAGS () ENVELOPE {ENVELOPE} BODY[HEADER.FIELDS (REFERENCES)] \"\" BODY[] {{{}}}
         S: {long})
         S: {{tag}} OK -",
        long.len()
    );
    let (mut connection, _server) = connected("", script(&steps)).await;
    let opened = connection.message(12).await.unwrap().unwrap();
    assert_eq!((opened.row.uid, opened.beginning), (12, None));
}

#[tokio::test]
async fn slices_end_where_the_part_ends() {
    let steps = "C: UID FETCH 12 (UID BODY.PEEK[1.2]<0.4>)
                 S: * 2 FETCH (UID 12 BODY[1.2]<0> \"abcd\")
                 S: {tag} OK -
                 C: UID FETCH 12 (UID BODY.PEEK[1.2]<4.4>)
                 S: * 2 FETCH (UID 12 BODY[1.2]<4> \"e\")
                 S: {tag} OK -
                 C: UID FETCH 12 (UID BODY.PEEK[]<4.4>)
                 S: * 2 FETCH (UID 12 BODY[] \"abcdefgh\")
                 S: {tag} OK -
                 C: UID FETCH 12 (UID BODY.PEEK[]<9.4>)
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let mut slices = Vec::new();
    for (section, offset) in [("1.2", 0), ("1.2", 4), ("", 4)] {
        let slice = connection.body(12, section, offset, 4).await.unwrap();
        slices.push((slice.bytes.to_vec(), slice.end));
    }
    assert_eq!(
        slices,
        [(b"abcd".to_vec(), false), (b"e".to_vec(), true), (b"efgh".to_vec(), true)]
    );
    assert!(matches!(connection.body(12, "", 9, 4).await, Err(Error::NonExistent)));
    assert!(matches!(connection.body(12, "1] x", 0, 4).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_move_tells_where_everything_went() {
    let steps = "C: UID MOVE 3:4 \"Trash\"
                 S: * OK [COPYUID 38505 3:4 101:102] -
                 S: * 1 EXPUNGE
                 S: * 1 EXPUNGE
                 S: {tag} OK -";
    let (mut connection, _server) = selected("MOVE UIDPLUS", 3, script(steps)).await;
    let moved = connection.move_to(&[4, 3], &MailboxName::from_text("Trash")).await.unwrap();
    assert_eq!(moved.pairs, [(4, Some(102)), (3, Some(101))]);
    assert_eq!((moved.uid_validity, moved.originals_remain), (Some(38505), false));
    assert_eq!(connection.changes.take().len(), 2);
}

#[tokio::test]
async fn a_move_without_uidplus_expunges_nothing() {
    let steps = "C: UID COPY 3 \"Trash\"
                 S: {tag} OK -
                 C: UID STORE 3 +FLAGS.SILENT (\\Deleted)
                 S: {tag} OK -
                 C: UID COPY 4 \"Trash\"
                 S: {tag} NO [TRYCREATE] -
                 C: UID STORE 5 +FLAGS.SILENT (\\Deleted)
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let trash = MailboxName::from_text("Trash");
    let moved = connection.move_to(&[3], &trash).await.unwrap();
    assert_eq!((moved.pairs, moved.originals_remain), (vec![(3, None)], true));
    assert!(matches!(connection.move_to(&[4], &trash).await, Err(Error::NonExistent)));
    assert_eq!(connection.expunge(&[5]).await.unwrap(), Expunged::MarkedOnly);
}

#[tokio::test]
async fn idle_returns_with_a_burst_or_when_stopped() {
    let steps = "C: IDLE
                 S: + idling
                 S: * OK still here
                 S: * 4 EXISTS
                 S: * 4 FETCH (UID 9 FLAGS (\\Seen))
                 C: DONE
                 S: * 5 EXISTS
                 S: {tag} OK -
                 C: IDLE
                 S: + idling
                 C: DONE
                 S: {tag} OK -";
    let (mut connection, _server) = selected("IDLE", 3, script(steps)).await;
    assert!(connection.idle(std::future::pending()).await.unwrap());
    let flags = Change::Flags { seq: 4, uid: Some(9), flags: vec![Flag::Seen] };
    assert_eq!(connection.changes.take(), [Change::Exists(4), flags, Change::Exists(5)]);
    assert!(!connection.idle(std::future::ready(())).await.unwrap());
    assert!(connection.is_alive());
}

#[tokio::test]
async fn names_beyond_ascii_go_as_literals() {
    let steps = "C: CREATE {2}
                 S: + go
                 C# 2
                 S: {tag} OK -";
    let (mut connection, _server) = connected("", script(steps)).await;
    connection.create(&MailboxName::from_server("é".as_bytes())).await.unwrap();
}

#[tokio::test]
async fn beginnings_come_alike_together_and_no_longer_than_asked() {
    let steps = "C: UID FETCH 11:13 (UID BODYSTRUCTURE)
                 S: * 1 FETCH (UID 11 BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 9 1))
                 S: * 2 FETCH (UID 12 BODYSTRUCTURE (\"broken
                 S: * 3 FETCH (FLAGS (\\Seen))
                 S: * 3 FETCH (UID 13 BODYSTRUCTURE (\"text\" \"html\" NIL NIL NIL \"7bit\" 9 1))
                 S: {tag} OK -
                 C: UID FETCH 11,13 (UID BODY.PEEK[1]<0.4>)
                 S: * 1 FETCH (UID 11 BODY[1]<0> \"Dear\")
                 S: * 3 FETCH (UID 13 BODY[1] \"everything that there is\")
                 S: {tag} OK -
                 C: UID FETCH 12 (UID BODY.PEEK[2.1]<0.9>)
                 S: * 2 FETCH (UID 12 BODY[2.1]<0> NIL)
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let structures = connection.structures(&[13, 12, 11]).await.unwrap();
    let types: Vec<_> = structures.iter().map(|(uid, it)| (*uid, it.media_type())).collect();
    assert_eq!(types, [(11, "text/plain".to_owned()), (13, "text/html".to_owned())]);
    let wanted = |section: &str, octets| Extract { section: section.to_owned(), octets };
    let wanted = vec![(13, wanted("1", 4)), (12, wanted("2.1", 9)), (11, wanted("1", 4))];
    let found = connection.beginnings(wanted).await.unwrap();
    assert_eq!(found, [(11, "Dear".into()), (13, "ever".into())]);
    // What came in between is news.
    assert_eq!(connection.changes.take().len(), 1);
}

#[tokio::test]
async fn messages_that_are_counted_are_not_searched_away() {
    let steps = "C: UID SEARCH ALL
                 S: * SEARCH
                 S: {tag} OK -
                 C: NOOP
                 S: {tag} OK -
                 C: UID SEARCH ALL
                 S: * SORT (
                 S: {tag} OK -
                 C: NOOP
                 S: * 1 EXPUNGE
                 S: * 1 EXPUNGE
                 S: * 1 EXPUNGE
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    assert!(matches!(connection.uids().await, Err(Error::Garbled(_))));
    // The server had only not said yet that they are gone.
    assert_eq!(connection.uids().await.unwrap(), [0; 0]);
}
