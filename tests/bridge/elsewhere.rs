//! What happens in mailboxes that nobody looks at: counts by push, and names that others change.

use anyhow::{Context, Result, ensure};
use postern_mailhost::Capabilities;
use postern_shared::api::mailboxes::CreateMailbox;
use postern_shared::api::windows::CloseWindow;
use postern_shared::event::Event;
use postern_shared::mailbox::{Mailbox, Role};
use postern_shared::window::View;
use postern_tests::bridge::{Bridge, Home};
use postern_tests::ground::{Ground, NOVEMBER};
use postern_tests::list::List;
use postern_tests::visitor::{Visitor, action};
use postern_tests::{message, wait};

/// The round of polling is half a minute: what comes sooner was told (RFC 5465).
#[tokio::test]
async fn counts_of_other_mailboxes_are_told_and_not_polled() -> Result<()> {
    let ground = Ground::dovecot("everything", &["anna"]).await?;
    let person = ground.person("anna");
    let mut other = ground.session(&person).await?;
    ensure!(other.ok("CAPABILITY").await?.line(" NOTIFY").is_some(), "Dovecot has no NOTIFY");
    let bridge = Bridge::start(Home::new(&ground.provider(), "/", "")?).await?;
    let mut tab = Visitor::sign_in(&bridge.home, &person).await?.tab().await?;
    tab.open(Role::Inbox).await?;
    let archive = tab.mailbox(Role::Archive).await?.id;
    let message = message::plain(&person, &person, "Elsewhere", "text");
    // Heard of as soon as the watching connection listens: until then it is done again.
    let mut messages = 0;
    wait::within("news of another mailbox", async {
        loop {
            ground.file((&person, "Archive"), &[], NOVEMBER, &message).await?;
            messages += 1;
            let told = tab.link.event("counts", |event| match event {
                Event::CountsChanged(_, all) => all.into_iter().find(|(id, _)| *id == archive),
                _ => None,
            });
            if let Ok(told) = tokio::time::timeout(wait::PATIENCE / 5, told).await {
                let (_, counts) = told?;
                ensure!(counts.unseen <= messages, "{counts:?} of {messages}");
                return Ok(());
            }
        }
    })
    .await
}

/// Dovecot's STATUS says no more of the selected mailbox than the connection has heard of it.
#[tokio::test]
async fn a_mailbox_that_nobody_has_open_is_followed_while_it_is_selected() -> Result<()> {
    let ground = Ground::dovecot("everything", &["anna"]).await?;
    let person = ground.person("anna");
    let bridge = Bridge::start(Home::new(&ground.provider(), "/", "")?).await?;
    let mut tab = Visitor::sign_in(&bridge.home, &person).await?.tab().await?;
    let inbox = tab.mailbox(Role::Inbox).await?.id;
    // The watching connection is there once it tells of something.
    let mut open = tab.open(Role::Inbox).await?;
    for (subject, count) in [("First", 1), ("Second", 2)] {
        let message = message::plain(&person, &person, subject, "text");
        ground.file((&person, "INBOX"), &[], NOVEMBER, &message).await?;
        let counted = tab.link.event("the count", |event| {
            let all: Vec<_> = match event {
                Event::CountsChanged(_, all) => all,
                // What is found as the watching connection begins comes with the tree.
                Event::MailboxesChanged(_, all) => {
                    all.into_iter().filter_map(|it| Some((it.id, it.counts?))).collect()
                }
                _ => return None,
            };
            all.into_iter().find(|(id, counts)| *id == inbox && counts.messages == count)
        });
        wait::within("the count of the inbox", counted).await?;
        tab.link.call(CloseWindow { window: open.call.window }).await?;
    }
    open = tab.open(Role::Inbox).await?;
    ensure!(open.list.subjects() == ["Second", "First"], "{:?}", open.list.subjects());
    Ok(())
}

#[tokio::test]
async fn a_mailbox_that_another_client_renames_is_the_same_mailbox() -> Result<()> {
    let ground = Ground::host("everything", Capabilities::every(), &["anna"]).await?;
    let person = ground.person("anna");
    let mut other = ground.session(&person).await?;
    other.ok("CREATE Plans").await?;
    let message = message::plain(&person, &person, "A plan", "text");
    ground.file((&person, "Plans"), &[], NOVEMBER, &message).await?;
    let bridge = Bridge::start(Home::new(&ground.provider(), "/", "")?).await?;
    let mut tab = Visitor::sign_in(&bridge.home, &person).await?.tab().await?;
    let id_of = |all: &[Mailbox], name: &str| {
        all.iter().find(|mailbox| mailbox.name == name).map(|mailbox| mailbox.id.clone())
    };
    let before = id_of(&tab.mailboxes().await?, "Plans").context("no mailbox")?;
    let view = View::of_mailbox(tab.id(), before.clone());
    let open = tab.open_view(view).await?;
    other.ok("RENAME Plans Projects").await?;
    // Making one reads the tree anew.
    let account = tab.id();
    let name = "Another".to_owned();
    let make = CreateMailbox { action: action(), account, parent: None, name };
    tab.link.call(make).await?;
    let after = tab.mailboxes().await?;
    ensure!(id_of(&after, "Plans").is_none(), "the old name is still there");
    ensure!(id_of(&after, "Projects").as_ref() == Some(&before), "it is another mailbox now");
    let again = List::of(tab.link.call(open.call).await?)?;
    ensure!(again.subjects() == ["A plan"], "{:?}", again.subjects());
    Ok(())
}
