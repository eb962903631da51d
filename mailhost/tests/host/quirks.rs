//! Each quirk does what its servers do, and nothing else changes.

use std::time::Duration;

use postern_mailhost::{Host, Quirks};

use crate::raw::{ALICE, INBOX, Raw, host_with};

async fn quirky(quirks: Quirks) -> Host {
    let host = host_with(&["one", "two", "three"]).await;
    host.set_quirks(quirks);
    host
}

#[tokio::test]
async fn nothing_is_selected_before_id_was_sent() {
    let host = quirky(Quirks { unsafe_login: true, ..Quirks::default() }).await;
    let mut raw = Raw::signed_in(&host).await;
    raw.check_tagged("SELECT INBOX", "NO SELECT Unsafe Login").await;
    raw.check_tagged("STATUS INBOX (UNSEEN)", "NO STATUS Unsafe Login").await;
    raw.command("ID (\"name\" \"x\")").await;
    raw.check_tagged("SELECT INBOX", "OK").await;
}

#[tokio::test]
async fn what_is_expunged_stays_in_the_archive() {
    let host = quirky(Quirks { expunge_archives: true, ..Quirks::default() }).await;
    let mut raw = Raw::inbox(&host).await;
    raw.command("STORE 2 +FLAGS (\\Deleted)").await;
    raw.check("EXPUNGE", &["* 2 EXPUNGE"]).await;
    let archive = host.mailbox(ALICE, "Archive").unwrap();
    assert!(archive.find("two").is_some_and(|message| !message.flags.contains("\\Deleted")));
    raw.command("MOVE 1 Trash").await;
    raw.command("SELECT Trash").await;
    raw.command("STORE 1 +FLAGS (\\Deleted)").await;
    raw.command("EXPUNGE").await;
    assert_eq!(host.mailbox(ALICE, "Archive").unwrap().messages.len(), 1);
}

#[tokio::test]
async fn flags_of_others_are_kept_quiet() {
    let host = quirky(Quirks { flags_untold: true, ..Quirks::default() }).await;
    let mut raw = Raw::inbox(&host).await;
    host.set_flags(INBOX, 1, &["\\Seen"]).unwrap();
    raw.check("NOOP", &[]).await;
    raw.check("FETCH 1 FLAGS", &["* 1 FETCH (FLAGS (\\Seen \\Recent))"]).await;
}

#[tokio::test]
async fn searches_are_poorer_than_announced() {
    let quirks = Quirks {
        ascii_search: true,
        plain_search: true,
        phantom_uids: vec![7],
        descending_bad: true,
        ..Quirks::default()
    };
    let host = quirky(quirks).await;
    let mut raw = Raw::inbox(&host).await;
    raw.check_tagged("SEARCH CHARSET UTF-8 ALL", "NO [BADCHARSET (US-ASCII)]").await;
    raw.check_tagged("SORT (DATE) UTF-8 ALL", "NO [BADCHARSET (US-ASCII)]").await;
    raw.check("UID SEARCH RETURN (COUNT) ALL", &["* SEARCH 1 2 3 7"]).await;
    raw.check("SEARCH ALL", &["* SEARCH 1 2 3"]).await;
    raw.check_tagged("FETCH 3:1 UID", "BAD").await;
}

#[tokio::test]
async fn fetches_leave_out_and_turn_round() {
    let quirks = Quirks {
        unfetchable: vec![2],
        items_reversed: true,
        batches_empty: true,
        changed_since_ignored: true,
        ..Quirks::default()
    };
    let host = quirky(quirks).await;
    let mut raw = Raw::inbox(&host).await;
    let two = ["* 1 FETCH (RFC822.SIZE 30 UID 1)", "* 3 FETCH (RFC822.SIZE 34 UID 3)"];
    raw.check("UID FETCH 1:* RFC822.SIZE", &two).await;
    let empty = ["* 1 FETCH (BODY[TEXT] {0}\r\n UID 1)", "* 3 FETCH (BODY[TEXT] {0}\r\n UID 3)"];
    raw.check("UID FETCH 1:* BODY.PEEK[TEXT]", &empty).await;
    let whole = "* 1 FETCH (BODY[TEXT] {14}\r\nText of one.\r\n UID 1)";
    raw.check("UID FETCH 1 BODY.PEEK[TEXT]", &[whole]).await;
    assert_eq!(raw.command("FETCH 1:* (FLAGS) (CHANGEDSINCE 999)").await.lines().len(), 3);
}

#[tokio::test]
async fn lists_are_spelled_in_their_own_way() {
    let quirks = Quirks {
        inbox_spelling: Some("Inbox"),
        no_delimiter: true,
        list_return_empty: true,
        special_use_bad: true,
        enables_silently: true,
        validity_zero: true,
        ..Quirks::default()
    };
    let host = quirky(quirks).await;
    let mut raw = Raw::signed_in(&host).await;
    raw.check("LIST \"\" INBOX", &["* LIST (\\HasNoChildren) NIL Inbox"]).await;
    raw.check("LIST \"\" % RETURN (CHILDREN)", &[]).await;
    raw.check_tagged("LIST (SPECIAL-USE) \"\" %", "BAD").await;
    raw.check("ENABLE CONDSTORE", &[]).await;
    raw.check("STATUS INBOX (UIDVALIDITY)", &["* STATUS INBOX (UIDVALIDITY 0)"]).await;
    raw.check_tagged("APPEND INBOX {1+}\r\nx", "OK [APPENDUID 0 4]").await;
}

#[tokio::test]
async fn an_idle_goes_deaf_until_it_is_issued_anew() {
    let deaf = Some(Duration::ZERO);
    let host = quirky(Quirks { idle_deaf_after: deaf, ..Quirks::default() }).await;
    let mut raw = Raw::inbox(&host).await;
    let tag = raw.start("IDLE").await;
    assert_eq!(raw.line().await.as_deref(), Some("+ idling"));
    let mut told = 0;
    loop {
        host.deliver(ALICE, "Subject: x\n\nx\n").unwrap();
        let news = tokio::time::timeout(Duration::from_millis(50), raw.line()).await;
        if news.is_err() {
            break;
        }
        told += 1;
        assert!(told < 50, "it still hears");
    }
    raw.send("DONE\r\n").await;
    assert!(raw.answer(&tag).await.unwrap().is_ok());
    let lines = raw.command("NOOP").await.lines();
    assert!(lines.iter().any(|line| line.ends_with(" EXISTS")), "{lines:?}");
}

#[tokio::test]
async fn connections_lines_and_deleted_mailboxes_are_limited() {
    let quirks = Quirks {
        connections: Some(2),
        longest_line: Some(100),
        bye_on_delete: true,
        ..Quirks::default()
    };
    let host = quirky(quirks).await;
    let (mut one, mut two) = (Raw::signed_in(&host).await, Raw::signed_in(&host).await);
    let mut three = Raw::imap(&host).await;
    three.check_tagged(&format!("LOGIN {ALICE} secret"), "NO [LIMIT] Too many connections").await;
    one.command("CREATE Plans").await;
    one.command("SELECT Plans").await;
    two.check_tagged("DELETE Plans", "OK").await;
    one.start("NOOP").await;
    assert!(one.rest().await.starts_with(b"* BYE"));
    two.send(format!("a NOOP {}\r\n", "x".repeat(200))).await;
    assert!(two.rest().await.starts_with(b"* BYE [TOOBIG]"));
}
