//! What well-known providers ask of people before a program may sign in (`asks.toml`).

use std::sync::OnceLock;

use postern_shared::server::{Asks, Servers};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    provider: Vec<Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    asks: Asks,
    at: String,
    domains: Vec<String>,
    hosts: Vec<String>,
}

fn known() -> &'static [Known] {
    static TABLE: OnceLock<Vec<Known>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let table: Table = toml::from_str(include_str!("asks.toml"))
            .expect("the table is part of the program, and a test reads it");
        table.provider
    })
}

/// What whoever serves a domain asks, and where that is explained.
pub(super) fn of(domain: &str, found: &[Servers]) -> Option<(Asks, &'static str)> {
    let serves = |known: &&Known| {
        let is_end = |host: &str| {
            let end = |end: &String| {
                host.strip_suffix(end.as_str()).is_some_and(|it| it.is_empty() || it.ends_with('.'))
            };
            known.hosts.iter().any(end)
        };
        known.domains.iter().any(|it| it == domain)
            || found.iter().any(|servers| is_end(&servers.incoming.host))
    };
    known().iter().find(serves).map(|known| (known.asks, known.at.as_str()))
}
