//! Mail that lies here, of an account of POP3: what happens when there is no room.

use anyhow::{Context, Result};
use postern_shared::api::collecting::{CollectNow, SetPolicy};
use postern_shared::api::drafts::SaveDraft;
use postern_shared::api::mailboxes::ReadQuota;
use postern_shared::api::messages::{ExpungeMessages, Targets};
use postern_shared::collecting::{Cause, Collecting, Policy, Removal, Stage};
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::Role;
use postern_tests::list::List;
use postern_tests::message;
use postern_tests::scene::Scene;
use postern_tests::visitor::{OpenList, Tab, action};
use postern_tests::world::World;

use crate::collecting::until;
use crate::send::letter;
use crate::uploads::upload;

fn deliver(scene: &Scene, subject: &str, octets: usize) -> Result<()> {
    let anna = scene.person("anna");
    let text = "words of it\r\n".repeat(1 + octets / 13);
    let letter = message::plain(&anna, &anna, subject, &text);
    scene.world.host().deliver(&anna.address, letter)?;
    Ok(())
}

/// Waits until a list is so long.
async fn follow(tab: &mut Tab, open: &mut OpenList, count: usize) -> Result<()> {
    tab.follow(open, &format!("{count} messages"), |list: &List| list.rows.len() == count).await
}

async fn set(tab: &mut Tab, removal: Removal) -> Result<()> {
    let policy = Policy { removal, ..Policy::default() };
    tab.link.call(SetPolicy { action: action(), account: tab.id(), policy }).await
}

#[tokio::test]
async fn what_has_no_room_is_refused_by_name_and_comes_once_there_is() -> Result<()> {
    const LARGE: usize = 600_000;
    let scene = Scene::of_maildrops(World::in_memory().await?, "[limits]\nquota_mb = 1\n").await?;
    deliver(&scene, "First", LARGE)?;
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let mut inbox = tab.open(Role::Inbox).await?;
    follow(&mut tab, &mut inbox, 1).await?;
    let is_resting = |it: &Collecting| matches!(it.stage, Stage::Waiting(left) if left > 1_000);
    until(&mut tab, "the first round", is_resting).await?;
    set(&mut tab, Removal::AfterDownload).await?;
    deliver(&scene, "Second", LARGE)?;
    let account = tab.id();
    tab.link.call(CollectNow { account: account.clone() }).await?;
    let is_full = |it: &Collecting| match &it.stage {
        Stage::Failed(Cause::Error(error), _) => error.code == ErrorCode::OverQuota,
        _ => false,
    };
    until(&mut tab, "a refusal", is_full).await?;
    let anna = scene.person("anna").address;
    let left = || scene.world.host().mailbox(&anna, "INBOX").map_or(0, |it| it.messages.len());
    assert_eq!(left(), 2, "what has no room here is the last thing to remove there");

    let mut draft = letter(&tab, &scene.person("ben"), "Large");
    draft.attachments = vec![upload(scene.home(), &visitor, "large.bin", &[7; LARGE]).await?];
    let call = SaveDraft { action: action(), draft: draft.clone(), mine: vec![] };
    assert_eq!(tab.link.refusal(call).await?.code, ErrorCode::OverQuota);
    assert!(tab.open(Role::Drafts).await?.list.rows.is_empty());
    // A small one has room, and what is there can be looked at.
    draft.attachments.clear();
    crate::drafts::keep(&mut tab, &mut draft).await?;
    assert_eq!(tab.open(Role::Drafts).await?.list.rows.len(), 1);
    let mailbox = tab.mailbox(Role::Inbox).await?.id;
    let quota = tab.link.call(ReadQuota { account: account.clone(), mailbox }).await?;
    assert_eq!(quota[0].limit, 1 << 20);

    let key = inbox.list.row("First").context("it came")?.key.clone();
    let call = ExpungeMessages { action: action(), targets: Targets::Keys(vec![key]) };
    tab.link.call(call).await?;
    tab.link.call(CollectNow { account }).await?;
    tab.follow(&mut inbox, "the second", |list: &List| list.subjects() == ["Second"]).await?;
    until(&mut tab, "the end of the round", is_resting).await?;
    assert_eq!(left(), 0);
    Ok(())
}
