//! Messages that go from one account to another: as they were, taken back, and each exactly once
//! when the bridge is killed on the way.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use postern_shared::account::AccountId;
use postern_shared::api::mailboxes::ListMailboxes;
use postern_shared::api::messages::{CopyMessages, MoveMessages, Targets, UndoAction};
use postern_shared::mailbox::{MailboxId, Role};
use postern_tests::bridge::Home;
use postern_tests::imap::RawImap;
use postern_tests::list::List;
use postern_tests::program::Program;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::world::World;
use postern_tests::{message, wait};

use crate::accounts::{add, all_online};

/// Every message of a mailbox: its flags, the time of its arrival, and its bytes.
pub(crate) async fn contents(session: &mut RawImap, mailbox: &str) -> Result<Vec<String>> {
    if session.count(mailbox).await? == 0 {
        return Ok(Vec::new());
    }
    let answer = session.ok("FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])").await?;
    let mut all: Vec<String> = answer.untagged.iter().filter_map(|text| read(text)).collect();
    all.sort();
    Ok(all)
}

fn read(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(" FETCH (")?;
    let (before, flags) = rest.split_once("FLAGS (")?;
    let (flags, after) = flags.split_once(')')?;
    let mut flags: Vec<&str> = flags.split(' ').filter(|flag| *flag != "\\Recent").collect();
    flags.sort_unstable();
    // Of a large one its beginning, and how long it is: what differs has to be read by somebody.
    let whole = format!("{}|{before}{after}", flags.join(" "));
    let cut = whole.floor_char_boundary(700);
    Some(format!("{} … {}", &whole[..cut], whole.len()))
}

/// The mailbox of a role in an account that has one.
pub(crate) async fn mailbox(tab: &mut Tab, account: &AccountId, role: Role) -> Result<MailboxId> {
    let all = tab.link.call(ListMailboxes { account: account.clone() }).await?;
    let found = all.into_iter().find(|mailbox| mailbox.role == Some(role));
    Ok(found.with_context(|| format!("no {role:?}"))?.id)
}

fn keys(list: &List) -> Targets {
    Targets::Keys(list.rows.iter().flatten().map(|row| row.key.clone()).collect())
}

#[tokio::test]
async fn messages_cross_as_they_were_and_are_taken_back() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let (anna, ben) = (scene.person("anna"), scene.person("ben"));
        let (mut hers, mut his) =
            (scene.world.session(&anna).await?, scene.world.session(&ben).await?);
        for (number, begin) in [
            "\\Seen $Forwarded \"17-Jul-1996 09:44:25 +0000\"",
            "\\Flagged \\Answered \" 2-Nov-2026 10:00:00 +0000\"",
            " \"29-Feb-2024 23:59:59 +0000\"",
        ]
        .into_iter()
        .enumerate()
        {
            let text = message::plain(&ben, &anna, &format!("Żółw {number}"), "From here\r\n>on");
            hers.append_dated("INBOX", begin, &text).await?;
        }
        let large = message::with_attachment(&ben, &anna, "Large", 400_000);
        hers.append_dated("INBOX", "\\Seen \" 3-Nov-2026 10:00:00 +0000\"", &large).await?;
        let before = contents(&mut hers, "INBOX").await?;
        assert_eq!(before.len(), 4);

        let visitor = scene.visitor("anna").await?;
        let mut tab = visitor.tab().await?;
        let other = add(&visitor, &ben).await?;
        all_online(&mut tab, 2).await?;
        let to = mailbox(&mut tab, &other, Role::Inbox).await?;
        let mut open = tab.open(Role::Inbox).await?;
        tab.follow(&mut open, "all of it", |list| list.rows.len() == 4).await?;

        let copy = CopyMessages { action: action(), targets: keys(&open.list), to: to.clone() };
        let (copied, outcome) = (copy.action, tab.link.call(copy).await?);
        assert_eq!((outcome.done, outcome.undoable, outcome.failure), (4, true, None));
        assert_eq!(contents(&mut his, "INBOX").await?, before);
        assert_eq!(contents(&mut hers, "INBOX").await?, before);
        tab.link.call(UndoAction { action: action(), undone: copied }).await?;
        assert!(contents(&mut his, "INBOX").await?.is_empty());

        let away = MoveMessages { action: action(), targets: keys(&open.list), to: to.clone() };
        let (moved, outcome) = (away.action, tab.link.call(away.clone()).await?);
        assert_eq!((outcome.done, outcome.undoable, &outcome.failure), (4, true, &None));
        let is_there = |moved: &postern_shared::message::Moved| {
            moved.to.as_ref().is_some_and(|key| key.account == other && key.mailbox == to)
        };
        assert!(outcome.moved.len() == 4 && outcome.moved.iter().all(is_there));
        assert_eq!(tab.link.call(away).await?, outcome, "once, whoever asks again");
        assert_eq!(contents(&mut his, "INBOX").await?, before);
        assert!(contents(&mut hers, "INBOX").await?.is_empty());
        tab.follow(&mut open, "nothing of it", |list| list.rows.is_empty()).await?;

        let back = tab.link.call(UndoAction { action: action(), undone: moved }).await?;
        assert_eq!((back.done, back.undoable), (4, true));
        assert_eq!(contents(&mut hers, "INBOX").await?, before);
        assert!(contents(&mut his, "INBOX").await?.is_empty());
    }
    Ok(())
}

async fn ready(home: &Home, world: &World) -> Result<(Visitor, Tab)> {
    let visitor = Visitor::sign_in(home, &world.person("anna")).await?;
    let mut tab = visitor.tab().await?;
    all_online(&mut tab, 2).await?;
    Ok((visitor, tab))
}

#[tokio::test]
async fn a_crossing_that_was_killed_goes_on_and_doubles_nothing() -> Result<()> {
    const MESSAGES: usize = 40;
    let world = World::real().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let (mut hers, mut his) = (world.session(&anna).await?, world.session(&ben).await?);
    message::fill(&mut hers, "INBOX", &anna, MESSAGES).await?;
    // One that is there already, and no work of ours.
    message::fill(&mut his, "INBOX", &anna, 1).await?;
    let before = contents(&mut hers, "INBOX").await?;
    let mut program = Program::start(Home::new(&world.provider(), "/", "")?).await?;
    let visitor = Visitor::sign_in(&program.home, &anna).await?;
    add(&visitor, &ben).await?;
    let (_, mut tab) = ready(&program.home, &world).await?;
    let view = tab_view(&mut tab).await?;
    let mut open = tab.open_rows(view, 200).await?;
    tab.follow(&mut open, "all of it", |list| list.rows.len() == MESSAGES).await?;
    let (act, targets) = (action(), keys(&open.list));
    let mut kills = 0;
    for pause in [0_u64, 60, 120] {
        let (_, mut tab) = ready(&program.home, &world).await?;
        let other = all_online(&mut tab, 2).await?[1].id.clone();
        let to = mailbox(&mut tab, &other, Role::Inbox).await?;
        let call = MoveMessages { action: act, targets: targets.clone(), to };
        let there = his.count("INBOX").await?;
        let work = tokio::spawn(async move { tab.link.call(call).await });
        // Until it has begun, and then a moment more.
        wait::within("the first to arrive", async {
            while his.count("INBOX").await? == there && !work.is_finished() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(())
        })
        .await?;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        kills += usize::from(!work.is_finished());
        program.kill()?;
        let _ = work.await;
        program.launch().await?;
    }
    ensure!(kills > 0, "it was never killed in the middle");
    let (_, mut tab) = ready(&program.home, &world).await?;
    let other = all_online(&mut tab, 2).await?[1].id.clone();
    let to = mailbox(&mut tab, &other, Role::Inbox).await?;
    tab.link.call(MoveMessages { action: act, targets, to }).await?;
    assert!(contents(&mut hers, "INBOX").await?.is_empty());
    let mut after = contents(&mut his, "INBOX").await?;
    assert_eq!(after.len(), MESSAGES + 1);
    after.dedup_by_key(|text| text.split_once("Message-ID").map(|(_, rest)| rest.to_owned()));
    assert_eq!(after.len(), before.len(), "each once, and one twice as it was");
    program.stop()
}

async fn tab_view(tab: &mut Tab) -> Result<postern_shared::window::View> {
    let inbox = tab.mailbox(Role::Inbox).await?;
    Ok(postern_shared::window::View::of_mailbox(tab.id(), inbox.id))
}
