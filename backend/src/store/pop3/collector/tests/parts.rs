//! Headers first: what comes of large messages, when the rest does, and that nothing goes before.

use postern_mailhost::{Pop3Effect, Trigger};
use postern_shared::error::ErrorCode;

use super::super::{Demands, Lack};
use super::*;
use crate::store;
use crate::store::local::Taken;

const DAY: Duration = Duration::from_secs(86_400);

fn policy(removal: Removal) -> Policy {
    Policy { removal, whole_up_to_kib: 1, ..Policy::default() }
}

/// A maildrop with a small letter, a large one and one that is too large to be held.
async fn three(offers: Pop3Capabilities) -> Stage {
    let stage = Stage::new(offers, 1).await;
    stage.host.deliver(ANNA, letter(2, 3_000)).unwrap();
    stage.host.deliver(ANNA, letter(3, 2 << 20)).unwrap();
    stage
}

async fn taken(stage: &Stage) -> Vec<Taken> {
    let mut ledger = stage.maildrop.store.ledger(ACCOUNT).await.unwrap();
    ledger.sort_by_key(|entry| entry.label.octets);
    ledger.into_iter().map(|entry| entry.taken).collect()
}

/// The name of the message with this uid, of which only the header is here.
async fn name_of(stage: &Stage, uid: u32) -> String {
    match stage.inbox().await.body(uid, "", 0, 1).await {
        Err(store::Error::Incomplete { name }) => name,
        other => panic!("{other:?}"),
    }
}

/// Whether one message comes whole.
async fn want(rest: &Demands, name: &str) -> Result<(), Lack> {
    let lacking = rest.want(vec![name.to_owned()]).await;
    lacking.first().map_or(Ok(()), |(_, lack)| Err(*lack))
}

/// What a session for the rest alone answers.
async fn fetch(stage: &Stage, name: &str) -> Result<(), Lack> {
    let (wanted, fetched) = tokio::join!(want(&stage.maildrop.rest, name), async {
        stage.maildrop.rest.come().await;
        let fetched = stage.maildrop.fetch_rest().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        if fetched.is_err() {
            stage.maildrop.rest.fail(Lack::Failed(ErrorCode::Unavailable, 0));
        }
        fetched
    });
    assert_eq!(fetched.is_err(), wanted == Err(Lack::Failed(ErrorCode::Unavailable, 0)));
    wanted
}

fn large() -> [Vec<u8>; 3] {
    [letter(1, 215), letter(2, 3_000), letter(3, 2 << 20)]
}

const PARTS: [Taken; 3] = [Taken::Whole, Taken::Header, Taken::Header];
const WHOLE: [Taken; 3] = [Taken::Whole; 3];

#[tokio::test]
async fn headers_come_first_and_the_rest_when_it_is_wanted() {
    for left_out in ["pipelining", "uidl", "capa", "top"] {
        let stage = three(Pop3Capabilities::default().without(left_out)).await;
        let done = stage.collect_by(policy(Removal::AfterDownload)).await.unwrap();
        assert_eq!((done.done, stage.came().await), (3, up_to(3)), "{left_out}");
        if left_out == "top" {
            assert_eq!((taken(&stage).await, stage.left()), (WHOLE.to_vec(), 0));
            continue;
        }
        assert_eq!((taken(&stage).await, stage.left()), (PARTS.to_vec(), 2), "{left_out}");
        let rows = stage.inbox().await.rows_after(0).await.unwrap();
        let sizes: Vec<usize> = rows.iter().map(|row| row.size as usize).collect();
        assert_eq!(sizes, large().map(|letter| letter.len()), "{left_out}");
        // Further rounds neither fetch nor remove what nobody opened.
        stage.clock.advance(DAY * 9);
        for removal in [Removal::AfterDays(1), Removal::AfterDownload, Removal::WhenExpunged] {
            let done = stage.collect_by(policy(removal)).await.unwrap();
            assert_eq!((done.total, done.removed, stage.left()), (0, 0, 2), "{left_out}");
        }
        for uid in [2, 3] {
            assert_eq!(fetch(&stage, &name_of(&stage, uid).await).await, Ok(()), "{left_out}");
        }
        assert_eq!(stage.bytes().await, large(), "{left_out}");
        assert_eq!((taken(&stage).await, stage.left()), (WHOLE.to_vec(), 2));
        let done = stage.collect_by(policy(Removal::AfterDownload)).await.unwrap();
        assert_eq!((done.removed, stage.left()), (2, 0), "{left_out}");
        assert!(stage.maildrop.store.scrub().await.unwrap().damaged.is_empty());
        assert_eq!(stage.came().await, up_to(3), "each once, {left_out}");
    }
}

#[tokio::test]
async fn many_who_want_the_same_have_it_fetched_once() {
    let stage = three(Pop3Capabilities::default()).await;
    stage.collect_by(policy(Removal::Never)).await.unwrap();
    let name = name_of(&stage, 2).await;
    stage.host.faults().pop3(Trigger::on("RETR").after(1), Pop3Effect::Error("once".into()));
    let rest = &stage.maildrop.rest;
    let wanted = tokio::join!(fetch(&stage, &name), want(rest, &name), want(rest, &name));
    assert_eq!(wanted, (Ok(()), Ok(()), Ok(())));
    // Whoever comes late finds it whole, and the server is not asked for it.
    assert_eq!(fetch(&stage, &name).await, Ok(()));
    assert!(rest.is_empty());
}

/// A maildrop of a dozen large letters that are slow to come, and their names; their headers are here.
async fn dozen() -> (Stage, Vec<String>) {
    let stage = Stage::new(Pop3Capabilities::default().without("pipelining"), 0).await;
    for number in 1..=12 {
        stage.host.deliver(ANNA, letter(number, 3_000)).unwrap();
    }
    stage.collect_by(policy(Removal::Never)).await.unwrap();
    stage.host.faults().pop3(Trigger::on("RETR"), Pop3Effect::Slow(Duration::from_millis(40)));
    let mut names = Vec::new();
    for uid in 1..=12 {
        names.push(name_of(&stage, uid).await);
    }
    (stage, names)
}

async fn headers_left(stage: &Stage) -> usize {
    taken(stage).await.into_iter().filter(|it| *it == Taken::Header).count()
}

#[tokio::test]
async fn whoever_opens_one_of_many_that_are_coming_has_it_next() {
    let (stage, names) = dozen().await;
    let rest = &stage.maildrop.rest;
    let all = rest.want(names.clone());
    let opened = async {
        want(rest, &names[0]).await.unwrap();
        want(rest, &names[11]).await.unwrap();
        headers_left(&stage).await
    };
    let (lacking, session, left) = tokio::join!(all, stage.maildrop.fetch_rest(), opened);
    session.unwrap();
    assert!(left >= 6, "{left} of 12 were still to come");
    assert_eq!((lacking, headers_left(&stage).await), (Vec::new(), 0));
}

#[tokio::test]
async fn what_nobody_waits_for_any_longer_does_not_come() {
    let (stage, names) = dozen().await;
    let rest = &stage.maildrop.rest;
    let all = rest.want(names.clone());
    let given_up = async {
        want(rest, &names[0]).await.unwrap();
        drop(all);
    };
    let (session, ()) = tokio::join!(stage.maildrop.fetch_rest(), given_up);
    session.unwrap();
    let left = headers_left(&stage).await;
    assert!(left >= 6 && rest.is_empty(), "{left} of 12 are still at the server");
    // Whoever wants one of them after all has it.
    assert_eq!(fetch(&stage, &names[11]).await, Ok(()));
    assert_eq!(headers_left(&stage).await, left - 1);
}

#[tokio::test]
async fn a_round_on_its_way_brings_what_is_wanted() {
    let stage = three(Pop3Capabilities::default()).await;
    stage.collect_by(policy(Removal::Never)).await.unwrap();
    let name = name_of(&stage, 3).await;
    for number in 4..=30 {
        stage.host.deliver(ANNA, letter(number, 300)).unwrap();
    }
    let wanted = want(&stage.maildrop.rest, &name);
    let round = stage.collect_by(policy(Removal::AfterDownload));
    let (wanted, done) = tokio::join!(wanted, round);
    assert_eq!((wanted, done.unwrap().done), (Ok(()), 28));
    assert_eq!(taken(&stage).await.iter().filter(|it| **it == Taken::Header).count(), 1);
    // It is whole, and goes as the policy says; the one that nobody opened does not.
    assert_eq!(stage.left(), 1);
    // A header that came in the same round has its rest in it.
    stage.host.deliver(ANNA, letter(31, 4_000)).unwrap();
    let maildrop = stage.maildrop.clone();
    let late = async {
        let mut inbox = stage.inbox().await;
        while inbox.uids().await.unwrap().len() < 31 {
            // A group waits a moment for others.
            stage.clock.advance(Duration::from_millis(50));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        want(&maildrop.rest, &name_of(&stage, 31).await).await
    };
    for number in 32..=60 {
        stage.host.deliver(ANNA, letter(number, 300)).unwrap();
    }
    stage
        .host
        .faults()
        .pop3(Trigger::on("RETR").after(20).times(1), Pop3Effect::Slow(Duration::from_millis(900)));
    let (late, done) = tokio::join!(late, stage.collect_by(policy(Removal::Never)));
    assert_eq!((late, done.unwrap().done), (Ok(()), 31));
}

#[tokio::test]
async fn what_is_gone_says_so_and_keeps_its_header() {
    let stage = three(Pop3Capabilities::default()).await;
    stage.collect_by(policy(Removal::Never)).await.unwrap();
    let name = name_of(&stage, 2).await;
    stage.host.faults().pop3(Trigger::on("RETR").times(1), Pop3Effect::Close);
    assert_eq!(fetch(&stage, &name).await, Err(Lack::Failed(ErrorCode::Unavailable, 0)));
    stage.host.expunge((ANNA, "INBOX"), 2).unwrap();
    assert_eq!(fetch(&stage, &name).await, Err(Lack::Gone));
    let mut inbox = stage.inbox().await;
    assert_eq!(&inbox.body(2, "HEADER", 0, 9).await.unwrap().bytes[..], b"Received:");
    stage.collect_by(Policy::default()).await.unwrap();
    assert_eq!(taken(&stage).await, [Taken::Whole, Taken::Header, Taken::Whole], "all else came");
}

#[tokio::test]
async fn another_message_under_the_same_uidl_and_size_is_not_taken_for_the_rest() {
    let stage = three(Pop3Capabilities::default()).await;
    let known = |place| {
        let uidls = vec![(place, "again".to_owned())];
        stage.quirks(Pop3Quirks { uidls, ..Pop3Quirks::default() });
    };
    known(2);
    stage.collect_by(policy(Removal::Never)).await.unwrap();
    let name = name_of(&stage, 2).await;
    stage.host.deliver(ANNA, letter(9, 3_000)).unwrap();
    stage.host.expunge((ANNA, "INBOX"), 2).unwrap();
    known(3);
    assert_eq!(fetch(&stage, &name).await, Err(Lack::Gone));
    stage.collect_by(policy(Removal::AfterDownload)).await.unwrap();
    assert_eq!(stage.came().await, [1, 2, 3, 9], "the other one comes");
    assert_eq!(stage.left(), 2, "and neither it nor the large one goes");
}

#[tokio::test]
async fn what_is_expunged_unopened_goes_only_once_its_header_was_seen() {
    let stage = three(Pop3Capabilities::default()).await;
    stage.collect_by(policy(Removal::WhenExpunged)).await.unwrap();
    stage.inbox().await.expunge(&[2]).await.unwrap();
    stage.host.faults().pop3(Trigger::on("TOP"), Pop3Effect::Error("not now".into()));
    let done = stage.collect_by(policy(Removal::WhenExpunged)).await.unwrap();
    assert_eq!((done.removed, stage.left()), (0, 3), "uidl and size are not enough");
    stage.host.faults().clear_all();
    let done = stage.collect_by(policy(Removal::WhenExpunged)).await.unwrap();
    assert_eq!((done.removed, stage.left()), (1, 2));
    // Where everything is to come whole, what nobody has here any more does not.
    stage.inbox().await.expunge(&[3]).await.unwrap();
    let done = stage.collect_by(Policy::default()).await.unwrap();
    assert_eq!((done.total, taken(&stage).await[2]), (0, Taken::Header));
}

#[tokio::test]
async fn a_refused_top_gives_the_whole() {
    let stage = three(Pop3Capabilities::default()).await;
    stage.host.faults().pop3(Trigger::on("TOP"), Pop3Effect::Error("no such".into()));
    stage.collect_by(policy(Removal::Never)).await.unwrap();
    assert_eq!((taken(&stage).await, stage.bytes().await), (WHOLE.to_vec(), large().to_vec()));
}

#[tokio::test]
async fn a_cut_anywhere_leaves_the_header_or_the_whole() {
    for verb in ["AUTH", "LIST", "UIDL", "TOP", "RETR", "QUIT"] {
        for effect in [Pop3Effect::Close, Pop3Effect::CloseAfterwards, Pop3Effect::CloseAfter(600)]
        {
            let stage = three(Pop3Capabilities::default()).await;
            let fault = || stage.host.faults().pop3(Trigger::on(verb).times(1), effect.clone());
            fault();
            let _ = stage.collect_by(policy(Removal::AfterDownload)).await;
            stage.collect_by(policy(Removal::AfterDownload)).await.unwrap();
            let mut came = stage.came().await;
            came.sort_unstable();
            assert_eq!((came, stage.left()), (up_to(3), 2), "{verb} {effect:?}");
            stage.host.faults().clear_all();
            fault();
            // Everything whole from now on, cut and begun again.
            let whole = Policy { removal: Removal::AfterDownload, ..Policy::default() };
            let _ = stage.collect_by(whole).await;
            let incomplete = stage.maildrop.store.incomplete(ACCOUNT).await.unwrap().len();
            assert!(stage.left() >= incomplete, "{verb} {effect:?}");
            stage.collect_by(whole).await.unwrap();
            stage.collect_by(whole).await.unwrap();
            assert_eq!((taken(&stage).await, stage.left()), (WHOLE.to_vec(), 0), "{verb}");
            assert!(stage.maildrop.store.scrub().await.unwrap().damaged.is_empty());
        }
    }
}
