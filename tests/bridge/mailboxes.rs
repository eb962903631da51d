//! Mailboxes and bulk actions through the link, on Dovecot and on the mail host alike.

use anyhow::{Context, Result};
use postern_shared::api::mailboxes::{
    CreateMailbox, DeleteMailbox, EmptyMailbox, MarkAllSeen, ReadQuota, RenameMailbox,
    SetMailboxRole, SubscribeMailbox,
};
use postern_shared::api::messages::{
    ArchiveBy, ArchiveMessages, ChangeFlags, MoveMessages, Targets, UndoAction,
};
use postern_shared::error::ErrorCode;
use postern_shared::event::Event;
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::{Mailbox, Role};
use postern_shared::window::{Scope, View, Within};
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, action};

async fn scenes() -> Result<[Scene; 2]> {
    Ok([Scene::real().await?, Scene::in_memory().await?])
}

async fn named(tab: &mut Tab, name: &str) -> Result<Mailbox> {
    let found = tab.mailboxes().await?.into_iter().find(|mailbox| mailbox.name == name);
    found.with_context(|| format!("no mailbox is called {name}"))
}

#[tokio::test]
async fn a_mailbox_is_made_renamed_moved_and_removed_in_every_script() -> Result<()> {
    for scene in scenes().await? {
        let (mut tab, mut other) = (scene.tab("anna").await?, scene.tab("anna").await?);
        let account = tab.id();
        let create = |parent, name: &str| CreateMailbox {
            action: action(),
            account: account.clone(),
            parent,
            name: name.to_owned(),
        };
        let work = tab.link.call(create(None, "Büro & Café")).await?;
        let below = tab.link.call(create(Some(work.clone()), "日本語")).await?;
        let place = tab.link.call(create(None, "Архив 2")).await?;
        assert_eq!(
            tab.link.refusal(create(None, "Büro & Café")).await?.code,
            ErrorCode::AlreadyExists
        );
        assert_eq!(tab.link.refusal(create(None, "a\nb")).await?.code, ErrorCode::Invalid);
        let rename = RenameMailbox {
            action: action(),
            account: account.clone(),
            mailbox: work.clone(),
            parent: Some(place.clone()),
            name: "📬".into(),
        };
        let undone = rename.action;
        let renamed = tab.link.call(rename).await?;
        assert_eq!(renamed[0].from, work);
        assert!(renamed.iter().any(|one| one.from == below));
        let moved = named(&mut other, "日本語").await?;
        assert_eq!(moved.parent.as_ref(), Some(&renamed[0].to));
        assert_eq!(named(&mut other, "📬").await?.parent, Some(place.clone()));
        let taken_back = tab.link.call(UndoAction { action: action(), undone }).await?;
        assert_eq!((taken_back.done, taken_back.failure), (1, None));
        assert_eq!(named(&mut tab, "Büro & Café").await?.id, work);
        let delete =
            DeleteMailbox { action: action(), account: account.clone(), mailbox: work.clone() };
        tab.link.call(delete).await?;
        assert!(named(&mut tab, "日本語").await.is_err());
        let gone = |event| match event {
            Event::MailboxesChanged(_, all) => {
                (!all.iter().any(|mailbox| mailbox.id == work)).then_some(())
            }
            _ => None,
        };
        other.link.event("the other tab's tree", gone).await?;
    }
    Ok(())
}

#[tokio::test]
async fn subscriptions_roles_and_quotas_are_the_users() -> Result<()> {
    for scene in scenes().await? {
        let mut tab = scene.tab("anna").await?;
        let account = tab.id();
        let name = "Ablage".to_owned();
        let create =
            CreateMailbox { action: action(), account: account.clone(), parent: None, name };
        let mailbox = tab.link.call(create).await?;
        assert!(named(&mut tab, "Ablage").await?.subscribed);
        let hide = SubscribeMailbox {
            action: action(),
            account: account.clone(),
            mailbox: mailbox.clone(),
            subscribed: false,
        };
        tab.link.call(hide).await?;
        assert!(!named(&mut tab, "Ablage").await?.subscribed);
        let choose = SetMailboxRole {
            action: action(),
            account: account.clone(),
            mailbox: mailbox.clone(),
            role: Some(Role::Archive),
        };
        let undone = choose.action;
        tab.link.call(choose).await?;
        assert_eq!(tab.mailbox(Role::Archive).await?.id, mailbox);
        tab.link.call(UndoAction { action: action(), undone }).await?;
        assert_eq!(tab.mailbox(Role::Archive).await?.name, "Archive");
        for quota in tab.link.call(ReadQuota { account, mailbox }).await? {
            assert!(quota.limit > 0, "{quota:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn all_of_a_view_is_changed_archived_and_taken_back_without_being_named() -> Result<()> {
    for scene in scenes().await? {
        let anna = scene.person("anna");
        for subject in ["One", "Two", "Three"] {
            scene.world.file(&anna, "INBOX", subject).await?;
        }
        let mut tab = scene.tab("anna").await?;
        let mut inbox = tab.open(Role::Inbox).await?;
        let spared = inbox.list.row("Two").context("it was filed")?.key.clone();
        let all = |except| Targets::View { view: inbox.call.view.clone(), except };
        let change = FlagChange { add: vec![Flag::Keyword("$Work".into())], remove: vec![] };
        let call = ChangeFlags { action: action(), targets: all(vec![spared.clone()]), change };
        assert_eq!(tab.link.call(call.clone()).await?.done, 2);
        assert_eq!(tab.link.call(call).await?.done, 2, "a repeat is answered from memory");
        let targets = all(vec![]);
        let archive = ArchiveMessages { action: action(), targets, by: ArchiveBy::Year };
        let undone = archive.action;
        let done = tab.link.call(archive).await?;
        assert_eq!((done.done, done.undoable, done.failure), (3, true, None));
        tab.follow(&mut inbox, "the inbox to be empty", |list| list.rows.is_empty()).await?;
        let back = tab.link.call(UndoAction { action: action(), undone }).await?;
        assert_eq!(back.failure, None);
        tab.follow(&mut inbox, "the mail to be back", |list| list.rows.len() == 3).await?;
        let again = UndoAction { action: action(), undone };
        assert_eq!(tab.link.refusal(again).await?.code, ErrorCode::NonExistent);
        assert_eq!(scene.world.session(&anna).await?.count("INBOX").await?, 3);
    }
    Ok(())
}

#[tokio::test]
async fn all_that_a_search_finds_is_changed_without_being_named() -> Result<()> {
    for scene in scenes().await? {
        let anna = scene.person("anna");
        for subject in ["Report one", "Dinner", "Report two"] {
            scene.world.file(&anna, "INBOX", subject).await?;
        }
        let mut tab = scene.tab("anna").await?;
        let inbox = tab.mailbox(Role::Inbox).await?.id;
        for (query, expect) in [("subject:report", 2), ("\"This is Dinner\"", 1)] {
            let within = Within::Mailbox(tab.id(), inbox.clone());
            let scope = Scope::Search { query: query.to_owned(), within };
            let view = View { scope, ..View::of_mailbox(tab.id(), inbox.clone()) };
            let targets = Targets::View { view, except: vec![] };
            let change = FlagChange { add: vec![Flag::Flagged], remove: vec![] };
            let call = ChangeFlags { action: action(), targets, change };
            assert_eq!(tab.link.call(call).await?.done, expect, "{query}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_mailbox_is_marked_seen_and_the_trash_emptied() -> Result<()> {
    for scene in scenes().await? {
        let anna = scene.person("anna");
        for subject in ["One", "Two"] {
            scene.world.file(&anna, "INBOX", subject).await?;
        }
        let mut tab = scene.tab("anna").await?;
        let (account, inbox) = (tab.id(), tab.mailbox(Role::Inbox).await?.id);
        let open = tab.open(Role::Inbox).await?;
        let mailbox = inbox.clone();
        let see = MarkAllSeen { action: action(), account: account.clone(), mailbox };
        let undone = see.action;
        assert_eq!(tab.link.call(see).await?.done, 2);
        let mut session = scene.world.session(&anna).await?;
        session.ok("SELECT INBOX").await?;
        assert!(session.search("UNSEEN").await?.is_empty());
        tab.link.call(UndoAction { action: action(), undone }).await?;
        session.ok("SELECT INBOX").await?;
        assert_eq!(session.search("UNSEEN").await?.len(), 2);
        let empty = |mailbox| EmptyMailbox { action: action(), account: account.clone(), mailbox };
        assert_eq!(tab.link.refusal(empty(inbox)).await?.code, ErrorCode::Invalid);
        let trash = tab.mailbox(Role::Trash).await?.id;
        let targets = Targets::View { view: open.call.view.clone(), except: vec![] };
        tab.link.call(MoveMessages { action: action(), targets, to: trash.clone() }).await?;
        assert_eq!(session.count("Trash").await?, 2);
        assert_eq!(tab.link.call(empty(trash)).await?.done, 2);
        assert_eq!(session.count("Trash").await?, 0);
    }
    Ok(())
}
