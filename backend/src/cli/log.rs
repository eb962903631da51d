//! Where log lines go, and which are written at all.

use super::End;
use postern::config::{Log, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// These crates write passwords and messages into their logs.
const NEVER: [&str; 4] = ["async_imap=off", "imap_proto=off", "lettre=off", "sqlx=warn"];

/// Starts logging to standard error.
pub fn start(log: &Log) -> Result<(), End> {
    let filter = filter(&log.level)?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match log.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    }
    .map_err(|error| End::Misused(format!("log: {error}")))
}

fn filter(level: &str) -> Result<EnvFilter, End> {
    let misused =
        |error: &dyn std::fmt::Display| End::Misused(format!("log.level \"{level}\": {error}"));
    let mut filter = EnvFilter::try_new(level).map_err(|error| misused(&error))?;
    for rule in NEVER {
        filter = filter.add_directive(rule.parse().map_err(|error| misused(&error))?);
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_logs_passwords_is_silent_whatever_the_level() {
        let text = filter("trace").ok().map(|filter| filter.to_string()).unwrap_or_default();
        assert!(text.contains("async_imap=off") && text.contains("lettre=off"), "{text}");
        let text =
            filter("async_imap=trace").ok().map(|filter| filter.to_string()).unwrap_or_default();
        assert!(text.contains("async_imap=off") && !text.contains("async_imap=trace"), "{text}");
        assert!(filter("no=such=thing").is_err());
    }
}
