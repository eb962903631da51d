//! Crashes: whatever was cut off where, there is no row without its bytes, nothing that was said to
//! be durable is missing, and a delivery that is repeated is there once.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::store::Error;

fn batch(number: usize) -> Vec<Delivery> {
    let one = |at: usize| {
        let subject = format!("{number}-{at}");
        delivery(&subject, mail(&subject, &format!("body of {subject} ").repeat(at * 40 + 1)))
    };
    (0..4).map(one).collect()
}

fn batches() -> Vec<Vec<Delivery>> {
    (0..4).map(batch).collect()
}

fn all_subjects() -> Vec<String> {
    batches().concat().into_iter().map(|delivery| delivery.name).collect()
}

/// Everything that is there can be read; gives the subjects.
async fn check_whole(store: &UserStore) -> Vec<String> {
    let mut connection = store.connect(ACCOUNT).await.unwrap();
    connection.select(&name("INBOX")).await.unwrap();
    for uid in connection.uids().await.unwrap() {
        assert!(!connection.body(uid, "", 0, 1 << 20).await.unwrap().bytes.is_empty());
    }
    assert!(store.scrub().await.unwrap().damaged.is_empty());
    subjects(&mut connection).await
}

async fn deliver_again(store: &UserStore) {
    for batch in batches() {
        store.deliver(ACCOUNT, batch).await.unwrap();
    }
    let mut found = check_whole(store).await;
    found.sort();
    assert_eq!(found, all_subjects(), "each once");
}

#[tokio::test]
async fn a_log_that_is_cut_off_anywhere_holds_whole_batches() {
    let place = Place::new().await;
    place.store.connect(ACCOUNT).await.unwrap();
    let file = |folder: &Path, end: &str| -> PathBuf {
        folder.join("mail").join(format!("{USER}.mail{end}"))
    };
    // How long the log was when each batch was said to be durable.
    let mut durable = Vec::new();
    for batch in batches() {
        place.store.deliver(ACCOUNT, batch).await.unwrap();
        durable.push(std::fs::metadata(file(place.disk.path(), "-wal")).unwrap().len());
    }
    let log = std::fs::read(file(place.disk.path(), "-wal")).unwrap();
    let first = durable[0] as usize / 2;
    let cuts = (0..12).map(|at| first + (log.len() - first) * at / 12).chain([log.len()]);
    let odd = durable.iter().map(|length| *length as usize - 1);
    for cut in cuts.chain(odd) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mail")).unwrap();
        std::fs::copy(file(place.disk.path(), ""), file(folder.path(), "")).unwrap();
        std::fs::write(file(folder.path(), "-wal"), &log[..cut]).unwrap();
        let store = open(folder.path(), &place.clock, 0).await;
        let found = check_whole(&store).await;
        let promised = durable.iter().filter(|length| **length as usize <= cut).count() * 4;
        assert!(found.len() >= promised, "{} of {promised} after a cut at {cut}", found.len());
        assert_eq!(found, all_subjects()[..found.len()], "in order, after a cut at {cut}");
        assert_eq!(found.len() % 4, 0, "a batch is whole or absent");
        deliver_again(&store).await;
    }
}

/// Polls a future so many times at most, then drops it.
pub(super) async fn cut_off<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    for _ in 0..polls {
        if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(done);
        }
        // What it waits for is done by other threads.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    None
}

#[tokio::test]
async fn a_delivery_that_is_dropped_at_any_step_is_whole_or_absent() {
    let mut finished = 0;
    for polls in 0..30 {
        let place = Place::new().await;
        place.store.connect(ACCOUNT).await.unwrap();
        let done = cut_off(polls * 2, place.store.deliver(ACCOUNT, batch(0))).await;
        let found = check_whole(&place.store).await;
        assert!(found.is_empty() || found.len() == 4, "{found:?} after {polls}");
        if done.is_some() {
            finished += 1;
            assert_eq!(found.len(), 4);
        }
        deliver_again(&place.store).await;
    }
    assert!(finished < 30, "some were dropped");
}

#[tokio::test]
async fn a_full_disk_refuses_a_batch_and_loses_nothing() {
    let place = Place::new().await;
    place.store.connect(ACCOUNT).await.unwrap();
    place.store.deliver(ACCOUNT, batch(0)).await.unwrap();
    let limit = async |pages: u32| {
        let mut writer = place.store.0.writer().acquire().await.unwrap();
        let statement = format!("PRAGMA max_page_count = {pages}");
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *writer).await.unwrap();
    };
    limit(1).await;
    let big = vec![delivery("big", mail("big", &"abc 123 ".repeat(60_000)))];
    let refused = place.store.deliver(ACCOUNT, big.clone()).await;
    assert!(matches!(refused, Err(Error::OverQuota)), "{refused:?}");
    assert_eq!(check_whole(&place.store).await.len(), 4);
    limit(1_000_000).await;
    let delivered = place.store.deliver(ACCOUNT, big).await.unwrap();
    assert_eq!(delivered, [Delivered::As(5)]);
}

#[tokio::test]
async fn bytes_that_cannot_be_stored_are_no_row() {
    let place = Place::new().await;
    let mut connection = place.inside("INBOX").await;
    let blobs = place.disk.path().join("blobs");
    std::fs::remove_dir_all(&blobs).unwrap();
    std::fs::write(&blobs, "in the way").unwrap();
    let large = mail("large", &"x".repeat(2 << 20));
    let batch = vec![delivery("small", mail("small", "")), delivery("large", large)];
    let refused = place.store.deliver(ACCOUNT, batch.clone()).await;
    assert!(matches!(refused, Err(Error::Storage(_))), "{refused:?}");
    assert_eq!(subjects(&mut connection).await, [""; 0]);
    std::fs::remove_file(&blobs).unwrap();
    std::fs::create_dir(&blobs).unwrap();
    place.store.deliver(ACCOUNT, batch).await.unwrap();
    assert_eq!(subjects(&mut connection).await, ["small", "large"]);
}

#[tokio::test]
async fn a_name_is_delivered_once_also_within_a_batch_and_at_the_same_time() {
    let place = Place::new().await;
    let mut connection = place.inside("INBOX").await;
    let twice = vec![delivery("a", mail("a", "")), delivery("a", mail("a", ""))];
    let delivered = place.store.deliver(ACCOUNT, twice).await.unwrap();
    assert_eq!(delivered, [Delivered::As(1), Delivered::Before]);
    let (one, other) = tokio::join!(
        place.store.deliver(ACCOUNT, batch(1)),
        place.store.deliver(ACCOUNT, batch(1)),
    );
    let new = |it: Vec<Delivered>| it.iter().filter(|it| **it != Delivered::Before).count();
    assert_eq!(new(one.unwrap()) + new(other.unwrap()), 4);
    assert_eq!(subjects(&mut connection).await.len(), 5);
    let known = place.store.deliveries(ACCOUNT).await.unwrap();
    assert_eq!((known.len(), known[0].is_left), (5, true));
    // Expunged here, it is known all the same; forgotten, it comes anew.
    connection.expunge(&[1]).await.unwrap();
    let known = place.store.deliveries(ACCOUNT).await.unwrap();
    let gone = known.iter().find(|known| !known.is_left).unwrap();
    assert_eq!(gone.name, "a");
    let again = || place.store.deliver(ACCOUNT, vec![delivery("a", mail("a", ""))]);
    assert_eq!(again().await.unwrap(), [Delivered::Before]);
    place.store.forget_deliveries(ACCOUNT, &["a".into()]).await.unwrap();
    assert_eq!(again().await.unwrap(), [Delivered::As(6)]);
}
