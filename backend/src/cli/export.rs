//! `postern export ADDRESS FILE`: mail of an account as one file, whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use bytes::Bytes;
use postern::config::Config;
use postern::user::Selection;
use postern_shared::transfer::Form;
use tempfile::NamedTempFile;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::lone::{Asked, Open, Purpose, ended, open};
use super::serve::until_told_to_stop;
use super::{End, Options, USAGE, tally};

/// Options that take a value.
pub const OPTIONS: [&str; 3] = ["--mailbox", "--search", "--form"];
/// Pieces of the file that wait to be written.
const WAITING: usize = 8;

/// What is taken out, and where to.
pub struct Wanted {
    file: PathBuf,
    form: Form,
    mailbox: Option<String>,
    query: Option<String>,
}

impl Wanted {
    /// Reads the arguments behind the address.
    pub fn read(options: &mut Options) -> Result<Self, End> {
        let file = options.plain.pop().ok_or_else(|| End::Misused(USAGE.into()))?;
        let form = options.value("--form");
        let is_zip = file.to_ascii_lowercase().ends_with(".zip");
        let form = match form.as_deref() {
            Some("zip") => Form::Zip,
            None if is_zip => Form::Zip,
            Some("mbox") | None => Form::Mbox,
            Some(other) => {
                return Err(End::Misused(format!("--form is mbox or zip, not \"{other}\"")));
            }
        };
        if options.flag("--duplicates") {
            return Err(End::Misused(USAGE.into()));
        }
        let (mailbox, query) = (options.value("--mailbox"), options.value("--search"));
        Ok(Self { file: PathBuf::from(file), form, mailbox, query })
    }
}

/// Where the bytes go.
enum Sink {
    Output,
    /// Beside the file, until all of it is there.
    Part(NamedTempFile),
}

impl Sink {
    /// Fails before anything is asked for where nothing could be written.
    fn open(file: &Path) -> anyhow::Result<Self> {
        if file == Path::new("-") {
            return Ok(Self::Output);
        }
        if file.exists() {
            anyhow::bail!("{} is there already", file.display());
        }
        let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
        let part = tempfile::Builder::new()
            .prefix(".postern-export")
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .with_context(|| format!("writing {}", file.display()))?;
        Ok(Self::Part(part))
    }

    /// Writes on a thread of its own what comes.
    fn take(self, mut bytes: mpsc::Receiver<io::Result<Bytes>>) -> JoinHandle<io::Result<Self>> {
        spawn_blocking(move || {
            let mut sink: Box<dyn Write> = match &self {
                Self::Output => Box::new(io::stdout().lock()),
                Self::Part(part) => Box::new(BufWriter::with_capacity(1 << 20, part.as_file())),
            };
            while let Some(piece) = bytes.blocking_recv() {
                sink.write_all(&piece?)?;
            }
            sink.flush()?;
            drop(sink);
            Ok(self)
        })
    }

    /// All of it is there.
    fn keep(self, file: &Path) -> anyhow::Result<()> {
        if let Self::Part(part) = self {
            part.as_file().sync_all()?;
            part.persist_noclobber(file)?;
        }
        Ok(())
    }
}

/// Takes mail out.
pub async fn export(config: Config, asked: Asked, wanted: Wanted) -> Result<(), End> {
    let file = wanted.file.clone();
    let sink = Sink::open(&file)?;
    let open = open(&config, &asked, Purpose::Read).await?;
    let done = tokio::select! {
        done = take_out(&open, wanted, sink) => done,
        stopped = until_told_to_stop() => {
            stopped?;
            Err(anyhow::anyhow!("it was stopped, and nothing is kept of the file").into())
        }
    };
    open.lone.stop().await;
    done
}

async fn take_out(open: &Open, wanted: Wanted, sink: Sink) -> Result<(), End> {
    let Wanted { file, form, mailbox, query } = wanted;
    let mailbox = match mailbox {
        Some(name) => Some(open.mailbox(&name).await?),
        None => None,
    };
    let (out, bytes) = mpsc::channel(WAITING);
    let writing = sink.take(bytes);
    let selection = Selection { mailbox, query };
    let taken = open.lone.take_out(selection, (form, out), tally::told("took out")).await;
    let written = writing.await?.with_context(|| format!("writing {}", file.display()));
    // Where the disk is full the account is not to blame.
    let sink = written?;
    let taken = taken.map_err(ended).with_context(|| format!("mail at {}", open.place))?;
    sink.keep(&file).with_context(|| format!("writing {}", file.display()))?;
    tally::end(&format!("{} messages of {} in {}", taken.done, taken.total, file.display()));
    match (taken.failed, taken.headers) {
        (0, _) => Ok(()),
        (failed, headers) if headers > 0 => Err(anyhow::anyhow!(
            "{failed} messages could not be read: of {headers} messages only the header is here, \
             and the rest is fetched where the page opens them or takes them out"
        )
        .into()),
        (failed, _) => Err(anyhow::anyhow!("{failed} messages could not be read").into()),
    }
}
