//! Views of the index: sorted, filtered, threaded, searched, the same before every server.

use anyhow::Result;
use postern_shared::api::addresses::SuggestAddresses;
use postern_shared::api::messages::{ChangeFlags, MAX_KEYS, MoveMessages, OpenThread, Targets};
use postern_shared::error::ErrorCode;
use postern_shared::flag::{Flag, FlagChange};
use postern_shared::mailbox::Role;
use postern_shared::window::{Filter, Grouping, Order, Scope, Sort, SortKey, View, Within};
use postern_tests::Person;
use postern_tests::bridge::Bridge;
use postern_tests::list::List;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, action};

async fn scenes() -> Result<[Scene; 2]> {
    Ok([Scene::real().await?, Scene::in_memory().await?])
}

/// A message with its own headers; `id` is its Message-ID.
fn letter(headers: &[(&str, &str)], id: &str, text: &str) -> Vec<u8> {
    let mut message = format!("Message-ID: <{id}@test.invalid>\r\nMIME-Version: 1.0\r\n");
    for (name, value) in headers {
        message.push_str(&format!("{name}: {value}\r\n"));
    }
    message.push_str("Content-Type: text/plain; charset=utf-8\r\n");
    message.push_str(&format!("Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"));
    message.into_bytes()
}

async fn file(scene: &Scene, who: &Person, mailbox: &str, message: &[u8]) -> Result<()> {
    scene.world.session(who).await?.append(mailbox, "", [message]).await?;
    Ok(())
}

async fn view(tab: &mut Tab, by: SortKey, grouping: Grouping) -> Result<View> {
    let inbox = tab.mailbox(Role::Inbox).await?.id;
    let sort = Sort { by, descending: false };
    Ok(View { sort, grouping, ..View::of_mailbox(tab.id(), inbox) })
}

/// Opens a view and waits until it is whole.
async fn whole(tab: &mut Tab, view: View) -> Result<List> {
    let mut open = tab.open_view(view).await?;
    tab.follow(&mut open, "the whole view", |list| list.order == Order::Final).await?;
    // The final delta may fill positions without rows: what is shown is asked for once more.
    let call = open.call.clone();
    List::of(tab.link.call(call).await?)
}

/// Waits until the inbox is in the index: by a filter that no server knows.
async fn indexed(tab: &mut Tab) -> Result<()> {
    let plain = view(tab, SortKey::ReceivedAt, Grouping::Messages).await?;
    whole(tab, View { filter: Filter::WithAttachment, ..plain }).await.map(drop)
}

#[tokio::test]
async fn every_server_s_mail_is_sorted_and_filtered_alike() -> Result<()> {
    for scene in scenes().await? {
        let anna = scene.person("anna");
        let long = "x".repeat(3000);
        for (id, from, subject, text) in [
            ("1", "Zora <zora@a.test>", "Re: apples", "short"),
            ("2", "=?utf-8?Q?=C5=81ucja?= <l@a.test>", "Cherries", long.as_str()),
            ("3", "ben@a.test", "bananas", "also short"),
        ] {
            file(
                &scene,
                &anna,
                "INBOX",
                &letter(&[("From", from), ("Subject", subject)], id, text),
            )
            .await?;
        }
        let mut session = scene.world.session(&anna).await?;
        session.ok("SELECT INBOX").await?;
        session.ok("STORE 2 +FLAGS (\\Flagged)").await?;
        let mut tab = scene.tab("anna").await?;
        // Until then the order may be the server's own, to which Ł comes behind Z.
        indexed(&mut tab).await?;
        for (by, expect) in [
            (SortKey::From, ["bananas", "Cherries", "Re: apples"]),
            (SortKey::Subject, ["Re: apples", "bananas", "Cherries"]),
            (SortKey::Flagged, ["bananas", "Re: apples", "Cherries"]),
        ] {
            let view = view(&mut tab, by, Grouping::Messages).await?;
            assert_eq!(whole(&mut tab, view).await?.subjects(), expect, "{by:?}");
        }
        let by_size = view(&mut tab, SortKey::Size, Grouping::Messages).await?;
        assert_eq!(whole(&mut tab, by_size.clone()).await?.subjects()[2], "Cherries");
        let known = View { filter: Filter::FromKnown, ..by_size };
        assert!(whole(&mut tab, known.clone()).await?.rows.is_empty());
        let sent = letter(&[("To", "Zora <zora@a.test>"), ("Subject", "hello")], "s", "hi");
        file(&scene, &anna, "Sent", &sent).await?;
        let sent = tab.mailbox(Role::Sent).await?.id;
        let sent = View {
            sort: Sort { by: SortKey::From, descending: true },
            ..View::of_mailbox(tab.id(), sent)
        };
        let mut open = tab.open_view(sent).await?;
        tab.follow(&mut open, "the sent mail", |list| list.subjects() == ["hello"]).await?;
        assert_eq!(whole(&mut tab, known).await?.subjects(), ["Re: apples"]);
        let suggest = SuggestAddresses { prefix: "ZO".into(), count: 5 };
        let found = tab.link.call(suggest).await?;
        assert_eq!(found.iter().map(|one| one.email.as_str()).collect::<Vec<_>>(), ["zora@a.test"]);
    }
    Ok(())
}

#[tokio::test]
async fn threads_hold_one_s_own_replies_and_grow_by_push() -> Result<()> {
    for scene in scenes().await? {
        let anna = scene.person("anna");
        let ben = [("From", "ben@a.test"), ("Subject", "Plan")];
        file(&scene, &anna, "INBOX", &letter(&ben, "plan", "a")).await?;
        let other = [("From", "chen@a.test"), ("Subject", "Other")];
        file(&scene, &anna, "INBOX", &letter(&other, "other", "b")).await?;
        let reply = [
            ("From", anna.address.as_str()),
            ("Subject", "Re: Plan"),
            ("In-Reply-To", "<plan@test.invalid>"),
            ("References", "<plan@test.invalid>"),
        ];
        file(&scene, &anna, "Sent", &letter(&reply, "reply", "c")).await?;
        let mut tab = scene.tab("anna").await?;
        // The sent mail is taken in behind the inbox.
        let _inbox = tab.open(Role::Inbox).await?;
        let threads = view(&mut tab, SortKey::ReceivedAt, Grouping::Threads).await?;
        let mut open = tab.open_view(threads).await?;
        let shown = |list: &List, subject: &str| {
            let row = list.row(subject);
            row.and_then(|row| row.thread.as_ref()).map(|thread| thread.messages)
        };
        tab.follow(&mut open, "the reply in its thread", |list| {
            shown(list, "Plan") == Some(2) && shown(list, "Other") == Some(1)
        })
        .await?;
        let answer = [
            ("From", "ben@a.test"),
            ("Subject", "Re: Plan"),
            ("References", "<plan@test.invalid> <reply@test.invalid>"),
        ];
        file(&scene, &anna, "INBOX", &letter(&answer, "answer", "d")).await?;
        tab.follow(&mut open, "the answer in the thread", |list| {
            shown(list, "Re: Plan") == Some(3) && list.rows.len() == 2
        })
        .await?;
        let key = open.list.row("Re: Plan").expect("it was just there").key.clone();
        let thread = tab.link.call(OpenThread { key }).await?;
        let ids: Vec<&str> = thread.iter().map(|row| row.envelope.message_id.as_str()).collect();
        assert_eq!(ids, ["<plan@test.invalid>", "<reply@test.invalid>", "<answer@test.invalid>"]);
    }
    Ok(())
}

fn search(tab: &Tab, query: &str) -> View {
    let scope = Scope::Search { query: query.into(), within: Within::Account(tab.id()) };
    View { scope, sort: Sort::NEWEST_FIRST, filter: Filter::All, grouping: Grouping::Messages }
}

#[tokio::test]
async fn headers_and_bodies_are_searched_everywhere() -> Result<()> {
    for scene in scenes().await? {
        let anna = scene.person("anna");
        for (id, mailbox, subject, text) in [
            ("1", "INBOX", "Invoice", "pay the plumber"),
            ("2", "Archive", "=?utf-8?B?5Y+R56Wo?=", "nothing"),
            ("3", "Archive", "Lunch", "the plumber comes, 发票 follows"),
            ("4", "Trash", "Gone", "plumber"),
        ] {
            let headers = [("From", "ben@a.test"), ("Subject", subject)];
            file(&scene, &anna, mailbox, &letter(&headers, id, text)).await?;
        }
        let mut tab = scene.tab("anna").await?;
        for (query, expect) in [
            ("plumber", vec!["Invoice", "Lunch"]),
            ("票", vec!["Lunch", "发票"]),
            ("subject:票", vec!["发票"]),
            ("plumber -subject:lunch", vec!["Invoice"]),
            ("plumber in:trash", vec!["Gone"]),
            ("body:plumber in:archive", vec!["Lunch"]),
            ("from:nobody", vec![]),
        ] {
            let view = search(&tab, query);
            let list = whole(&mut tab, view).await?;
            let mut subjects = list.subjects();
            subjects.sort_unstable();
            assert_eq!(subjects, expect, "{query}");
        }
        let view = search(&tab, "plumber");
        let mut open = tab.open_view(view.clone()).await?;
        tab.follow(&mut open, "both rows", |list| {
            list.order == Order::Final && list.subjects().len() == 2
        })
        .await?;
        let change = FlagChange { add: vec![Flag::Flagged], remove: vec![] };
        let targets = Targets::View { view, except: vec![] };
        let done = tab.link.call(ChangeFlags { action: action(), targets, change }).await?;
        assert_eq!(done.done, 2, "{done:?}");
        tab.follow(&mut open, "both stars", |list| {
            list.rows.iter().flatten().all(|row| row.flags.flagged())
        })
        .await?;
        let key = open.list.rows[0].clone().expect("it was followed").key;
        let targets = Targets::Keys(vec![key; MAX_KEYS + 1]);
        let change = FlagChange::default();
        let refusal = tab.link.refusal(ChangeFlags { action: action(), targets, change }).await?;
        assert_eq!(refusal.code, ErrorCode::Limit);
        let targets = Targets::View { view: search(&tab, "plumber"), except: vec![] };
        let to = tab.mailbox(Role::Trash).await?.id;
        tab.link.call(MoveMessages { action: action(), targets, to }).await?;
        tab.follow(&mut open, "an empty list", |list| list.rows.is_empty()).await?;
        let view = search(&tab, "a (b");
        let call = tab.open_view(view).await.expect_err("a parenthesis is open");
        let refusal = call.downcast::<postern_shared::error::CallError>()?;
        assert_eq!((refusal.code, refusal.position), (ErrorCode::Invalid, Some(2)));
    }
    Ok(())
}

#[tokio::test]
async fn what_changed_while_the_bridge_was_away_is_compared() -> Result<()> {
    for scene in scenes().await? {
        let anna = scene.person("anna");
        for subject in ["Gone", "Kept", "Changed"] {
            scene.world.file(&anna, "INBOX", subject).await?;
        }
        let mut tab = scene.tab("anna").await?;
        let by_subject = view(&mut tab, SortKey::Subject, Grouping::Messages).await?;
        let list = whole(&mut tab, by_subject.clone()).await?;
        assert_eq!(list.subjects(), ["Changed", "Gone", "Kept"]);
        indexed(&mut tab).await?;
        drop(tab);
        let Scene { bridge, world } = scene;
        let home = bridge.stop().await;
        let mut session = world.session(&anna).await?;
        session.ok("SELECT INBOX").await?;
        session.ok("STORE 3 +FLAGS (\\Flagged)").await?;
        session.ok("STORE 1 +FLAGS (\\Deleted)").await?;
        session.ok("EXPUNGE").await?;
        world.file(&anna, "INBOX", "Arrived").await?;
        let scene = Scene { bridge: Bridge::start(home).await?, world };
        let mut tab = scene.tab("anna").await?;
        // The first screen is there before the server was asked, and made true behind it.
        let mut inbox = tab.open(Role::Inbox).await?;
        assert!(matches!(inbox.list.order, Order::Provisional { .. }), "{:?}", inbox.list.order);
        assert_eq!(inbox.list.subjects(), ["Changed", "Kept", "Gone"]);
        tab.follow(&mut inbox, "the true list", |list| {
            list.order == Order::Final && list.subjects() == ["Arrived", "Changed", "Kept"]
        })
        .await?;
        let list = whole(&mut tab, by_subject).await?;
        assert_eq!(list.subjects(), ["Arrived", "Changed", "Kept"]);
        assert!(list.row("Changed").is_some_and(|row| row.flags.flagged()));
    }
    Ok(())
}

#[tokio::test]
async fn another_uid_validity_throws_the_index_of_a_mailbox_away() -> Result<()> {
    for scene in scenes().await? {
        let anna = scene.person("anna");
        let mut session = scene.world.session(&anna).await?;
        session.ok("CREATE Work").await?;
        scene.world.file(&anna, "Work", "Old").await?;
        let mut tab = scene.tab("anna").await?;
        let work = tab.mailboxes().await?.into_iter().find(|mailbox| mailbox.name == "Work");
        let work = work.expect("it was made").id;
        let sort = Sort { by: SortKey::Subject, descending: false };
        let by_subject = View { sort, ..View::of_mailbox(tab.id(), work) };
        assert_eq!(whole(&mut tab, by_subject.clone()).await?.subjects(), ["Old"]);
        let Scene { bridge, world } = scene;
        drop(tab);
        let home = bridge.stop().await;
        session.ok("DELETE Work").await?;
        session.ok("CREATE Work").await?;
        world.file(&anna, "Work", "New").await?;
        let scene = Scene { bridge: Bridge::start(home).await?, world };
        let mut tab = scene.tab("anna").await?;
        // Where the server names mailboxes for good it is another one (RFC 8474).
        let work = tab.mailboxes().await?.into_iter().find(|mailbox| mailbox.name == "Work");
        let work = work.expect("it was made again").id;
        let by_subject = View { sort, ..View::of_mailbox(tab.id(), work) };
        assert_eq!(whole(&mut tab, by_subject).await?.subjects(), ["New"]);
    }
    Ok(())
}
