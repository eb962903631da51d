//! One version of a package, except where two of our dependencies disagree.

use std::collections::BTreeMap;

use crate::metadata::{Package, packages, sample};

/// Built in several versions, with who needs an older one. An entry that is no longer true fails.
const DUPLICATES: &[(&str, &str)] = &[
    ("async-channel", "async-imap's stop-token needs 1"),
    ("base64", "axum, leptos and wasm-bindgen are at 0.22"),
    ("chacha20", "chacha20poly1305 needs 0.9, proptest 0.10"),
    ("convert_case", "leptos_config's config needs 0.6"),
    ("cpufeatures", "the RustCrypto crates of digest 0.10 need 0.2"),
    ("embedded-io", "postcard names both 0.4 and 0.6"),
    ("event-listener", "async-imap's stop-token needs 2"),
    ("getrandom", "ring needs 0.2, ours is 0.3, tempfile is at 0.4"),
    ("gimli", "the module splitter is at 0.34, walrus at 0.32"),
    ("hashbrown", "sqlx and wasm-bindgen need 0.16"),
    ("itertools", "leptos needs 0.14"),
    ("nom", "imap-codec, a tests' oracle, needs 7"),
    ("rand", "tungstenite needs 0.9, proptest 0.10"),
    ("rand_core", "the RustCrypto crates of digest 0.10 need 0.6, rand 0.9 its own"),
    ("syn", "half of the macros have moved on to 3"),
    ("synstructure", "half of the macros have moved on to syn 3"),
    ("thiserror", "async-imap and gloo-net need 1"),
    ("thiserror-impl", "async-imap and gloo-net need 1"),
    ("toml", "ours is 0.9; leptos_config's config needs 1"),
    ("toml_datetime", "as toml"),
    ("wasm-encoder", "the module splitter is ahead of wasm-bindgen"),
    ("wasmparser", "the module splitter is ahead of wasm-bindgen"),
    ("winnow", "as toml"),
];

fn check(packages: &[Package], duplicates: &[(&str, &str)]) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    versions.values_mut().for_each(Vec::dedup);
    versions.retain(|_, versions| versions.len() > 1);
    let known = |name: &str| duplicates.iter().any(|(known, _)| *known == name);
    let new = versions.iter().filter(|(name, _)| !known(name));
    let new = new.map(|(name, versions)| format!("{name}: built as {}", versions.join(" and ")));
    let gone = duplicates.iter().filter(|(name, _)| !versions.contains_key(name));
    let gone = gone.map(|(name, _)| format!("{name}: one version again, strike it from the list"));
    new.chain(gone).collect()
}

#[test]
fn no_package_is_built_twice_without_reason() {
    let findings = check(packages(), DUPLICATES);
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn new_and_outdated_duplicates_are_found() {
    let twice = [sample("a", "1.0.0"), sample("a", "2.0.0")];
    assert_eq!(check(&twice, &[]).len(), 1);
    assert!(check(&twice, &[("a", "b needs 1")]).is_empty());
    assert_eq!(check(&[sample("a", "1.0.0")], &[("a", "b needs 1")]).len(), 1);
}
