//! Accounts of POP3: signed in with and added, their mailboxes here, and sending from them.

use anyhow::{Context, Result, ensure};
use postern::blob::Blobs;
use postern::clock::Clock;
use postern::db::{Db, removals};
use postern::store::local::Stores;
use postern_mailhost::{Pop3Effect, Trigger};
use postern_shared::account::{AccountId, AccountState, Protocol};
use postern_shared::api::accounts::{ListAccounts, RemoveAccount};
use postern_shared::api::mailboxes::ListMailboxes;
use postern_shared::api::submissions::SubmitMessage;
use postern_shared::draft::Draft;
use postern_shared::error::ErrorCode;
use postern_shared::mailbox::Role;
use postern_shared::session::{AccountAdded, AddAccount};
use postern_shared::submission::{Plan, SubmissionState};
use postern_tests::Person;
use postern_tests::bridge::{Bridge, Home, Provider};
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action, refused_sign_in};
use postern_tests::world::World;

use crate::accounts::all_online;
use crate::send::{letter, outcome};

/// The roles of the mailboxes that every account of POP3 has.
const USUAL: [Role; 6] =
    [Role::Inbox, Role::Drafts, Role::Sent, Role::Archive, Role::Junk, Role::Trash];

async fn roles(tab: &mut Tab, account: &AccountId) -> Result<Vec<Role>> {
    let call = ListMailboxes { account: account.clone() };
    let mut roles: Vec<Role> =
        tab.link.call(call).await?.into_iter().filter_map(|mailbox| mailbox.role).collect();
    roles.sort();
    Ok(roles)
}

#[tokio::test]
async fn a_maildrop_is_signed_in_to_and_sends_with_a_copy_here() -> Result<()> {
    for world in [World::in_memory().await?, World::real().await?] {
        let scene = Scene::of_maildrops(world, "").await?;
        let (anna, ben) = (scene.person("anna"), scene.person("ben"));
        let wrong = Person { password: "wrong".into(), ..anna.clone() };
        let (_, error) = refused_sign_in(scene.home(), &wrong).await?;
        assert_eq!(error.code, ErrorCode::AuthenticationFailed);
        let visitor = scene.visitor("anna").await?;
        let mut tab = visitor.tab().await?;
        let account = all_online(&mut tab, 1).await?.remove(0);
        assert_eq!(account.protocol, Protocol::Pop3);
        assert_eq!(roles(&mut tab, &account.id).await?, USUAL);
        let draft = letter(&tab, &ben, "From a maildrop");
        let from = account.identities[0].from.clone();
        let draft = Draft { account: account.id.clone(), from, ..draft };
        let call = SubmitMessage { action: action(), draft, plan: Plan::Now };
        let id = tab.link.call(call).await?;
        assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
        let mut theirs = scene.world.session(&ben).await?;
        theirs.wait_for("INBOX", "SUBJECT \"From a maildrop\"").await?;
        let mut sent = tab.open(Role::Sent).await?;
        let is_there = |list: &postern_tests::list::List| list.row("From a maildrop").is_some();
        tab.follow(&mut sent, "the copy in Sent", is_there).await?;
        // The same person in another process, with the mail that lies here.
        drop(tab);
        let home = scene.bridge.stop().await;
        let _bridge = Bridge::start(home).await?;
        let mut tab = visitor.tab().await?;
        let again = all_online(&mut tab, 1).await?.remove(0);
        assert_eq!((&again.id, again.protocol), (&account.id, Protocol::Pop3));
        let sent = tab.open(Role::Sent).await?;
        assert!(sent.list.row("From a maildrop").is_some());
    }
    Ok(())
}

/// A bridge whose provider has both protocols.
pub(crate) async fn both(world: World) -> Result<Scene> {
    let pop3 = format!("pop3 = \"pop3://127.0.0.1:{}\"\n", world.host().pop3_addr().port());
    let provider = Provider(format!("{}{pop3}", world.provider().0));
    Ok(Scene { bridge: Bridge::start(Home::new(&provider, "/", "")?).await?, world })
}

pub(crate) async fn add(visitor: &Visitor, person: &Person) -> Result<(u16, String)> {
    let Person { address, password, .. } = person.clone();
    let form = AddAccount { address, password, protocol: Some(Protocol::Pop3), servers: None };
    let response = visitor.post("api/account", &serde_json::to_value(form)?).await?;
    Ok((response.status, response.text()))
}

#[tokio::test]
async fn a_maildrop_beside_an_account_of_imap_stays_until_it_is_removed() -> Result<()> {
    let scene = both(World::in_memory().await?).await?;
    let ben = scene.person("ben");
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let (status, text) = add(&visitor, &ben).await?;
    ensure!(status == 200, "{status} {text}");
    let AccountAdded { account } = serde_json::from_str(&text)?;
    let accounts = all_online(&mut tab, 2).await?;
    let protocols: Vec<_> = accounts.iter().map(|account| account.protocol).collect();
    assert_eq!(protocols, [Protocol::Imap, Protocol::Pop3]);
    assert_eq!(roles(&mut tab, &account).await?, USUAL);
    // What opens it is kept without a browser, and lies nowhere readable.
    drop(tab);
    let home = scene.bridge.stop().await;
    crate::accounts::nowhere_readable(&home, &ben.password)?;
    let bridge = Bridge::start(home).await?;
    let mut tab = visitor.tab().await?;
    let accounts = all_online(&mut tab, 2).await?;
    assert_eq!((&accounts[1].id, accounts[1].protocol), (&account, Protocol::Pop3));
    tab.link.call(RemoveAccount { action: action(), account: account.clone() }).await?;
    assert_eq!(tab.link.call(ListAccounts).await?.len(), 1);
    // By the other protocol now, at the same place.
    let Person { address, password, .. } = ben;
    let form = AddAccount { address, password, protocol: None, servers: None };
    let response = visitor.post("api/account", &serde_json::to_value(form)?).await?;
    let again: AccountAdded = serde_json::from_slice(&response.body)?;
    assert_eq!(again.account, account);
    let accounts = all_online(&mut tab, 2).await?;
    assert_eq!(accounts[1].protocol, Protocol::Imap);
    drop(tab);
    bridge.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_removal_that_was_cut_off_is_finished_at_the_next_start() -> Result<()> {
    let scene = both(World::in_memory().await?).await?;
    let ben = scene.person("ben");
    let letter = postern_tests::message::plain(&scene.person("anna"), &ben, "Collected", "text");
    scene.world.host().deliver(&ben.address, letter)?;
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let (_, text) = add(&visitor, &ben).await?;
    let AccountAdded { account } = serde_json::from_str(&text)?;
    all_online(&mut tab, 2).await?;
    drop(tab);
    let home = scene.bridge.stop().await;
    // As far as a bridge comes that is killed between the two steps.
    let folder = home.path().join("data");
    let db = Db::open(&folder).await?;
    let stores = Stores::new(&folder, Blobs::open(&folder)?, Clock::system(), 0);
    let user = stores.users().first().copied().context("a file of mail")?;
    ensure!(stores.of(user).await?.holds(&account.0).await?, "its mail is here");
    postern::db::accounts::remove(&db, user, &account.0).await?;
    ensure!(stores.of(user).await?.holds(&account.0).await?, "its mail is still here");
    db.close().await;
    drop((db, stores));
    let bridge = Bridge::start(home).await?;
    let mail = bridge.state().stores.of(user).await?;
    ensure!(!mail.holds(&account.0).await?, "its mail is gone");
    assert!(removals::list(&bridge.state().db).await?.is_empty());
    // It can come again, and has what its maildrop has.
    let mut tab = visitor.tab().await?;
    assert_eq!(tab.link.call(ListAccounts).await?.len(), 1);
    let (status, text) = add(&visitor, &ben).await?;
    ensure!(status == 200, "{status} {text}");
    all_online(&mut tab, 2).await?;
    ensure!(mail.holds(&account.0).await?, "its mailboxes are here");
    Ok(())
}

#[tokio::test]
async fn a_busy_or_broken_maildrop_is_never_called_a_wrong_password() -> Result<()> {
    let scene = Scene::of_maildrops(World::in_memory().await?, "").await?;
    let anna = scene.person("anna");
    for code in ["[IN-USE] somebody else", "[SYS/TEMP] broken", "[LOGIN-DELAY] too early"] {
        let effect = Pop3Effect::Error(code.into());
        scene.world.host().faults().pop3(Trigger::on("AUTH").times(1), effect);
        let (status, error) = refused_sign_in(scene.home(), &anna).await?;
        assert_eq!((status, error.code), (503, ErrorCode::Unavailable), "{code}");
        assert_eq!(error.text, code);
    }
    let visitor = scene.visitor("anna").await?;
    let mut tab = visitor.tab().await?;
    let state = all_online(&mut tab, 1).await?.remove(0).state;
    assert_eq!(state, AccountState::Online);
    tab.link.call(ListAccounts).await?.first().context("it is there")?;
    // While it is collected whoever knows the password comes in all the same, and nobody else.
    let effect = Pop3Effect::Error("[IN-USE] collecting".into());
    scene.world.host().faults().pop3(Trigger::on("AUTH"), effect);
    let wrong = Person { password: "wrong".into(), ..anna.clone() };
    let (status, error) = refused_sign_in(scene.home(), &wrong).await?;
    assert_eq!((status, error.code), (503, ErrorCode::Unavailable));
    scene.visitor("anna").await?;
    Ok(())
}
