//! Faults do what they say, as often as they say, to whom they say; and hosts come back.

use std::time::Duration;

use postern_mailhost::{ImapEffect, Trigger};

use crate::raw::{ALICE, BOB, Raw, host_with, in_time};

#[tokio::test]
async fn refusals_strike_the_named_command_so_many_times() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    let faults = host.faults();
    let id = faults.imap(Trigger::on("SEARCH").times(2), ImapEffect::No("[LIMIT] Later".into()));
    raw.check_tagged("UID SEARCH ALL", "NO [LIMIT] Later").await;
    raw.check("FETCH 1 UID", &["* 1 FETCH (UID 1)"]).await;
    raw.check_tagged("SEARCH ALL", "NO [LIMIT] Later").await;
    raw.check("SEARCH ALL", &["* SEARCH 1"]).await;
    assert_eq!(faults.struck(id), 2);
    faults.imap(Trigger::on("UID FETCH").after(1), ImapEffect::Bad("Confused".into()));
    raw.check("FETCH 1 UID", &["* 1 FETCH (UID 1)"]).await;
    raw.check("UID FETCH 1 UID", &["* 1 FETCH (UID 1)"]).await;
    raw.check_tagged("UID FETCH 1 UID", "BAD Confused").await;
    faults.clear_all();
    raw.check("UID FETCH 1 UID", &["* 1 FETCH (UID 1)"]).await;
}

#[tokio::test]
async fn a_fault_for_one_user_spares_the_others() {
    let host = host_with(&[]).await;
    let refuse = ImapEffect::No("[UNAVAILABLE] Down".into());
    host.faults().imap(Trigger::on("LOGIN").user(BOB), refuse);
    let mut raw = Raw::imap(&host).await;
    raw.check_tagged(&format!("LOGIN {BOB} secret"), "NO [UNAVAILABLE]").await;
    assert_eq!(host.connections().user(BOB).refused, 1);
    raw.check_tagged(&format!("LOGIN {ALICE} secret"), "OK").await;
}

#[tokio::test]
async fn connections_are_cut_where_the_fault_says() {
    let host = host_with(&["one"]).await;
    let faults = host.faults();
    let mut raw = Raw::inbox(&host).await;
    faults.imap(Trigger::on("FETCH").times(1), ImapEffect::CloseAfter(12));
    raw.start("FETCH 1 (UID FLAGS)").await;
    assert_eq!(raw.rest().await, b"* 1 FETCH (U");

    let mut raw = Raw::inbox(&host).await;
    faults.imap(Trigger::on("FETCH").times(1), ImapEffect::DropMidLiteral);
    raw.start("FETCH 1 BODY.PEEK[TEXT]").await;
    assert_eq!(raw.rest().await, b"* 1 FETCH (BODY[TEXT] {14}\r\nText of");

    let mut raw = Raw::inbox(&host).await;
    faults.imap(Trigger::on("NOOP").times(1), ImapEffect::Close);
    assert!(raw.try_command("NOOP").await.is_none());

    faults.imap(Trigger::on("GREETING").times(1), ImapEffect::Bye("[UNAVAILABLE] Full".into()));
    let mut raw = Raw::open(host.imap_addr()).await;
    assert_eq!(raw.rest().await, b"* BYE [UNAVAILABLE] Full\r\n");
}

#[tokio::test]
async fn garbage_and_silence_come_with_an_ok() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    let faults = host.faults();
    faults.imap(Trigger::on("FETCH").times(1), ImapEffect::Garbage(b"* 1 FETCH (((".to_vec()));
    raw.check("FETCH 1 UID", &["* 1 FETCH (UID 1)", "* 1 FETCH ((("]).await;
    faults.imap(Trigger::on("SEARCH").times(1), ImapEffect::Silent);
    raw.check("SEARCH ALL", &[]).await;
    faults.imap(Trigger::on("IDLE").times(1), ImapEffect::Garbage(b"* nonsense".to_vec()));
    raw.start("IDLE").await;
    assert_eq!(raw.line().await.as_deref(), Some("+ idling"));
    assert_eq!(raw.line().await.as_deref(), Some("* nonsense"));
}

#[tokio::test]
async fn a_stalled_connection_stays_open_and_silent() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    host.faults().imap(Trigger::on("FETCH"), ImapEffect::Stall);
    raw.start("FETCH 1 UID").await;
    assert!(tokio::time::timeout(Duration::from_millis(50), raw.response()).await.is_err());
    assert_eq!(host.connections().current(ALICE), 1);
    drop(raw);
    in_time(async {
        while host.connections().current(ALICE) > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    host.faults().clear_all();
    let mut raw = Raw::inbox(&host).await;
    host.faults().imap(Trigger::on("FETCH"), ImapEffect::GiantLiteral(5_000_000_000));
    raw.start("FETCH 1 BODY[]").await;
    assert_eq!(raw.line().await.as_deref(), Some("* 1 FETCH (UID 1 BODY[] {5000000000}"));
}

#[tokio::test]
async fn a_restarted_host_has_the_same_ports_and_the_same_mail() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    let idling = raw.start("IDLE").await;
    assert_eq!(raw.line().await.as_deref(), Some("+ idling"));
    host.stop().await;
    assert!(raw.answer(&idling).await.is_none());
    assert_eq!(host.connections().current(ALICE), 0);
    host.restart().await.unwrap();
    let mut raw = Raw::inbox(&host).await;
    raw.check("FETCH 1 UID", &["* 1 FETCH (UID 1)"]).await;
    host.restart().await.unwrap();
    assert!(raw.try_command("NOOP").await.is_none());
}

#[tokio::test]
async fn what_is_no_command_is_answered_bad_and_the_connection_goes_on() {
    let host = host_with(&["one"]).await;
    let mut raw = Raw::inbox(&host).await;
    for command in [
        "FETCH",
        "FETCH 1",
        "FETCH 1 (UID",
        "FETCH 0 UID",
        "STORE 1 FLAGS",
        "SELECT",
        "XYZZY",
        "UID",
        "APPEND Sent x",
    ] {
        raw.check_tagged(command, "BAD").await;
        raw.command("SELECT INBOX").await;
    }
    raw.send("\r\n").await;
    assert!(raw.line().await.unwrap().starts_with("* BAD"));
    raw.check("FETCH 1 UID", &["* 1 FETCH (UID 1)"]).await;
    raw.send([b'x'; 70_000]).await;
    assert!(raw.line().await.unwrap().starts_with("* BYE"));
}
