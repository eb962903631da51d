//! Several accounts behind one sign-in: one inbox, one order, and passwords that nobody can read.

use anyhow::{Context, Result, ensure};
use postern_shared::account::{Account, AccountId, AccountState};
use postern_shared::api::accounts::{EditAccount, ListAccounts, OrderAccounts, RemoveAccount};
use postern_shared::api::submissions::SubmitMessage;
use postern_shared::draft::Draft;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::event::Event;
use postern_shared::mailbox::Role;
use postern_shared::session::{AccountAdded, AddAccount};
use postern_shared::submission::{Plan, SubmissionState};
use postern_shared::window::{Filter, Grouping, Scope, Sort, View};
use postern_tests::Person;
use postern_tests::bridge::{Bridge, Home};
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action};

use crate::send::{letter, outcome};

fn form(person: &Person) -> Result<serde_json::Value> {
    let Person { address, password, .. } = person.clone();
    Ok(serde_json::to_value(AddAccount { address, password, protocol: None, servers: None })?)
}

pub(crate) async fn add(visitor: &Visitor, person: &Person) -> Result<AccountId> {
    let response = visitor.post("api/account", &form(person)?).await?;
    ensure!(response.status == 200, "{} {}", response.status, response.text());
    let AccountAdded { account } = serde_json::from_slice(&response.body)?;
    Ok(account)
}

async fn refused(visitor: &Visitor, person: &Person, expect: ErrorCode) -> Result<()> {
    let response = visitor.post("api/account", &form(person)?).await?;
    let error: CallError = serde_json::from_slice(&response.body)?;
    assert_eq!(error.code, expect, "{}", response.text());
    Ok(())
}

/// Waits until so many accounts are there and answer.
pub async fn all_online(tab: &mut Tab, count: usize) -> Result<Vec<Account>> {
    loop {
        let accounts = tab.link.call(ListAccounts).await?;
        let online = accounts.iter().all(|account| account.state == AccountState::Online);
        if accounts.len() == count && online {
            return Ok(accounts);
        }
        let news = |event| {
            matches!(event, Event::AccountChanged(_) | Event::AccountsChanged(_)).then_some(())
        };
        tab.link.event("every account to answer", news).await?;
    }
}

fn unified() -> View {
    View {
        scope: Scope::Role(Role::Inbox),
        sort: Sort::NEWEST_FIRST,
        filter: Filter::All,
        grouping: Grouping::Messages,
    }
}

#[tokio::test]
async fn two_accounts_share_one_inbox_and_each_sends_as_itself() -> Result<()> {
    for scene in [Scene::real().await?, Scene::in_memory().await?] {
        let (anna, ben, chen) = (scene.person("anna"), scene.person("ben"), scene.person("chen"));
        scene.world.deliver(&chen, &anna, "To Anna").await?;
        let visitor = scene.visitor("anna").await?;
        let mut tab = visitor.tab().await?;
        let mut all = tab.open_view(unified()).await?;
        tab.follow(&mut all, "Anna's mail", |list| list.row("To Anna").is_some()).await?;
        let added = add(&visitor, &ben).await?;
        let accounts = all_online(&mut tab, 2).await?;
        assert_eq!(accounts[1].id, added);
        assert!(accounts[1].added && !accounts[0].added);
        // What comes into either arrives in the one list.
        let mut all = tab.open_view(unified()).await?;
        scene.world.deliver(&chen, &ben, "To Ben").await?;
        let both = |list: &postern_tests::list::List| {
            list.row("To Anna").is_some() && list.row("To Ben").is_some()
        };
        tab.follow(&mut all, "the mail of both", both).await?;
        assert_eq!(all.list.row("To Ben").context("shown")?.key.account, added);
        let draft = letter(&tab, &chen, "From Ben");
        let from = accounts[1].identities[0].from.clone();
        let draft = Draft { account: added, from, ..draft };
        let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
        let id = tab.link.call(call).await?;
        assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
        let mut theirs = scene.world.session(&chen).await?;
        theirs.wait_for("INBOX", "FROM \"ben@\" SUBJECT \"From Ben\"").await?;
        let mut own = scene.world.session(&ben).await?;
        own.wait_for("Sent", "SUBJECT \"From Ben\"").await?;
    }
    Ok(())
}

#[tokio::test]
async fn accounts_keep_names_colours_and_order_wherever_one_signs_in() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let visitor = scene.visitor("anna").await?;
    let (mut tab, mut other) = (visitor.tab().await?, visitor.tab().await?);
    let ben = add(&visitor, &scene.person("ben")).await?;
    let chen = add(&visitor, &scene.person("chen")).await?;
    let own = tab.id();
    let edit = |account: &AccountId, name: &str, colour| EditAccount {
        action: action(),
        account: account.clone(),
        name: name.into(),
        colour,
    };
    tab.link.call(edit(&ben, " 工作 ", 3)).await?;
    let order = vec![chen.clone(), ben.clone()];
    tab.link.call(OrderAccounts { action: action(), accounts: order }).await?;
    for wrong in [edit(&ben, "x\u{7}", 1), edit(&ben, &"x".repeat(61), 1), edit(&ben, "x", 9)] {
        assert_eq!(tab.link.refusal(wrong).await?.code, ErrorCode::Invalid);
    }
    let strange = edit(&AccountId("none".into()), "x", 1);
    assert_eq!(tab.link.refusal(strange).await?.code, ErrorCode::NonExistent);
    let told = |event| match event {
        Event::AccountsChanged(all) => {
            let ids: Vec<_> = all.iter().map(|account| account.id.clone()).collect();
            (ids == [chen.clone(), ben.clone(), own.clone()]).then_some(all)
        }
        _ => None,
    };
    let seen = other.link.event("the new order", told).await?;
    assert_eq!((seen[1].name.as_str(), seen[1].colour), ("工作", 3));
    // In another browser, and in another process.
    let mut elsewhere = scene.tab("anna").await?;
    let there = all_online(&mut elsewhere, 3).await?;
    assert_eq!(there[1].name, "工作");
    drop((tab, other, elsewhere));
    let home = scene.bridge.stop().await;
    let _bridge = Bridge::start(home).await?;
    let mut after = visitor.tab().await?;
    let after = all_online(&mut after, 3).await?;
    assert_eq!(after.iter().map(|one| &one.id).collect::<Vec<_>>(), [&chen, &ben, &own]);
    Ok(())
}

#[tokio::test]
async fn a_removed_account_is_gone_everywhere_and_that_of_the_sign_in_stays() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let (anna, ben) = (scene.person("anna"), scene.person("ben"));
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let wrong = Person { password: "wrong".into(), ..ben.clone() };
    refused(&visitor, &wrong, ErrorCode::AuthenticationFailed).await?;
    let unknown = Person { address: "ben@elsewhere.test".into(), ..ben.clone() };
    refused(&visitor, &unknown, ErrorCode::UnknownProvider).await?;
    refused(&visitor, &anna, ErrorCode::AlreadyExists).await?;
    let added = add(&visitor, &ben).await?;
    assert_eq!(add(&visitor, &ben).await?, added, "the same account was added twice");
    let own = RemoveAccount { action: action(), account: tab.id() };
    assert_eq!(tab.link.refusal(own).await?.code, ErrorCode::NoPermission);
    let mut all = all_online(&mut tab, 2).await?;
    // While mail of it waits it is not forgotten.
    let from = all.remove(1).identities.remove(0).from;
    let draft = Draft { account: added.clone(), from, ..letter(&tab, &anna, "Later") };
    let far = i64::from(u32::MAX);
    let call = SubmitMessage { action: action(), draft, plan: Plan::At(far) };
    let waiting = tab.link.call(call).await?;
    let remove = || RemoveAccount { action: action(), account: added.clone() };
    assert_eq!(tab.link.refusal(remove()).await?.code, ErrorCode::Refused);
    let cancel = postern_shared::api::submissions::CancelSubmission {
        action: action(),
        submission: waiting,
    };
    tab.link.call(cancel).await?;
    tab.link.call(remove()).await?;
    assert_eq!(all_online(&mut tab, 1).await?.len(), 1);
    let mut elsewhere = scene.tab("anna").await?;
    assert_eq!(all_online(&mut elsewhere, 1).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn passwords_of_added_accounts_lie_nowhere_readable() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let ben = scene.person("ben");
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    add(&visitor, &ben).await?;
    all_online(&mut tab, 2).await?;
    drop(tab);
    nowhere_readable(&scene.bridge.stop().await, &ben.password)
}

/// No file of a bridge that has ended holds this text.
pub fn nowhere_readable(home: &Home, text: &str) -> Result<()> {
    let mut looked = 0;
    for entry in std::fs::read_dir(home.path().join("data"))?.flatten() {
        if entry.file_type()?.is_file() {
            let bytes = std::fs::read(entry.path())?;
            let needle = text.as_bytes();
            let found = bytes.windows(needle.len()).any(|window| window == needle);
            ensure!(!found, "{} holds the password", entry.path().display());
            looked += 1;
        }
    }
    ensure!(looked > 1, "nothing was looked at");
    Ok(())
}
