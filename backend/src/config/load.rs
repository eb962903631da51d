//! Reads the file, lays the environment over it, checks the whole, and says where an error is.

use super::Config;
use crate::secret::Secret;
use serde::Deserialize;
use serde::de::Error as _;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// Variables of that prefix which are not configuration: the tests' own, and a command's.
const NOT_OURS: [&str; 3] = ["POSTERN_BIN", "POSTERN_CORPORA", "POSTERN_CHECK_PASSWORD"];
/// Fewest characters of a `secret_key` line.
const SHORTEST_KEY: usize = 32;

/// A configuration that cannot be used: where, and why.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Error {
    place: String,
    message: String,
}

/// A check that failed: the key's path, and what is wrong.
struct Problem(Vec<String>, String);

/// Reads `file` (where given) and the `POSTERN_*` variables of `environment`.
///
/// # Errors
/// The first problem, with file and line or the variable's name.
pub fn load(file: Option<&Path>, environment: &BTreeMap<String, String>) -> Result<Config, Error> {
    let text = match file {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path).map_err(|error| Error {
            place: path.display().to_string(),
            message: error.to_string(),
        })?,
    };
    let source =
        Source { path: file.map(Path::to_path_buf), text, variables: variables(environment) };
    let mut config = source.merged()?;
    read_key(&mut config)
        .and_then(|()| check(&config))
        .map_err(|Problem(path, message)| Error { place: source.place(&path), message })?;
    Ok(config)
}

/// Our variables as (path, name, value).
fn variables(environment: &BTreeMap<String, String>) -> Vec<(Vec<String>, String, String)> {
    let ours = |(name, value): (&String, &String)| {
        let key = name.strip_prefix("POSTERN_").filter(|_| !NOT_OURS.contains(&name.as_str()))?;
        let path = key.to_ascii_lowercase().split("__").map(str::to_owned).collect();
        Some((path, name.clone(), value.clone()))
    };
    environment.iter().filter_map(ours).collect()
}

struct Source {
    path: Option<PathBuf>,
    text: String,
    variables: Vec<(Vec<String>, String, String)>,
}

impl Source {
    fn merged(&self) -> Result<Config, Error> {
        // Once by itself, because only here errors have a position.
        toml::from_str::<Config>(&self.text).map_err(|error| self.in_file(&error))?;
        let mut whole: toml::Table =
            toml::from_str(&self.text).map_err(|error| self.in_file(&error))?;
        for (path, name, text) in &self.variables {
            let value = read_variable(path, text).map_err(|error| Error {
                place: name.clone(),
                message: error.message().to_owned(),
            })?;
            insert(&mut whole, path, value);
        }
        Config::deserialize(toml::Value::Table(whole))
            .map_err(|error| Error { place: self.place(&[]), message: error.message().to_owned() })
    }

    fn in_file(&self, error: &toml::de::Error) -> Error {
        let place = error.span().map_or_else(|| self.place(&[]), |span| self.line(span.start));
        Error { place, message: error.message().to_owned() }
    }

    fn line(&self, offset: usize) -> String {
        let line = self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        format!("{}:{line}", self.place(&[]))
    }

    /// Where a key was set: its variable, or file and line, or just its name.
    fn place(&self, path: &[String]) -> String {
        if let Some((_, name, _)) = self.variables.iter().find(|(set, ..)| path.starts_with(set)) {
            return name.clone();
        }
        let file = self
            .path
            .as_ref()
            .map_or_else(|| "configuration".into(), |path| path.display().to_string());
        if path.is_empty() {
            return file;
        }
        match locate(&self.text, path) {
            Some(offset) => self.line(offset),
            None => format!("{file}: {}", path.join(".")),
        }
    }
}

/// The value of a variable: the text itself where that fits, else what it says as JSON.
fn read_variable(path: &[String], text: &str) -> Result<toml::Value, toml::de::Error> {
    let fits = |value: toml::Value| {
        let mut alone = toml::Table::new();
        insert(&mut alone, path, value.clone());
        Config::deserialize(toml::Value::Table(alone)).map(|_| value)
    };
    fits(toml::Value::String(text.to_owned())).or_else(|as_text| {
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(json) => fits(toml::Value::try_from(json).map_err(toml::de::Error::custom)?),
            Err(_) => Err(as_text),
        }
    })
}

/// Sets the value at `path`, making tables on the way.
fn insert(table: &mut toml::Table, path: &[String], value: toml::Value) {
    let Some((key, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        table.insert(key.clone(), value);
        return;
    }
    let inner = table.entry(key).or_insert_with(|| toml::Value::Table(toml::Table::new()));
    if !inner.is_table() {
        *inner = toml::Value::Table(toml::Table::new());
    }
    if let toml::Value::Table(inner) = inner {
        insert(inner, rest, value);
    }
}

/// The offset of the deepest part of `path` that the text has.
fn locate(text: &str, path: &[String]) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut offset = None;
    let mut table = Some(document.get_ref());
    let mut list: Option<&toml::de::DeArray<'_>> = None;
    for step in path {
        let value = if let Some(list) = list {
            list.get(step.parse::<usize>().ok()?)
        } else {
            let found = table.and_then(|table| {
                table.iter().find(|(key, _)| key.get_ref().as_ref() == step.as_str())
            });
            found.map(|(key, value)| {
                offset = Some(key.span().start);
                value
            })
        };
        let Some(value) = value else { break };
        if list.is_some() {
            offset = Some(value.span().start);
        }
        (table, list) = match value.get_ref() {
            DeValue::Table(table) => (Some(table), None),
            DeValue::Array(list) => (None, Some(list)),
            _ => (None, None),
        };
    }
    offset
}

fn read_key(config: &mut Config) -> Result<(), Problem> {
    let Some(file) = &config.secret_key_file else { return Ok(()) };
    let path = vec!["secret_key_file".to_owned()];
    if !config.secret_key.is_empty() {
        return Err(Problem(path, "`secret_key` is given too; one of them is enough".into()));
    }
    let text = std::fs::read_to_string(file)
        .map_err(|error| Problem(path.clone(), format!("{}: {error}", file.display())))?;
    if text.trim().is_empty() {
        return Err(Problem(path, format!("{} is empty", file.display())));
    }
    config.secret_key = Secret::new(text);
    Ok(())
}

fn check(config: &Config) -> Result<(), Problem> {
    let problem = |key: &str, message: String| Err(Problem(vec![key.to_owned()], message));
    if config.secret_key.expose().lines().any(|key| key.trim().len() < SHORTEST_KEY) {
        let key = if config.secret_key_file.is_some() { "secret_key_file" } else { "secret_key" };
        return problem(key, format!("a key needs at least {SHORTEST_KEY} characters"));
    }
    if let Some(url) = &config.public_url
        && !(url.is_secure() || url.is_loopback() || config.insecure_http)
    {
        let message =
            "http without TLS is for this machine only; use https, or set `insecure_http = true`";
        return problem("public_url", message.into());
    }
    for (index, provider) in config.provider.iter().enumerate() {
        if let Some((key, message)) = provider.problem() {
            return Err(Problem(vec!["provider".into(), index.to_string(), key.into()], message));
        }
    }
    Ok(())
}
