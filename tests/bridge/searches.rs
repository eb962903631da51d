//! Searches and orders while the index is on its way, and when a server does not do its part.

use anyhow::Result;
use postern_mailhost::{ImapEffect, Trigger};
use postern_shared::api::messages::{ChangeFlags, Targets};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::Event;
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::Role;
use postern_shared::window::{Filter, Grouping, Order, Scope, Sort, SortKey, View, Within};
use postern_tests::list::List;
use postern_tests::message;
use postern_tests::scene::Scene;
use postern_tests::visitor::{OpenList, Tab, action};

const WORDS: &str = "Search is off today";

fn search(query: &str, within: Within) -> View {
    let scope = Scope::Search { query: query.into(), within };
    View { scope, sort: Sort::NEWEST_FIRST, filter: Filter::All, grouping: Grouping::Messages }
}

/// Opens a view and waits until it is whole.
async fn whole(tab: &mut Tab, view: View) -> Result<OpenList> {
    let mut open = tab.open_view(view).await?;
    tab.follow(&mut open, "the whole view", |list| list.order == Order::Final).await?;
    Ok(open)
}

#[tokio::test]
async fn a_search_that_fails_says_so_and_can_be_tried_again() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    scene.world.file(&anna, "INBOX", "Invoice").await?;
    let mut tab = scene.tab("anna").await?;
    let inbox = tab.mailbox(Role::Inbox).await?.id;
    let by_size = Sort { by: SortKey::Size, descending: false };
    let plain = View::of_mailbox(tab.id(), inbox.clone());
    whole(&mut tab, View { sort: by_size, ..plain }).await?;
    let faults = scene.world.host().faults();
    let fault = faults.imap(Trigger::on("UID SEARCH"), ImapEffect::No(WORDS.into()));
    let view = search("body:invoice", Within::Mailbox(tab.id(), inbox));
    let mut open = tab.open_view(view.clone()).await?;
    assert!(matches!(open.list.order, Order::Provisional { .. }));
    // The window goes stale, and whoever asks for it again is told why.
    let told = tab.follow(&mut open, "the failure", |list| list.order == Order::Final).await;
    let told = told.expect_err("nothing was searched").downcast::<CallError>()?;
    assert_eq!((told.code, told.text.contains(WORDS)), (ErrorCode::Refused, true), "{told:?}");
    assert!(faults.struck(fault) >= 2, "it was not tried a second time by itself");
    faults.clear(fault);
    assert_eq!(whole(&mut tab, view).await?.list.subjects(), ["Invoice"]);
    Ok(())
}

#[tokio::test]
async fn a_search_that_fails_in_part_shows_what_it_found_and_names_the_rest() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    scene.world.file(&anna, "INBOX", "Invoice").await?;
    let mut tab = scene.tab("anna").await?;
    // Nothing is left that the index would search for.
    for scope in [Scope::Account(tab.id()), Scope::Role(Role::Trash), Scope::Role(Role::Junk)] {
        whole(&mut tab, View { scope, ..search("", Within::All) }).await?;
    }
    let faults = scene.world.host().faults();
    // The inbox is searched first.
    let trigger = Trigger::on("UID SEARCH").after(1);
    faults.imap(trigger, ImapEffect::No(WORDS.into()));
    let view = search("body:invoice", Within::Account(tab.id()));
    let mut open = tab.open_view(view).await?;
    tab.follow(&mut open, "what was found", |list| {
        list.subjects() == ["Invoice"] && matches!(list.order, Order::Provisional { done: 1, .. })
    })
    .await?;
    let words = tab
        .link
        .event("the server's words", |event| match event {
            Event::ServerAlert(_, words) => Some(words),
            _ => None,
        })
        .await?;
    assert!(words.contains(WORDS), "{words}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_sorts_gives_the_order_before_the_index_can() -> Result<()> {
    let scene = Scene::real().await?;
    let anna = scene.person("anna");
    let mut session = scene.world.session(&anna).await?;
    message::fill(&mut session, "INBOX", &anna, 2_000).await?;
    let mut tab = scene.tab("anna").await?;
    let plain = View::of_mailbox(tab.id(), tab.mailbox(Role::Inbox).await?.id);
    let sort = Sort { by: SortKey::Subject, descending: false };
    let view = View { sort, ..plain.clone() };
    let mut open = tab.open_view(view).await?;
    assert_eq!((open.list.order, open.list.rows.len()), (Order::Final, 2_000));
    let first = |list: &List| list.subjects().first().map(|subject| (*subject).to_owned());
    assert_eq!(first(&open.list).as_deref(), Some("Message 1"));
    let threads = tab.open_view(View { grouping: Grouping::Threads, ..plain }).await?;
    assert_eq!((threads.list.order, threads.list.rows.len()), (Order::Final, 2_000));
    let newest = threads.list.rows[0].clone().expect("the first row is there");
    assert_eq!(newest.thread.map(|thread| thread.messages), Some(1));
    // What comes meanwhile has its place, whoever gives the order by then.
    scene.world.file(&anna, "INBOX", "A beginning").await?;
    tab.follow(&mut open, "the arrival", |list| {
        first(list).as_deref() == Some("A beginning") && list.rows.len() == 2_001
    })
    .await
}

#[tokio::test]
async fn what_is_done_to_a_search_is_done_to_all_of_it() -> Result<()> {
    const MANY: usize = 1_300;
    let scene = Scene::in_memory().await?;
    let anna = scene.person("anna");
    let mut session = scene.world.session(&anna).await?;
    message::fill(&mut session, "INBOX", &anna, MANY).await?;
    let mut tab = scene.tab("anna").await?;
    let inbox = tab.mailbox(Role::Inbox).await?.id;
    // More than the index has of it by now: the server says which, and all are taken.
    let view = search("body:message", Within::Mailbox(tab.id(), inbox));
    let change = FlagChange { add: vec![Flag::Flagged], remove: vec![] };
    let targets = Targets::View { view, except: vec![] };
    let done = tab.link.call(ChangeFlags { action: action(), targets, change }).await?;
    assert_eq!((done.done as usize, done.failure), (MANY, None));
    let flagged = scene.world.host().mailbox(&anna.address, "INBOX").expect("an inbox").messages;
    assert!(flagged.iter().all(|message| message.flags.contains("\\Flagged")));
    Ok(())
}
