//! `postern import ADDRESS FILE`: messages of a file into an account; run again it goes on.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use postern::config::Config;
use postern::user::Incoming;

use super::lone::{Asked, Open, Purpose, ended, open};
use super::serve::until_told_to_stop;
use super::{End, Options, USAGE, tally};

/// Options that take a value.
pub const OPTIONS: [&str; 1] = ["--mailbox"];

/// What is brought in, and where to.
pub struct Wanted {
    file: PathBuf,
    mailbox: Option<Vec<String>>,
    skip_known: bool,
}

impl Wanted {
    /// Reads the arguments behind the address.
    pub fn read(options: &mut Options) -> Result<Self, End> {
        let file = options.plain.pop().ok_or_else(|| End::Misused(USAGE.into()))?;
        let mailbox = options.value("--mailbox");
        let mailbox = mailbox.map(|name| name.split('/').map(str::to_owned).collect::<Vec<_>>());
        if mailbox.as_ref().is_some_and(|levels| levels.iter().any(String::is_empty)) {
            return Err(End::Misused("a mailbox's name has no empty level".into()));
        }
        let skip_known = !options.flag("--duplicates");
        Ok(Self { file: PathBuf::from(file), mailbox, skip_known })
    }
}

/// Brings mail in.
pub async fn import(config: Config, asked: Asked, wanted: Wanted) -> Result<(), End> {
    if wanted.file != Path::new("-") {
        File::open(&wanted.file).with_context(|| format!("reading {}", wanted.file.display()))?;
    }
    let open = open(&config, &asked, Purpose::Add).await?;
    let done = tokio::select! {
        done = bring_in(&open, wanted) => done,
        stopped = until_told_to_stop() => {
            stopped?;
            Err(anyhow::anyhow!("it was stopped; the same command goes on").into())
        }
    };
    open.lone.stop().await;
    done
}

async fn bring_in(open: &Open, wanted: Wanted) -> Result<(), End> {
    let Wanted { mut file, mailbox, skip_known } = wanted;
    let shown = file.display().to_string();
    let mut name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if file == Path::new("-") {
        // A zip is read from its end.
        (file, name) = (open.aside.path().join("input"), String::new());
        let into = file.clone();
        let copied = tokio::task::spawn_blocking(move || {
            io::copy(&mut io::stdin().lock(), &mut File::create(into)?)
        });
        copied.await?.context("keeping what comes from standard input")?;
    }
    let incoming = Incoming { path: file, name, mailbox, skip_known };
    let brought = open.lone.bring_in(incoming, tally::told("went through")).await;
    let brought =
        brought.map_err(ended).with_context(|| format!("bringing {shown} in to {}", open.place))?;
    tally::end(&format!("{} messages came in, {} were there", brought.done, brought.known));
    match brought.failed {
        0 => Ok(()),
        failed => {
            Err(anyhow::anyhow!("{failed} messages could not be read or were refused").into())
        }
    }
}
