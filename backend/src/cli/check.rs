//! `postern check ADDRESS`: tries every server of an address, and signs in where there is a password.

use super::{End, Environment, say};
use postern::config::{Access, Config, Protocol};
use postern::net::discovery::Discovery;
use postern::net::{Providers, Setup};
use postern::secret::Secret;
use postern::session::{Account, Address, Telling, examine};
use postern::{Outside, net};
use postern_shared::check::{Checked, ServerChecked, Spoken, Step, StepKind};
use postern_shared::server::Source;
use serde::Serialize;
use std::fmt::Write;
use std::sync::Arc;

/// How the result is printed.
#[derive(Clone, Copy)]
pub enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Where the password comes from.
#[derive(Clone, Copy)]
pub enum PasswordFrom {
    /// The variable `POSTERN_CHECK_PASSWORD`, or nowhere: then nothing is signed in to.
    Environment,
    /// The first line of standard input.
    Input,
}

#[derive(Serialize)]
struct Outcome<'a> {
    address: &'a str,
    /// The configured provider, or who knows of the servers.
    provider: String,
    good: bool,
    servers: Vec<ServerChecked>,
}

/// The password to sign in with; empty where there is none.
pub fn password(from: PasswordFrom, environment: &Environment) -> Result<Secret, End> {
    let text = match from {
        PasswordFrom::Environment => environment.get("POSTERN_CHECK_PASSWORD").cloned(),
        PasswordFrom::Input => {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line)?;
            Some(line.trim_end_matches(['\r', '\n']).to_owned())
        }
    };
    Ok(Secret::new(text.unwrap_or_default()))
}

/// Prints a report on each server; fails where one of them does.
pub async fn check(
    config: Config,
    address: &str,
    password: &Secret,
    form: Form,
) -> Result<(), End> {
    let address = Address::parse(address)
        .ok_or_else(|| End::Misused(format!("\"{address}\" is not an address")))?;
    let (provider, tried) = accounts(&config, &address).await?;
    let mut servers: Vec<ServerChecked> = Vec::new();
    for (account, protocols) in tried {
        let Checked { servers: some, .. } =
            examine(&account, password, &protocols, Telling::Administrator).await;
        for one in some {
            // Both protocols hand mail in at the same server.
            let is_same =
                |it: &ServerChecked| it.protocol == one.protocol && it.endpoint == one.endpoint;
            if !servers.iter().any(is_same) {
                servers.push(one);
            }
        }
    }
    let good = servers.iter().all(|server| server.steps.iter().all(|step| step.error.is_none()));
    let result = Outcome { address: address.as_str(), provider, good, servers };
    match form {
        Form::Json => say(&format!("{}\n", serde_json::to_string_pretty(&result)?))?,
        Form::Text => say(&text(&result))?,
    }
    match good {
        true => Ok(()),
        false => Err(anyhow::anyhow!("not every server of {} is usable", address.as_str()).into()),
    }
}

/// Accounts, and what of them is tried.
pub type Tried = Vec<(Account, Vec<Protocol>)>;

/// What there is to try, and who says so.
pub async fn accounts(config: &Config, address: &Address) -> Result<(String, Tried), End> {
    let Outside { web, mail, names, .. } = Outside::real(config)?;
    let providers = Providers::new(&config.provider)?;
    let described = |provider: Arc<net::Provider>, protocol| {
        let (address, login) = (address.as_str().to_owned(), provider.login_of(address.as_str()));
        Account { address, login, provider, protocol }
    };
    if let Some(provider) = providers.for_domain(address.domain()) {
        let account = described(provider.clone(), provider.best());
        let all = vec![Protocol::Imap, Protocol::Pop3, Protocol::Smtp];
        return Ok((provider.settings.name.clone(), vec![(account, all)]));
    }
    let Access { discovery: true, ispdb, .. } = &config.access else {
        return Err(anyhow::anyhow!("no [[provider]] serves {}", address.domain()).into());
    };
    let providers = providers.and_elsewhere(mail.clone(), web.trust.clone(), &config.access);
    let discovery = Discovery::new(names, web, mail, ispdb.as_deref()).and_configured(&providers);
    let found = discovery.find(address.as_str()).await;
    let source = found.found.first().map(|it| said_by(it.source));
    let source = source.ok_or_else(|| {
        anyhow::anyhow!("no [[provider]] serves {}, and no server was found", address.domain())
    })?;
    let account = |servers| {
        let setup = Setup::own(servers)?;
        let provider = providers.serving(address.as_str(), &setup)?;
        let protocols = vec![setup.protocol.into(), Protocol::Smtp];
        Some((described(provider, setup.protocol), protocols))
    };
    let found = found.found.into_iter().filter_map(|it| it.servers).filter_map(account);
    Ok((source.to_owned(), found.collect()))
}

fn said_by(source: Source) -> &'static str {
    match source {
        Source::Configured => "the configuration",
        Source::Srv => "found by SRV records",
        Source::Autoconfig => "found by the domain's autoconfig file",
        Source::Ispdb => "found in the folder of providers",
        Source::Mx => "found by whoever takes the domain's mail",
        Source::Guess => "guessed",
    }
}

fn text(result: &Outcome<'_>) -> String {
    let mut text = format!("{}: provider \"{}\"\n", result.address, result.provider);
    for server in &result.servers {
        let good = server.steps.iter().all(|step| step.error.is_none());
        let (name, state) = (spoken(server.protocol), if good { "good" } else { "FAILING" });
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{name}  {}  {state}", server.endpoint);
        for Step { kind, seen, error } in &server.steps {
            let _ = match error {
                None => writeln!(text, "      {}: {}", step(*kind), or_good(seen)),
                Some(error) if seen.is_empty() => {
                    writeln!(text, "      {}: FAILING: {:?}", step(*kind), error.code)
                }
                Some(error) => {
                    writeln!(text, "      {}: FAILING: {:?}: {seen}", step(*kind), error.code)
                }
            };
        }
        if server.uidl == Some(false) {
            text.push_str("      no UIDL: messages are known by their contents\n");
        }
        if let Some(seconds) = server.login_delay {
            let _ = writeln!(text, "      LOGIN-DELAY: {seconds} s between two sign-ins");
        }
    }
    text
}

fn or_good(seen: &str) -> &str {
    if seen.is_empty() { "good" } else { seen }
}

fn spoken(protocol: Spoken) -> &'static str {
    match protocol {
        Spoken::Imap => "imap",
        Spoken::Pop3 => "pop3",
        Spoken::Smtp => "smtp",
    }
}

fn step(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Resolve => "resolve",
        StepKind::Connect => "connect",
        StepKind::Tls => "tls",
        StepKind::Greeting => "greeting",
        StepKind::Capabilities => "capabilities",
        StepKind::SignIn => "sign in",
        StepKind::Uidl => "uidl",
    }
}
