//! The mail server goes away and comes back: the link says so, and nothing is lost.

use anyhow::Result;
use postern_shared::account::AccountState;
use postern_shared::event::Event;
use postern_shared::mailbox::Role;
use postern_tests::scene::Scene;

#[tokio::test]
async fn a_killed_mail_server_is_told_and_found_again() -> Result<()> {
    for mut scene in [Scene::real().await?, Scene::in_memory().await?] {
        let anna = scene.person("anna");
        scene.world.file(&anna, "INBOX", "Before").await?;
        let mut tab = scene.tab("anna").await?;
        let mut inbox = tab.open(Role::Inbox).await?;
        scene.world.kill().await?;
        tab.link
            .event("word of the loss", |event| match event {
                Event::AccountChanged(account) => {
                    matches!(account.state, AccountState::Offline { .. }).then_some(())
                }
                _ => None,
            })
            .await?;
        scene.world.launch().await?;
        scene.world.file(&anna, "INBOX", "After").await?;
        tab.follow(&mut inbox, "the mail of the meantime", |list| {
            list.subjects() == ["After", "Before"]
        })
        .await?;
        scene.world.at_most(2, &anna).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_changed_password_is_not_tried_again() -> Result<()> {
    use postern_mailhost::{ImapEffect, Trigger};
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    let mut tab = scene.tab("anna").await?;
    tab.open(Role::Inbox).await?;
    for command in ["LOGIN", "AUTHENTICATE"] {
        let effect = ImapEffect::No("[AUTHENTICATIONFAILED] No longer".into());
        scene.world.host().faults().imap(Trigger::on(command), effect);
    }
    scene.world.host().stop().await;
    scene.world.host().restart().await?;
    tab.link
        .event("the need to sign in", |event| match event {
            Event::AccountChanged(account) => {
                (account.state == AccountState::NeedsSignIn).then_some(())
            }
            _ => None,
        })
        .await?;
    let connections = scene.world.host().connections();
    let tries = |person: &str| {
        connections.commands(person, "LOGIN") + connections.commands(person, "AUTHENTICATE")
    };
    let before = tries(&anna.address);
    let refused = tab.window(Role::Inbox, postern_shared::window::Anchor::Offset(0), 10).await;
    if let Ok(call) = refused {
        // Rows that are still known may be shown; the server is not asked.
        let _ = tab.link.call(call).await;
    }
    assert_eq!(tries(&anna.address), before);
    Ok(())
}
