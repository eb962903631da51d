//! Windows: what they show at first, what deltas tell, and that all tabs see the same.

use std::time::Duration;

use anyhow::Result;
use postern_shared::api::messages::{ChangeFlags, MoveMessages, Targets};
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::Role;
use postern_shared::message::MessageKey;
use postern_shared::window::{Anchor, Filter, Total, View};
use postern_tests::list::List;
use postern_tests::scene::Scene;
use postern_tests::visitor::{OpenList, action};
use postern_tests::{message, wait};

#[tokio::test]
async fn the_first_window_shows_the_newest_rows_and_the_whole_length() -> Result<()> {
    let scene = Scene::real().await?;
    let anna = scene.person("anna");
    message::fill(&mut scene.world.session(&anna).await?, "INBOX", &anna, 300).await?;
    let mut tab = scene.tab("anna").await?;
    let call = tab.window(Role::Inbox, Anchor::Offset(0), 20).await?;
    let window = tab.link.call(call).await?;
    assert_eq!((window.offset, window.total), (0, Total::Exact(300)));
    let subjects: Vec<String> =
        window.rows.into_iter().flatten().map(|row| row.envelope.subject).collect();
    let expect: Vec<String> = (281..=300).rev().map(|n| format!("Message {n}")).collect();
    assert_eq!(subjects, expect);
    Ok(())
}

#[tokio::test]
async fn a_window_opens_anywhere_and_around_a_message() -> Result<()> {
    let scene = Scene::real().await?;
    let anna = scene.person("anna");
    message::fill(&mut scene.world.session(&anna).await?, "INBOX", &anna, 300).await?;
    let mut tab = scene.tab("anna").await?;
    let call = tab.window(Role::Inbox, Anchor::Offset(150), 10).await?;
    let middle = tab.link.call(call).await?;
    assert_eq!(middle.offset, 150);
    let row = middle.rows[0].clone().expect("the server leaves none out");
    assert_eq!(row.envelope.subject, "Message 150");
    let call = tab.window(Role::Inbox, Anchor::Around(row.key.clone()), 10).await?;
    let around = tab.link.call(call).await?;
    assert!(around.rows.iter().flatten().any(|other| other.key == row.key), "{around:?}");
    let call = tab.window(Role::Inbox, Anchor::Offset(5000), 10).await?;
    let beyond = tab.link.call(call).await?;
    assert_eq!(beyond.total, Total::Exact(300));
    Ok(())
}

#[tokio::test]
async fn another_program_s_changes_arrive_as_deltas() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let anna = scene.person("anna");
        scene.world.file(&anna, "INBOX", "First").await?;
        let mut tab = scene.tab("anna").await?;
        let mut inbox = tab.open(Role::Inbox).await?;
        assert_eq!(inbox.list.subjects(), ["First"]);
        scene.world.deliver(&scene.person("ben"), &anna, "Second").await?;
        tab.follow(&mut inbox, "a new row", |list| list.subjects() == ["Second", "First"]).await?;

        let mut other = scene.world.session(&anna).await?;
        other.ok("SELECT INBOX").await?;
        other.ok("STORE 1 +FLAGS (\\Flagged)").await?;
        let flagged =
            |open: &OpenList| open.list.row("First").is_some_and(|row| row.flags.flagged());
        assert!(!flagged(&inbox));
        tab.follow(&mut inbox, "a new flag", |list| {
            list.row("First").is_some_and(|row| row.flags.flagged())
        })
        .await?;
        other.ok("STORE 1 +FLAGS (\\Deleted)").await?;
        other.ok("EXPUNGE").await?;
        tab.follow(&mut inbox, "a removed row", |list| list.subjects() == ["Second"]).await?;
    }
    Ok(())
}

fn one(key: &MessageKey) -> Targets {
    Targets::Keys(vec![key.clone()])
}

#[tokio::test]
async fn two_links_stay_in_step_within_a_second() -> Result<()> {
    let scene = Scene::real().await?;
    let anna = scene.person("anna");
    for subject in ["Kept", "Moved"] {
        scene.world.file(&anna, "INBOX", subject).await?;
    }
    let (mut here, mut there) = (scene.tab("anna").await?, scene.tab("anna").await?);
    let (mut mine, mut theirs) = (here.open(Role::Inbox).await?, there.open(Role::Inbox).await?);
    let key = mine.list.row("Kept").expect("it was filed").key.clone();
    let started = wait::now();
    let change = FlagChange { add: vec![Flag::Seen], remove: vec![] };
    here.link.call(ChangeFlags { action: action(), targets: one(&key), change }).await?;
    for (tab, open) in [(&mut here, &mut mine), (&mut there, &mut theirs)] {
        tab.follow(open, "the flag", |list| list.row("Kept").is_some_and(|row| row.flags.seen()))
            .await?;
    }
    let to = here.mailbox(Role::Archive).await?.id;
    let key = mine.list.row("Moved").expect("it was filed").key.clone();
    let call = MoveMessages { action: action(), targets: one(&key), to };
    let moved = here.link.call(call).await?.moved;
    assert_eq!(moved[0].from, key);
    assert!(moved[0].to.is_some(), "COPYUID was not read");
    for (tab, open) in [(&mut here, &mut mine), (&mut there, &mut theirs)] {
        tab.follow(open, "the move", |list| list.subjects() == ["Kept"]).await?;
    }
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    scene.world.session(&anna).await?.wait_for("Archive", "SUBJECT Moved").await?;
    Ok(())
}

#[tokio::test]
async fn a_repeated_action_is_answered_from_memory() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    scene.world.file(&anna, "INBOX", "Moved once").await?;
    let mut tab = scene.tab("anna").await?;
    let inbox = tab.open(Role::Inbox).await?;
    let call = MoveMessages {
        action: action(),
        targets: one(&inbox.list.row("Moved once").expect("it was filed").key),
        to: tab.mailbox(Role::Archive).await?.id,
    };
    let first = tab.link.call(call.clone()).await?;
    let commands = || {
        let connections = scene.world.host().connections();
        connections.commands(&anna.address, "UID MOVE")
            + connections.commands(&anna.address, "MOVE")
    };
    let before = commands();
    assert!(before > 0, "the move was not made by MOVE");
    assert_eq!(tab.link.call(call.clone()).await?, first);
    let mut another = scene.tab("anna").await?;
    assert_eq!(another.link.call(call).await?, first);
    assert_eq!(commands(), before);
    Ok(())
}

#[tokio::test]
async fn a_filter_that_is_opened_shows_what_is_so_now_though_another_tab_has_it_open() -> Result<()>
{
    let scene = Scene::real().await?;
    let anna = scene.person("anna");
    for number in 0..5 {
        scene.world.file(&anna, "INBOX", &format!("Message {number}")).await?;
    }
    let visitor = scene.visitor("anna").await?;
    let (mut one, mut other) = (visitor.tab().await?, visitor.tab().await?);
    let inbox = View::of_mailbox(one.id(), one.mailbox(Role::Inbox).await?.id);
    let unseen = View { filter: Filter::Unseen, ..inbox };
    let mut first = one.open_view(unseen.clone()).await?;
    one.follow(&mut first, "all of them", |list| list.rows.len() == 5).await?;
    let keys = first.list.rows.iter().flatten().take(3).map(|row| row.key.clone()).collect();
    let change = FlagChange { add: vec![Flag::Seen], remove: vec![] };
    let call = ChangeFlags { action: action(), targets: Targets::Keys(keys), change };
    one.link.call(call).await?;
    let seen = |list: &List| list.rows.iter().flatten().filter(|row| row.flags.seen()).count();
    // What one reads stays where it is; whoever begins anew does not see it.
    one.follow(&mut first, "three seen", |list| (list.rows.len(), seen(list)) == (5, 3)).await?;
    let mut second = other.open_view(unseen).await?;
    other.follow(&mut second, "two unseen", |list| list.rows.len() == 2).await?;
    one.follow(&mut first, "the same", |list| (list.rows.len(), seen(list)) == (2, 0)).await
}
