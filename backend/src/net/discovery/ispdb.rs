//! A folder with a file for each provider, as Thunderbird's database (ISPDB) is kept.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::autoconfig::{Config, LARGEST};
use crate::net::names::above;

/// More files than this are not looked at.
const MOST: usize = 20_000;

/// The folder. Clones share what was read of it.
#[derive(Clone)]
pub(super) struct Ispdb {
    place: Arc<Path>,
    /// Which file names which domain: read once, when somebody first asks.
    domains: Arc<OnceCell<HashMap<String, PathBuf>>>,
}

impl Ispdb {
    pub(super) fn new(place: &Path) -> Self {
        Self { place: place.into(), domains: Arc::default() }
    }

    /// What the folder has of a domain.
    pub(super) async fn find(&self, domain: &str) -> Option<Config> {
        let place = self.place.clone();
        let read = async || {
            let read = tokio::task::spawn_blocking(move || domains(&place));
            read.await.unwrap_or_default()
        };
        let path = self.domains.get_or_init(read).await.get(domain)?.clone();
        let config = tokio::task::spawn_blocking(move || config(&path)).await;
        config.ok().flatten()
    }

    /// The same for the first of these hosts, or of the domains above them, that is known.
    pub(super) async fn find_above(&self, hosts: &[String]) -> Option<Config> {
        for domain in hosts.iter().flat_map(|host| above(host)) {
            if let Some(config) = self.find(domain).await {
                return Some(config);
            }
        }
        None
    }
}

/// Every domain of the folder: those that a file names, and the one that it is called by.
fn domains(place: &Path) -> HashMap<String, PathBuf> {
    let mut domains = HashMap::new();
    let files = match std::fs::read_dir(place) {
        Ok(files) => files,
        Err(error) => {
            tracing::error!(%error, "the folder of providers (access.ispdb) cannot be read");
            return domains;
        }
    };
    for path in files.flatten().take(MOST).map(|file| file.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let own = name.strip_suffix(".xml").unwrap_or(name).to_lowercase();
        let Some(config) = config(&path) else { continue };
        for domain in config.domains {
            domains.entry(domain).or_insert_with(|| path.clone());
        }
        domains.insert(own, path);
    }
    domains
}

fn config(path: &Path) -> Option<Config> {
    if std::fs::metadata(path).ok()?.len() > LARGEST as u64 {
        return None;
    }
    Config::read(&std::fs::read_to_string(path).ok()?)
}
