//! A mail server that refuses, garbles or goes away gives an error code, never an empty mailbox.

use anyhow::{Context, Result};
use postern_mailhost::{ImapEffect, Trigger};
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::Role;
use postern_shared::window::{Anchor, Total};
use postern_tests::scene::Scene;

fn effects() -> Vec<(ImapEffect, &'static [ErrorCode])> {
    use ErrorCode::{Garbled, Limit, NonExistent, Refused, Unavailable};
    vec![
        (ImapEffect::No("[UNAVAILABLE] Later".into()), &[Unavailable, Refused]),
        (ImapEffect::No("Because".into()), &[Refused]),
        (ImapEffect::Bad("What?".into()), &[Refused, Garbled]),
        (ImapEffect::Bye("Going down".into()), &[Unavailable]),
        (ImapEffect::Close, &[Unavailable]),
        (ImapEffect::CloseAfter(10), &[Unavailable, Garbled]),
        (ImapEffect::DropMidLiteral, &[Unavailable, Garbled]),
        (ImapEffect::Garbage(b"* 1 FETCH (((((".to_vec()), &[Garbled, Unavailable]),
        (ImapEffect::Silent, &[Garbled, NonExistent]),
        (ImapEffect::GiantLiteral(5_000_000_000), &[Garbled, Limit, Unavailable]),
    ]
}

/// Strikes `command` with each effect while a window opens: rows or an error, never emptiness.
async fn check_window(command: &str) -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    scene.world.file(&anna, "INBOX", "Still here").await?;
    let faults = scene.world.host().faults();
    let mut tab = scene.tab("anna").await?;
    let inbox = tab.window(Role::Inbox, Anchor::Offset(0), 50).await?;
    for (effect, codes) in effects() {
        // Another mailbox in between, so that this one has to be selected and read anew.
        tab.open(Role::Sent).await.with_context(|| format!("before {command}, {effect:?}"))?;
        let fault = faults.imap(Trigger::on(command).user(&anna.address), effect.clone());
        match tab.link.call(inbox.clone()).await {
            Ok(window) => {
                assert_eq!(window.total, Total::Exact(1), "{command}, {effect:?}: {window:?}");
            }
            Err(error) => {
                let error = error.downcast::<postern_shared::error::CallError>()?;
                assert!(codes.contains(&error.code), "{command}, {effect:?}: {error:?}");
            }
        }
        faults.clear(fault);
        tab.recovered().await?;
        let window = tab.link.call(inbox.clone()).await;
        let window = window.with_context(|| format!("after {command}, {effect:?}"))?;
        assert_eq!(window.total, Total::Exact(1), "after {command}, {effect:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_broken_select_never_empties_a_window() -> Result<()> {
    check_window("SELECT").await
}

#[tokio::test]
async fn a_broken_fetch_never_empties_a_window() -> Result<()> {
    check_window("FETCH").await
}

#[tokio::test]
async fn a_broken_search_never_empties_a_window() -> Result<()> {
    check_window("SEARCH").await
}

#[tokio::test]
async fn a_broken_list_never_empties_the_tree() -> Result<()> {
    for (effect, _) in effects() {
        let scene = Scene::in_memory().await?;
        let faults = scene.world.host().faults();
        let visitor = scene.visitor("anna").await?;
        let fault = faults.imap(Trigger::on("LIST"), effect.clone());
        let mut link = postern_tests::link::Link::open(&visitor.handshake()).await?;
        let accounts = link.call(postern_shared::api::accounts::ListAccounts).await?;
        let account = accounts[0].id.clone();
        let listed = link.call(postern_shared::api::mailboxes::ListMailboxes { account }).await;
        if let Ok(mailboxes) = listed {
            assert!(
                mailboxes.iter().any(|mailbox| mailbox.role == Some(Role::Inbox)),
                "{effect:?}"
            );
        }
        faults.clear(fault);
        assert!(!visitor.tab().await?.mailboxes().await?.is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn a_message_that_cannot_be_fetched_is_an_error_and_comes_later() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    scene.world.file(&anna, "INBOX", "Later").await?;
    let faults = scene.world.host().faults();
    let mut tab = scene.tab("anna").await?;
    for (effect, _) in effects() {
        let inbox = tab.open(Role::Inbox).await?;
        let key = inbox.list.row("Later").expect("it was filed").key.clone();
        let fault = faults.imap(Trigger::on("FETCH").user(&anna.address), effect.clone());
        let call = OpenMessage { key, urgency: Urgency::Now };
        let outcome = tab.link.call(call.clone()).await;
        faults.clear(fault);
        if let Err(error) = outcome {
            let error = error.downcast::<postern_shared::error::CallError>()?;
            assert_ne!(error.code, ErrorCode::NonExistent, "{effect:?}");
            assert_ne!(error.code, ErrorCode::Internal, "{effect:?}");
        }
        tab.recovered().await?;
        let opened = tab.link.call(call).await?;
        assert_eq!(opened.summary.envelope.subject, "Later");
    }
    Ok(())
}

#[tokio::test]
async fn a_cancelled_mutation_is_answered_with_what_it_did() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    scene.world.file(&anna, "INBOX", "Starred").await?;
    let mut tab = scene.tab("anna").await?;
    let inbox = tab.open(Role::Inbox).await?;
    let key = inbox.list.row("Starred").expect("it was filed").key.clone();
    let slow = ImapEffect::Slow(std::time::Duration::from_millis(200));
    let fault = scene.world.host().faults().imap(Trigger::on("STORE"), slow);
    let change = postern_shared::flag::FlagChange {
        add: vec![postern_shared::flag::Flag::Flagged],
        remove: vec![],
    };
    let call = postern_shared::api::messages::ChangeFlags {
        action: postern_tests::visitor::action(),
        targets: postern_shared::api::messages::Targets::Keys(vec![key]),
        change,
    };
    let (id, reply) = tab.link.ask(call).await?;
    postern_tests::wait::until("the flag to be on its way", || async {
        Ok((scene.world.host().faults().struck(fault) > 0).then_some(()))
    })
    .await?;
    tab.link.send(&postern_shared::frame::ToBridge::Cancel(id)).await?;
    let reply = postern_tests::wait::within("the reply", async { Ok(reply.await?) }).await?;
    assert!(reply.is_ok(), "{reply:?}");
    Ok(())
}

#[tokio::test]
async fn a_refused_flag_change_is_an_error() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    scene.world.file(&anna, "INBOX", "Kept").await?;
    let mut tab = scene.tab("anna").await?;
    let inbox = tab.open(Role::Inbox).await?;
    let key = inbox.list.row("Kept").expect("it was filed").key.clone();
    for command in ["STORE", "MOVE"] {
        let effect = ImapEffect::No("[NOPERM] Read-only".into());
        scene.world.host().faults().imap(Trigger::on(command), effect);
    }
    let change = postern_shared::flag::FlagChange {
        add: vec![postern_shared::flag::Flag::Flagged],
        remove: vec![],
    };
    let targets = postern_shared::api::messages::Targets::Keys(vec![key]);
    let call = postern_shared::api::messages::ChangeFlags {
        action: postern_tests::visitor::action(),
        targets: targets.clone(),
        change,
    };
    assert_eq!(tab.link.refusal(call).await?.code, ErrorCode::NoPermission);
    let call = postern_shared::api::messages::MoveMessages {
        action: postern_tests::visitor::action(),
        targets,
        to: tab.mailbox(Role::Archive).await?.id,
    };
    assert_eq!(tab.link.refusal(call).await?.code, ErrorCode::NoPermission);
    let again = tab.open(Role::Inbox).await?;
    assert!(again.list.row("Kept").is_some_and(|row| !row.flags.flagged()));
    Ok(())
}
