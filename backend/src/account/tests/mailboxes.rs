//! Mailboxes made, renamed, moved, removed, subscribed to and chosen for a role.

use postern_shared::mailbox::{Mailbox, Role};

use super::*;
use crate::store;

impl Stage {
    async fn tree(&self) -> Vec<Mailbox> {
        self.account.list_mailboxes().await.unwrap()
    }

    async fn make(&self, parent: Option<&MailboxId>, name: &str) -> MailboxId {
        self.account.create_mailbox(parent.cloned(), name.to_owned()).await.unwrap().0
    }
}

#[tokio::test]
async fn a_renamed_mailbox_takes_along_what_lies_below_it_and_comes_back() {
    // Where the server names mailboxes for good it also keeps its id.
    for object_id in [true, false] {
        let capabilities = Capabilities { object_id, ..Capabilities::every() };
        let host = MailHost::builder().capabilities(capabilities).user(ALICE, "Alice", "secret");
        rename_and_come_back(Stage::on(host.start().await.unwrap(), 0).await, object_id).await;
    }
}

async fn rename_and_come_back(stage: Stage, same: bool) {
    let work = stage.make(None, "Büro").await;
    let year = stage.make(Some(&work), "2024").await;
    let place = stage.make(None, "台北").await;
    let account = &stage.account;
    let (renamed, back) =
        account.rename_mailbox(work.clone(), Some(place), "Q&A".into()).await.unwrap();
    assert!(stage.host.mailbox_names(ALICE).contains(&"台北/Q&A/2024".to_owned()));
    let to = |from: &MailboxId| renamed.iter().find(|one| one.from == *from).unwrap().to.clone();
    let tree = stage.tree().await;
    let found = |id: &MailboxId| tree.iter().find(|mailbox| mailbox.id == *id).cloned();
    let (now, below) = (found(&to(&work)).unwrap(), found(&to(&year)).unwrap());
    assert_eq!((now.name.as_str(), below.parent.as_ref()), ("Q&A", Some(&now.id)));
    assert!(now.subscribed && below.subscribed);
    assert_eq!((found(&work).is_some(), now.id == work), (same, same));
    account.take_back(back).await.unwrap();
    let names = stage.host.mailbox_names(ALICE);
    assert!(names.contains(&"Büro/2024".to_owned()), "{names:?}");
}

#[tokio::test]
async fn names_that_no_mailbox_can_have_are_refused_before_the_server_is_asked() {
    let stage = Stage::new(0).await;
    let work = stage.make(None, "Work").await;
    let account = &stage.account;
    for bad in ["", "a/b", "a\r\nb", "a*"] {
        let made = account.create_mailbox(None, bad.into()).await;
        assert!(matches!(made, Err(Error::Invalid(_))), "{bad:?}: {made:?}");
    }
    let twice = account.create_mailbox(None, "Work".into()).await;
    assert!(matches!(twice, Err(Error::Store(store::Error::AlreadyExists))), "{twice:?}");
    let below = stage.make(Some(&work), "Below").await;
    let circle = account.rename_mailbox(work, Some(below), "Work".into()).await;
    assert!(matches!(circle, Err(Error::Invalid(_))), "{circle:?}");
    let inbox = stage.mailbox("inbox").await;
    let renamed = account.rename_mailbox(inbox.clone(), None, "Other".into()).await;
    assert!(matches!(renamed, Err(Error::Invalid(_))), "{renamed:?}");
    assert!(matches!(account.delete_mailbox(inbox).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_removed_mailbox_goes_with_what_lies_below_it_and_its_windows_know() {
    let mut stage = Stage::new(0).await;
    let work = stage.make(None, "Work").await;
    let below = stage.make(Some(&work), "2024").await;
    stage.make(None, "Workshop").await;
    let view = View::of_mailbox(stage.account.facts().id.clone(), below);
    let open = OpenWindow { window: WINDOW, view, anchor: Anchor::Offset(0), count: 5 };
    stage.account.open_window(LINK, open).await.unwrap();
    stage.account.delete_mailbox(work).await.unwrap();
    stage.event(|event| matches!(event, Event::WindowStale(WINDOW)).then_some(())).await;
    let names = stage.host.mailbox_names(ALICE);
    assert!(!names.iter().any(|name| name.starts_with("Work/") || name == "Work"), "{names:?}");
    assert!(names.contains(&"Workshop".to_owned()));
}

#[tokio::test]
async fn a_chosen_role_is_kept_follows_a_renaming_and_comes_back() {
    let stage = Stage::new(0).await;
    let kept = stage.make(None, "Kept").await;
    let back = stage.account.set_mailbox_role(kept.clone(), Some(Role::Archive)).await.unwrap();
    let of_role = |tree: &[Mailbox]| {
        let mut found = tree.iter().filter(|mailbox| mailbox.role == Some(Role::Archive));
        let name = found.next().map(|mailbox| mailbox.name.clone());
        assert!(found.next().is_none(), "a role is one mailbox's");
        name
    };
    assert_eq!(of_role(&stage.tree().await).as_deref(), Some("Kept"));
    stage.account.rename_mailbox(kept, None, "Stored".into()).await.unwrap();
    let again = Account::start(facts(&stage.host), stage.surroundings.clone(), None);
    let tree = again.ask(Urgency::Now, |actor| async { Ok(actor.tree.shown()) }.boxed()).await;
    assert_eq!(of_role(&tree.unwrap()).as_deref(), Some("Stored"));
    again.stop().await;
    stage.account.take_back(back).await.unwrap();
    assert_eq!(of_role(&stage.tree().await).as_deref(), Some("Archive"));
    let archive = stage.mailbox("Archive").await;
    stage.account.set_mailbox_role(archive.clone(), None).await.unwrap();
    assert_eq!(of_role(&stage.tree().await), None);
    let inbox = stage.account.set_mailbox_role(archive, Some(Role::Inbox)).await;
    assert!(matches!(inbox, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_subscription_ends_and_comes_back() {
    let stage = Stage::new(0).await;
    let work = stage.make(None, "Work").await;
    let subscribed = |tree: Vec<Mailbox>| {
        tree.into_iter().find(|mailbox| mailbox.name == "Work").unwrap().subscribed
    };
    assert!(subscribed(stage.tree().await));
    let back = stage.account.subscribe_mailbox(work, false).await.unwrap();
    assert!(!subscribed(stage.tree().await));
    stage.account.take_back(back).await.unwrap();
    assert!(subscribed(stage.tree().await));
}

#[tokio::test]
async fn a_made_mailbox_is_taken_back_only_while_nothing_is_in_it() {
    let stage = Stage::new(1).await;
    let (made, back) = stage.account.create_mailbox(None, "New".into()).await.unwrap();
    let key = stage.open(0, 10).await.rows[0].clone().unwrap().key;
    let moved = stage.account.move_messages(Targets::Keys(vec![key]), made).await.unwrap();
    assert!(stage.account.take_back(back.clone()).await.is_err());
    stage.account.take_back(moved.undo).await.unwrap();
    stage.account.take_back(back).await.unwrap();
    assert!(!stage.host.mailbox_names(ALICE).contains(&"New".to_owned()));
}
