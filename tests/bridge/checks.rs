//! `postern check ADDRESS` as administrators run it: what it finds, how it says so, and how it ends.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result};
use postern_shared::check::{ServerChecked, Spoken, StepKind};
use postern_shared::error::ErrorCode;
use postern_tests::bridge::{Home, Provider};
use postern_tests::dovecot::Dovecot;
use postern_tests::world::World;
use postern_tests::{Person, program, server};

/// A command's exit code and what it printed.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs the command with a password where one is given.
fn run(home: &Home, words: &[&str], password: Option<&str>) -> Result<Ended> {
    let mut command = Command::new(program::binary()?);
    command.arg("check").args(words).arg("--config").arg(home.config());
    command.env_remove("POSTERN_CHECK_PASSWORD");
    if let Some(password) = password {
        command.env("POSTERN_CHECK_PASSWORD", password);
    }
    ended(command.output()?)
}

fn ended(output: Output) -> Result<Ended> {
    let Output { status, stdout, stderr } = output;
    let (out, err) = (String::from_utf8(stdout)?, String::from_utf8(stderr)?);
    Ok(Ended { code: status.code(), out, err })
}

/// What is found, as programs read it.
fn found(
    home: &Home,
    address: &str,
    password: Option<&str>,
) -> Result<(Ended, Vec<ServerChecked>)> {
    let ended = run(home, &[address, "--json"], password)?;
    let told: serde_json::Value = serde_json::from_str(&ended.out).context(ended.err.clone())?;
    assert_eq!(told["address"], address);
    assert_eq!(told["provider"], "Tests");
    assert_eq!(told["good"], ended.code == Some(0));
    let servers = serde_json::from_value(told["servers"].clone())?;
    Ok((ended, servers))
}

/// The step of a server that failed, and why.
fn failure(servers: &[ServerChecked], protocol: Spoken) -> Option<(StepKind, ErrorCode)> {
    let server = servers.iter().find(|server| server.protocol == protocol)?;
    let last = server.steps.last()?;
    last.error.as_ref().map(|error| (last.kind, error.code))
}

// A thread of its own is needed by the mail host while the command is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn good_servers_are_tried_to_the_end() -> Result<()> {
    for world in [World::in_memory().await?, World::real().await?] {
        let home = Home::new(&world.provider_of_both(), "/", "")?;
        let Person { address, password } = world.person("anna");
        let (ended, servers) = found(&home, &address, Some(&password))?;
        assert_eq!(ended.code, Some(0), "{}", ended.out);
        let last = |server: &ServerChecked| {
            (server.protocol, server.steps.last().map(|step| step.kind), server.uidl)
        };
        let expected = [
            (Spoken::Imap, Some(StepKind::SignIn), None),
            (Spoken::Pop3, Some(StepKind::Uidl), Some(true)),
            (Spoken::Smtp, Some(StepKind::SignIn), None),
        ];
        assert_eq!(servers.iter().map(last).collect::<Vec<_>>(), expected);
        // Without a password nothing is signed in to.
        let (_, servers) = found(&home, &address, None)?;
        let signed_in = |it: &ServerChecked| it.steps.iter().any(|it| it.kind == StepKind::SignIn);
        assert!(servers.len() == 3 && !servers.iter().any(signed_in));
        // In words, and the password as a line of input.
        let mut command = Command::new(program::binary()?);
        command.args(["check", &address, "--password-stdin", "--config"]).arg(home.config());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn()?;
        running.stdin.take().context("its input")?.write_all(format!("{password}\n").as_bytes())?;
        let told = ended_in_words(running.wait_with_output()?)?;
        assert_eq!(told.matches("  good\n").count(), 3, "{told}");
        assert!(told.contains(&format!("sign in: {address}")), "{told}");
    }
    Ok(())
}

fn ended_in_words(output: Output) -> Result<String> {
    let ended = ended(output)?;
    assert_eq!(ended.code, Some(0), "{} {}", ended.out, ended.err);
    Ok(ended.out)
}

// A thread of its own is needed by the mail host while the command is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_a_closed_port_and_a_strange_certificate_are_called_that() -> Result<()> {
    let world = World::in_memory().await?;
    let Person { address, password } = world.person("anna");
    let home = Home::new(&world.provider_of_both(), "/", "")?;
    let (ended, servers) = found(&home, &address, Some("wrong"))?;
    let refused = Some((StepKind::SignIn, ErrorCode::AuthenticationFailed));
    for protocol in [Spoken::Imap, Spoken::Pop3, Spoken::Smtp] {
        assert_eq!(failure(&servers, protocol), refused, "{protocol:?}");
    }
    assert!(ended.code == Some(1) && ended.err.contains("not every server"), "{}", ended.err);
    let in_words = run(&home, &[&address], Some("wrong"))?.out;
    assert_eq!(in_words.matches("sign in: FAILING: AuthenticationFailed").count(), 3, "{in_words}");

    let nobody = server::free_port()?;
    let home = Home::new(&Provider::plain_pop3(nobody, world.submission()), "/", "")?;
    let (ended, servers) = found(&home, &address, Some(&password))?;
    let closed = Some((StepKind::Connect, ErrorCode::Unavailable));
    assert_eq!((ended.code, failure(&servers, Spoken::Pop3)), (Some(1), closed));
    // One that is broken keeps no other from being tried.
    assert_eq!(failure(&servers, Spoken::Smtp), None);

    let dovecot = Dovecot::start().await?;
    let strange = Provider(format!(
        "imap = \"imaps://localhost:{}\"\npop3 = \"pop3s://localhost:{}\"\n",
        dovecot.imaps, dovecot.pop3s
    ));
    let home = Home::new(&strange, "/", "")?;
    let (ended, servers) = found(&home, &address, Some(&password))?;
    let untrusted = Some((StepKind::Tls, ErrorCode::UntrustedCertificate));
    for protocol in [Spoken::Imap, Spoken::Pop3] {
        assert_eq!(failure(&servers, protocol), untrusted, "{protocol:?}");
    }
    assert_eq!(ended.code, Some(1));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_tried_is_said() -> Result<()> {
    let world = World::in_memory().await?;
    let home = Home::new(&world.provider(), "/", "")?;
    let misused = run(&home, &["anna"], None)?;
    assert!(
        misused.code == Some(2) && misused.err.contains("is not an address"),
        "{}",
        misused.err
    );
    let unknown = run(&home, &["anna@own.test"], None)?;
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("no [[provider]] serves own.test"), "{}", unknown.err);
    assert!(unknown.out.is_empty(), "{}", unknown.out);
    Ok(())
}
