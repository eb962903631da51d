//! The index over a real SQLite: orders, threads, search, and that it can be thrown away.

use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::envelope::Envelope;
use postern_shared::flag::{Flag, Flags};
use postern_shared::mailbox::MailboxId;
use postern_shared::message::ThreadSummary;
use postern_shared::window::{Filter, Grouping, Sort, SortKey};
use proptest::prelude::*;

use super::*;
use crate::store::query::{Day, parse};
use crate::store::{IndexRow, Row};

const BIG: u64 = 1 << 40;

fn memory() -> Index {
    Indexes::new(Settings { directory: None, most_bytes: BIG }).of("ann")
}

fn place(mailbox: &str) -> Place {
    Place { account: AccountId("a".into()), mailbox: MailboxId(mailbox.into()) }
}

fn people(emails: &[&str]) -> Vec<Address> {
    let one = |email: &&str| Address { name: String::new(), email: (*email).to_owned() };
    emails.iter().map(one).collect()
}

/// A message from ben to ann: `id` is its Message-ID, `answers` its References.
fn entry(uid: u32, id: &str, subject: &str, answers: &[&str]) -> IndexRow {
    let envelope = Envelope {
        sent_at: Some(i64::from(uid)),
        subject: subject.into(),
        from: people(&["ben@a.test"]),
        to: people(&["ann@a.test"]),
        message_id: format!("<{id}>"),
        ..Envelope::default()
    };
    let row = Row { uid, envelope, internal_date: i64::from(uid), size: uid, ..Row::default() };
    let references = answers.iter().map(|id| format!("<{id}>")).collect();
    IndexRow { row, references, ..IndexRow::default() }
}

fn many(uids: std::ops::RangeInclusive<u32>) -> Vec<IndexRow> {
    uids.map(|uid| entry(uid, &uid.to_string(), "x", &[])).collect()
}

async fn filled(entries: &[IndexRow]) -> Index {
    let index = memory();
    index.begin(&place("in"), 1, Kind::Plain, 0).await.unwrap();
    index.add(&place("in"), entries).await.unwrap();
    index
}

fn look(places: &[&str], sort: Sort, filter: Filter, grouping: Grouping) -> Look {
    let places = places.iter().map(|name| place(name)).collect();
    Look { places, sort, filter, grouping, wanted: None }
}

fn newest(places: &[&str]) -> Look {
    look(places, Sort::NEWEST_FIRST, Filter::All, Grouping::Messages)
}

async fn uids(index: &Index, look: &Look) -> Vec<u32> {
    let ids = index.order(look, &[]).await.unwrap();
    let rows = index.rows(&ids).await.unwrap();
    ids.iter().map(|id| rows[id].key.uid.0).collect()
}

#[tokio::test]
async fn every_order_is_given_both_ways() {
    let mut all = vec![
        entry(1, "1", "Re: bananas", &[]),
        entry(2, "2", "Äpfel", &[]),
        entry(3, "3", "[list] cherries", &[]),
    ];
    all[0].row.envelope.from[0].name = "Żaneta".into();
    all[1].row.size = 900;
    all[1].row.flags = vec![Flag::Flagged];
    all[0].row.envelope.sent_at = Some(50);
    let index = filled(&all).await;
    let sorted = async |by, descending| {
        let sort = Sort { by, descending };
        uids(&index, &look(&["in"], sort, Filter::All, Grouping::Messages)).await
    };
    assert_eq!(sorted(SortKey::ReceivedAt, true).await, [3, 2, 1]);
    assert_eq!(sorted(SortKey::ReceivedAt, false).await, [1, 2, 3]);
    assert_eq!(sorted(SortKey::SentAt, true).await, [1, 3, 2]);
    assert_eq!(sorted(SortKey::From, false).await, [3, 2, 1]);
    assert_eq!(sorted(SortKey::From, true).await, [1, 3, 2]);
    assert_eq!(sorted(SortKey::Subject, false).await, [2, 1, 3]);
    assert_eq!(sorted(SortKey::Size, true).await, [2, 3, 1]);
    assert_eq!(sorted(SortKey::Flagged, true).await, [2, 3, 1]);
}

#[tokio::test]
async fn filters_select_and_keep_what_they_showed() {
    let mut all = vec![entry(1, "1", "a", &[]), entry(2, "2", "b", &[])];
    all[0].row.flags = vec![Flag::Seen];
    all[0].row.has_attachment = true;
    let index = filled(&all).await;
    let by = |filter| look(&["in"], Sort::NEWEST_FIRST, filter, Grouping::Messages);
    assert_eq!(uids(&index, &by(Filter::Unseen)).await, [2]);
    assert_eq!(uids(&index, &by(Filter::WithAttachment)).await, [1]);
    assert_eq!(uids(&index, &by(Filter::FromKnown)).await, [0; 0]);
    let met = async |email| index.has_met(email).await.unwrap();
    // Two messages from the same; none, or no address, says nothing of anybody.
    assert!(met("BEN@a.test").await && !met("ben@a.tes").await && met("").await);
    let shown = index.order(&by(Filter::Unseen), &[]).await.unwrap();
    index.set_flags(&place("in"), &[(2, Flags(vec![Flag::Seen]))]).await.unwrap();
    assert_eq!(index.order(&by(Filter::Unseen), &shown).await.unwrap(), shown);
    assert!(index.order(&by(Filter::Unseen), &[]).await.unwrap().is_empty());
    index.begin(&place("sent"), 1, Kind::Sent, 0).await.unwrap();
    let mut sent = entry(1, "9", "c", &[]);
    sent.row.envelope.to = vec![Address { name: "Ben Żak".into(), email: "Ben@A.test".into() }];
    index.add(&place("sent"), &[sent]).await.unwrap();
    assert_eq!(uids(&index, &by(Filter::FromKnown)).await, [2, 1]);
    for prefix in ["ben", "zak", "ben@a", ""] {
        let found = index.suggest(prefix, 5).await.unwrap();
        assert_eq!(found.len(), 1, "{prefix}");
        assert_eq!(found[0].email, "Ben@A.test");
    }
    assert!(index.suggest("en", 5).await.unwrap().is_empty());
    // The one who is written to is known, and nobody who is called alike.
    index.remove(&place("in"), &[1, 2]).await.unwrap();
    assert!(met("ben@A.TEST").await && !met("en@a.test").await && !met("ben@a.test.b").await);
}

#[tokio::test]
async fn a_thread_spans_mailboxes_and_counts_copies_once() {
    let index = filled(&[
        entry(1, "q", "Question", &[]),
        entry(3, "thanks", "Re: Question", &["q", "reply"]),
        entry(4, "other", "Other", &[]),
    ])
    .await;
    for (name, kind) in [("sent", Kind::Sent), ("copy", Kind::Plain), ("trash", Kind::Hidden)] {
        index.begin(&place(name), 1, kind, 0).await.unwrap();
    }
    let mut reply = entry(2, "reply", "Re: Question", &["q"]);
    reply.row.envelope.from = people(&["ann@a.test"]);
    reply.row.flags = vec![Flag::Seen, Flag::Flagged];
    index.add(&place("sent"), &[reply]).await.unwrap();
    index.add(&place("copy"), &[entry(9, "q", "Question", &[])]).await.unwrap();
    index.add(&place("trash"), &[entry(9, "gone", "Re: Question", &["q"])]).await.unwrap();
    let view = look(&["in"], Sort::NEWEST_FIRST, Filter::All, Grouping::Threads);
    let ids = index.order(&view, &[]).await.unwrap();
    let rows = index.thread_rows(&ids).await.unwrap();
    let shown: Vec<_> =
        ids.iter().map(|id| (rows[id].key.uid.0, rows[id].thread.clone())).collect();
    let participants = people(&["ben@a.test", "ann@a.test"]);
    let question = ThreadSummary { messages: 3, unseen: 2, participants, flagged: true };
    let participants = people(&["ben@a.test"]);
    let other = ThreadSummary { messages: 1, unseen: 1, participants, flagged: false };
    assert_eq!(shown, [(4, Some(other)), (3, Some(question))]);
    let thread = index.thread(&place("in"), 3).await.unwrap();
    let keys: Vec<_> =
        thread.iter().map(|row| (row.key.mailbox.0.as_str(), row.key.uid.0)).collect();
    assert_eq!(keys, [("in", 1), ("sent", 2), ("in", 3)]);
}

#[tokio::test]
async fn a_thread_spans_accounts_also_where_a_server_has_threads_of_its_own() {
    let index = filled(&[entry(1, "q", "Question", &[])]).await;
    let other = Place { account: AccountId("b".into()), ..place("in") };
    index.begin(&other, 1, Kind::Plain, 0).await.unwrap();
    // The other account's server ties what it likes, by names that mean nothing elsewhere.
    let with_own = |uid, id: &str, references: &[&str], thread: &str| IndexRow {
        thread_id: Some(thread.into()),
        ..entry(uid, id, "Re: Question", references)
    };
    index.add(&other, &[with_own(5, "answer", &["q"], "t1")]).await.unwrap();
    index.add(&other, &[with_own(6, "elsewhere", &["answer"], "t2")]).await.unwrap();
    index.add(&place("in"), &[entry(2, "thanks", "Re: Question", &["q", "answer"])]).await.unwrap();
    let thread = index.thread(&place("in"), 1).await.unwrap();
    let keys: Vec<_> =
        thread.iter().map(|row| (row.key.account.0.as_str(), row.key.uid.0)).collect();
    assert_eq!(keys, [("a", 1), ("a", 2), ("b", 5)]);
    assert_eq!(index.thread(&other, 6).await.unwrap().len(), 1);
}

async fn search(index: &Index, query: &str) -> Vec<u32> {
    let query = parse(query, Day::of(2026, 1, 1).unwrap()).unwrap();
    let places = Places::from([("in".to_owned(), vec![place("in")])]);
    let wanted = Some(Wanted { query, places, found: Vec::new() });
    uids(index, &Look { wanted, ..newest(&["in"]) }).await
}

#[tokio::test]
async fn headers_are_searched_in_every_script() {
    let mut all = vec![
        entry(1, "1", "发票和收据", &[]),
        entry(2, "2", "Zażółć gęślą jaźń", &[]),
        entry(3, "3", "Invoice 2026", &[]),
    ];
    all[0].attachment_names = vec!["发票.pdf".into()];
    all[1].list_id = Some("rust.lists.example".into());
    all[2].row.flags = vec![Flag::Seen, Flag::Keyword("$Work".into())];
    all[2].row.envelope.from[0].name = "山田太郎".into();
    all[2].row.size = 5000;
    let index = filled(&all).await;
    for (query, expect) in [
        ("票", vec![1]),
        ("收据", vec![1]),
        ("subject:发票和", vec![1]),
        ("据票", vec![]),
        ("ZAZOLC", vec![2]),
        ("\"gesla jaz\"", vec![2]),
        ("gesla invoice", vec![]),
        ("gesla OR invo", vec![3, 2]),
        ("from:山", vec![3]),
        ("from:ben@a.test -subject:invoice", vec![2, 1]),
        ("filename:发票", vec![1]),
        ("list:rust", vec![2]),
        ("label:$work", vec![3]),
        ("is:unread larger:1", vec![2]),
        ("larger:4k in:in", vec![3]),
        ("in:nowhere", vec![]),
        ("before:2020-01-01", vec![3, 2, 1]),
        // Whether no body has the word is not for headers to say.
        ("-gesla", vec![]),
        ("%", vec![]),
        // Inside of words too, as servers search; a letter or two only at their beginnings.
        ("voic", vec![3]),
        ("oice", vec![3]),
        ("from:est", vec![3, 2, 1]),
        ("from:es", vec![]),
        ("from:te", vec![3, 2, 1]),
        ("\"voice 20\"", vec![3]),
        ("\"voic 20\"", vec![]),
        ("\"zolc gesla\"", vec![2]),
        ("filename:票pdf", vec![1]),
    ] {
        assert_eq!(search(&index, query).await, expect, "{query}");
    }
}

#[tokio::test]
async fn what_is_removed_is_found_no_longer() {
    let index = filled(&[entry(1, "1", "one", &[]), entry(2, "2", "two", &[])]).await;
    index.remove(&place("in"), &[1, 77]).await.unwrap();
    assert_eq!(uids(&index, &newest(&["in"])).await, [2]);
    assert_eq!(search(&index, "one").await, [0; 0]);
    index.add(&place("in"), &[entry(2, "2", "two", &[]), entry(3, "3", "one", &[])]).await.unwrap();
    assert_eq!(uids(&index, &newest(&["in"])).await, [3, 2]);
    assert_eq!(search(&index, "one").await, [3]);
}

#[tokio::test]
async fn another_uid_validity_throws_a_mailbox_away() {
    let index = filled(&[entry(1, "1", "one", &[])]).await;
    let mark = Mark { uid_next: Some(2), modseq: Some(u64::MAX), complete: true };
    index.mark(&place("in"), mark).await.unwrap();
    let again = index.begin(&place("in"), 1, Kind::Plain, 1).await.unwrap();
    assert_eq!(again, Known { uid_validity: 1, mark });
    let anew = index.begin(&place("in"), 2, Kind::Plain, 1).await.unwrap();
    assert_eq!(anew, Known { uid_validity: 2, mark: Mark::default() });
    assert!(index.uids(&place("in")).await.unwrap().is_empty());
    assert!(matches!(
        index.add(&place("none"), &[entry(1, "1", "x", &[])]).await,
        Err(Error::Unknown)
    ));
}

#[tokio::test]
async fn a_damaged_file_is_thrown_away_and_built_anew() {
    for damage in [b"not a database at all".to_vec(), vec![0xff; 8192]] {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { directory: Some(folder.path().to_owned()), most_bytes: BIG };
        std::fs::write(folder.path().join("ann.index"), damage).unwrap();
        let index = Indexes::new(settings.clone()).of("ann");
        assert_eq!(index.known(&place("in")).await.unwrap(), None);
        index.begin(&place("in"), 1, Kind::Plain, 0).await.unwrap();
        index.add(&place("in"), &many(1..=1)).await.unwrap();
        // What was written is there for the next process.
        assert_eq!(Indexes::new(settings).of("ann").uids(&place("in")).await.unwrap(), [1]);
    }
}

#[tokio::test]
async fn after_a_full_disk_it_keeps_what_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { directory: Some(folder.path().to_owned()), most_bytes: BIG };
    let index = Indexes::new(settings.clone()).of("ann");
    index.begin(&place("in"), 1, Kind::Plain, 0).await.unwrap();
    let few = sqlx::query("PRAGMA max_page_count = 1");
    few.execute(&mut *index.connection().await.unwrap()).await.unwrap();
    assert!(matches!(index.add(&place("in"), &many(1..=1000)).await, Err(Error::Sqlite(_))));
    index.add(&place("in"), &many(1..=1000)).await.unwrap();
    assert_eq!(Indexes::new(settings).of("ann").uids(&place("in")).await.unwrap().len(), 1000);
}

#[tokio::test]
async fn a_full_index_lets_the_oldest_mailbox_go() {
    let index = Indexes::new(Settings { directory: None, most_bytes: 450_000 }).of("ann");
    for (at, name) in ["old", "new"].into_iter().enumerate() {
        index.begin(&place(name), 1, Kind::Plain, at as i64).await.unwrap();
        index.add(&place(name), &many(1..=1000)).await.unwrap();
    }
    index.make_room(&place("new")).await.unwrap();
    assert_eq!(index.known(&place("old")).await.unwrap(), None);
    assert_eq!(index.count(&[place("old"), place("new")]).await.unwrap(), 1000);
    index.add(&place("new"), &many(1001..=3000)).await.unwrap();
    assert!(matches!(index.make_room(&place("new")).await, Err(Error::Full)));
}

#[tokio::test]
async fn no_more_than_thirty_two_files_are_open() {
    let folder = tempfile::tempdir().unwrap();
    let directory = Some(folder.path().to_owned());
    let indexes = Indexes::new(Settings { directory, most_bytes: BIG });
    let all: Vec<Index> = (0..40).map(|n| indexes.of(&format!("user{n}"))).collect();
    for index in &all {
        index.begin(&place("in"), 1, Kind::Plain, 0).await.unwrap();
    }
    assert_eq!(indexes.open_count(), 32);
    // A closed one opens again where it was.
    assert!(all[0].known(&place("in")).await.unwrap().is_some());
    assert_eq!(indexes.open_count(), 32);
}

/// Messages that answer, quote and name each other at random, some without any reference.
fn any_letters() -> impl Strategy<Value = Vec<IndexRow>> {
    let letter = (0..6_u32, prop::collection::vec(0..8_u32, 0..3), 0..3_usize, 0..2_usize);
    prop::collection::vec(letter, 1..9).prop_map(|letters| {
        let letter = |(at, (id, answers, subject, who)): (usize, (u32, Vec<u32>, usize, usize))| {
            let subject = ["Plan", "Re: plan", "Report"][subject];
            let answers: Vec<String> = answers.iter().map(u32::to_string).collect();
            let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
            let mut entry = entry(at as u32 + 1, &format!("{id}"), subject, &answers);
            if who == 1 {
                entry.row.envelope.from = people(&["ann@a.test"]);
                entry.row.envelope.to = people(&["ben@a.test"]);
            }
            entry
        };
        letters.into_iter().enumerate().map(letter).collect()
    })
}

/// The thread of each message, by uid.
async fn threads(entries: &[IndexRow], batch: usize) -> Vec<(u32, i64)> {
    let index = memory();
    index.begin(&place("in"), 1, Kind::Plain, 0).await.unwrap();
    for batch in entries.chunks(batch) {
        index.add(&place("in"), batch).await.unwrap();
    }
    let mut connection = index.connection().await.unwrap();
    let rows: Vec<(u32, i64)> = sqlx::query_as("SELECT uid, thread FROM message ORDER BY uid")
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn threads_are_the_same_in_whatever_order_mail_arrives(
        (sorted, shuffled, batch) in any_letters().prop_flat_map(|letters| {
            (Just(letters.clone()), Just(letters).prop_shuffle(), 1..5_usize)
        })
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (one, other) = runtime.block_on(async {
            (threads(&sorted, 100).await, threads(&shuffled, batch).await)
        });
        prop_assert_eq!(one, other);
    }
}

#[tokio::test]
async fn how_messages_begin_can_come_later() {
    let index = filled(&[entry(1, "a", "x", &[]), entry(2, "b", "y", &[])]).await;
    let place = place("in");
    assert_eq!(index.previews(&place, 1, &[1, 2]).await.unwrap(), []);
    let told = [(2, "Dear Ann".to_owned()), (9, "nobody's".to_owned())];
    // Of another generation of uids nothing is meant.
    index.set_previews(&place, 7, &told).await.unwrap();
    assert_eq!(index.previews(&place, 1, &[1, 2, 9]).await.unwrap(), []);
    index.set_previews(&place, 1, &told).await.unwrap();
    let known = index.previews(&place, 1, &[1, 2, 9]).await.unwrap();
    assert_eq!(known, [(2, "Dear Ann".to_owned())]);
    assert_eq!(index.previews(&place, 7, &[2]).await.unwrap(), []);
}

#[tokio::test]
async fn a_text_inside_of_very_many_words_is_found_in_most_of_their_messages() {
    // 6,000 words in 60 messages.
    let subject = |uid: u32| (0..100).map(move |at| format!("q{}needle{at}", uid * 100 + at));
    let entries: Vec<IndexRow> = (1..=60)
        .map(|uid| entry(uid, &uid.to_string(), &subject(uid).collect::<Vec<_>>().join(" "), &[]))
        .collect();
    let index = &filled(&entries).await;
    assert!(search(index, "needle").await.len() >= 50);
    assert_eq!(search(index, "2350needle50").await, [23]);
}
