//! How few connections a bridge needs, and that a large download stands in nobody's way.

use anyhow::Result;
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::Role;
use postern_tests::link::Link;
use postern_tests::list::List;
use postern_tests::pages::blob_path;
use postern_tests::scene::Scene;
use postern_tests::{http, message, wait};
use tokio::io::AsyncReadExt;

/// What one account may hold open at its mail server.
const MOST: usize = 2;

#[tokio::test]
async fn five_tabs_share_two_connections() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    scene.world.file(&anna, "INBOX", "Here").await?;
    let connections = scene.world.host().connections();
    let mut tabs = Vec::new();
    for role in [Role::Inbox, Role::Sent, Role::Archive, Role::Trash, Role::Inbox] {
        let mut tab = scene.tab("anna").await?;
        let open = tab.open(role).await?;
        tabs.push((tab, open));
    }
    wait::until("the sign-in connections to close", || async {
        Ok((connections.current(&anna.address) <= MOST).then_some(()))
    })
    .await?;
    connections.reset_peaks();
    for (tab, open) in &mut tabs {
        if let Some(row) = open.list.row("Here") {
            let key = row.key.clone();
            tab.link.call(OpenMessage { key, urgency: Urgency::Now }).await?;
        }
        open.list = List::of(tab.link.call(open.call.clone()).await?)?;
    }
    scene.world.deliver(&scene.person("ben"), &anna, "News").await?;
    let (tab, open) = &mut tabs[4];
    tab.follow(open, "news", |list| list.row("News").is_some()).await?;
    // The raw session that looked whether the news had arrived is not the bridge's.
    assert!(connections.peak(&anna.address) <= MOST + 1, "{}", connections.peak(&anna.address));
    scene.world.at_most(MOST, &anna).await
}

#[tokio::test]
async fn five_tabs_share_two_connections_to_dovecot() -> Result<()> {
    let scene = Scene::real().await?;
    let anna = scene.person("anna");
    let mut tabs = Vec::new();
    for _ in 0..5 {
        let mut tab = scene.tab("anna").await?;
        tab.open(Role::Inbox).await?;
        tabs.push(tab);
    }
    scene.world.at_most(MOST, &anna).await?;
    for tab in &mut tabs {
        tab.open(Role::Sent).await?;
        assert!(scene.world.sessions_of(&anna)? <= MOST);
    }
    Ok(())
}

#[tokio::test]
async fn a_session_opens_sixteen_links_and_no_more() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let visitor = scene.visitor("anna").await?;
    let mut links = Vec::new();
    for _ in 0..16 {
        links.push(Link::open(&visitor.handshake()).await?);
    }
    let error = match Link::open(&visitor.handshake()).await {
        Ok(_) => panic!("a seventeenth link opened"),
        Err(error) => error,
    };
    if let Ok(error) = error.downcast::<postern_shared::error::CallError>() {
        assert_eq!(error.code, ErrorCode::Limit);
    }
    links.pop();
    wait::until("the freed place to be given out", || async {
        Ok(Link::open(&visitor.handshake()).await.ok())
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_large_download_delays_another_message_by_one_slice_at_most() -> Result<()> {
    const SIZE: usize = 25 << 20;
    let scene = Scene::real().await?;
    let (anna, ben) = (scene.person("anna"), scene.person("ben"));
    let large = message::with_attachment(&ben, &anna, "Large", SIZE);
    let mut session = scene.world.session(&anna).await?;
    session.append("INBOX", "", [large.as_slice()]).await?;
    scene.world.file(&anna, "INBOX", "Small").await?;
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let inbox = tab.open(Role::Inbox).await?;
    let key = |subject| inbox.list.row(subject).expect("it was filed").key.clone();
    let opened = tab.link.call(OpenMessage { key: key("Large"), urgency: Urgency::Now }).await?;
    let attachment = &opened.attachments[0];
    let path = blob_path(&opened.summary.key, &attachment.section);
    let mut download = http::open(scene.home().port, &visitor.get(&path)).await?;
    assert_eq!(download.status, 200);
    let mut first = vec![0; 1 << 20];
    download.body.read_exact(&mut first).await?;

    let rest = tokio::spawn(async move {
        let mut rest = Vec::new();
        download.body.read_to_end(&mut rest).await.map(|_| (wait::now(), rest))
    });
    let small = tab.link.call(OpenMessage { key: key("Small"), urgency: Urgency::Now }).await?;
    let shown = wait::now();
    assert_eq!(small.summary.envelope.subject, "Small");
    let (finished, rest) = rest.await??;
    assert!(shown < finished, "the small message waited for the end of the download");
    assert_eq!(first.len() + rest.len(), SIZE);
    assert!(first.iter().chain(&rest).all(|byte| *byte == 0));
    Ok(())
}
