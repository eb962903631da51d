//! Collecting maildrops through the bridge: what arrives is seen, what the policy says is removed,
//! and whatever stops a round, the next one goes on.

use std::time::Duration;

use anyhow::{Context, Result};
use postern_mailhost::{Pop3Effect, Pop3Quirks, Quirks, Trigger};
use postern_shared::account::{AccountId, AccountState};
use postern_shared::api::accounts::ListAccounts;
use postern_shared::api::collecting::{CollectNow, ReadCollecting, SetPolicy, StopCollecting};
use postern_shared::api::messages::{OpenMessage, Urgency};
use postern_shared::collecting::{Cause, Collecting, KnownBy, Missed, Policy, Removal, Stage};
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::{Aside, Event};
use postern_shared::mailbox::Role;
use postern_tests::bridge::Bridge;
use postern_tests::list::List;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::world::World;
use postern_tests::{Person, message, wait};

use crate::accounts::all_online;

/// Waits until a collection is as wished, asking again and again for a round if `asking`.
pub async fn until(
    tab: &mut Tab,
    what: &str,
    is_so: impl Fn(&Collecting) -> bool,
) -> Result<Collecting> {
    let account = tab.id();
    let read = async {
        loop {
            let found = tab.link.call(ReadCollecting { account: account.clone() }).await?;
            if is_so(&found) {
                return Ok(found);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    wait::within(what, read).await
}

/// Why a round failed.
fn failed(it: &Collecting) -> Option<&CallError> {
    match &it.stage {
        Stage::Failed(Cause::Error(error), _) => Some(error),
        _ => None,
    }
}

fn is_resting(it: &Collecting) -> bool {
    matches!(it.stage, Stage::Waiting(left) if left > 1_000)
}

/// A round from its beginning to its end.
async fn collect(tab: &mut Tab) -> Result<()> {
    let account = tab.id();
    until(tab, "the round before", is_resting).await?;
    let before = tab.link.call(ReadCollecting { account: account.clone() }).await?.last_at;
    // Rounds are told apart by the second in which they end.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    tab.link.call(CollectNow { account }).await?;
    until(tab, "a round", |it| it.last_at > before && is_resting(it)).await?;
    Ok(())
}

async fn set(tab: &mut Tab, removal: Removal) -> Result<()> {
    let policy = Policy { removal, ..Policy::default() };
    let call = SetPolicy { action: action(), account: tab.id(), policy };
    tab.link.call(call).await
}

fn deliver(scene: &Scene, person: &Person, subject: &str) -> Result<()> {
    let ben = scene.person("ben");
    let letter = message::plain(&ben, person, subject, &format!("This is {subject}."));
    scene.world.host().deliver(&person.address, letter)?;
    Ok(())
}

fn left(scene: &Scene, person: &Person) -> usize {
    let inbox = scene.world.host().mailbox(&person.address, "INBOX");
    inbox.map_or(0, |inbox| inbox.messages.len())
}

async fn scene() -> Result<(Scene, Person, Visitor, Tab)> {
    let scene = Scene::of_maildrops(World::in_memory().await?, "").await?;
    let anna = scene.person("anna");
    deliver(&scene, &anna, "First")?;
    let visitor = scene.visitor("anna").await?;
    let tab = visitor.tab().await?;
    Ok((scene, anna, visitor, tab))
}

#[tokio::test]
async fn mail_arrives_in_an_open_window_and_goes_at_the_server_as_the_policy_says() -> Result<()> {
    let (scene, anna, visitor, mut tab) = scene().await?;
    let mut other = visitor.tab().await?;
    let mut inbox = tab.open(Role::Inbox).await?;
    tab.follow(&mut inbox, "the first message", |list: &List| list.row("First").is_some()).await?;
    let seen = until(&mut tab, "the first round", is_resting).await?;
    assert_eq!(seen.known_by, KnownBy::Uidl);
    assert_eq!(left(&scene, &anna), 1, "nothing is removed unless somebody says so");
    set(&mut tab, Removal::AfterDownload).await?;
    deliver(&scene, &anna, "Second")?;
    collect(&mut tab).await?;
    assert_eq!(left(&scene, &anna), 0);
    let arrived = |event| match event {
        Event::MailArrived(rows) => rows.into_iter().find(|row| row.envelope.subject == "Second"),
        _ => None,
    };
    other.link.event("every page hears of new mail", arrived).await?;
    tab.follow(&mut inbox, "the second message", |list: &List| list.row("Second").is_some())
        .await?;
    assert_eq!(inbox.list.subjects(), ["Second", "First"]);
    // The user's other tabs hear how it goes.
    set(&mut tab, Removal::Never).await?;
    let account = tab.id();
    let told = |event| match event {
        Event::Aside(bytes) => match Aside::unwrap(&bytes)? {
            Aside::CollectingChanged(of, it) if of == account => {
                (it.policy.removal == Removal::Never).then_some(it)
            }
            _ => None,
        },
        _ => None,
    };
    other.link.event("the policy", told).await?;
    Ok(())
}

#[tokio::test]
async fn large_messages_come_by_their_headers_and_whole_when_they_are_opened() -> Result<()> {
    let (scene, anna, visitor, mut tab) = scene().await?;
    let mut other = visitor.tab().await?;
    until(&mut tab, "the first round", is_resting).await?;
    let removal = Removal::AfterDownload;
    let policy = Policy { removal, whole_up_to_kib: 1, ..Policy::default() };
    let account = tab.id();
    tab.link.call(SetPolicy { action: action(), account: account.clone(), policy }).await?;
    let (host, ben) = (scene.world.host(), scene.person("ben"));
    for (subject, size) in [("Large", 20_000), ("Gone", 30_000)] {
        host.deliver(&anna.address, message::with_attachment(&ben, &anna, subject, size))?;
    }
    let mut inbox = tab.open(Role::Inbox).await?;
    collect(&mut tab).await?;
    let both = |list: &List| list.row("Large").is_some() && list.row("Gone").is_some();
    tab.follow(&mut inbox, "both headers", both).await?;
    assert_eq!(left(&scene, &anna), 2, "what is not whole here does not go there");
    let row = |list: &List, subject: &str| list.row(subject).cloned().context("a row");
    let (large, gone) = (row(&inbox.list, "Large")?, row(&inbox.list, "Gone")?);
    assert!(!large.has_attachment && large.size > 20_000, "{large:?}");
    // Also where nothing is collected otherwise; but not for whoever only reads ahead.
    tab.link.call(StopCollecting { account: account.clone() }).await?;
    until(&mut tab, "the stop", |it| it.stage == Stage::Stopped).await?;
    let open = |urgency| OpenMessage { key: large.key.clone(), urgency };
    let ahead = tab.link.refusal(open(Urgency::Ahead)).await?;
    assert_eq!(ahead.code, ErrorCode::Unavailable);
    host.faults().pop3(Trigger::on("RETR").times(1), Pop3Effect::Close);
    let cut = tab.link.refusal(open(Urgency::Now)).await?;
    assert_eq!(cut.code, ErrorCode::Unavailable);
    // A second fetch of it would be refused.
    host.faults().pop3(Trigger::on("RETR").after(1), Pop3Effect::Error("once".into()));
    let (now, too) = (open(Urgency::Now), open(Urgency::Now));
    let (one, two) = tokio::join!(tab.link.call(now), other.link.call(too));
    let (one, two) = (one?.attachments, two?.attachments);
    assert_eq!((one.len(), &one), (1, &two));
    host.faults().clear_all();
    let is_whole = |list: &List| list.row("Large").is_some_and(|row| row.has_attachment);
    tab.follow(&mut inbox, "the row of the whole", is_whole).await?;
    assert_eq!(row(&inbox.list, "Large")?.key, large.key);
    tab.link.call(CollectNow { account }).await?;
    until(&mut tab, "a round", is_resting).await?;
    assert_eq!(left(&scene, &anna), 1, "now it goes");
    let there = host.mailbox(&anna.address, "INBOX").context("an inbox")?.messages[0].uid;
    host.expunge((&anna.address, "INBOX"), there)?;
    let call = OpenMessage { key: gone.key.clone(), urgency: Urgency::Now };
    assert_eq!(tab.link.refusal(call).await?.code, ErrorCode::Incomplete);
    let again = tab.open(Role::Inbox).await?;
    assert_eq!(row(&again.list, "Gone")?.key, gone.key, "its header stays");
    Ok(())
}

#[tokio::test]
async fn a_stopped_collection_stays_stopped_and_goes_on_when_asked() -> Result<()> {
    let (scene, anna, visitor, mut tab) = scene().await?;
    until(&mut tab, "the first round", is_resting).await?;
    set(&mut tab, Removal::AfterDays(3)).await?;
    for number in 0..30 {
        deliver(&scene, &anna, &format!("More {number}"))?;
    }
    let faults = scene.world.host().faults();
    faults.pop3(Trigger::on("RETR").after(5).times(1), Pop3Effect::Stall);
    let account = tab.id();
    tab.link.call(CollectNow { account: account.clone() }).await?;
    let some = |it: &Collecting| matches!(it.stage, Stage::Running { done, .. } if done > 0);
    until(&mut tab, "some to come", some).await?;
    let begun = wait::now();
    tab.link.call(StopCollecting { account: account.clone() }).await?;
    until(&mut tab, "the stop", |it| it.stage == Stage::Stopped).await?;
    assert!(begun.elapsed() < Duration::from_secs(1));
    // Also in another process, which knows the policy too.
    drop(tab);
    let Scene { bridge, world } = scene;
    let bridge = Bridge::start(bridge.stop().await).await?;
    let scene = Scene { bridge, world };
    let mut tab = visitor.tab().await?;
    all_online(&mut tab, 1).await?;
    let again = until(&mut tab, "the job", |it| it.stage == Stage::Stopped).await?;
    assert_eq!(again.policy.removal, Removal::AfterDays(3));
    tab.link.call(CollectNow { account }).await?;
    until(&mut tab, "the rest", is_resting).await?;
    let inbox = tab.open(Role::Inbox).await?;
    assert_eq!(inbox.list.rows.len(), 31);
    assert_eq!(left(&scene, &anna), 31);
    Ok(())
}

#[tokio::test]
async fn a_busy_maildrop_is_tried_again_and_a_refused_password_is_not() -> Result<()> {
    let (scene, anna, visitor, mut tab) = scene().await?;
    until(&mut tab, "the first round", is_resting).await?;
    let faults = scene.world.host().faults();
    let account = tab.id();
    faults.pop3(Trigger::on("AUTH").times(1), Pop3Effect::Error("[IN-USE] wait".into()));
    tab.link.call(CollectNow { account: account.clone() }).await?;
    let busy = |it: &Collecting| failed(it).is_some_and(|it| it.text == "wait");
    until(&mut tab, "the busy server", busy).await?;
    deliver(&scene, &anna, "Later")?;
    until(&mut tab, "another try", is_resting).await?;
    let refused = faults.pop3(Trigger::on("AUTH"), Pop3Effect::Error("[AUTH] no".into()));
    tab.link.call(CollectNow { account: account.clone() }).await?;
    until(&mut tab, "the refusal", |it| it.stage == Stage::NeedsSignIn).await?;
    let state = tab.link.call(ListAccounts).await?.remove(0).state;
    assert_eq!(state, AccountState::NeedsSignIn);
    // What came is there all the same, and nothing is tried, also by another process.
    assert_eq!(tab.open(Role::Inbox).await?.list.rows.len(), 2);
    let tried = faults.struck(refused);
    drop(tab);
    let Scene { bridge, world } = scene;
    let bridge = Bridge::start(bridge.stop().await).await?;
    let scene = Scene { bridge, world };
    let mut tab = visitor.look().await?;
    // Its page says so again, and not in the settings alone.
    in_state(&mut tab, AccountState::NeedsSignIn).await?;
    until(&mut tab, "the job", |it| it.stage == Stage::NeedsSignIn).await?;
    tab.link.call(CollectNow { account }).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(faults.struck(refused), tried);
    // Typed in again, it works.
    faults.clear_all();
    let mut other = scene.visitor("anna").await?.tab().await?;
    until(&mut other, "a round", is_resting).await?;
    in_state(&mut tab, AccountState::Online).await
}

/// Waits until the account is shown in this state.
async fn in_state(tab: &mut Tab, state: AccountState) -> Result<()> {
    let reach = async {
        loop {
            let accounts = tab.link.call(ListAccounts).await?;
            if accounts[0].state == state {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    wait::within(&format!("the account to be {state:?}"), reach).await
}

#[tokio::test]
async fn what_does_not_come_is_told_with_its_reason_until_it_comes() -> Result<()> {
    let (scene, anna, _visitor, mut tab) = scene().await?;
    until(&mut tab, "the first round", is_resting).await?;
    let faults = scene.world.host().faults();
    let damaged = Pop3Effect::Error("[SYS/PERM] damaged".into());
    let fault = faults.pop3(Trigger::on("RETR").times(2), damaged);
    for subject in ["Second", "Third", "Fourth"] {
        deliver(&scene, &anna, subject)?;
    }
    let account = tab.id();
    tab.link.call(CollectNow { account: account.clone() }).await?;
    let told = until(&mut tab, "what is missed", |it| it.missed.is_some()).await?;
    let first = Cause::Error(CallError::new(ErrorCode::Refused).with_text("damaged"));
    assert_eq!(told.missed, Some(Missed { messages: 2, first }));
    assert_eq!(faults.struck(fault), 2);
    let mut inbox = tab.open(Role::Inbox).await?;
    assert_eq!(inbox.list.subjects(), ["Fourth", "First"]);
    tab.link.call(CollectNow { account }).await?;
    tab.follow(&mut inbox, "the rest", |list: &List| list.rows.len() == 4).await?;
    until(&mut tab, "nothing to be missed", |it| it.missed.is_none()).await?;
    Ok(())
}

#[tokio::test]
async fn a_maildrop_with_too_many_messages_is_called_that() -> Result<()> {
    const MOST: u32 = 1_000_000;
    let (scene, _anna, _visitor, mut tab) = scene().await?;
    until(&mut tab, "the first round", is_resting).await?;
    let lines: String = (0..=MOST).map(|number| format!("{} 9\r\n", number + 1)).collect();
    let listing = Pop3Effect::Garbage(format!("+OK\r\n{lines}.\r\n").into_bytes());
    scene.world.host().faults().pop3(Trigger::on("LIST").times(1), listing);
    let account = tab.id();
    tab.link.call(CollectNow { account }).await?;
    let too_many = |it: &Collecting| matches!(it.stage, Stage::Failed(Cause::TooMany(MOST), _));
    until(&mut tab, "the limit", too_many).await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_wants_to_be_left_alone_is() -> Result<()> {
    let (scene, _anna, _visitor, mut tab) = scene().await?;
    until(&mut tab, "the first round", is_resting).await?;
    let login_delay = Some(Duration::from_secs(600));
    let pop3 = Pop3Quirks { login_delay, ..Pop3Quirks::default() };
    let host = scene.world.host();
    // The server speaks of it and does not refuse yet.
    host.set_quirks(Quirks { pop3, ..Quirks::default() });
    let account: AccountId = tab.id();
    tab.link.call(CollectNow { account: account.clone() }).await?;
    let early = |it: &Collecting| failed(it).is_some_and(|it| it.code == ErrorCode::Limit);
    until(&mut tab, "a refusal", early).await?;
    Ok(())
}

#[tokio::test]
async fn only_accounts_with_maildrops_are_collected_and_only_as_can_be() -> Result<()> {
    let (_scene, _anna, _visitor, mut tab) = scene().await?;
    let account = tab.id();
    for policy in [
        Policy { every_minutes: 0, ..Policy::default() },
        Policy { removal: Removal::AfterDays(0), ..Policy::default() },
    ] {
        let call = SetPolicy { action: action(), account: account.clone(), policy };
        assert_eq!(tab.link.refusal(call).await?.code, ErrorCode::Invalid);
    }
    let other = AccountId("nobody's".into());
    let refused = tab.link.refusal(ReadCollecting { account: other }).await?;
    assert_eq!(refused.code, ErrorCode::NonExistent);
    let scene = Scene::in_memory().await?;
    let mut tab = scene.tab("anna").await?;
    let account = tab.id();
    let refused = tab.link.refusal(ReadCollecting { account }).await?;
    assert_eq!(refused.code, ErrorCode::Unsupported);
    Ok(())
}

#[tokio::test]
async fn a_second_bridge_on_one_data_folder_refuses_to_start() -> Result<()> {
    let (scene, _anna, _visitor, mut tab) = scene().await?;
    until(&mut tab, "the first round", is_resting).await?;
    let text = std::fs::read_to_string(scene.home().config())?;
    let other = postern_tests::server::free_port()?;
    let text = text.replace(&format!(":{}\"", scene.home().port), &format!(":{other}\""));
    let file = scene.home().path().join("second.toml");
    std::fs::write(&file, text)?;
    let config = postern::config::load(Some(&file), &std::collections::BTreeMap::new())?;
    let outside = postern::Outside::real(&config)?;
    let second = postern::Bridge::start(config, postern::clock::Clock::system(), outside).await;
    let error = second.err().context("two bridges have one folder")?;
    assert!(error.to_string().contains("in use by another postern"), "{error}");
    Ok(())
}
