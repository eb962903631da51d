//! A mailbox that is selected again, on a server that says what changed since (RFC 7162).

use postern_shared::flag::Flags;

use super::*;
use crate::store::imap::Traffic;
use crate::store::index::{self, Indexes, Settings};

async fn able() -> Host {
    let host = MailHost::builder().capabilities(Capabilities::every());
    host.user(ALICE, "Alice", "secret").start().await.unwrap()
}

impl Stage {
    /// What went over the command connection so far.
    async fn traffic(&self) -> Traffic {
        let work = actor::verb(|actor: &mut Actor| {
            let traffic = actor.connection.as_ref().map(Connection::traffic);
            std::future::ready(Ok(traffic.unwrap_or_default())).boxed()
        });
        self.account.ask(Urgency::Ahead, work).await.unwrap()
    }

    fn searches(&self) -> usize {
        self.host.connections().commands(ALICE, "UID SEARCH")
    }
}

#[tokio::test]
async fn what_a_server_tells_with_select_is_not_searched_for() {
    let mut stage = Stage::on(able().await, 3).await;
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

#[tokio::test]
async fn only_the_changes_travel() {
    const MANY: usize = 2_000;
    let stage = Stage::on(able().await, MANY).await;
    // So that the uids are no one range.
    for uid in (2..=MANY).step_by(2) {
        stage.host.expunge((ALICE, "INBOX"), uid.try_into().unwrap()).unwrap();
    }
    stage.open(0, 10).await;
    stage.open(0, 10).await;
    stage.settle().await;
    stage.look_aside().await;
    stage.settle().await;
    let (before, searches) = (stage.traffic().await, stage.searches());

    stage.host.expunge((ALICE, "INBOX"), 1).unwrap();
    stage.host.expunge((ALICE, "INBOX"), 1999).unwrap();
    stage.host.deliver(ALICE, message(MANY + 1)).unwrap();
    let window = stage.open(0, 3).await;
    assert_eq!(window.total, Total::Exact(999));
    assert_eq!(subjects(&window.rows), ["Number 2001", "Number 1997", "Number 1995"]);
    stage.settle().await;
    let after = stage.traffic().await;
    let (received, sent) = (after.received - before.received, after.sent - before.sent);
    assert_eq!(stage.searches(), searches, "the uids were compared");
    // SELECT's own answer, the new row twice, the window's rows, the counts.
    assert!(received < 5_000 && sent < 2_000, "{received} octets received, {sent} sent");
}

#[tokio::test]
async fn what_came_and_went_while_one_looked_away_leaves_no_trace() {
    let mut stage = Stage::on(able().await, 3).await;
    stage.open(0, 10).await;
    let window = stage.open(0, 10).await;
    stage.settle().await;
    stage.look_aside().await;
    for number in 4..=6 {
        stage.host.deliver(ALICE, message(number)).unwrap();
    }
    stage.host.expunge((ALICE, "INBOX"), 5).unwrap();
    stage.host.expunge((ALICE, "INBOX"), 6).unwrap();
    let (mut rows, mut generation) = (window.rows, window.generation);
    while subjects(&rows) != ["Number 4", "Number 3", "Number 2", "Number 1"] {
        let delta = stage.delta().await;
        assert_eq!(delta.from, generation);
        generation = delta.to;
        delta.removed.iter().rev().for_each(|at| drop(rows.remove(*at as usize)));
        delta.inserted.into_iter().for_each(|(at, row)| rows.insert(at as usize, row));
    }
}

#[tokio::test]
async fn a_window_whose_last_message_goes_meanwhile_is_empty_and_no_error() {
    for capabilities in [Capabilities::every(), Capabilities::every().without("qresync")] {
        let host = MailHost::builder().capabilities(capabilities);
        let host = host.user(ALICE, "Alice", "secret").start().await.unwrap();
        let stage = Stage::on(host, 1).await;
        for _ in 0..2 {
            assert_eq!(stage.open(0, 10).await.total, Total::Exact(1));
        }
        stage.settle().await;
        stage.host.expunge((ALICE, "INBOX"), 1).unwrap();
        assert_eq!(stage.open(0, 10).await.total, Total::Exact(0));
    }
}

#[tokio::test]
async fn the_index_is_brought_up_to_date_on_a_new_connection_without_a_comparison() {
    let host = able().await;
    for number in 1..=20 {
        host.deliver(ALICE, message(number)).unwrap();
    }
    let index = Indexes::new(Settings { directory: None, most_bytes: 1 << 20 }).of("alice");
    let shelf = Shelf { index: index.clone(), progress: Progress::default() };
    let facts = facts(&host);
    let stage = Stage::keeping(host, facts, Clock::system(), Some(shelf.clone())).await;
    let inbox = stage.mailbox("inbox").await;
    let place = index::Place { account: stage.account.facts().id.clone(), mailbox: inbox.clone() };
    let verified = async |uids: &[u32]| {
        let settled = async {
            while !shelf.progress.get(&place).verified || index.uids(&place).await.unwrap() != uids
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, settled).await.expect("the index is filled");
    };
    stage.account.want_index(vec![inbox]);
    verified(&(1..=20).collect::<Vec<_>>()).await;

    let searches = stage.searches();
    stage.host.stop().await;
    stage.host.expunge((ALICE, "INBOX"), 7).unwrap();
    stage.host.expunge((ALICE, "INBOX"), 20).unwrap();
    stage.host.deliver(ALICE, message(21)).unwrap();
    stage.host.restart().await.unwrap();
    stage.account.retry().await.unwrap();
    let left: Vec<u32> = (1..=21).filter(|uid| ![7, 20].contains(uid)).collect();
    verified(&left).await;
    assert_eq!(stage.searches(), searches, "the uids were compared");
    let rows = index.stretch(&place, true, (0, 1)).await.unwrap().1;
    assert_eq!(rows[0].envelope.subject, "Number 21");
    assert_eq!(rows[0].flags, Flags::default());
}
