//! Messages of which only the header is here: rows like any others, and whole in one step.

use super::*;
use crate::store::local::{Octets, Taken};
use crate::store::query::{Day, parse};
use crate::store::{Error, Known};

/// As its server counts it.
const LISTED: u64 = 5_000;

fn large() -> Bytes {
    mail("Zażółć", &"gdansk\r\n".repeat(600))
}

fn header_of(message: &Bytes) -> Bytes {
    let end = message.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4;
    message.slice(..end)
}

fn part(name: &str) -> Delivery {
    let message = Octets::Header(header_of(&large()), LISTED);
    Delivery { message, ..delivery(name, Bytes::new()) }
}

async fn used(connection: &mut LocalConnection) -> u64 {
    connection.quota(&name("INBOX")).await.unwrap()[0].used
}

async fn found(connection: &mut LocalConnection, query: &str) -> Vec<u32> {
    let query = parse(query, Day::of(2026, 11, 22).unwrap()).unwrap();
    connection.search_query(&query).await.unwrap().uids
}

fn is_incomplete<T: std::fmt::Debug>(read: Result<T, Error>) -> bool {
    matches!(read, Err(Error::Incomplete { name }) if name == "a")
}

#[tokio::test]
async fn a_header_is_a_row_and_whole_in_one_step() {
    let place = Place::with_quota(1 << 20).await;
    let mut inbox = place.inside("INBOX").await;
    place.store.deliver(ACCOUNT, vec![part("a"), delivery("b", mail("b", ""))]).await.unwrap();
    let before = inbox.rows_after(0).await.unwrap();
    assert_eq!((before[0].envelope.subject.as_str(), before[0].size), ("Zażółć", LISTED as u32));
    assert_eq!(&inbox.body(1, "HEADER", 0, 5).await.unwrap().bytes[..], b"From:");
    assert!(is_incomplete(inbox.body(1, "1", 0, 5).await));
    assert!(is_incomplete(inbox.message(1).await));
    assert!(is_incomplete(inbox.download(1, "", &mut Vec::new()).await));
    assert_eq!(inbox.structures(&[1]).await.unwrap(), []);
    let header = header_of(&large()).len() as u64;
    assert_eq!(used(&mut inbox).await, header + mail("b", "").len() as u64);
    assert_eq!(found(&mut inbox, "subject:zazolc").await, [1]);
    assert_eq!(found(&mut inbox, "gdansk").await, [0_u32; 0]);
    assert_eq!(found(&mut inbox, "larger:4K").await, [1]);
    assert!(place.store.scrub().await.unwrap().damaged.is_empty());
    assert_eq!(place.store.ledger(ACCOUNT).await.unwrap()[0].taken, Taken::Header);
    assert_eq!(place.store.incomplete(ACCOUNT).await.unwrap(), ["a".to_owned()].into());
    assert_eq!(place.store.checksum_of(ACCOUNT, "a").await.unwrap(), None);
    inbox.copy(&[1], &name("Archive")).await.unwrap();

    assert!(place.store.complete(ACCOUNT, "a", &large().into()).await.unwrap());
    assert_eq!(&inbox.body(1, "", 0, 1 << 20).await.unwrap().bytes[..], &large()[..]);
    let after = inbox.rows_after(0).await.unwrap();
    assert_eq!((after[0].uid, &after[0].flags), (1, &before[0].flags));
    assert_eq!((after[0].size as usize, after.len()), (large().len(), 2));
    assert!(after[0].preview.as_deref().unwrap().starts_with("gdansk"));
    assert_eq!(found(&mut inbox, "gdansk").await, [1]);
    assert_eq!(used(&mut inbox).await, (large().len() + mail("b", "").len()) as u64);
    assert!(place.store.scrub().await.unwrap().damaged.is_empty());
    assert_eq!(place.store.ledger(ACCOUNT).await.unwrap()[0].taken, Taken::Whole);
    assert!(place.store.checksum_of(ACCOUNT, "a").await.unwrap().is_some());
    assert!(!place.store.complete(ACCOUNT, "a", &large().into()).await.unwrap(), "it is");
    let mut archive = place.inside("Archive").await;
    assert_eq!(&archive.body(1, "1", 0, 6).await.unwrap().bytes[..], b"gdansk");
    inbox.expunge(&[1]).await.unwrap();
    archive.expunge(&[1]).await.unwrap();
    assert_eq!(used(&mut inbox).await, mail("b", "").len() as u64);
}

#[tokio::test]
async fn whoever_knew_the_header_is_told_to_read_anew() {
    let place = Place::new().await;
    place.store.connect(ACCOUNT).await.unwrap();
    place.store.deliver(ACCOUNT, vec![delivery("b", mail("b", "")), part("a")]).await.unwrap();
    let mut looking = place.inside("INBOX").await;
    let modseq = looking.selected().unwrap().1.highest_modseq.unwrap();
    let uid_validity = looking.selected().unwrap().1.uid_validity;
    assert_eq!(looking.completed_since(0).await.unwrap(), [0_u32; 0]);
    place.store.complete(ACCOUNT, "a", &large().into()).await.unwrap();
    looking.noop().await.unwrap();
    assert!(looking.take_news(&[1, 2]).lost_track);
    looking.noop().await.unwrap();
    assert!(!looking.has_news(), "once");
    assert_eq!(looking.completed_since(modseq).await.unwrap(), [2]);
    let known = Known { uid_validity, modseq, uids: &[1, 2] };
    let (_, since) = looking.select_since(&name("INBOX"), known).await.unwrap();
    assert!(since.unwrap().otherwise);
    let now = looking.selected().unwrap().1.highest_modseq.unwrap();
    let known = Known { modseq: now, ..known };
    let (_, since) = looking.select_since(&name("INBOX"), known).await.unwrap();
    assert!(!since.unwrap().otherwise);
}

#[tokio::test]
async fn what_nobody_has_any_more_or_does_not_fit_is_not_kept() {
    let place = Place::with_quota(3_000).await;
    let mut inbox = place.inside("INBOX").await;
    place.store.deliver(ACCOUNT, vec![part("a"), part("b")]).await.unwrap();
    let refused = place.store.complete(ACCOUNT, "a", &large().into()).await;
    assert!(matches!(refused, Err(Error::OverQuota)), "{refused:?}");
    assert!(is_incomplete(inbox.body(1, "", 0, 5).await));
    assert_eq!(&inbox.body(1, "HEADER", 0, 5).await.unwrap().bytes[..], b"From:");
    inbox.expunge(&[1]).await.unwrap();
    let huge = mail("huge", &"x".repeat(2 << 20));
    assert!(!place.store.complete(ACCOUNT, "a", &huge.into()).await.unwrap());
    assert_eq!(place.store.sweep(Duration::ZERO).await.unwrap().blobs, 0, "none was left");
    assert_eq!(place.store.incomplete(ACCOUNT).await.unwrap(), ["b".to_owned()].into());
    let gone = place.store.expunged_deliveries(ACCOUNT).await.unwrap();
    assert_eq!(gone, ["a".to_owned()].into());
    // What its deliverer forgot is not to be had from anywhere.
    place.store.forget_deliveries(ACCOUNT, &["b".into()]).await.unwrap();
    let read = inbox.body(2, "", 0, 5).await;
    assert!(matches!(read, Err(Error::RestGone)), "{read:?}");
    assert!(place.store.scrub().await.unwrap().damaged.is_empty());
}

#[tokio::test]
async fn a_step_that_is_dropped_anywhere_leaves_the_header_or_the_whole() {
    let huge = mail("huge", &"0123456789abcde\n".repeat(90_000));
    let (mut whole, mut rounds) = (0, 0);
    for polls in 0..30 {
        let place = Place::new().await;
        let mut inbox = place.inside("INBOX").await;
        let header = Octets::Header(header_of(&huge), huge.len() as u64);
        let one = Delivery { message: header, ..part("a") };
        place.store.deliver(ACCOUNT, vec![one]).await.unwrap();
        let octets = Octets::from(huge.clone());
        let done = crash::cut_off(polls, place.store.complete(ACCOUNT, "a", &octets)).await;
        let taken = place.store.ledger(ACCOUNT).await.unwrap()[0].taken;
        match taken {
            Taken::Whole => assert_eq!(inbox.body(1, "", 0, 1).await.unwrap().bytes[..], huge[..1]),
            _ => assert!(is_incomplete(inbox.body(1, "", 0, 1).await), "after {polls}"),
        }
        assert!(done.is_none() || taken == Taken::Whole);
        assert!(place.store.scrub().await.unwrap().damaged.is_empty());
        whole += usize::from(taken == Taken::Whole);
        rounds += 1;
        place.store.complete(ACCOUNT, "a", &octets).await.unwrap();
        let mut sink = Vec::new();
        inbox.download(1, "", &mut sink).await.unwrap();
        assert_eq!(sink, huge);
    }
    assert!(whole < rounds, "some were dropped");
}
