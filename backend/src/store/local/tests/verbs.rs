//! What each verb answers.

use postern_shared::mailbox::Role;
use std::future::{pending, ready};

use super::*;
use crate::store::query::{Day, parse};
use crate::store::{Criteria, Error, Expunged, Known, Stretch};

async fn three() -> (Place, LocalConnection) {
    let place = Place::new().await;
    let mut connection = place.inside("INBOX").await;
    for subject in ["one", "two", "three"] {
        let message = mail(subject, &format!("This is {subject}.")).to_vec();
        connection.append(&name("INBOX"), &[], Some(1_600_000_000), message).await.unwrap();
    }
    connection.take_news(&[]);
    (place, connection)
}

#[tokio::test]
async fn rows_come_without_their_messages_being_read() {
    let (_place, mut connection) = three().await;
    let newest = Stretch { newest_first: true, offset: 1, count: 5 };
    let (exists, rows) = connection.rows_of(newest).await.unwrap();
    let shown: Vec<_> = rows.iter().flatten().map(|row| (row.uid, &row.envelope.subject)).collect();
    assert_eq!((exists, shown), (3, vec![(2, &"two".into()), (1, &"one".into())]));
    let row = rows[1].as_ref().unwrap();
    assert_eq!((row.internal_date, row.preview.as_deref()), (1_600_000_000, Some("This is one.")));
    let entries = connection.index_rows(&[3, 9]).await.unwrap();
    assert_eq!((entries.len(), entries[0].row.uid), (1, 3));
    assert!(entries[0].modseq.is_some() && entries[0].email_id.is_some());
}

#[tokio::test]
async fn a_message_comes_back_byte_for_byte_and_part_by_part() {
    let (_place, mut connection) = three().await;
    let message = mail("one", "This is one.");
    let opened = connection.message(1).await.unwrap().unwrap();
    assert_eq!(opened.beginning.unwrap().bytes, message);
    assert_eq!(opened.structure.unwrap().section, "1");
    let slice = connection.body(1, "1", 8, 3).await.unwrap();
    assert_eq!((&slice.bytes[..], slice.end), (&b"one"[..], false));
    let slice = connection.body(1, "TEXT", 8, 300).await.unwrap();
    assert_eq!((&slice.bytes[..], slice.end), (&b"one.\r\n"[..], true));
    let header = connection.body(1, "HEADER", 0, 5).await.unwrap();
    assert_eq!(&header.bytes[..], b"From:");
    assert!(connection.body(1, "7", 0, 5).await.unwrap().bytes.is_empty());
    assert!(matches!(connection.body(99, "1", 0, 5).await, Err(Error::NonExistent)));
    let mut sink = Vec::new();
    assert_eq!(connection.download(1, "", &mut sink).await.unwrap(), message.len() as u64);
    assert_eq!(sink, message);
}

#[tokio::test]
async fn a_large_message_lies_outside_and_is_read_in_slices() {
    let place = Place::new().await;
    let mut connection = place.inside("INBOX").await;
    let large = mail("large", &"0123456789abcde\n".repeat(100_000));
    connection.append(&name("INBOX"), &[], None, large.to_vec()).await.unwrap();
    assert!(place.disk.path().join("blobs").read_dir().unwrap().next().is_some());
    let slice = connection.body(1, "", 1_000_000, 2_000).await.unwrap();
    assert_eq!((&slice.bytes[..], slice.end), (&large[1_000_000..1_002_000], false));
    let mut sink = Vec::new();
    connection.download(1, "", &mut sink).await.unwrap();
    assert_eq!(sink, large);
    assert!(place.store.scrub().await.unwrap().damaged.is_empty());
}

#[tokio::test]
async fn flags_are_set_and_cleared_and_only_others_are_told() {
    let (place, mut connection) = three().await;
    let mut other = place.inside("INBOX").await;
    let work = Flag::Keyword("$Work".into());
    connection.store_flags(&[1, 2], &[Flag::Seen, work.clone()], &[]).await.unwrap();
    connection.store_flags(&[2], &[], &[Flag::Keyword("$work".into())]).await.unwrap();
    assert!(!connection.has_news(), "it knows what it did");
    let flags = connection.flags_by_uid(&[1, 2, 3]).await.unwrap();
    let flags: Vec<_> = flags.into_iter().map(|of| of.flags).collect();
    assert_eq!(flags, [vec![Flag::Seen, work.clone()], vec![Flag::Seen], vec![]]);
    assert_eq!(connection.search(Criteria::Unseen).await.unwrap(), [3]);
    other.noop().await.unwrap();
    let news = other.take_news(&[1, 2, 3]);
    assert_eq!(news.changed, [(1, vec![Flag::Seen, work]), (2, vec![Flag::Seen])]);
    let bad = Flag::Keyword("a b".into());
    assert!(matches!(connection.store_flags(&[1], &[bad], &[]).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn copies_share_bytes_and_moves_leave_none_behind() {
    let (_place, mut connection) = three().await;
    let copied = connection.copy(&[2, 9], &name("Archive")).await.unwrap();
    assert_eq!(copied.pairs, [(2, Some(1)), (9, None)]);
    let moved = connection.move_to(&[3, 1], &name("Archive")).await.unwrap();
    assert_eq!(moved.pairs, [(3, Some(3)), (1, Some(2))]);
    assert_eq!(connection.take_news(&[1, 2, 3]).gone, [1, 3]);
    assert!(matches!(connection.copy(&[2], &name("x")).await, Err(Error::NonExistent)));
    connection.select(&name("Archive")).await.unwrap();
    assert_eq!(subjects(&mut connection).await, ["two", "one", "three"]);
    let slice = connection.body(1, "1", 0, 100).await.unwrap();
    assert_eq!(&slice.bytes[..], b"This is two.\r\n");
}

#[tokio::test]
async fn what_others_do_is_told_in_one_numbering() {
    let (place, mut connection) = three().await;
    let mut other = place.inside("INBOX").await;
    assert!(!connection.idle(ready(())).await.unwrap());
    assert_eq!(other.expunge(&[2]).await.unwrap(), Expunged::Removed);
    other.append(&name("INBOX"), &[], None, mail("four", "").to_vec()).await.unwrap();
    other.append(&name("INBOX"), &[], None, mail("five", "").to_vec()).await.unwrap();
    other.expunge(&[4]).await.unwrap();
    assert!(connection.idle(pending()).await.unwrap());
    let news = connection.take_news(&[1, 2, 3]);
    assert_eq!((&news.gone[..], news.unknown, news.unsure), (&[2][..], 1, false));
    assert_eq!(connection.counted(), 3);
    assert_eq!(connection.selected().unwrap().1.exists, 3);
    let waiting = tokio::spawn(async move {
        let any = connection.idle(pending()).await.unwrap();
        (any, connection)
    });
    tokio::task::yield_now().await;
    other.store_flags(&[1], &[Flag::Flagged], &[]).await.unwrap();
    let (any, mut connection) = waiting.await.unwrap();
    assert!(any);
    assert_eq!(connection.take_news(&[1, 3, 5]).changed, [(1, vec![Flag::Flagged])]);
}

#[tokio::test]
async fn other_mailboxes_are_heard_of() {
    let (place, mut connection) = three().await;
    connection.notify().await.unwrap();
    let mut other = place.inside("INBOX").await;
    other.move_to(&[1], &name("Trash")).await.unwrap();
    other.create(&name("New/Below")).await.unwrap();
    assert!(connection.idle(pending()).await.unwrap());
    let news = connection.take_news(&[1, 2, 3]);
    let mut heard: Vec<_> =
        news.elsewhere.iter().map(|(name, told)| (name.decoded(), told.messages)).collect();
    heard.sort();
    assert_eq!(heard, [("INBOX".into(), Some(2)), ("Trash".into(), Some(1))]);
    assert!(news.mailboxes);
    let listed = connection.list().await.unwrap();
    let new: Vec<_> = listed.iter().filter(|it| it.role.is_none()).collect();
    let names: Vec<_> = new.iter().map(|it| it.name.decoded()).collect();
    assert_eq!(names, ["New", "New/Below"]);
    let trash = listed.iter().find(|it| it.role == Some(Role::Trash)).unwrap();
    assert_eq!(trash.counts.unwrap().messages, 1);
}

#[tokio::test]
async fn changes_of_the_meantime_are_told_as_far_as_they_are_known() {
    let (place, mut connection) = three().await;
    let (_, selected) = connection.selected().unwrap();
    let (uid_validity, modseq) = (selected.uid_validity, selected.highest_modseq.unwrap());
    let mut other = place.inside("INBOX").await;
    other.expunge(&[1]).await.unwrap();
    other.store_flags(&[2], &[Flag::Seen], &[]).await.unwrap();
    other.append(&name("INBOX"), &[], None, mail("four", "").to_vec()).await.unwrap();
    let known = Known { uid_validity, modseq, uids: &[1, 2, 3] };
    let (selected, since) = connection.select_since(&name("INBOX"), known).await.unwrap();
    let since = since.unwrap();
    assert_eq!((since.vanished, since.arrived), (vec![1], vec![4]));
    assert_eq!((since.changed[0].uid, selected.exists), (2, 3));
    let other_generation = Known { uid_validity: uid_validity + 1, ..known };
    let (_, since) = connection.select_since(&name("INBOX"), other_generation).await.unwrap();
    assert_eq!(since, None);
}

#[tokio::test]
async fn mailboxes_are_made_renamed_and_removed() {
    let (_place, mut connection) = three().await;
    let (plans, done) = (name("Pläne/2026"), name("Fertig"));
    connection.create(&plans).await.unwrap();
    assert!(matches!(connection.create(&plans).await, Err(Error::AlreadyExists)));
    assert!(matches!(connection.create(&name("a//b")).await, Err(Error::Invalid(_))));
    let before = connection.select(&plans).await.unwrap().uid_validity;
    connection.append(&plans, &[], None, mail("kept", "").to_vec()).await.unwrap();
    connection.rename(&name("Pläne"), &done).await.unwrap();
    let selected = connection.select(&name("Fertig/2026")).await.unwrap();
    assert_eq!((selected.exists, selected.uid_validity), (1, before));
    assert!(matches!(connection.rename(&done, &name("Sent")).await, Err(Error::AlreadyExists)));
    assert!(connection.rename(&done, &name("Fertig/x")).await.is_err());
    assert!(connection.rename(&name("INBOX"), &name("x")).await.is_err());
    connection.delete(&name("Fertig/2026")).await.unwrap();
    assert!(matches!(connection.uids().await, Err(Error::NonExistent)), "it was selected");
    assert!(connection.delete(&name("INBOX")).await.is_err());
    connection.create(&name("Fertig/2026")).await.unwrap();
    let again = connection.select(&name("Fertig/2026")).await.unwrap();
    assert!(again.uid_validity > before, "another mailbox by the same name");
    let made = connection.create_for(&name("Spam"), Role::Junk).await.unwrap();
    assert!(!made, "another one has the role");
}

#[tokio::test]
async fn words_are_found_in_headers_and_bodies_whatever_their_script() {
    let place = Place::new().await;
    let mut connection = place.inside("INBOX").await;
    for (subject, body) in [
        ("Zażółć gęślą jaźń", "W załączniku faktura z Gdańska."),
        ("会议纪要", "请查收本月发票，谢谢"),
        ("plain", "Nothing to see, invoice 2026-11"),
    ] {
        let message = mail(subject, body).to_vec();
        connection.append(&name("INBOX"), &[Flag::Seen], None, message).await.unwrap();
    }
    let mut check = async |query: &str, expect: &[u32]| {
        let query = parse(query, Day::of(2026, 11, 22).unwrap()).unwrap();
        let found = connection.search_query(&query).await.unwrap();
        assert_eq!(found.uids, expect, "{query:?}");
        assert!(found.exact, "{query:?}");
    };
    check("zażółć", &[1]).await;
    check("zazolc", &[1]).await;
    check("GESLA", &[1]).await;
    check("gdansk", &[1]).await;
    check("dańsk", &[1]).await;
    check("subject:gdansk", &[]).await;
    check("body:\"faktura z gda\"", &[1]).await;
    check("body:\"aktura z\"", &[1]).await;
    check("发票", &[2]).await;
    check("票", &[2]).await;
    check("会议", &[2]).await;
    check("subject:纪", &[2]).await;
    check("收本月发", &[2]).await;
    check("月票", &[]).await;
    check("invoice 2026", &[3]).await;
    check("oice", &[3]).await;
    check("-invoice", &[1, 2]).await;
    check("from:ann OR nothingatall", &[1, 2, 3]).await;
    check("is:unread", &[]).await;
    check("larger:1M", &[]).await;
    assert_eq!(connection.with_message_id("<5@a.test>").await.unwrap(), [3]);
}

#[tokio::test]
async fn a_quota_refuses_and_loses_nothing() {
    let place = Place::with_quota(2_000).await;
    let mut connection = place.inside("INBOX").await;
    let message = mail("x", &"y".repeat(1_200)).to_vec();
    connection.append(&name("INBOX"), &[], None, message.clone()).await.unwrap();
    let refused = connection.append(&name("INBOX"), &[], None, message.clone()).await;
    assert!(matches!(refused, Err(Error::OverQuota)));
    let refused = place.store.deliver(ACCOUNT, vec![delivery("a", message.clone().into())]).await;
    assert!(matches!(refused, Err(Error::OverQuota)));
    assert_eq!(place.store.deliveries(ACCOUNT).await.unwrap(), [], "it may come again");
    connection.copy(&[1], &name("Archive")).await.unwrap();
    let quota = connection.quota(&name("INBOX")).await.unwrap();
    assert_eq!((quota[0].used, quota[0].limit), (message.len() as u64, 2_000));
    connection.expunge(&[1]).await.unwrap();
    assert!(connection.append(&name("INBOX"), &[], None, message.clone()).await.is_err());
    connection.select(&name("Archive")).await.unwrap();
    connection.expunge(&[1]).await.unwrap();
    assert_eq!(connection.quota(&name("INBOX")).await.unwrap()[0].used, 0);
    let delivered = place.store.deliver(ACCOUNT, vec![delivery("a", message.into())]).await;
    assert_eq!(delivered.unwrap(), [Delivered::As(2)]);
}
