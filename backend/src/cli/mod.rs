//! `postern VERB`: reads the arguments, runs the verb, and turns its end into an exit code.

mod backup;
mod check;
#[cfg(feature = "demo")]
mod demo;
mod export;
mod healthcheck;
mod import;
mod log;
mod lone;
mod restore;
mod serve;
mod tally;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// The variables of the process.
pub type Environment = BTreeMap<String, String>;

/// How long threads that wait for files may go on at the end.
const LINGER: Duration = Duration::from_secs(2);

const USAGE: &str = "\
Postern, a webmail

  postern serve [--config FILE]      serve the page and the link
  postern demo [--listen ADDRESS]    the same with a mail host in memory
  postern check ADDRESS [--json] [--password-stdin] [--config FILE]
                                     try the servers of an address; sign in where there is a
                                     password: a line of input, or POSTERN_CHECK_PASSWORD
  postern healthcheck [--deep] [--config FILE]
                                     ask a running bridge whether it is well
  postern backup FILE [--config FILE]
                                     copy data_dir into a tar file; the bridge may run
  postern restore FILE [--config FILE]
                                     bring it back into an empty data_dir
  postern export ADDRESS FILE [--mailbox NAME] [--search QUERY] [--form mbox|zip] [ACCOUNT]
                                     take mail out into a file, or to standard output (-): all of
                                     it, one mailbox, what a search finds. A zip (FILE.zip) keeps
                                     mailboxes apart
  postern import ADDRESS FILE [--mailbox NAME] [--duplicates] [ACCOUNT]
                                     bring in an mbox, a message, or a zip of them, or what comes
                                     from standard input (-); what is there already is left out
  postern version

ACCOUNT: mail that lies in data_dir is read and written as it is (import: while no bridge runs);
--user ID says whose it is where several have it. Mail at an IMAP server needs the password by
--password-stdin (a line of input) or --password-file FILE, and may be signed in to as another
name: --login NAME.

Without --config, /etc/postern/postern.toml is read where it exists; every key is also a
POSTERN_ variable.
";

/// Why a verb ended.
pub enum End {
    /// Something does not work: exit code 1.
    Failing(anyhow::Error),
    /// Wrong arguments or configuration: exit code 2.
    Misused(String),
}

impl<E: Into<anyhow::Error>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failing(error.into())
    }
}

/// Runs what the arguments ask for.
pub fn run(arguments: &[String], environment: &Environment) -> ExitCode {
    match dispatch(arguments, environment) {
        Ok(()) => ExitCode::SUCCESS,
        Err(End::Failing(error)) => {
            complain(&with_causes(&error));
            ExitCode::from(1)
        }
        Err(End::Misused(message)) => {
            complain(&message);
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: &[String], environment: &Environment) -> Result<(), End> {
    let (verb, rest) = arguments.split_first().ok_or_else(|| End::Misused(USAGE.into()))?;
    match verb.as_str() {
        "serve" => {
            let mut options = Options::read(rest, &["--config"], &[])?;
            let config = options.config(environment)?;
            options.finish()?;
            block_on(serve::serve(config))
        }
        #[cfg(feature = "demo")]
        "demo" => {
            let mut options = Options::read(rest, &["--listen"], &[])?;
            let listen = options.value("--listen");
            options.finish()?;
            block_on(demo::demo(listen))
        }
        "check" => {
            let flags = ["--json", "--password-stdin"];
            let mut options = Options::read(rest, &["--config"], &flags)?;
            let config = options.config(environment)?;
            let form = if options.flag("--json") { check::Form::Json } else { check::Form::Text };
            let address = options.plain.pop().ok_or_else(|| End::Misused(USAGE.into()))?;
            let typed = options.flag("--password-stdin");
            options.finish()?;
            let from =
                if typed { check::PasswordFrom::Input } else { check::PasswordFrom::Environment };
            let password = check::password(from, environment)?;
            block_on(check::check(config, &address, &password, form))
        }
        "backup" => {
            let (config, file) = with_file(rest, environment)?;
            block_on(backup::backup(config, &file))
        }
        "restore" => {
            let (config, file) = with_file(rest, environment)?;
            restore::restore(&config, &file)
        }
        "export" => {
            let (config, asked, mut options) = of_account(rest, environment, &export::OPTIONS)?;
            let wanted = export::Wanted::read(&mut options)?;
            options.finish()?;
            block_on(export::export(config, asked, wanted))
        }
        "import" => {
            let (config, asked, mut options) = of_account(rest, environment, &import::OPTIONS)?;
            let wanted = import::Wanted::read(&mut options)?;
            options.finish()?;
            block_on(import::import(config, asked, wanted))
        }
        "healthcheck" => {
            let mut options = Options::read(rest, &["--config"], &["--deep"])?;
            let config = options.config(environment)?;
            let deep = options.flag("--deep");
            options.finish()?;
            block_on(healthcheck::healthcheck(config, deep))
        }
        "version" | "--version" | "-V" => say(&format!("postern {}\n", env!("CARGO_PKG_VERSION"))),
        "help" | "--help" | "-h" => say(USAGE),
        other => Err(End::Misused(format!("unknown command \"{other}\"\n\n{USAGE}"))),
    }
}

/// The configuration, and the one file that is named.
fn with_file(
    arguments: &[String],
    environment: &Environment,
) -> Result<(postern::config::Config, PathBuf), End> {
    let mut options = Options::read(arguments, &["--config"], &[])?;
    let config = options.config(environment)?;
    let file = options.plain.pop().ok_or_else(|| End::Misused(USAGE.into()))?;
    options.finish()?;
    Ok((config, PathBuf::from(file)))
}

/// What a verb on an account is given: the address, and how the account is opened.
fn of_account(
    arguments: &[String],
    environment: &Environment,
    own: &[&str],
) -> Result<(postern::config::Config, lone::Asked, Options), End> {
    let values = [&["--config", "--user", "--login", "--password-file"], own].concat();
    let flags = ["--password-stdin", "--duplicates"];
    let mut options = Options::read(arguments, &values, &flags)?;
    let config = options.config(environment)?;
    if options.plain.is_empty() {
        return Err(End::Misused(USAGE.into()));
    }
    let address = options.plain.remove(0);
    let file = options.value("--password-file").map(PathBuf::from);
    let password = match (options.flag("--password-stdin"), file) {
        (true, Some(_)) => return Err(End::Misused("the password is given twice".into())),
        (true, None) => Some(lone::PasswordFile::Input),
        (false, file) => file.map(lone::PasswordFile::At),
    };
    let (login, user) = (options.value("--login"), options.value("--user"));
    Ok((config, lone::Asked { address, login, password, user }, options))
}

fn block_on(work: impl Future<Output = Result<(), End>>) -> Result<(), End> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // A thread may wait for input that nobody gives any more.
    runtime.shutdown_timeout(LINGER);
    done
}

/// An error and its causes; many of ours name their cause already.
fn with_causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |text, cause| {
        match (text.is_empty(), text.contains(&cause)) {
            (true, _) => cause,
            (false, true) => text,
            (false, false) => format!("{text}: {cause}"),
        }
    })
}

/// What a verb prints for its reader.
pub fn say(text: &str) -> Result<(), End> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn complain(message: &str) {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(std::io::stderr(), "postern: {message}");
}

/// Arguments behind the verb: `--name VALUE`, `--flag`, and plain ones.
struct Options {
    values: BTreeMap<String, String>,
    flags: Vec<String>,
    plain: Vec<String>,
}

impl Options {
    fn read(arguments: &[String], with_value: &[&str], flags: &[&str]) -> Result<Self, End> {
        let mut options = Self { values: BTreeMap::new(), flags: Vec::new(), plain: Vec::new() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (name, joined) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            if with_value.contains(&name) {
                let value = joined.or_else(|| rest.next().cloned());
                let value = value.ok_or_else(|| End::Misused(format!("{name} needs a value")))?;
                options.values.insert(name.to_owned(), value);
            } else if flags.contains(&name) && joined.is_none() {
                options.flags.push(name.to_owned());
            } else if name.starts_with('-') && name != "-" {
                return Err(End::Misused(format!("unknown option {argument}\n\n{USAGE}")));
            } else {
                options.plain.push(argument.clone());
            }
        }
        Ok(options)
    }

    fn value(&mut self, name: &str) -> Option<String> {
        self.values.remove(name)
    }

    fn flag(&self, name: &str) -> bool {
        self.flags.iter().any(|flag| flag == name)
    }

    /// The configuration that `--config` and the environment give.
    fn config(&mut self, environment: &Environment) -> Result<postern::config::Config, End> {
        let usual = PathBuf::from("/etc/postern/postern.toml");
        let file =
            self.value("--config").map(PathBuf::from).or_else(|| usual.exists().then_some(usual));
        postern::config::load(file.as_deref(), environment)
            .map_err(|error| End::Misused(error.to_string()))
    }

    /// No plain argument may be left over.
    fn finish(self) -> Result<(), End> {
        match self.plain.first() {
            None => Ok(()),
            Some(extra) => Err(End::Misused(format!("what is \"{extra}\"?\n\n{USAGE}"))),
        }
    }
}

#[cfg(test)]
mod tests;
