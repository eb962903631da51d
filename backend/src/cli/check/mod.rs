//! `postern check ADDRESS`: tries every server of an address, as far as that goes without a password.

mod probe;

use super::{End, say};
use postern::config::{Config, Protocol};
use postern::net::Providers;
use postern::session::Address;
use probe::Report;
use serde::Serialize;
use std::fmt::Write;

/// How the result is printed.
#[derive(Clone, Copy)]
pub enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Serialize)]
struct Outcome<'a> {
    address: &'a str,
    provider: &'a str,
    good: bool,
    servers: &'a [Report],
}

/// Prints a report on each server; fails where one of them does.
pub async fn check(config: Config, address: &str, form: Form) -> Result<(), End> {
    let address = Address::parse(address)
        .ok_or_else(|| End::Misused(format!("\"{address}\" is not an address")))?;
    let providers = Providers::new(&config.provider)?;
    let provider = providers
        .for_domain(address.domain())
        .ok_or_else(|| anyhow::anyhow!("no [[provider]] serves {}", address.domain()))?;
    let mut servers = Vec::new();
    for protocol in [Protocol::Imap, Protocol::Pop3, Protocol::Smtp] {
        if let Some(endpoint) = provider.settings.endpoint(protocol) {
            servers.push(probe::probe(provider, protocol, endpoint).await);
        }
    }
    let good = servers.iter().all(|report| report.error.is_none());
    let name = provider.settings.name.as_str();
    let result = Outcome { address: address.as_str(), provider: name, good, servers: &servers };
    match form {
        Form::Json => say(&format!("{}\n", serde_json::to_string_pretty(&result)?))?,
        Form::Text => say(&text(&result))?,
    }
    match good {
        true => Ok(()),
        false => Err(anyhow::anyhow!("not every server of {} is usable", address.as_str()).into()),
    }
}

fn text(result: &Outcome<'_>) -> String {
    let mut text = format!("{}: provider \"{}\"\n", result.address, result.provider);
    for report in result.servers {
        let tls = report.tls.unwrap_or("no TLS");
        // Writing into a String cannot fail.
        let _ = match &report.error {
            None => writeln!(
                text,
                "{}  {}  good ({tls}, {})",
                report.protocol, report.endpoint, report.peer
            ),
            Some(error) => {
                writeln!(text, "{}  {}  FAILING: {error}", report.protocol, report.endpoint)
            }
        };
        for (name, value) in
            [("greeting", &report.greeting), ("capabilities", &report.capabilities.join(" "))]
        {
            if !value.is_empty() {
                let _ = writeln!(text, "      {name}: {value}");
            }
        }
    }
    text
}
