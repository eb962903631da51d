//! The world that browser tests play in: mail servers and a bridge, directed line by line over standard input.
//!
//! `stage dovecot|mailhost [--base PATH] [--storage sdbox|mdbox] [--receive both] [--config LINE]…` prints one JSON object
//! `{url, people, imap}` (before Dovecot also `{submissions, authority}`) and then answers each JSON command with one JSON object; see [`orders`].

mod orders;
mod sentinel;

use std::io::Write;

use anyhow::{Context, Result, bail};
use postern_tests::bridge::Home;
use postern_tests::dovecot::Setup;
use postern_tests::program::Program;
use postern_tests::world::World;
use serde_json::{Value, json};

/// What the command line asks for.
struct Options {
    kind: String,
    base_path: String,
    storage: &'static str,
    config: String,
    /// POP3 beside IMAP.
    both: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = options(std::env::args().skip(1))?;
    let world = match options.kind.as_str() {
        "dovecot" => World::real_as(Setup { storage: options.storage, ..Setup::default() }).await?,
        "mailhost" => World::in_memory().await?,
        other => bail!("{other}: say dovecot or mailhost"),
    };
    // What is sent goes at once, unless a test is about the time in which it can be taken back.
    let config = match options.config.contains("[limits]") {
        true => options.config,
        false => options.config + "[limits]\nundo_seconds = 0\n",
    };
    let provider = if options.both { world.provider_of_both() } else { world.provider() };
    let home = Home::new(&provider, &options.base_path, &config)?;
    let bridge = Program::start(home).await?;
    let people: Vec<Value> = world
        .people()
        .iter()
        .map(|person| json!({ "address": person.address, "password": person.password }))
        .collect();
    let mut opening = json!({ "url": bridge.home.url(), "people": people, "imap": world.imap() });
    if let World::Real { dovecot, postfix } = &world {
        opening["submissions"] = postfix.submissions.into();
        opening["authority"] = dovecot.certificates.authority.to_str().into();
    }
    say(&opening)?;
    let mut stage = orders::Stage { world, bridge, sentinel: None };
    // The end of input is the end of the play: everything is dropped, and with it stopped.
    while let Some(line) = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await? {
        let line = line?;
        let order: Value = serde_json::from_str(&line).context("orders are JSON")?;
        let answer = match stage.obey(&order).await {
            Ok(answer) => answer,
            Err(error) => json!({ "error": format!("{error:#}") }),
        };
        say(&answer)?;
    }
    Ok(())
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options {
        kind: words.next().context("say dovecot or mailhost")?,
        base_path: "/".into(),
        storage: "sdbox",
        config: String::new(),
        both: false,
    };
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} wants a value"))?;
        match word.as_str() {
            "--base" => options.base_path = value,
            "--receive" => options.both = value == "both",
            "--config" => options.config = format!("{}{value}\n", options.config),
            "--storage" => {
                options.storage = match value.as_str() {
                    "sdbox" => "sdbox",
                    "mdbox" => "mdbox",
                    other => bail!("{other}: say sdbox or mdbox"),
                }
            }
            other => bail!("{other} is not understood"),
        }
    }
    Ok(options)
}

/// Prints one object as one line.
fn say(value: &Value) -> Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{value}")?;
    Ok(output.flush()?)
}
