//! What one connection is told of another's doings, and when.

use crate::raw::{ALICE, INBOX, Raw, host_with};

#[tokio::test]
async fn numbers_hold_still_during_fetch_store_and_search() {
    let host = host_with(&["one", "two", "three"]).await;
    let mut one = Raw::inbox(&host).await;
    let mut two = Raw::inbox(&host).await;
    two.check("STORE 1 +FLAGS.SILENT (\\Deleted)", &[]).await;
    two.check("EXPUNGE", &["* 1 EXPUNGE"]).await;
    // The first connection still counts three; 2 is still "two".
    one.check("FETCH 2 UID", &["* 2 FETCH (UID 2)"]).await;
    one.check("SEARCH ALL", &["* SEARCH 2 3"]).await;
    let gone = one.command("FETCH 1:2 UID").await;
    assert_eq!(gone.lines(), ["* 2 FETCH (UID 2)"]);
    assert!(gone.tagged.starts_with("NO [EXPUNGEISSUED]"), "{}", gone.tagged);
    one.check_tagged("STORE 1 +FLAGS (\\Seen)", "NO [EXPUNGEISSUED]").await;
    one.check("NOOP", &["* 1 EXPUNGE"]).await;
    one.check("FETCH 2 UID", &["* 2 FETCH (UID 3)"]).await;
    one.check_tagged("FETCH 3 UID", "BAD").await;
}

#[tokio::test]
async fn flags_by_others_are_told_and_own_ones_are_not_repeated() {
    let host = host_with(&["one", "two"]).await;
    let mut one = Raw::inbox(&host).await;
    let mut two = Raw::inbox(&host).await;
    one.check("STORE 1 +FLAGS.SILENT (\\Seen)", &[]).await;
    two.check("NOOP", &["* 1 FETCH (FLAGS (\\Seen))"]).await;
    one.check("NOOP", &[]).await;
    host.set_flags(INBOX, 2, &["\\Flagged"]).unwrap();
    let both = ["* 1 FETCH (UID 1)", "* 2 FETCH (FLAGS (\\Flagged))"];
    two.check("FETCH 1 UID", &both).await;
}

#[tokio::test]
async fn new_messages_are_announced_after_expunges() {
    let host = host_with(&["one", "two"]).await;
    let mut raw = Raw::inbox(&host).await;
    host.expunge(INBOX, 1).unwrap();
    host.deliver(ALICE, "Subject: three\n\nx\n").unwrap();
    host.deliver(ALICE, "Subject: four\n\nx\n").unwrap();
    host.expunge(INBOX, 4).unwrap();
    raw.check("SEARCH UID 3", &["* SEARCH", "* 3 EXISTS", "* 3 RECENT"]).await;
    raw.check("NOOP", &["* 1 EXPUNGE"]).await;
    raw.check("FETCH 1:* UID", &["* 1 FETCH (UID 2)", "* 2 FETCH (UID 3)"]).await;
}

#[tokio::test]
async fn idle_pushes_every_change_at_once() {
    let host = host_with(&["one"]).await;
    let mut idle = Raw::inbox(&host).await;
    let tag = idle.start("IDLE").await;
    assert_eq!(idle.line().await.as_deref(), Some("+ idling"));
    host.deliver(ALICE, "Subject: two\n\nx\n").unwrap();
    assert_eq!(idle.line().await.as_deref(), Some("* 2 EXISTS"));
    assert_eq!(idle.line().await.as_deref(), Some("* 2 RECENT"));
    let mut other = Raw::inbox(&host).await;
    other.command("STORE 1 +FLAGS (\\Seen)").await;
    assert_eq!(idle.line().await.as_deref(), Some("* 1 FETCH (FLAGS (\\Seen \\Recent))"));
    other.command("STORE 1 +FLAGS (\\Deleted)").await;
    assert_eq!(idle.line().await.as_deref(), Some("* 1 FETCH (FLAGS (\\Deleted \\Seen \\Recent))"));
    other.command("EXPUNGE").await;
    assert_eq!(idle.line().await.as_deref(), Some("* 1 EXPUNGE"));
    idle.send("DONE\r\n").await;
    assert!(idle.answer(&tag).await.unwrap().is_ok());
    idle.check("FETCH 1 UID", &["* 1 FETCH (UID 2)"]).await;
}

#[tokio::test]
async fn a_deleted_mailbox_fails_its_readers_and_no_one_else() {
    let host = host_with(&["one"]).await;
    let mut one = Raw::signed_in(&host).await;
    one.command("CREATE Plans").await;
    one.command("SELECT Plans").await;
    let mut two = Raw::signed_in(&host).await;
    two.check_tagged("DELETE Plans", "OK").await;
    one.check_tagged("UID SEARCH ALL", "NO [NONEXISTENT]").await;
    one.check_tagged("SELECT INBOX", "OK [READ-WRITE]").await;
}

#[tokio::test]
async fn ten_thousand_messages_and_a_hundred_readers_stay_in_step() {
    let host = host_with(&[]).await;
    for number in 0..10_000 {
        host.deliver(ALICE, format!("Subject: Message {number}\n\nx\n")).unwrap();
    }
    let mut readers = Vec::new();
    for _ in 0..100 {
        let mut reader = Raw::inbox(&host).await;
        let tag = reader.start("IDLE").await;
        assert_eq!(reader.line().await.as_deref(), Some("+ idling"));
        readers.push((reader, tag));
    }
    assert_eq!(host.connections().total(), 100);
    host.expunge(INBOX, 5000).unwrap();
    for (reader, tag) in &mut readers {
        assert_eq!(reader.line().await.as_deref(), Some("* 5000 EXPUNGE"));
        reader.send("DONE\r\n").await;
        assert!(reader.answer(tag).await.unwrap().is_ok());
        reader.check("FETCH * UID", &["* 9999 FETCH (UID 10000)"]).await;
    }
    let (reader, _) = &mut readers[0];
    let all = reader.command("FETCH 1:* (UID FLAGS ENVELOPE)").await;
    assert_eq!(all.untagged.len(), 9999);
}
