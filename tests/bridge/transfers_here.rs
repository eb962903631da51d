//! Mail that lies here, taken out, brought in, and on its way to a server and back: as it was.

use std::io::Cursor;

use anyhow::{Context, Result, ensure};
use postern::bundle::messages::{Reading, read};
use postern_mailhost::Quota;
use postern_shared::account::AccountId;
use postern_shared::api::messages::{MoveMessages, Targets, UndoAction};
use postern_shared::api::transfers::ImportMessages;
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::{MailboxId, Role};
use postern_shared::session::AccountAdded;
use postern_shared::transfer::{Form, Stage};
use postern_shared::window::{Scope, View, Within};
use postern_tests::message;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::world::World;

use crate::accounts::all_online;
use crate::crossing::{contents, mailbox};
use crate::transfers::{ended, fill_mailbox, import, taken_out, uploaded};

/// How many messages a file holds.
pub(crate) fn counted(file: &[u8]) -> Result<u64> {
    let aside = tempfile::tempdir()?;
    let reading = Reading { name: "mail", aside: aside.path(), largest: 0, skip: u64::MAX };
    Ok(read(Cursor::new(file), reading, &mut |_| true)?)
}

/// An account of IMAP, beside it one whose mail lies here; the second one's id.
pub(crate) async fn both() -> Result<(Scene, Visitor, Tab, AccountId)> {
    let scene = crate::maildrops::both(World::in_memory().await?).await?;
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let (status, text) = crate::maildrops::add(&visitor, &scene.person("ben")).await?;
    ensure!(status == 200, "{status} {text}");
    let AccountAdded { account } = serde_json::from_str(&text)?;
    all_online(&mut tab, 2).await?;
    Ok((scene, visitor, tab, account))
}

/// All messages of a mailbox, without naming them.
fn all_of(account: &AccountId, mailbox: &MailboxId) -> Targets {
    let view = View::of_mailbox(account.clone(), mailbox.clone());
    Targets::View { view, except: Vec::new() }
}

#[tokio::test]
async fn local_mail_goes_out_comes_in_and_crosses_as_it_was() -> Result<()> {
    const MESSAGES: usize = 30;
    let (scene, visitor, mut tab, here) = both().await?;
    let (anna, own) = (scene.person("anna"), tab.id());
    let mut hers = scene.world.session(&anna).await?;
    fill_mailbox(&mut hers, &anna, "INBOX", MESSAGES - 1).await?;
    let large = message::with_attachment(&anna, &anna, "Large", 1_600_000);
    hers.append_dated("INBOX", "\\Seen \" 3-Nov-2026 10:00:00 +0000\"", &large).await?;
    let before = contents(&mut hers, "INBOX").await?;
    let inbox = mailbox(&mut tab, &own, Role::Inbox).await?;
    let archive = mailbox(&mut tab, &here, Role::Archive).await?;

    let to = archive.clone();
    let call = MoveMessages { action: action(), targets: all_of(&own, &inbox), to };
    let outcome = tab.link.call(call).await?;
    assert_eq!((outcome.done as usize, outcome.failure), (MESSAGES, None));
    assert!(contents(&mut hers, "INBOX").await?.is_empty());
    for (form, role) in [(Form::Mbox, Role::Junk), (Form::Zip, Role::Trash)] {
        let view = View::of_mailbox(here.clone(), archive.clone());
        let file = taken_out(&visitor, &mut tab, view, form).await?;
        assert_eq!(counted(&file)?, MESSAGES as u64);
        // Into another local mailbox, and once more without what is there.
        let local = mailbox(&mut tab, &here, role).await?;
        for (skip_known, expect) in [(false, (MESSAGES, 0)), (true, (0, MESSAGES))] {
            let upload = uploaded(scene.home(), &visitor, "mail", &file).await?;
            let call = import(&tab, Some(local.clone()), upload);
            let call = ImportMessages { account: here.clone(), skip_known, ..call };
            let id = tab.link.call(call).await?;
            let done = ended(&mut tab, &id).await?;
            assert_eq!(done.stage, Stage::Done);
            assert_eq!((done.done as usize, done.known as usize), expect, "{form:?}");
        }
        // Over to the server, where it can be looked at.
        let to = mailbox(&mut tab, &own, role).await?;
        let call = MoveMessages { action: action(), targets: all_of(&here, &local), to };
        let outcome = tab.link.call(call).await?;
        assert_eq!((outcome.done as usize, outcome.failure), (MESSAGES, None));
        let name = if role == Role::Junk { "Junk" } else { "Trash" };
        assert_eq!(contents(&mut hers, name).await?, before, "{form:?}");
    }
    let back = MoveMessages { action: action(), targets: all_of(&here, &archive), to: inbox };
    let moved = back.action;
    tab.link.call(back).await?;
    assert_eq!(contents(&mut hers, "INBOX").await?, before);
    let outcome = tab.link.call(UndoAction { action: action(), undone: moved }).await?;
    assert_eq!(outcome.done as usize, MESSAGES);
    assert!(contents(&mut hers, "INBOX").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn what_does_not_fit_at_the_server_stays_here() -> Result<()> {
    let (scene, visitor, mut tab, here) = both().await?;
    let (anna, own) = (scene.person("anna"), tab.id());
    let mut hers = scene.world.session(&anna).await?;
    fill_mailbox(&mut hers, &anna, "INBOX", 12).await?;
    let before = contents(&mut hers, "INBOX").await?;
    let inbox = mailbox(&mut tab, &own, Role::Inbox).await?;
    let archive = mailbox(&mut tab, &here, Role::Archive).await?;
    let to = archive.clone();
    let call = MoveMessages { action: action(), targets: all_of(&own, &inbox), to };
    assert_eq!(tab.link.call(call).await?.done, 12);
    let quota = Quota { messages: Some(5), ..Quota::default() };
    scene.world.host().set_quota(&anna.address, Some(quota))?;
    let to = inbox.clone();
    let call = MoveMessages { action: action(), targets: all_of(&here, &archive), to };
    let outcome = tab.link.call(call).await?;
    let failure = outcome.failure.context("it says so")?;
    assert_eq!((outcome.done, failure.code), (5, ErrorCode::OverQuota));
    let view = View::of_mailbox(here.clone(), archive.clone());
    let file = taken_out(&visitor, &mut tab, view, Form::Mbox).await?;
    assert_eq!(counted(&file)?, 7);
    // The same the other way round: what came in is there once, and the rest comes when it fits.
    let upload = uploaded(scene.home(), &visitor, "mail", &file).await?;
    let call = import(&tab, Some(inbox.clone()), upload.clone());
    let id = tab.link.call(call.clone()).await?;
    assert_eq!(ended(&mut tab, &id).await?.stage, Stage::Failed(ErrorCode::OverQuota));
    let quota = Quota { messages: Some(8), ..Quota::default() };
    scene.world.host().set_quota(&anna.address, Some(quota))?;
    let call = ImportMessages { action: action(), ..call };
    assert_eq!(tab.link.call(call.clone()).await?, id, "it goes on");
    let left = ended(&mut tab, &id).await?;
    assert_eq!((left.stage, left.done), (Stage::Failed(ErrorCode::OverQuota), 3));
    scene.world.host().set_quota(&anna.address, None)?;
    tab.link.call(ImportMessages { action: action(), ..call }).await?;
    let done = ended(&mut tab, &id).await?;
    assert_eq!((done.stage, done.done), (Stage::Done, 7));
    assert_eq!(contents(&mut hers, "INBOX").await?, before);
    Ok(())
}

#[tokio::test]
async fn a_search_and_everything_are_taken_out_of_all_accounts() -> Result<()> {
    let (scene, visitor, mut tab, here) = both().await?;
    let (anna, own) = (scene.person("anna"), tab.id());
    let mut hers = scene.world.session(&anna).await?;
    fill_mailbox(&mut hers, &anna, "INBOX", 4).await?;
    scene.world.file(&anna, "INBOX", "Wanted by anna").await?;
    scene.world.file(&anna, "Trash", "Thrown away").await?;
    scene.world.file(&anna, "Sent", "Wanted by ben").await?;
    let sent = mailbox(&mut tab, &own, Role::Sent).await?;
    let to = mailbox(&mut tab, &here, Role::Archive).await?;
    let call = MoveMessages { action: action(), targets: all_of(&own, &sent), to };
    assert_eq!(tab.link.call(call).await?.done, 1);
    let any = View::of_mailbox(own.clone(), sent);
    let search = |within| Scope::Search { query: "subject:wanted".into(), within };
    for (scope, expect) in [
        (search(Within::All), 2),
        (search(Within::Account(here.clone())), 1),
        (Scope::All, 7),
        (Scope::Account(own), 6),
        (Scope::Role(Role::Archive), 1),
    ] {
        let view = View { scope: scope.clone(), ..any.clone() };
        if matches!(scope, Scope::Search { .. }) {
            // What came or was moved a moment ago is found once it was heard of.
            let mut found = tab.open_view(view.clone()).await?;
            tab.follow(&mut found, "what is found", |list| list.rows.len() as u64 == expect)
                .await?;
        }
        let file = taken_out(&visitor, &mut tab, view, Form::Zip).await?;
        assert_eq!(counted(&file)?, expect, "{scope:?}");
    }
    Ok(())
}
