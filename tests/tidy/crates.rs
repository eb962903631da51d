//! Crates depend downwards: what is compiled for both sides knows neither.

use std::collections::BTreeSet;

use crate::metadata::{Package, packages};

/// A crate of ours, and what it must never reach, however indirectly.
const FORBIDDEN: [(&str, &[&str]); 5] = [
    (
        "postern-shared",
        &[
            "tokio",
            "axum",
            "leptos",
            "web-sys",
            "js-sys",
            "wasm-bindgen",
            "async-imap",
            "imap-proto",
            "lettre",
            "mail-parser",
            "sqlx",
            "postern",
            "postern-mailhost",
            "postern-frontend",
        ],
    ),
    ("postern-frontend", &["tokio", "axum", "sqlx", "async-imap", "postern", "postern-mailhost"]),
    ("postern-mailhost", &["postern", "postern-shared", "leptos", "imap-codec", "async-imap"]),
    ("postern", &["leptos", "web-sys", "imap-codec", "postern-frontend"]),
    ("xtask", &["postern", "postern-shared", "postern-frontend", "tokio"]),
];
/// Nothing but the command line may need these.
const LEAVES: [&str; 2] = ["postern-tests", "xtask"];

fn check(packages: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, forbidden) in FORBIDDEN {
        let reached = reached(packages, name);
        let bad = forbidden.iter().filter(|other| reached.contains(**other));
        findings.extend(bad.map(|other| format!("`{name}` must not depend on `{other}`")));
    }
    for package in packages {
        let bad = package.uses.iter().filter(|other| LEAVES.contains(&other.as_str()));
        findings
            .extend(bad.map(|other| format!("`{}` must not depend on `{other}`", package.name)));
    }
    findings
}

fn reached<'a>(packages: &'a [Package], name: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![name];
    while let Some(name) = next.pop() {
        for package in packages.iter().filter(|package| package.name == name) {
            next.extend(
                package.uses.iter().map(String::as_str).filter(|name| reached.insert(*name)),
            );
        }
    }
    reached
}

#[test]
fn our_crates_depend_downwards() {
    let findings = check(packages());
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::metadata::{Package, sample};

    fn uses(name: &str, other: &str) -> Package {
        Package { uses: vec![other.into()], ..sample(name, "1.0.0") }
    }

    #[test]
    fn upward_and_indirect_arrows_are_found() {
        assert_eq!(check(&[uses("postern-shared", "a"), uses("a", "tokio")]).len(), 1);
        assert_eq!(check(&[uses("postern", "postern-tests")]).len(), 1);
        assert!(check(&[uses("postern", "tokio"), uses("postern-shared", "serde")]).is_empty());
    }
}
