//! Habits of real servers, each met once so that it is never met again.

use postern_shared::flag::Flag;

use super::script::{connected, open, script, selected};
use crate::store::change::Change;
use crate::store::imap::NewMessage;
use crate::store::query::{Query, Term};
use crate::store::{Criteria, Error, Expunged, MailboxName, Told};

fn inbox() -> MailboxName {
    MailboxName::from_text("INBOX")
}

#[tokio::test]
async fn exchange_that_lost_its_mailboxes_is_left() {
    let steps = "C: SELECT \"INBOX\"
                 S: {tag} BAD User is authenticated but not connected.";
    let (mut connection, _server) = connected("", script(steps)).await;
    assert!(matches!(connection.select(&inbox()).await, Err(Error::Lost(_))));
    assert!(!connection.is_alive());
}

#[tokio::test]
async fn exchange_leaves_rows_out_and_the_others_are_rows() {
    let steps = "C: UID FETCH 11:13
                 S: * 1 FETCH (ENVELOPE (NIL \"a\") FLAGS NIL UID 11)
                 S: * 3 FETCH (RFC822.SIZE -1 UID 13 ENVELOPE (NIL \"c\"))
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let rows = connection.rows_by_uid(&[11, 12, 13]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.uid).collect::<Vec<_>>(), [11, 13]);
}

#[tokio::test]
async fn exchange_leaves_out_the_status_before_a_code() {
    let steps = "C: SELECT \"INBOX\"
                 S: * 3 EXISTS
                 S: [UIDVALIDITY 14]
                 S: * [UIDNEXT 15] next
                 S: {tag} OK [READ-WRITE] -";
    let (mut connection, _server) = connected("", script(steps)).await;
    let selected = connection.select(&inbox()).await.unwrap();
    assert_eq!((selected.uid_validity, selected.uid_next), (14, Some(15)));
}

#[tokio::test]
async fn icloud_ignores_since_when() {
    let steps = "C: UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 7)
                 S: * 1 FETCH (UID 11 FLAGS ())
                 S: * 2 FETCH (UID 12 FLAGS (\\Seen))
                 S: {tag} OK -
                 C: UID FETCH 1:* (UID FLAGS)
                 S: * 1 FETCH (UID 11 FLAGS ())
                 S: {tag} OK -";
    let (mut connection, _server) = selected("CONDSTORE", 2, script(steps)).await;
    assert_eq!(connection.flags_since(7).await.unwrap().len(), 2);
    // Yahoo refuses the 0.
    assert_eq!(connection.flags_since(0).await.unwrap().len(), 1);
}

#[tokio::test]
async fn yahoo_writes_inbox_its_own_way() {
    let steps = "C: LIST
                 S: * LIST (\\HasNoChildren) \"/\" \"Inbox\"
                 S: {tag} OK -
                 C: LSUB
                 S: {tag} BAD -
                 C: STATUS \"INBOX\"
                 S: * STATUS \"Inbox\" (MESSAGES 3)
                 S: {tag} OK -";
    let (mut connection, _server) = connected("", script(steps)).await;
    let listed = connection.list().await.unwrap();
    assert!(listed[0].name.is_inbox() && listed[0].subscribed);
    assert_eq!(connection.status(&inbox()).await.unwrap().messages, 3);
}

#[tokio::test]
async fn yandex_says_goodbye_again_and_again() {
    let steps = "C: NOOP
                 S: * BYE once
                 S: * BYE twice
                 CLOSE";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    assert!(matches!(connection.noop().await, Err(Error::Lost(_))));
    let byes = [Change::Bye("once".into()), Change::Bye("twice".into())];
    assert_eq!(connection.changes.take(), byes);
}

#[tokio::test]
async fn zoho_and_mail_ru_write_odd_numbers() {
    let steps = "C: SELECT \"INBOX\"
                 S: * 9.3736e+06 EXISTS
                 S: * OK [UIDVALIDITY 0] SmarterMail
                 S: * OK [HIGHESTMODSEQ -1] Zoho
                 S: {tag} OK -
                 C: UID FETCH 11
                 S: * 1 FETCH (UID 1.1e1 MODSEQ (-1) ENVELOPE (NIL \"a\"))
                 S: {tag} OK -";
    let (mut connection, _server) = connected("CONDSTORE", script(steps)).await;
    let selected = connection.select(&inbox()).await.unwrap();
    assert_eq!((selected.exists, selected.uid_validity), (9_373_600, 0));
    assert_eq!(selected.highest_modseq, None);
    let rows = connection.index_rows(&[11]).await.unwrap();
    assert_eq!((rows[0].row.uid, rows[0].modseq), (11, None));
}

#[tokio::test]
async fn strato_and_proton_fail_at_extended_lists() {
    for answer in ["S: {tag} OK nothing", "S: {tag} BAD what is this"] {
        let steps = format!(
            "C: LIST \"\" \"*\" RETURN (SUBSCRIBED
             {answer}
             C: LIST \"\" \"*\"
             S: * LIST () \"/\" INBOX
             S: {{tag}} OK -
             C: LSUB
             S: * LSUB () \"/\" INBOX
             S: {{tag}} OK -"
        );
        let (mut connection, _server) = connected("LIST-EXTENDED", script(&steps)).await;
        let listed = connection.list().await.unwrap();
        assert_eq!(listed.len(), 1, "{answer}");
    }
}

#[tokio::test]
async fn cyrus_ends_a_connection_whose_mailbox_goes() {
    let steps = "C: UNSELECT
                 S: {tag} OK -
                 C: DELETE \"Old\"
                 S: {tag} OK -";
    for (offered, steps) in
        [("UNSELECT", steps.to_owned()), ("", steps.replace("UNSELECT", "EXAMINE INBOX"))]
    {
        let select = "C: SELECT \"Old\"\n S: * 1 EXISTS\n S: {tag} OK -\n";
        let steps = format!("{select}{steps}");
        let (mut connection, _server) = connected(offered, script(&steps)).await;
        let old = MailboxName::from_text("Old");
        connection.select(&old).await.unwrap();
        connection.delete(&old).await.unwrap();
        assert_eq!(connection.selected(), None);
    }
}

#[tokio::test]
async fn courier_tells_of_messages_at_no_position() {
    let steps = "C: UID FETCH 11:12
                 S: * 0 FETCH (UID 11 FLAGS () ENVELOPE (NIL \"gone\"))
                 S: * 0 FETCH (UID 13 FLAGS () ENVELOPE (NIL \"gone\"))
                 S: * 2 FETCH (UID 12 FLAGS () ENVELOPE (NIL \"b\"))
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 2, script(steps)).await;
    let rows = connection.rows_by_uid(&[11, 12]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.uid).collect::<Vec<_>>(), [12]);
}

#[tokio::test]
async fn cyrus_answers_an_extended_search_with_a_plain_one() {
    let steps = "C: UID SEARCH RETURN (ALL) UNSEEN
                 S: * SEARCH 3 1 (MODSEQ 7)
                 S: {tag} OK -
                 C: UID SEARCH RETURN (ALL) ALL
                 S: * ESEARCH (TAG \"{tag}\") UID ALL 1,3:2
                 S: {tag} OK -";
    let (mut connection, _server) = selected("ESEARCH", 3, script(steps)).await;
    assert_eq!(connection.search(Criteria::Unseen).await.unwrap(), [1, 3]);
    assert_eq!(connection.uids().await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_server_without_uidplus_expunges_no_stranger_s_message() {
    let steps = "C: UID STORE 5 +FLAGS.SILENT (\\Deleted)
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    assert_eq!(connection.expunge(&[5]).await.unwrap(), Expunged::MarkedOnly);
}

#[tokio::test]
async fn domino_adds_parentheses_and_dates_of_no_day() {
    let steps = "C: UID FETCH 11
                 S: * 1 FETCH (UID 11 () INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" ENVELOPE (NIL \"a\" () () () () () () NIL NIL) ())
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let rows = connection.rows_by_uid(&[11]).await.unwrap();
    assert_eq!((rows[0].envelope.subject.as_str(), rows[0].internal_date), ("a", 0));
}

#[tokio::test]
async fn gmail_has_labels_and_mailboxes_that_cannot_be_selected() {
    let steps = "C: UID FETCH 11 (UID X-GM-LABELS)
                 S: * 1 FETCH (X-GM-LABELS (\\Inbox \"Entw&APw-rfe\" {3}
                 S: a\"b NIL \"\") UID 11)
                 S: {tag} OK -
                 C: UID STORE 11 +X-GM-LABELS.SILENT (\"Entw&APw-rfe\")
                 S: {tag} OK -
                 C: UID STORE 11 -X-GM-LABELS.SILENT (\"Entw&APw-rfe\")
                 S: {tag} OK -
                 C: SELECT \"[Gmail]\"
                 S: {tag} NO [NONEXISTENT] Unknown Mailbox: [Gmail] (Failure)";
    let (mut connection, _server) = selected("X-GM-EXT-1", 3, script(steps)).await;
    let labels = connection.gmail_labels(&[11]).await.unwrap();
    let names: Vec<_> = labels[0].1.iter().map(MailboxName::decoded).collect();
    assert_eq!(
        (labels[0].0, names),
        (11, vec!["\\Inbox".into(), "Entwürfe".into(), "a\"b".into()])
    );
    let label = MailboxName::from_text("Entwürfe");
    connection.add_gmail_label(&[11], &label).await.unwrap();
    connection.clear_gmail_label(&[11], &label).await.unwrap();
    let gone = connection.select(&MailboxName::from_text("[Gmail]")).await;
    assert!(matches!(gone, Err(Error::NonExistent)));
}

#[tokio::test]
async fn netease_wants_to_know_who_asks_before_it_shows_anything() {
    let steps = "S: * OK [CAPABILITY IMAP4rev1 ID] coremail
                 C: LOGIN
                 S: {tag} OK [CAPABILITY IMAP4rev1 ID] -
                 C: ID (\"name\" \"Postern\" \"version\"
                 S: * ID (\"name\" \"coremail\")
                 S: {tag} OK -
                 C: SELECT \"INBOX\"
                 S: {tag} NO SELECT Unsafe Login. Please contact kefu@188.com for help";
    let mut connection = open(steps).await.unwrap();
    let refused = connection.select(&inbox()).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "never an empty mailbox: {refused:?}");
}

#[tokio::test]
async fn other_mailboxes_are_heard_of() {
    let steps = "C: NOTIFY SET (selected-delayed
                 S: {tag} OK -
                 C: NOOP
                 S: * STATUS Lists (UIDNEXT 999 MESSAGES 4 UNSEEN 2)
                 S: * LIST () \"/\" New
                 S: {tag} OK -
                 C: NOTIFY SET
                 S: {tag} NO [NOTIFICATIONOVERFLOW] -";
    let (mut connection, _server) = selected("NOTIFY", 3, script(steps)).await;
    connection.notify().await.unwrap();
    connection.noop().await.unwrap();
    let lists = MailboxName::from_text("Lists");
    let (messages, unseen, uid_next) = (Some(4), Some(2), Some(999));
    let told = Told { messages, unseen, uid_next, uid_validity: None };
    let news = connection.take_news(&[]);
    assert_eq!((news.elsewhere, news.mailboxes, news.stirred), (vec![(lists, told)], true, false));
    assert!(matches!(connection.notify().await, Err(Error::Unsupported(_))));
}

#[tokio::test]
async fn several_messages_go_in_one_command_where_that_is_offered() {
    let message = |text: &str| NewMessage {
        flags: vec![Flag::Seen],
        internal_date: None,
        octets: text.as_bytes().to_vec(),
    };
    let steps = "C: APPEND \"Sent\" (\\Seen) {1}
                 S: + go
                 C:  (\\Seen) {2}
                 S: + go
                 C# 2
                 S: {tag} OK [APPENDUID 9 101:102] -";
    let steps = steps.replace("C:  (", "C: a (");
    let (mut connection, _server) = connected("MULTIAPPEND", script(&steps)).await;
    let sent = MailboxName::from_text("Sent");
    let added = connection.append_each(&sent, vec![message("a"), message("bc")]).await;
    assert_eq!(uids(added), [Some(101), Some(102)]);
    let steps = "C: APPEND \"Sent\" (\\Seen) {1}
                 S: + go
                 C# 1
                 S: {tag} OK [APPENDUID 9 101] -
                 C: APPEND \"Sent\" (\\Seen) {2}
                 S: + go
                 C# 2
                 S: {tag} OK -";
    let (mut connection, _server) = connected("", script(steps)).await;
    let added = connection.append_each(&sent, vec![message("a"), message("bc")]).await;
    assert_eq!(uids(added), [Some(101), None]);
    // One that is refused is no reason not to take the others, whichever way they are sent.
    let ahead = "C: APPEND \"Sent\" (\\Seen) {1+}
                 C# 1
                 S: {tag} NO [CANNOT] -
                 C: APPEND \"Sent\" (\\Seen) {2+}
                 C# 2
                 S: {tag} OK [APPENDUID 9 102] -";
    let together = "C: APPEND \"Sent\" (\\Seen) {1+}
                 C: a (\\Seen) {2+}
                 C# 2
                 S: {tag} NO [CANNOT] -";
    for (offers, steps) in
        [("LITERAL+", ahead.to_owned()), ("LITERAL+ MULTIAPPEND", format!("{together}\n{ahead}"))]
    {
        let (mut connection, _server) = connected(offers, script(&steps)).await;
        let added = connection.append_each(&sent, vec![message("a"), message("bc")]).await;
        assert!(matches!(added[0], Err(Error::Refused { .. })), "{added:?}");
        assert_eq!(added[1].as_ref().unwrap(), &Some((9, 102)));
    }
    // Behind a connection that is lost nothing is known.
    let cut = "C: APPEND \"Sent\" (\\Seen) {1+}
                 C# 1
                 S: {tag} OK [APPENDUID 9 101] -
                 CLOSE";
    let (mut connection, _server) = connected("LITERAL+", script(cut)).await;
    let added = connection.append_each(&sent, vec![message("a"), message("bc")]).await;
    assert_eq!(added[0].as_ref().unwrap(), &Some((9, 101)));
    assert!(added[1].as_ref().unwrap_err().is_lost());
}

fn uids(added: Vec<Result<Option<(u32, u32)>, Error>>) -> Vec<Option<u32>> {
    added.into_iter().map(|at| at.unwrap().map(|(_, uid)| uid)).collect()
}

#[tokio::test]
async fn what_a_search_finds_is_flagged_without_travelling() {
    let query = Query::Term(Term::From("ann".into()));
    let steps = "C: UID SEARCH RETURN (SAVE) FROM \"ann\"
                 S: {tag} OK -
                 C: UID STORE $ +FLAGS.SILENT (\\Seen)
                 S: {tag} OK -";
    let (mut connection, _server) = selected("ESEARCH SEARCHRES", 3, script(steps)).await;
    connection.flag_found(&query, &[Flag::Seen], &[]).await.unwrap();
    let steps = "C: UID SEARCH FROM \"ann\"
                 S: * SEARCH 3 5
                 S: {tag} OK -
                 C: UID STORE 3,5 +FLAGS.SILENT (\\Seen)
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    connection.flag_found(&query, &[Flag::Seen], &[]).await.unwrap();
    let file = Query::Term(Term::Filename("a.pdf".into()));
    let steps = "C: UID SEARCH ALL
                 S: * SEARCH 3 5
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let unable = connection.flag_found(&file, &[Flag::Seen], &[]).await;
    assert!(matches!(unable, Err(Error::Unsupported(_))));
}

#[tokio::test]
async fn ages_and_dates_of_saving_have_another_way() {
    let steps = "C: UID SEARCH RETURN (ALL) YOUNGER 60
                 S: * ESEARCH (TAG \"{tag}\") UID ALL 3
                 S: {tag} OK -
                 C: UID FETCH 3 (UID SAVEDATE INTERNALDATE)
                 S: * 1 FETCH (UID 3 SAVEDATE \" 1-Jan-1970 00:00:30 +0000\" INTERNALDATE \" 1-Jan-1970 00:00:10 +0000\")
                 S: {tag} OK -";
    let offered = "WITHIN ESEARCH SAVEDATE";
    let (mut connection, _server) = selected(offered, 3, script(steps)).await;
    let found = connection.younger_than(60, 1_000_000).await.unwrap();
    assert_eq!((found.uids, found.exact), (vec![3], true));
    assert_eq!(connection.saved_at(&[3]).await.unwrap(), [(3, 30)]);
    let steps = "C: UID SEARCH SINCE 11-Jan-1970
                 S: * SEARCH 3
                 S: {tag} OK -
                 C: UID FETCH 3 (UID INTERNALDATE)
                 S: * 1 FETCH (UID 3 INTERNALDATE \" 1-Jan-1970 00:00:10 +0000\")
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 3, script(steps)).await;
    let found = connection.younger_than(60, 1_000_000).await.unwrap();
    assert_eq!((found.uids, found.exact), (vec![3], false));
    assert_eq!(connection.saved_at(&[3]).await.unwrap(), [(3, 10)]);
}

#[tokio::test]
async fn a_mailbox_has_a_name_for_good_where_the_server_gives_one() {
    let steps = "C: LIST \"\" \"*\" RETURN (SUBSCRIBED STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY MAILBOXID))
                 S: * LIST () \"/\" INBOX
                 S: * STATUS INBOX (MESSAGES 3 MAILBOXID (F2212ea87-6097-4256-9d51))
                 S: {tag} OK -";
    let offered = "LIST-EXTENDED LIST-STATUS OBJECTID";
    let (mut connection, _server) = connected(offered, script(steps)).await;
    let listed = connection.list().await.unwrap();
    assert_eq!(listed[0].object_id.as_deref(), Some("F2212ea87-6097-4256-9d51"));
}
