//! A mailbox that is selected again, on a server that says what changed since (RFC 7162).

use super::*;

#[tokio::test]
async fn what_a_server_tells_with_select_is_not_searched_for() {
    let host = MailHost::builder().capabilities(Capabilities::every());
    let host = host.user(ALICE, "Alice", "secret").start().await.unwrap();
    let mut stage = Stage::on(host, 3).await;
    stage.open(0, 10).await;
    stage.open(0, 10).await;
    stage.settle().await;
    stage.look_aside().await;
    stage.host.faults().imap(Trigger::on("SEARCH"), ImapEffect::No("not now".into()));
    stage.host.expunge((ALICE, "INBOX"), 2).unwrap();
    while stage.delta().await.removed != [1] {}
    let window = stage.open(0, 10).await;
    assert_eq!(subjects(&window.rows), ["Number 3", "Number 1"]);
}
