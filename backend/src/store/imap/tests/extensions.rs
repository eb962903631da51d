//! The verbs of extensions, as servers answer them, and what is done where one is missing.

use postern_shared::flag::Flag;
use postern_shared::mailbox::Role;

use super::script::{Step, connected, script, selected};
use crate::store::change::Change;
use crate::store::{Criteria, Error, Known, MailboxName, Resource, SortBy};

fn inbox() -> MailboxName {
    MailboxName::from_text("INBOX")
}

const KNOWN: Known<'static> = Known { uid_validity: 9, modseq: 700, uids: &[3, 5, 6, 9] };

#[tokio::test]
async fn uids_of_a_line_of_megabytes_lie_in_no_more_than_they_need() {
    let count: u32 = 600_000;
    let uids: Vec<String> = (1..=count).map(|uid| (uid * 3).to_string()).collect();
    for (offered, line) in [
        ("", format!("* SEARCH {}", uids.join(" "))),
        ("ESEARCH", format!("* ESEARCH (TAG \"{{tag}}\") UID ALL {}", uids.join(","))),
    ] {
        let mut steps = script("C: UID SEARCH");
        steps.push(Step::Say(format!("{line}\r\n{{tag}} OK -\r\n").into_bytes()));
        let (mut connection, _server) = selected(offered, count, steps).await;
        let found = connection.uids().await.unwrap();
        assert!(found.iter().copied().eq((1..=count).map(|uid| uid * 3)));
        assert_eq!(found.capacity(), found.len());
    }
}

#[tokio::test]
async fn qresync_tells_what_changed() {
    let steps = "C: ENABLE QRESYNC
                 S: * ENABLED QRESYNC
                 S: {tag} OK -
                 C: SELECT \"INBOX\" (QRESYNC (9 700))
                 S: * OK [CLOSED] -
                 S: * 3 EXISTS
                 S: * OK [UIDVALIDITY 9] -
                 S: * OK [HIGHESTMODSEQ 720] -
                 S: * VANISHED (EARLIER) 1:5,300:310
                 S: * 2 FETCH (UID 9 FLAGS (\\Seen) MODSEQ (719))
                 S: * 3 FETCH (UID 12 FLAGS () MODSEQ (720))
                 S: {tag} OK [READ-WRITE] -
                 C: NOOP
                 S: * VANISHED 9
                 S: {tag} OK -";
    let (mut connection, _server) = connected("ENABLE QRESYNC UNSELECT", script(steps)).await;
    let (selected, since) = connection.select_since(&inbox(), KNOWN).await.unwrap();
    assert_eq!((selected.exists, selected.highest_modseq), (3, Some(720)));
    let since = since.unwrap();
    assert_eq!((&since.vanished[..], &since.arrived[..]), (&[3, 5][..], &[12][..]));
    assert_eq!((since.changed[0].uid, &since.changed[0].flags[..]), (9, &[Flag::Seen][..]));
    assert_eq!(connection.changes.take(), []);
    connection.noop().await.unwrap();
    assert_eq!(connection.changes.take(), [Change::Vanished(vec![(9, 9)])]);
    assert_eq!(connection.selected().unwrap().1.exists, 2);
}

#[tokio::test]
async fn without_qresync_a_mailbox_is_selected_and_nothing_claimed() {
    let select = "S: * 3 EXISTS
                  S: * OK [UIDVALIDITY 9] -
                  S: * OK [HIGHESTMODSEQ 720] -
                  S: {tag} OK -";
    for (offered, first) in [
        ("CONDSTORE", ""),
        // It says OK and does not mean it (iCloud).
        ("ENABLE QRESYNC", "C: ENABLE QRESYNC\n S: {tag} OK -"),
        ("ENABLE QRESYNC", "C: ENABLE QRESYNC\n S: {tag} BAD -"),
        (
            "ENABLE QRESYNC",
            "C: ENABLE QRESYNC\n S: * ENABLED qresync\n S: {tag} OK -
             C: SELECT \"INBOX\" (QRESYNC\n S: {tag} BAD no such parameter",
        ),
    ] {
        let steps = format!("{first}\n C: SELECT \"INBOX\" (CONDSTORE)\n {select}");
        let (mut connection, _server) = connected(offered, script(&steps)).await;
        let (selected, since) = connection.select_since(&inbox(), KNOWN).await.unwrap();
        assert_eq!((selected.exists, since), (3, None), "{offered}: {first}");
    }
}

#[tokio::test]
async fn changes_of_other_uids_or_unreadable_ones_are_not_believed() {
    for answer in [
        // Fewer are left than are there.
        "S: * OK [UIDVALIDITY 9] -\n S: * OK [HIGHESTMODSEQ 720] -\n S: * VANISHED (EARLIER) 3:5",
        "S: * OK [UIDVALIDITY 10] -\n S: * OK [HIGHESTMODSEQ 7] -",
        "S: * OK [UIDVALIDITY 9] -\n S: * OK [NOMODSEQ] -",
        "S: * OK [UIDVALIDITY 9] -\n S: * OK [HIGHESTMODSEQ 720] -\n S: * VANISHED (EARLIER) x",
        "S: * OK [UIDVALIDITY 9] -\n S: * OK [HIGHESTMODSEQ 720] -\n S: * 2 FETCH (UID 9 FLAGS (",
    ] {
        let steps = format!(
            "C: ENABLE QRESYNC
             S: * ENABLED QRESYNC
             S: {{tag}} OK -
             C: SELECT \"INBOX\" (QRESYNC (9 700))
             S: * 3 EXISTS
             {answer}
             S: {{tag}} OK -"
        );
        let (mut connection, _server) = connected("ENABLE QRESYNC", script(&steps)).await;
        let (selected, since) = connection.select_since(&inbox(), KNOWN).await.unwrap();
        assert_eq!((selected.exists, since), (3, None), "{answer}");
    }
}

#[tokio::test]
async fn index_rows_hold_links_and_names() {
    let structure = "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1)(\"application\" \"pdf\" \
        (\"name\" \"a.pdf\") NIL NIL \"base64\" 400 NIL (\"attachment\" NIL)) \"mixed\")";
    let envelope = "(NIL \"Hi\" NIL NIL NIL NIL NIL NIL NIL \"<1@a>\")";
    let header = "References: <r1@a> <r2@a>\r\nList-Id: Us <us.a.test>\r\n\r\n";
    let steps = format!(
        "C: UID FETCH 11:13 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE PREVIEW (LAZY) EMAILID THREADID BODY.PEEK[HEADER.FIELDS (REFERENCES LIST-ID)])
         S: * 2 FETCH (UID 12 FLAGS (\\Seen) RFC822.SIZE 7 ENVELOPE {envelope} BODYSTRUCTURE {structure} PREVIEW NIL EMAILID (M1) THREADID (T1) BODY[HEADER.FIELDS (\"REFERENCES\" \"LIST-ID\")] {{{}}}",
        header.len()
    );
    let mut steps = script(&steps);
    steps.push(Step::Say(format!("{header})\r\n").into_bytes()));
    steps.extend(script(
        "S: * 3 FETCH (UID 13 FLAGS () ENVELOPE (\"broken
         S: * 1 FETCH (FLAGS (\\Deleted))
         S: {tag} OK -
         C: UID FETCH 11,13 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.65536>)",
    ));
    let answer = "* 3 FETCH (UID 13 FLAGS () BODY[HEADER]<0> {51}\r\nSubject: lean\r\nReferences: <r3@a>\r\nList-Id: <l>\r\n\r\n)\r\n{tag} OK -\r\n";
    steps.push(Step::Say(answer.into()));
    let (mut connection, _server) = selected("PREVIEW OBJECTID", 3, steps).await;
    let rows = connection.index_rows(&[13, 12, 11]).await.unwrap();
    let [one, other] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((one.row.uid, one.row.envelope.subject.as_str(), one.row.size), (12, "Hi", 7));
    assert!(one.row.has_attachment);
    assert_eq!(
        (&one.attachment_names[..], &one.references[..]),
        (&["a.pdf".to_owned()][..], &["<r1@a>".to_owned(), "<r2@a>".to_owned()][..])
    );
    assert_eq!(one.list_id.as_deref(), Some("us.a.test"));
    assert_eq!((one.email_id.as_deref(), one.thread_id.as_deref()), (Some("M1"), Some("T1")));
    assert_eq!((other.row.uid, other.row.envelope.subject.as_str()), (13, "lean"));
    assert_eq!(
        (&other.references[..], other.list_id.as_deref()),
        (&["<r3@a>".to_owned()][..], Some("l"))
    );
    assert_eq!(connection.changes.take().len(), 1);
    assert!(matches!(connection.index_rows(&[1; 1001]).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn gmails_ids_are_asked_for_where_there_are_no_others() {
    let steps = "C: UID FETCH 11 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE X-GM-MSGID X-GM-THRID BODY.PEEK
                 S: * 1 FETCH (UID 11 FLAGS () X-GM-THRID 1266894439832287888 X-GM-MSGID 1278455344230334865 ENVELOPE (NIL \"a\"))
                 S: {tag} OK -";
    let (mut connection, _server) = selected("X-GM-EXT-1", 3, script(steps)).await;
    let rows = connection.index_rows(&[11]).await.unwrap();
    assert_eq!(rows[0].thread_id.as_deref(), Some("1266894439832287888"));
    assert_eq!(rows[0].email_id.as_deref(), Some("1278455344230334865"));
}

#[tokio::test]
async fn an_order_is_the_servers_or_none() {
    let steps = "C: UID SORT (REVERSE DISPLAYFROM) UTF-8 ALL
                 S: * SORT 5 3 4
                 S: {tag} OK -
                 C: UID SORT (SIZE) UTF-8 UNSEEN
                 S: * SORT
                 S: {tag} OK -
                 C: UID SORT (ARRIVAL) UTF-8 ALL
                 S: {tag} NO [BADCHARSET] -
                 C: UID SORT (DATE) UTF-8 ALL
                 S: {tag} OK -";
    let (mut connection, _server) = selected("SORT SORT=DISPLAY", 3, script(steps)).await;
    assert_eq!(connection.sort(SortBy::From, true, Criteria::All).await.unwrap(), [5, 3, 4]);
    assert!(connection.sort(SortBy::Size, false, Criteria::Unseen).await.unwrap().is_empty());
    let refused = connection.sort(SortBy::Arrival, false, Criteria::All).await;
    assert!(matches!(refused, Err(Error::Refused { .. })));
    let silent = connection.sort(SortBy::Date, false, Criteria::All).await;
    assert!(matches!(silent, Err(Error::Garbled(_))));
    let (mut connection, _server) = selected("", 3, vec![]).await;
    let unsupported = connection.sort(SortBy::Date, false, Criteria::All).await;
    assert!(matches!(unsupported, Err(Error::Unsupported(_))));
}

#[tokio::test]
async fn threads_are_the_servers_or_none() {
    let steps = "C: UID THREAD REFERENCES UTF-8 ALL
                 S: * THREAD (2)(3 6 (4 23)(44 7 96))
                 S: {tag} OK -
                 C: UID THREAD REFERENCES UTF-8 ALL
                 S: * THREAD (2)(3
                 S: {tag} OK -
                 C: UID THREAD REFERENCES UTF-8 ALL
                 S: {tag} OK -";
    let (mut connection, _server) = selected("THREAD=REFERENCES", 3, script(steps)).await;
    let threads = connection.threads(Criteria::All).await.unwrap();
    assert_eq!(threads, [vec![2], vec![3, 6, 4, 23, 44, 7, 96]]);
    for _ in 0..2 {
        assert!(matches!(connection.threads(Criteria::All).await, Err(Error::Garbled(_))));
    }
    let (mut connection, _server) = selected("THREAD=ORDEREDSUBJECT", 3, vec![]).await;
    assert!(matches!(connection.threads(Criteria::All).await, Err(Error::Unsupported(_))));
}

#[tokio::test]
async fn quotas_rights_and_namespaces_are_asked_for() {
    let steps = "C: GETQUOTAROOT \"INBOX\"
                 S: * QUOTAROOT INBOX \"\"
                 S: * QUOTA \"\" (STORAGE 10 512 MESSAGE 3 100)
                 S: {tag} OK -
                 C: GETQUOTAROOT \"INBOX\"
                 S: {tag} OK -
                 C: MYRIGHTS \"INBOX\"
                 S: * MYRIGHTS INBOX lrs
                 S: {tag} OK -
                 C: GETACL \"INBOX\"
                 S: {tag} NO [NOPERM] -
                 C: NAMESPACE
                 S: * NAMESPACE ((\"\" \".\")) NIL ((\"Shared.\" \".\"))
                 S: {tag} OK -";
    let (mut connection, _server) = connected("QUOTA ACL NAMESPACE", script(steps)).await;
    let quotas = connection.quota(&inbox()).await.unwrap();
    let used: Vec<_> = quotas.iter().map(|it| (it.resource.clone(), it.used, it.limit)).collect();
    assert_eq!(used, [(Resource::Octets, 10_240, 524_288), (Resource::Messages, 3, 100)]);
    assert!(matches!(connection.quota(&inbox()).await, Err(Error::Garbled(_))));
    let rights = connection.my_rights(&inbox()).await.unwrap();
    assert!(rights.may_read() && !rights.may_expunge());
    assert!(matches!(connection.acl(&inbox()).await, Err(Error::Refused { .. })));
    let namespaces = connection.namespaces().await.unwrap();
    assert_eq!(namespaces.shared[0].prefix.decoded(), "Shared.");
}

#[tokio::test]
async fn a_server_without_namespaces_still_has_a_delimiter() {
    let steps = "C: LIST \"\" \"\"
                 S: * LIST (\\Noselect) \"/\" \"\"
                 S: {tag} OK -";
    let (mut connection, _server) = connected("", script(steps)).await;
    let namespaces = connection.namespaces().await.unwrap();
    assert_eq!(namespaces.personal[0].delimiter, Some('/'));
    assert!(matches!(connection.quota(&inbox()).await, Err(Error::Unsupported(_))));
    assert!(matches!(connection.my_rights(&inbox()).await, Err(Error::Unsupported(_))));
}

#[tokio::test]
async fn a_mailbox_is_made_for_its_role() {
    let steps = "C: CREATE \"Sent\" (USE (\\Sent))
                 S: {tag} OK -
                 C: CREATE \"Bin\" (USE (\\Trash))
                 S: {tag} NO [USEATTR] there is one
                 C: CREATE \"Bin\"
                 S: {tag} OK -
                 C: CREATE \"Sent\" (USE (\\Sent))
                 S: {tag} NO [ALREADYEXISTS] -";
    let (mut connection, _server) = connected("CREATE-SPECIAL-USE", script(steps)).await;
    let sent = MailboxName::from_text("Sent");
    assert!(connection.create_for(&sent, Role::Sent).await.unwrap());
    let bin = MailboxName::from_text("Bin");
    assert!(!connection.create_for(&bin, Role::Trash).await.unwrap());
    let again = connection.create_for(&sent, Role::Sent).await;
    assert!(matches!(again, Err(Error::AlreadyExists)));
}

#[tokio::test]
async fn a_size_is_summed_up_by_whom_can() {
    let steps = "C: STATUS \"INBOX\" (SIZE)
                 S: * STATUS INBOX (SIZE 44421000000)
                 S: {tag} OK -";
    let (mut connection, _server) = connected("STATUS=SIZE", script(steps)).await;
    assert_eq!(connection.size_of(&inbox()).await.unwrap(), 44_421_000_000);
    let steps = "C: FETCH 1:* (RFC822.SIZE)
                 S: * 1 FETCH (RFC822.SIZE 4000000000)
                 S: * 2 FETCH (RFC822.SIZE 500000000 UID 4)
                 S: {tag} OK -
                 C: FETCH 1:* (RFC822.SIZE)
                 S: * 1 FETCH (RFC822.SIZE 4000000000
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 2, script(steps)).await;
    assert_eq!(connection.size_of(&inbox()).await.unwrap(), 4_500_000_000);
    assert!(matches!(connection.size_of(&inbox()).await, Err(Error::Garbled(_))));
}

#[tokio::test]
async fn a_query_is_asked_for_as_far_as_the_server_understands() {
    use crate::store::query::{Query, Term};
    let query = Query::Term(Term::Subject("Grüße aus Rom".into()));
    let steps = "C: UID SEARCH CHARSET UTF-8 SUBJECT {15}
                 S: + go
                 C# 15
                 S: * SEARCH 9 3
                 S: {tag} OK -
                 C: UID SEARCH CHARSET UTF-8 SUBJECT {15}
                 S: {tag} NO [BADCHARSET (US-ASCII)] -
                 C: UID SEARCH SUBJECT \"e aus Rom\"
                 S: * SEARCH 9 3 5
                 S: {tag} OK -
                 C: UID SEARCH SUBJECT \"e aus Rom\"
                 S: * SEARCH
                 S: {tag} OK -
                 C: UID SEARCH SUBJECT \"e aus Rom\"
                 S: {tag} NO -";
    let (mut connection, _server) = selected("", 9, script(steps)).await;
    let mut found = Vec::new();
    for _ in 0..3 {
        let it = connection.search_query(&query).await.unwrap();
        found.push((it.uids, it.exact));
    }
    assert_eq!(found, [(vec![3, 9], true), (vec![3, 5, 9], false), (vec![], false)]);
    assert!(matches!(connection.search_query(&query).await, Err(Error::Refused { .. })));
}

#[tokio::test]
async fn only_a_stretch_or_a_count_travels_where_that_can_be_asked_for() {
    use crate::store::query::{Query, Term};
    let query = Query::Term(Term::Flag(Flag::Flagged));
    let steps = "C: UID SEARCH RETURN (COUNT PARTIAL -1:-2) Flagged
                 S: * ESEARCH (TAG \"{tag}\") UID COUNT 900 PARTIAL (-1:-2 7,12)
                 S: {tag} OK -
                 C: UID SEARCH RETURN (COUNT) Flagged
                 S: * ESEARCH (TAG \"{tag}\") UID COUNT 900
                 S: {tag} OK -
                 C: UID SEARCH RETURN (COUNT) Flagged
                 S: * ESEARCH (TAG \"{tag}\") UID
                 S: {tag} OK -";
    let (mut connection, _server) = selected("ESEARCH PARTIAL", 9, script(steps)).await;
    let part = connection.search_part(&query, 1..=2).await.unwrap();
    assert_eq!((part.uids, part.total, part.exact), (vec![12, 7], Some(900), true));
    assert_eq!(connection.search_count(&query).await.unwrap(), (900, true));
    assert!(matches!(connection.search_count(&query).await, Err(Error::Garbled(_))));
    let steps = "C: UID SEARCH Flagged
                 S: * SEARCH 3 5 7 12
                 S: {tag} OK -
                 C: UID SEARCH Flagged
                 S: * SEARCH 3 5 7 12
                 S: {tag} OK -";
    let (mut connection, _server) = selected("", 9, script(steps)).await;
    let part = connection.search_part(&query, 2..=3).await.unwrap();
    assert_eq!((part.uids, part.total), (vec![7, 5], Some(4)));
    assert_eq!(connection.search_count(&query).await.unwrap(), (4, true));
}
