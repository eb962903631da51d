//! An account whose mailboxes are our own: the actor does not know the difference.

use postern_shared::mailbox::Role;
use postern_shared::message::MessageKey;
use postern_shared::uid::Uid;

use super::*;
use crate::blob::Blobs;
use crate::store::MailboxName;
use crate::store::index::{Indexes, Settings};
use crate::store::local::{Delivered, Delivery, Label, Stores, UserStore};
use crate::store::query::{Day, Query, parse};

struct Home {
    store: UserStore,
    stage: Stage,
    _disk: tempfile::TempDir,
}

impl Home {
    /// An account whose inbox holds so many messages, with an index.
    async fn new(messages: usize) -> Self {
        let disk = tempfile::tempdir().unwrap();
        let (blobs, clock) = (Blobs::open(disk.path()).unwrap(), Clock::system());
        let stores = Stores::new(disk.path(), blobs, clock.clone(), 0);
        let mail = stores.at_need(UserId([1; 16]));
        let store = mail.open().await.unwrap();
        let host = MailHost::builder().user(ALICE, "Alice", "secret").start().await.unwrap();
        let facts = Facts { local: Some(mail), ..facts(&host) };
        store.connect(&facts.id.0).await.unwrap();
        let index = Indexes::new(Settings { directory: None, most_bytes: 1 << 20 }).of("alice");
        let shelf = Some(Shelf { index, progress: Progress::default() });
        for number in 1..=messages {
            deliver(&store, &facts, number).await;
        }
        let stage = Stage::keeping(host, facts, clock, shelf).await;
        Self { store, stage, _disk: disk }
    }
}

async fn deliver(store: &UserStore, facts: &Facts, number: usize) {
    let delivery = Delivery {
        mailbox: MailboxName::from_text("INBOX"),
        message: Bytes::from(message(number)).into(),
        flags: Vec::new(),
        received_at: 1_700_000_000 + number as i64,
        name: number.to_string(),
        label: Label::default(),
    };
    let delivered = store.deliver(&facts.id.0, vec![delivery]).await.unwrap();
    assert!(matches!(delivered[..], [Delivered::As(_)]));
}

fn key_of(window: &Window, row: usize) -> MessageKey {
    window.rows[row].clone().unwrap().key
}

#[tokio::test]
async fn windows_on_local_mail_are_told_what_arrives_and_what_others_do() {
    let mut home = Home::new(5).await;
    let window = home.stage.open(0, 3).await;
    assert_eq!(subjects(&window.rows), ["Number 5", "Number 4", "Number 3"]);
    assert_eq!(window.total, Total::Exact(5));
    deliver(&home.store, home.stage.account.facts(), 6).await;
    let delta = home.stage.delta().await;
    assert_eq!(delta.total, Total::Exact(6));
    let row = delta.inserted[0].1.as_ref().unwrap();
    assert_eq!(row.envelope.subject, "Number 6");
    // Another device of the same user.
    let mut other = home.store.connect(&home.stage.account.facts().id.0).await.unwrap();
    other.select(&MailboxName::from_text("INBOX")).await.unwrap();
    other.store_flags(&[6], &[Flag::Flagged], &[]).await.unwrap();
    while !home.stage.delta().await.changed.iter().any(|(_, flags)| flags.flagged()) {}
    other.expunge(&[5]).await.unwrap();
    while home.stage.delta().await.total != Total::Exact(5) {}
    let window = home.stage.open(0, 3).await;
    assert_eq!(subjects(&window.rows), ["Number 6", "Number 4", "Number 3"]);
}

#[tokio::test]
async fn local_mail_is_opened_found_moved_and_taken_back() {
    let home = Home::new(4).await;
    let account = &home.stage.account;
    let window = home.stage.open(0, 10).await;
    let key = key_of(&window, 1);
    let opened = account.open_message(key.clone(), Urgency::Now).await.unwrap();
    assert_eq!(opened.summary.envelope.subject, "Number 3");
    let (body, _) = account.body(&key, None).await.unwrap();
    assert!(body.html.contains("Text 3."), "{}", body.html);
    let inbox = home.stage.mailbox("inbox").await;
    let query: Query = parse("body:\"text 3\"", Day::of(2026, 11, 22).unwrap()).unwrap();
    let found = account.search_mailbox(inbox.clone(), query).await.unwrap();
    assert_eq!((found.uids, found.exact), (vec![3], true));

    let trash = home.stage.mailbox("Trash").await;
    let done =
        account.move_messages(Targets::Keys(vec![key.clone()]), trash.clone()).await.unwrap();
    let moved = done.outcome.moved[0].to.clone().unwrap();
    assert_eq!((moved.mailbox, moved.uid), (trash, Uid(1)));
    assert_eq!(home.stage.open(0, 10).await.total, Total::Exact(3));
    account.take_back(done.undo).await.unwrap();
    let window = home.stage.open(0, 10).await;
    assert_eq!(subjects(&window.rows), ["Number 3", "Number 4", "Number 2", "Number 1"]);
    let done = account.mark_all_seen(inbox).await.unwrap();
    assert_eq!(done.outcome.done, 4);
    let targets = Targets::Keys(vec![key_of(&window, 0)]);
    account.expunge_messages(targets).await.unwrap();
    assert_eq!(home.stage.open(0, 10).await.total, Total::Exact(3));
}

#[tokio::test]
async fn local_mailboxes_have_their_roles_and_are_made_and_renamed() {
    let home = Home::new(0).await;
    let account = &home.stage.account;
    let mut roles: Vec<Role> =
        account.list_mailboxes().await.unwrap().into_iter().filter_map(|it| it.role).collect();
    roles.sort();
    let usual = [Role::Inbox, Role::Drafts, Role::Sent, Role::Archive, Role::Junk, Role::Trash];
    assert_eq!(roles, usual);
    let (plans, _) = account.create_mailbox(None, "Pläne".into()).await.unwrap();
    let (below, _) = account.create_mailbox(Some(plans.clone()), "2026".into()).await.unwrap();
    let (renamed, _) = account.rename_mailbox(plans.clone(), None, "Fertig".into()).await.unwrap();
    assert!(renamed.iter().all(|one| one.from == one.to), "a local mailbox keeps its id");
    let tree = account.list_mailboxes().await.unwrap();
    let found = tree.iter().find(|mailbox| mailbox.id == below).unwrap();
    assert_eq!((found.name.as_str(), found.parent.as_ref()), ("2026", Some(&plans)));
}
