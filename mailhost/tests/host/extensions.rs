//! What the extensions answer: mod-sequences, stretches, orders, threads, quotas, ids.

use postern_mailhost::{Capabilities, MailHost, Quota};

use crate::raw::{ALICE, BOB, INBOX, Raw, host, host_with, noon};

/// A letter with the header that orders and threads look at.
fn letter(from: &str, subject: &str, day: u32, ids: (&str, &str)) -> String {
    let (id, references) = ids;
    format!(
        "From: {from}\nSubject: {subject}\nDate: {day} Nov 2026 10:00:00 +0000\n\
         Message-ID: <{id}>\nReferences: {references}\n\nText of {id}.\n"
    )
}

#[tokio::test]
async fn mod_sequences_tell_what_changed() {
    let host = host_with(&["one", "two", "three"]).await;
    let mut raw = Raw::signed_in(&host).await;
    let selected = raw.command("SELECT INBOX").await;
    assert!(selected.lines().contains(&"* OK [HIGHESTMODSEQ 4] Highest".to_owned()));
    raw.check("FETCH 1:2 MODSEQ", &["* 1 FETCH (MODSEQ (2))", "* 2 FETCH (MODSEQ (3))"]).await;
    raw.check("STORE 2 +FLAGS.SILENT (\\Seen)", &["* 2 FETCH (MODSEQ (5))"]).await;
    let changed = "* 2 FETCH (UID 2 FLAGS (\\Seen \\Recent) MODSEQ (5))";
    raw.check("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 4)", &[changed]).await;
    raw.check("SEARCH MODSEQ 4", &["* SEARCH 2 3 (MODSEQ 5)"]).await;
    raw.check("SEARCH MODSEQ \"/flags/\\\\draft\" all 9", &["* SEARCH"]).await;
    let stored = raw.command("STORE 1:2 (UNCHANGEDSINCE 4) +FLAGS (\\Flagged)").await;
    assert_eq!(stored.lines(), ["* 1 FETCH (FLAGS (\\Flagged \\Recent) MODSEQ (6))"]);
    assert_eq!(stored.tagged, "OK [MODIFIED 2] Stored where unchanged");
    raw.check("STATUS INBOX (HIGHESTMODSEQ)", &["* STATUS INBOX (HIGHESTMODSEQ 6)"]).await;
    host.set_flags(INBOX, 3, &["$Work"]).unwrap();
    raw.check("NOOP", &["* 3 FETCH (FLAGS ($Work \\Recent) MODSEQ (7))"]).await;
}

#[tokio::test]
async fn a_resynchronising_select_tells_what_went_and_what_changed() {
    let host = host_with(&["one", "two", "three", "four", "five"]).await;
    let validity = host.mailbox(ALICE, "INBOX").unwrap().uid_validity;
    let mut raw = Raw::signed_in(&host).await;
    raw.check_tagged(&format!("SELECT INBOX (QRESYNC ({validity} 6))"), "BAD").await;
    raw.check("ENABLE QRESYNC X-UNKNOWN", &["* ENABLED QRESYNC"]).await;
    host.expunge(INBOX, 2).unwrap();
    host.expunge(INBOX, 4).unwrap();
    host.set_flags(INBOX, 5, &["\\Seen"]).unwrap();
    let told = |answer: crate::raw::Answer| -> Vec<String> {
        let lines = answer.lines().into_iter();
        lines.filter(|line| line.contains("VANISHED") || line.contains("FETCH")).collect()
    };
    let changed = "* 3 FETCH (UID 5 FLAGS (\\Seen \\Recent) MODSEQ (9))";
    let answer = raw.command(&format!("SELECT INBOX (QRESYNC ({validity} 6 1:9))")).await;
    assert_eq!(told(answer), ["* VANISHED (EARLIER) 2,4", changed]);
    let answer = raw.command(&format!("SELECT INBOX (QRESYNC ({validity} 7 1:3))")).await;
    assert!(answer.lines().contains(&"* OK [CLOSED] The mailbox before is left".to_owned()));
    assert_eq!(told(answer), Vec::<String>::new());
    let answer = raw.command(&format!("SELECT INBOX (QRESYNC ({} 1))", validity + 99)).await;
    assert_eq!(told(answer), Vec::<String>::new());
    let gone = ["* VANISHED (EARLIER) 4"];
    raw.check("UID FETCH 3:* (FLAGS) (CHANGEDSINCE 9 VANISHED)", &[]).await;
    raw.check("UID FETCH 3:4 (FLAGS) (CHANGEDSINCE 6 VANISHED)", &gone).await;
    host.expunge(INBOX, 3).unwrap();
    host.expunge(INBOX, 1).unwrap();
    raw.check("NOOP", &["* VANISHED 1,3"]).await;
    raw.command("STORE 1 +FLAGS.SILENT (\\Deleted)").await;
    let expunged = raw.command("EXPUNGE").await;
    assert_eq!(expunged.lines(), ["* VANISHED 5"]);
    assert!(expunged.tagged.starts_with("OK [HIGHESTMODSEQ 13]"), "{}", expunged.tagged);
}

#[tokio::test]
async fn stretches_and_saved_results_are_given() {
    let host = host_with(&["a", "b", "c", "d", "e"]).await;
    host.expunge(INBOX, 2).unwrap();
    let mut raw = Raw::inbox(&host).await;
    let answer = raw.command("UID SEARCH RETURN (PARTIAL -1:-2 COUNT) ALL").await;
    assert_eq!(answer.lines(), ["* ESEARCH (TAG \"a3\") UID PARTIAL (-1:-2 4:5) COUNT 4"]);
    let answer = raw.command("UID SEARCH RETURN (PARTIAL 9:12) ALL").await;
    assert_eq!(answer.lines(), ["* ESEARCH (TAG \"a4\") UID PARTIAL (9:12 NIL)"]);
    raw.check_tagged("SEARCH RETURN (ALL PARTIAL 1:2) ALL", "BAD").await;
    raw.check("UID FETCH 1:* (UID) (PARTIAL 1:2)", &["* 1 FETCH (UID 1)", "* 2 FETCH (UID 3)"])
        .await;
    raw.check("SEARCH RETURN (SAVE) UID 3:4", &[]).await;
    raw.check("FETCH $ UID", &["* 2 FETCH (UID 3)", "* 3 FETCH (UID 4)"]).await;
    raw.check("SEARCH NOT $", &["* SEARCH 1 4"]).await;
    raw.check_tagged("UID COPY $ Archive", "OK [COPYUID").await;
    raw.check_tagged("SEARCH RETURN (SAVE) CHARSET X-NONE ALL", "NO [BADCHARSET").await;
    let answer = raw.command("SEARCH RETURN (SAVE MIN) ALL").await;
    assert_eq!(answer.lines(), ["* ESEARCH (TAG \"a12\") MIN 1"]);
    raw.check("FETCH $ UID", &["* 1 FETCH (UID 1)"]).await;
}

#[tokio::test]
async fn messages_come_in_the_order_asked_for() {
    let host = host().await;
    for (from, subject, day) in [
        ("\"Zoe\" <anna@b.example>", "Re: Beta", 3),
        ("\"Adam\" <zed@b.example>", "alpha", 1),
        ("mid@b.example", "Beta", 2),
    ] {
        let id = format!("{day}@b.example");
        host.append(INBOX, &[], noon(), letter(from, subject, day, (&id, ""))).unwrap();
    }
    let mut raw = Raw::inbox(&host).await;
    for (criteria, expect) in [
        ("ARRIVAL", "1 2 3"),
        ("REVERSE ARRIVAL", "1 2 3"),
        ("DATE", "2 3 1"),
        ("REVERSE DATE", "1 3 2"),
        ("FROM", "1 3 2"),
        ("DISPLAYFROM", "2 3 1"),
        ("SUBJECT DATE", "2 3 1"),
        ("SUBJECT REVERSE DATE", "2 1 3"),
        ("SIZE", "3 2 1"),
    ] {
        let command = format!("UID SORT ({criteria}) UTF-8 ALL");
        raw.check(&command, &[&format!("* SORT {expect}")]).await;
    }
    let answer = raw.command("UID SORT RETURN (COUNT PARTIAL 1:2) (DATE) UTF-8 ALL").await;
    assert_eq!(answer.lines(), ["* ESEARCH (TAG \"a12\") UID COUNT 3 PARTIAL (1:2 2:3)"]);
    raw.check("SORT (DATE) US-ASCII SUBJECT nothing", &["* SORT"]).await;
    raw.check_tagged("SORT (REVERSE) UTF-8 ALL", "BAD").await;
    raw.check_tagged("SORT (DATE) KOI8-R ALL", "NO [BADCHARSET").await;
}

#[tokio::test]
async fn threads_follow_references_and_then_subjects() {
    let host = host().await;
    for (id, subject, references) in [
        ("a", "Plan", ""),
        ("b", "Re: Plan", "<a>"),
        ("c", "Re: Plan", "<a> <b>"),
        ("d", "Re: Plan", "<a>"),
        ("e", "Other", "<gone>"),
        ("f", "Re: Other", "<gone>"),
        ("g", "Re: plan", ""),
        ("h", "Loop", "<i>"),
        ("i", "Loop", "<h>"),
        ("a", "Twice", ""),
    ] {
        let day = host.mailbox(ALICE, "INBOX").unwrap().messages.len() as u32 + 1;
        let message = letter("x@b.example", subject, day, (id, references));
        host.append(INBOX, &[], noon(), message).unwrap();
    }
    let mut raw = Raw::inbox(&host).await;
    let threads = "* THREAD (1 (2 3)(4)(7))((5)(6))(9 8)(10)";
    raw.check("THREAD REFERENCES UTF-8 ALL", &[threads]).await;
    let threads = "* THREAD (1 (2)(3)(4)(7))(5 6)(8 9)(10)";
    raw.check("UID THREAD ORDEREDSUBJECT UTF-8 ALL", &[threads]).await;
    raw.check("THREAD REFERENCES UTF-8 SUBJECT nothing", &["* THREAD"]).await;
    raw.check_tagged("THREAD X UTF-8 ALL", "BAD").await;
}

#[tokio::test]
async fn ten_thousand_answers_in_a_row_are_one_thread() {
    let host = host().await;
    for number in 1..=10_000 {
        let (id, before) = (format!("{number}@b"), format!("<{}@b>", number - 1));
        let message = letter("x@b.example", "Long", 1, (&id, &before));
        host.append(INBOX, &[], noon(), message).unwrap();
    }
    let mut raw = Raw::inbox(&host).await;
    let answer = raw.command("THREAD REFERENCES UTF-8 ALL").await;
    assert!(answer.lines()[0].ends_with(" 9999 10000)"));
}

#[tokio::test]
async fn a_full_quota_refuses_more_and_takes_moves() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    raw.check("GETQUOTAROOT INBOX", &["* QUOTAROOT INBOX"]).await;
    raw.check_tagged("GETQUOTA \"\"", "NO [NONEXISTENT]").await;
    host.set_quota(ALICE, Some(Quota { storage: Some(1), messages: Some(2) })).unwrap();
    let quota = "* QUOTA \"\" (STORAGE 1 1 MESSAGE 1 2)";
    raw.check("GETQUOTAROOT INBOX", &["* QUOTAROOT INBOX \"\"", quota]).await;
    raw.check("GETQUOTA \"\"", &[quota]).await;
    let large = "x".repeat(1100);
    raw.check_tagged(&format!("APPEND Drafts {{1100+}}\r\n{large}"), "NO [OVERQUOTA]").await;
    raw.check_tagged("COPY 1 Archive", "OK").await;
    raw.check_tagged("COPY 1 Archive", "NO [OVERQUOTA]").await;
    raw.check_tagged("APPEND Nowhere {1+}\r\nx", "NO [TRYCREATE]").await;
    raw.check_tagged("MOVE 1 Archive", "OK").await;
    host.set_quota(ALICE, None).unwrap();
    raw.check_tagged("APPEND Drafts {1+}\r\nx", "OK").await;
}

#[tokio::test]
async fn ids_stay_with_mailboxes_and_messages() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    let created = raw.command("CREATE Plans").await.tagged;
    let id = created.strip_prefix("OK [MAILBOXID (").unwrap().split(')').next().unwrap().to_owned();
    raw.command("RENAME Plans Done").await;
    let status = format!("* STATUS Done (MAILBOXID ({id}))");
    raw.check("STATUS Done (MAILBOXID)", &[&status]).await;
    let here = raw.command("FETCH 1 (EMAILID THREADID)").await.lines();
    assert!(here[0].ends_with(" THREADID NIL)"), "{here:?}");
    raw.command("COPY 1 Done").await;
    let selected = raw.command("SELECT Done").await.lines();
    assert!(selected.contains(&format!("* OK [MAILBOXID ({id})] Its id")), "{selected:?}");
    assert_eq!(raw.command("FETCH 1 (EMAILID THREADID)").await.lines(), here);
    let email = here[0].split(['(', ')']).nth(2).unwrap();
    raw.check(&format!("SEARCH EMAILID {email}"), &["* SEARCH 1"]).await;
    raw.check("SEARCH THREADID T0", &["* SEARCH"]).await;
}

#[tokio::test]
async fn previews_sizes_namespaces_and_roles() {
    let host = host_with(&["one", "two"]).await;
    let mut raw = Raw::inbox(&host).await;
    raw.check("FETCH 1 PREVIEW", &["* 1 FETCH (PREVIEW \"Text of one.\")"]).await;
    let lazy = ["* 2 FETCH (UID 2 PREVIEW \"Text of two.\")"];
    raw.check("FETCH 2 (UID PREVIEW (LAZY))", &lazy).await;
    raw.check("STATUS INBOX (SIZE)", &["* STATUS INBOX (SIZE 60)"]).await;
    raw.check("NAMESPACE", &["* NAMESPACE ((\"\" \"/\")) NIL NIL"]).await;
    raw.command("CREATE Shared/Team").await;
    raw.check("NAMESPACE", &["* NAMESPACE ((\"\" \"/\")) NIL ((\"Shared/\" \"/\"))"]).await;
    raw.check_tagged("CREATE Old (USE (\\Archive))", "NO [USEATTR]").await;
    raw.check_tagged("CREATE Old (USE (\\Novel))", "NO [USEATTR]").await;
    raw.command("DELETE Archive").await;
    raw.check_tagged("CREATE Old (USE (\\archive))", "OK").await;
    raw.check("LIST \"\" Old", &["* LIST (\\HasNoChildren \\Archive) \"/\" Old"]).await;
    raw.check("SEARCH OLDER 3600", &["* SEARCH"]).await;
    raw.check("SEARCH YOUNGER 3600", &["* SEARCH 1 2"]).await;
}

#[tokio::test]
async fn several_messages_are_appended_or_none() {
    let host = host().await;
    let mut raw = Raw::signed_in(&host).await;
    let validity = host.mailbox(ALICE, "Drafts").unwrap().uid_validity;
    let both = "APPEND Drafts (\\Seen) {1+}\r\nx {1+}\r\ny";
    raw.check_tagged(both, &format!("OK [APPENDUID {validity} 1:2]")).await;
    raw.check_tagged("APPEND Drafts {1+}\r\nx {0+}\r\n", "NO").await;
    assert_eq!(host.mailbox(ALICE, "Drafts").unwrap().messages.len(), 2);
}

#[tokio::test]
async fn short_literals_go_without_waiting_and_long_ones_do_not() {
    let capabilities = Capabilities::every().without("literal_plus");
    let builder = MailHost::builder().user(ALICE, "Alice", "secret").user(BOB, "Bob", "secret");
    let host = builder.capabilities(capabilities).start().await.unwrap();
    let mut raw = Raw::signed_in(&host).await;
    assert!(raw.command("CAPABILITY").await.lines()[0].contains(" LITERAL- "));
    raw.check_tagged("APPEND Drafts {1+}\r\nx", "OK").await;
    let long = "x".repeat(5000);
    raw.check_tagged(&format!("APPEND Drafts {{5000+}}\r\n{long}"), "BAD").await;
}

#[tokio::test]
async fn numbers_renewed_underneath_end_the_connections() {
    let host = host_with(&["one", "two"]).await;
    host.expunge(INBOX, 1).unwrap();
    let before = host.mailbox(ALICE, "INBOX").unwrap().uid_validity;
    let mut idle = Raw::inbox(&host).await;
    idle.start("IDLE").await;
    assert_eq!(idle.line().await.as_deref(), Some("+ idling"));
    let mut busy = Raw::inbox(&host).await;
    let after = host.renew_uid_validity(INBOX).unwrap();
    assert!(after > before);
    assert!(idle.line().await.unwrap().starts_with("* BYE"));
    assert!(busy.try_command("NOOP").await.is_none());
    let mut raw = Raw::inbox(&host).await;
    raw.check("FETCH 1 UID", &["* 1 FETCH (UID 1)"]).await;
    host.shift_uids(INBOX).unwrap();
    let mut raw = Raw::inbox(&host).await;
    raw.check("FETCH 1 UID", &["* 1 FETCH (UID 2)"]).await;
    assert_eq!(host.mailbox(ALICE, "INBOX").unwrap().uid_validity, after);
}
