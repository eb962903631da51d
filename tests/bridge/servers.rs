//! Servers that users name: where they may be, what is kept of them, and how they are found.

use anyhow::{Result, ensure};
use postern::net::Trust;
use postern::net::public::Reach;
use postern_shared::account::Protocol;
use postern_shared::api::submissions::SubmitMessage;
use postern_shared::check::{Checked, Spoken, StepKind};
use postern_shared::draft::Draft;
use postern_shared::error::{CallError, ErrorCode};
use postern_shared::server::{Discovered, Endpoint, Security, Servers, Source};
use postern_shared::session::{AccountAdded, AddAccount, SignIn, SignInWith};
use postern_shared::submission::{Plan, SubmissionState};
use postern_tests::Person;
use postern_tests::bridge::{Bridge, Home};
use postern_tests::http::Response;
use postern_tests::scene::Scene;
use postern_tests::visitor::{Visitor, action, post};
use postern_tests::world::World;

use crate::accounts::{all_online, nowhere_readable};
use crate::send::{letter, outcome};

const TYPED: &str = "[access]\ncustom_servers = true\n";
const WITHIN: &str = "[access]\ncustom_servers = true\nprivate_networks = true\n";

fn endpoint(host: &str, port: u16) -> Endpoint {
    Endpoint { host: host.into(), port, security: Security::Tls }
}

/// Servers on this machine, at the ports that such servers have.
fn typed(protocol: Protocol, person: &Person) -> Servers {
    let port = if protocol == Protocol::Imap { 993 } else { 995 };
    let login = (person.address.clone(), person.password.clone());
    Servers {
        protocol,
        incoming: endpoint("localhost", port),
        user_name: person.address.clone(),
        outgoing: endpoint("LOCALHOST.", 465),
        outgoing_login: Some(login),
    }
}

/// A mail server's usual ports, where the servers of a world really listen.
fn around(world: &World) -> Result<(Reach, Trust)> {
    let World::Real { dovecot, postfix } = world else { anyhow::bail!("servers with TLS") };
    let (imaps, pop3s, submissions) = (dovecot.imaps, dovecot.pop3s, postfix.submissions);
    let ports = move |port| match port {
        993 => imaps,
        995 => pop3s,
        465 => submissions,
        _ => 9,
    };
    let trust = Trust::new(Some(&dovecot.certificates.authority))?;
    Ok((Reach::mail(true).and_ports(ports), trust))
}

async fn sign_in(home: &Home, address: &str, password: &str, at: Servers) -> Result<Response> {
    let (address, password) = (address.to_owned(), password.to_owned());
    let sign_in = SignIn { address, password, keep: false };
    let form = SignInWith { sign_in, protocol: None, servers: Some(at) };
    post(home, "api/session", &serde_json::to_value(form)?).await
}

fn refusal(response: &Response) -> Result<ErrorCode> {
    let error: CallError = serde_json::from_slice(&response.body)?;
    Ok(error.code)
}

#[tokio::test]
async fn servers_of_ones_own_are_signed_in_to_and_kept_without_a_readable_password() -> Result<()> {
    let world = World::real().await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let (reach, trust) = around(&world)?;
    let home = Home::new(&world.provider(), "/", WITHIN)?;
    let bridge = Bridge::start_within(home, reach.clone(), trust.clone()).await?;
    let at = typed(Protocol::Imap, &anna);
    let response = sign_in(&bridge.home, "someone@own.test", &anna.password, at).await?;
    let visitor = Visitor::of(&bridge.home, &response)?;
    let mut tab = visitor.tab().await?;
    // A maildrop of one's own beside it, whose outgoing server wants another name.
    let at = Servers {
        outgoing_login: typed(Protocol::Imap, &anna).outgoing_login,
        ..typed(Protocol::Pop3, &ben)
    };
    let (address, password) = ("other@own.test".to_owned(), ben.password.clone());
    let form = AddAccount { address, password, protocol: None, servers: Some(at) };
    let response = visitor.post("api/account", &serde_json::to_value(form)?).await?;
    ensure!(response.status == 200, "{}", response.text());
    let AccountAdded { account } = serde_json::from_slice(&response.body)?;
    all_online(&mut tab, 2).await?;
    drop(tab);
    let home = bridge.stop().await;
    nowhere_readable(&home, &anna.password)?;
    nowhere_readable(&home, &ben.password)?;
    let bridge = Bridge::start_within(home, reach, trust).await?;
    let mut tab = visitor.tab().await?;
    let accounts = all_online(&mut tab, 2).await?;
    assert_eq!((&accounts[1].id, accounts[1].protocol), (&account, Protocol::Pop3));
    for (number, shown) in accounts.iter().enumerate() {
        let draft = letter(&tab, &ben, &format!("From own servers {number}"));
        let from = shown.identities[0].from.clone();
        let draft = Draft { account: shown.id.clone(), from, ..draft };
        let id = tab.link.call(SubmitMessage { action: action(), draft, plan: Plan::Now }).await?;
        assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent, "{number}");
    }
    // The administrator thinks better of it.
    drop(tab);
    let home = bridge.stop().await;
    let config = std::fs::read_to_string(home.config())?;
    std::fs::write(home.config(), config.replace(WITHIN, ""))?;
    let bridge = Bridge::start(home).await?;
    assert_eq!(visitor.fetch("api/session").await?.status, 401);
    drop(bridge);
    Ok(())
}

#[tokio::test]
async fn nothing_private_is_reached_by_naming_it() -> Result<()> {
    let world = World::in_memory().await?;
    let anna = world.person("anna");
    let at = |host: &str, port| Servers {
        incoming: endpoint(host, port),
        ..typed(Protocol::Imap, &anna)
    };
    let home = Home::new(&world.provider(), "/", "")?;
    let bridge = Bridge::start(home).await?;
    let response = sign_in(&bridge.home, "a@own.test", "x", at("localhost", 993)).await?;
    assert_eq!(refusal(&response)?, ErrorCode::NoPermission);
    let bridge = Bridge::start(Home::new(&world.provider(), "/", TYPED)?).await?;
    let mut answers = Vec::new();
    let hosts = ["localhost", "127.0.0.1", "::ffff:127.0.0.1", "[::1]", "10.0.0.1", "no-name.test"];
    for (number, host) in hosts.into_iter().enumerate() {
        let address = format!("a{number}@own.test");
        let response = sign_in(&bridge.home, &address, "x", at(host, 993)).await?;
        answers.push((host, response.status, response.text()));
    }
    for (host, status, text) in &answers {
        assert_eq!((*status, text), (503, &answers[0].2), "{host}");
    }
    for port in [22, 25, 80, 6379, world.imap()] {
        let response = sign_in(&bridge.home, "b@own.test", "x", at("mail.own.test", port)).await?;
        assert_eq!(refusal(&response)?, ErrorCode::Invalid, "{port}");
    }
    let plain = Endpoint { security: Security::Plain, ..endpoint("mail.own.test", 143) };
    let plain = Servers { incoming: plain, ..at("", 0) };
    let response = sign_in(&bridge.home, "c@own.test", "x", plain).await?;
    assert_eq!(refusal(&response)?, ErrorCode::NoPermission);
    Ok(())
}

#[tokio::test]
async fn what_is_configured_is_told_and_what_is_not_is_not_looked_for() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let ask = async |address: &str| -> Result<Discovered> {
        let form = serde_json::json!({ "address": address });
        let response = post(scene.home(), "api/discover", &form).await?;
        ensure!(response.status == 200, "{}", response.text());
        Ok(serde_json::from_slice(&response.body)?)
    };
    let found = ask("anna@example.test").await?.found;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].source, found[0].protocol), (Source::Configured, Protocol::Imap));
    assert!(found[0].servers.is_none());
    assert!(ask("someone@own.test").await?.found.is_empty());
    let known = ask("someone@qq.com").await?;
    assert!(known.found.is_empty() && known.asks.is_some());
    Ok(())
}

/// The steps of one server, and whether each was good.
fn steps(checked: &Checked, protocol: Spoken) -> Vec<(StepKind, bool)> {
    let found = checked.servers.iter().find(|server| server.protocol == protocol);
    let step = |step: &postern_shared::check::Step| (step.kind, step.error.is_none());
    found.map(|server| server.steps.iter().map(step).collect()).unwrap_or_default()
}

#[tokio::test]
async fn settings_are_tested_step_by_step_and_nothing_is_kept() -> Result<()> {
    use StepKind::{Capabilities, Connect, Greeting, Resolve, SignIn, Tls, Uidl};
    let world = World::real().await?;
    let anna = world.person("anna");
    let (reach, trust) = around(&world)?;
    let home = Home::new(&world.pop3_provider(), "/", WITHIN)?;
    let bridge = Bridge::start_within(home, reach, trust).await?;
    let check = async |address: &str, password: &str, servers: Option<Servers>| {
        let (address, password) = (address.to_owned(), password.to_owned());
        let form = AddAccount { address, password, protocol: None, servers };
        let response = post(&bridge.home, "api/check", &serde_json::to_value(form)?).await?;
        ensure!(response.status == 200, "{}", response.text());
        Ok(serde_json::from_slice::<Checked>(&response.body)?)
    };
    let all = |last: &[StepKind]| -> Vec<(StepKind, bool)> {
        let first = [Resolve, Connect, Tls, Greeting, Capabilities];
        first.iter().chain(last).map(|kind| (*kind, true)).collect()
    };
    let configured = check(&anna.address, &anna.password, None).await?;
    assert!(configured.good, "{configured:?}");
    assert_eq!(steps(&configured, Spoken::Pop3), all(&[SignIn, Uidl]));
    assert_eq!(steps(&configured, Spoken::Smtp), all(&[SignIn]));
    assert_eq!(configured.servers[0].uidl, Some(true));
    let told = serde_json::to_string(&configured)?;
    assert!(!told.contains("localhost:") && !told.contains("127.0.0.1"), "{told}");
    let asked = check(&anna.address, "", None).await?;
    assert_eq!(steps(&asked, Spoken::Pop3), all(&[]), "nothing to sign in with");
    let wrong = check(&anna.address, "wrong", None).await?;
    assert!(!wrong.good);
    assert_eq!(steps(&wrong, Spoken::Pop3).last(), Some(&(SignIn, false)));
    let own = check("someone@own.test", &anna.password, Some(typed(Protocol::Imap, &anna))).await?;
    assert!(own.good, "{own:?}");
    assert_eq!(steps(&own, Spoken::Imap), all(&[SignIn])[1..].to_vec());
    let away = Servers { incoming: endpoint("localhost", 143), ..typed(Protocol::Imap, &anna) };
    let away = check("someone@own.test", &anna.password, Some(away)).await?;
    assert_eq!(steps(&away, Spoken::Imap), [(Connect, false)]);
    let bare = Visitor::sign_in(&bridge.home, &anna).await?;
    let mut tab = bare.tab().await?;
    all_online(&mut tab, 1).await?;
    Ok(())
}
