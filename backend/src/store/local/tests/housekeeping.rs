//! What goes after a while, and what a scrub finds.

use super::*;

const DAY: Duration = Duration::from_secs(86_400);

async fn count(store: &UserStore, table: &str) -> i64 {
    let mut reading = store.read().await.unwrap();
    let statement = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&mut *reading).await.unwrap()
}

#[tokio::test]
async fn what_was_expunged_goes_after_its_time_with_all_that_is_known_of_it() {
    let place = Place::new().await;
    let mut connection = place.inside("INBOX").await;
    let large = mail("large", &"x ".repeat(1 << 20));
    let batch = vec![
        delivery("a", mail("a", "unforgettable")),
        delivery("b", mail("b", "kept")),
        delivery("c", large),
    ];
    place.store.deliver(ACCOUNT, batch).await.unwrap();
    connection.copy(&[2], &name("Archive")).await.unwrap();
    connection.expunge(&[1, 2, 3]).await.unwrap();
    assert_eq!(place.store.sweep(DAY).await.unwrap().contents, 0, "not yet");
    assert_eq!(count(&place.store, "contents").await, 3);
    place.clock.advance(DAY * 2);
    assert_eq!(place.store.sweep(DAY).await.unwrap().contents, 2);
    for table in ["contents", "sources", "words"] {
        assert_eq!(count(&place.store, table).await, 1, "{table}");
    }
    let owner = place.disk.path().join("blobs").join(format!("mail{USER}"));
    assert_eq!(owner.read_dir().unwrap().count(), 0);
    connection.select(&name("Archive")).await.unwrap();
    assert_eq!(subjects(&mut connection).await, ["b"]);
    assert_eq!(&connection.body(1, "1", 0, 99).await.unwrap().bytes[..], b"kept\r\n");
    assert_eq!(place.store.deliveries(ACCOUNT).await.unwrap().len(), 3, "still known");
}

#[tokio::test]
async fn blobs_that_nobody_points_at_go() {
    let place = Place::new().await;
    let mut connection = place.inside("INBOX").await;
    let large = mail("large", &"x ".repeat(1 << 20)).to_vec();
    connection.append(&name("INBOX"), &[], None, large).await.unwrap();
    let owner = format!("mail{USER}");
    Blobs::open(place.disk.path()).unwrap().put(&owner, &b"of a delivery"[..]).await.unwrap();
    // Files bear the time of the machine, not that of the test.
    assert_eq!(place.store.sweep(Duration::ZERO).await.unwrap().blobs, 0, "they are of later");
    place.clock.advance(DAY * 365 * 200);
    assert_eq!(place.store.sweep(DAY).await.unwrap().blobs, 1);
    assert!(!connection.body(1, "", 0, 99).await.unwrap().bytes.is_empty());
}

#[tokio::test]
async fn a_scrub_finds_what_is_not_what_it_was() {
    let place = Place::new().await;
    place.store.connect(ACCOUNT).await.unwrap();
    let batch = (0..5).map(|at| delivery(&at.to_string(), mail("x", &format!("number {at}"))));
    place.store.deliver(ACCOUNT, batch.collect()).await.unwrap();
    let scrubbed = place.store.scrub().await.unwrap();
    assert_eq!((scrubbed.contents, &scrubbed.damaged[..]), (5, &[][..]));
    let mut writing = place.store.write().await.unwrap();
    let damage = "UPDATE sources SET bytes = substr(bytes, 1, length(bytes) - 2) || x'0000'
        WHERE content = 3";
    sqlx::query(damage).execute(&mut *writing).await.unwrap();
    place.store.commit(writing).await.unwrap();
    assert_eq!(place.store.scrub().await.unwrap().damaged, [3]);
}

#[tokio::test]
async fn an_account_goes_and_the_others_stay() {
    let place = Place::new().await;
    let mut connection = place.inside("INBOX").await;
    connection.append(&name("INBOX"), &[], None, mail("x", "").to_vec()).await.unwrap();
    let mut other = place.store.connect("a2").await.unwrap();
    assert_eq!(other.select(&name("INBOX")).await.unwrap().exists, 0);
    place.store.deliver("a2", vec![delivery("n", mail("y", ""))]).await.unwrap();
    place.store.remove_account(ACCOUNT).await.unwrap();
    assert_eq!(subjects(&mut other).await, ["y"]);
    assert_eq!(connection.list().await.unwrap(), []);
    assert_eq!(place.inside("INBOX").await.selected().unwrap().1.exists, 0, "begun anew");
}
