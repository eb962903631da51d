//! The connection that falls silent, the mail that nobody watches, the mailbox that goes away.

use postern_mailhost::FaultId;

use super::*;

fn offline(event: &Event) -> bool {
    matches!(event, Event::AccountChanged(account)
        if matches!(account.state, AccountState::Offline { .. }))
}

pub(super) async fn struck(stage: &Stage, fault: FaultId, times: usize) {
    let struck = async {
        while stage.host.faults().struck(fault) < times {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, struck).await.expect("the fault strikes in time");
}

#[tokio::test]
async fn a_server_that_fell_silent_is_told_before_the_next_click_waits_for_it() {
    let clock = Clock::fake(std::time::UNIX_EPOCH);
    let host = MailHost::builder().user(ALICE, "Alice", "secret").start().await.unwrap();
    let mut stage = Stage::at(host, 3, clock.clone()).await;
    stage.open(0, 10).await;
    stage.settle().await;
    let silence = stage.host.faults().imap(Trigger::on("NOOP").times(1), ImapEffect::Stall);
    clock.advance(Duration::from_secs(60));
    let (account, open) = (stage.account.clone(), stage.inbox(0, 10).await);
    let click = tokio::spawn(async move { account.open_window(LINK, open).await });
    struck(&stage, silence, 1).await;
    clock.advance(Duration::from_secs(5));
    stage.event(|event| offline(&event).then_some(())).await;
    // The next connection is a good one, and the click is answered over it.
    assert_eq!(click.await.unwrap().unwrap().rows.len(), 3);
    stage.event(|event| online(&event).then_some(())).await;
}

#[tokio::test]
async fn a_machine_that_slept_asks_whether_its_connection_stands() {
    let clock = Clock::fake(std::time::UNIX_EPOCH);
    let host = MailHost::builder().user(ALICE, "Alice", "secret").start().await.unwrap();
    let stage = Stage::at(host, 3, clock.clone()).await;
    stage.settle().await;
    stage.settle().await;
    let asked = || stage.host.connections().commands(ALICE, "NOOP");
    let before = asked();
    stage.account.retry().await.unwrap();
    assert_eq!(asked(), before, "a connection that was heard just now is not asked");
    clock.set_forward(Duration::from_secs(3600));
    stage.account.retry().await.unwrap();
    assert_eq!(asked(), before + 1);
}

#[tokio::test]
async fn what_came_and_went_before_the_server_tells_of_it_goes_from_the_page() {
    let clock = Clock::fake(std::time::UNIX_EPOCH);
    let host = MailHost::builder().user(ALICE, "Alice", "secret").start().await.unwrap();
    host.faults().imap(Trigger::on("IDLE"), ImapEffect::Stall);
    let mut stage = Stage::at(host, 3, clock.clone()).await;
    stage.open(0, 10).await;
    stage.settle().await;
    stage.host.deliver(ALICE, message(4)).unwrap();
    let account = stage.account.clone();
    account.tell(|actor| actor.later(actor::Chore::Poll));
    while stage.delta().await.inserted.is_empty() {}
    stage.host.expunge((ALICE, "INBOX"), 4).unwrap();
    stage.settle().await;
    clock.advance(Duration::from_secs(2));
    while stage.delta().await.removed.is_empty() {}
}

#[tokio::test]
async fn mail_is_announced_without_a_window_on_the_inbox() {
    let mut stage = Stage::new(3).await;
    stage.settle().await;
    stage.look_aside().await;
    stage.settle().await;
    stage.host.deliver(ALICE, message(4)).unwrap();
    stage.account.tell(|actor| actor.later(actor::Chore::Poll));
    let arrived = |event| match event {
        Event::MailArrived(rows) => Some(rows),
        _ => None,
    };
    let rows = stage.event(arrived).await;
    assert_eq!(rows.len(), 1, "what was there before is no news");
    assert_eq!(rows[0].envelope.subject, "Number 4");
    // Looking at it afterwards announces nothing again; the next one is announced once.
    stage.open(0, 10).await;
    stage.host.deliver(ALICE, message(5)).unwrap();
    stage.account.tell(|actor| actor.later(actor::Chore::Poll));
    let rows = stage.event(arrived).await;
    assert_eq!((rows.len(), rows[0].envelope.subject.as_str()), (1, "Number 5"));
}

#[tokio::test]
async fn windows_on_a_mailbox_that_went_away_are_told() {
    let mut stage = Stage::new(3).await;
    stage.look_aside().await;
    stage.settle().await;
    stage.account.tell(|actor| actor.take_tree(tree::Tree::default()));
    stage.event(|event| matches!(event, Event::WindowStale(WindowId(2))).then_some(())).await;
}

#[tokio::test]
async fn a_server_that_tells_no_counts_is_asked_a_few_at_a_time_while_somebody_looks() {
    let host = MailHost::builder()
        .capabilities(Capabilities { list_status: false, ..Capabilities::default() })
        .user(ALICE, "Alice", "secret");
    let mut stage = Stage::on(host.start().await.unwrap(), 3).await;
    let counted = |event| match event {
        Event::CountsChanged(_, counts) => Some(counts),
        _ => None,
    };
    let counts = stage.event(counted).await;
    assert!(counts.iter().any(|(_, counts)| counts.messages == 3), "{counts:?}");
    stage.settle().await;
    let asked = || stage.host.connections().commands(ALICE, "STATUS");
    let before = asked();
    stage.surroundings.audience.leave(LINK);
    stage
        .account
        .ask(Urgency::Now, |actor| {
            async {
                actor.beat().await;
                Ok(())
            }
            .boxed()
        })
        .await
        .unwrap();
    stage.settle().await;
    assert_eq!(asked(), before, "nobody looks: nobody asks");
}
