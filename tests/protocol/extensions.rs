//! The store's verbs of extensions against Dovecot, which has most of them.

use anyhow::{Context, Result};
use postern::store::imap::{ImapConnection, NewMessage};
use postern::store::query::{Query, Term};
use postern::store::{Criteria, Error, Known, MailboxName, SortBy};
use postern_shared::flag::Flag;
use postern_shared::mailbox::Role;
use postern_tests::dovecot::Dovecot;
use postern_tests::message;

use crate::store::{connect, inbox};

/// A connection to a mailbox of `count` messages, selected.
async fn with_messages(dovecot: &Dovecot, count: usize) -> Result<ImapConnection> {
    let anna = dovecot.person("anna");
    message::fill(&mut dovecot.session(&anna).await?, "INBOX", &anna, count).await?;
    let mut store = connect(dovecot, &anna).await?;
    store.select(&inbox()).await?;
    Ok(store)
}

#[tokio::test]
async fn a_search_is_whole_in_part_or_a_number() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let mut store = with_messages(&dovecot, 120).await?;
    let uids = store.uids().await?;
    let query = Query::Term(Term::Subject("Message 1".into()));
    let found = store.search_query(&query).await?;
    assert!(found.exact);
    assert_eq!(found.uids.len(), 1 + 10 + 21);
    assert_eq!(store.search_count(&query).await?, (32, true));
    let part = store.search_part(&query, 1..=3).await?;
    assert_eq!(part.uids, [uids[119], uids[118], uids[117]]);
    let either = Query::Or(vec![
        Query::And(vec![query.clone(), Query::Term(Term::From("nobody".into())).negated()]),
        Query::Term(Term::Subject("Grüße 台北".into())),
        Query::Term(Term::Larger(1_000_000)),
    ]);
    assert_eq!(store.search_query(&either).await?, found);
    assert_eq!(store.search_query(&Query::nothing()).await?.uids, Vec::<u32>::new());
    assert_eq!(store.search_query(&Query::all()).await?.uids, uids);
    store.flag_found(&query, &[Flag::Flagged], &[]).await?;
    assert_eq!(store.search(Criteria::Flagged).await?, found.uids);
    Ok(())
}

#[tokio::test]
async fn orders_and_threads_hold_every_message() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let mut store = with_messages(&dovecot, 30).await?;
    let uids = store.uids().await?;
    for by in
        [SortBy::Arrival, SortBy::Date, SortBy::From, SortBy::To, SortBy::Subject, SortBy::Size]
    {
        let mut order = store.sort(by, true, Criteria::All).await?;
        order.sort_unstable();
        assert_eq!(order, uids, "{by:?}");
    }
    let mut threaded: Vec<u32> = store.threads(Criteria::All).await?.concat();
    threaded.sort_unstable();
    assert_eq!(threaded, uids);
    Ok(())
}

#[tokio::test]
async fn index_rows_say_what_rows_say() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let mut store = with_messages(&dovecot, 60).await?;
    let uids = store.uids().await?;
    let indexed = store.index_rows(&uids).await?;
    let rows = store.rows_by_uid(&uids).await?;
    assert_eq!(indexed.len(), 60);
    for (indexed, row) in indexed.iter().zip(&rows) {
        assert_eq!((&indexed.row.envelope, indexed.row.uid), (&row.envelope, row.uid));
        assert_eq!((indexed.row.size, indexed.row.internal_date), (row.size, row.internal_date));
        assert!(indexed.modseq.is_some());
    }
    let sizes: u64 = rows.iter().map(|row| u64::from(row.size)).sum();
    assert_eq!(store.size_of(&inbox()).await?, sizes);
    assert_eq!(store.saved_at(&uids[..1]).await?.len(), 1);
    let mut whole = Vec::new();
    let size = store.download(uids[0], "", &mut whole).await?;
    assert_eq!((size, whole.len() as u64), (u64::from(rows[0].size), u64::from(rows[0].size)));
    Ok(())
}

#[tokio::test]
async fn what_changed_outside_is_told_on_selection() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let mut store = with_messages(&dovecot, 10).await?;
    let uids = store.uids().await?;
    let anna = dovecot.person("anna");
    // Another connection looks first: Dovecot keeps modification numbers once somebody asked.
    let mut other = connect(&dovecot, &anna).await?;
    let before = other.select(&inbox()).await?;
    let modseq = before.highest_modseq.context("no modification number")?;
    store.store_flags(&uids[4..5], &[Flag::Flagged], &[]).await?;
    store.expunge(&uids[..2]).await?;
    let known = Known { uid_validity: before.uid_validity, modseq, uids: &uids };
    let (selected, since) = other.select_since(&inbox(), known).await?;
    let since = since.context("Dovecot knows QRESYNC")?;
    assert_eq!(selected.exists, 8);
    assert_eq!(since.vanished, uids[..2]);
    let changed: Vec<u32> = since.changed.iter().map(|of| of.uid).collect();
    assert_eq!(changed, uids[4..5]);
    assert!(since.changed[0].flags.contains(&Flag::Flagged));
    let stranger = Known { uid_validity: before.uid_validity ^ 1, ..known };
    assert_eq!(other.select_since(&inbox(), stranger).await?.1, None);
    Ok(())
}

#[tokio::test]
async fn mailboxes_come_and_go_with_their_names() -> Result<()> {
    let dovecot = Dovecot::start().await?;
    let mut store = connect(&dovecot, &dovecot.person("anna")).await?;
    let namespaces = store.namespaces().await?;
    assert!(!namespaces.personal.is_empty());
    let (old, new) = (MailboxName::from_text("Entwürfe 台北"), MailboxName::from_text("Q&A"));
    store.create_for(&old, Role::Archive).await?;
    assert!(matches!(store.create(&old).await, Err(Error::AlreadyExists)));
    store.select(&old).await?;
    store.rename(&old, &new).await?;
    store.subscribe(&new).await?;
    let message = |text: &str| NewMessage {
        flags: vec![Flag::Seen],
        internal_date: Some(1_000_000_000),
        octets: format!("Subject: {text}\r\n\r\n{text}\r\n").into_bytes(),
    };
    let added = store.append_each(&new, vec![message("one"), message("two")]).await;
    let added = added.into_iter().collect::<Result<Vec<_>, _>>()?;
    assert_eq!(added.len(), 2);
    assert_eq!(store.status(&new).await?.messages, 2);
    store.select(&new).await?;
    if added.iter().all(Option::is_some) {
        let uids: Vec<u32> = added.into_iter().flatten().map(|(_, uid)| uid).collect();
        assert_eq!(uids, store.uids().await?);
    }
    store.delete(&new).await?;
    store.unsubscribe(&new).await?;
    assert!(store.list().await?.iter().all(|mailbox| mailbox.name != new));
    assert!(matches!(store.select(&new).await, Err(Error::NonExistent)));
    Ok(())
}
