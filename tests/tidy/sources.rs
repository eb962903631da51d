//! Packages come from the public registries, which keep what they once gave.

use crate::metadata::{Package, packages, sample};
use crate::tree::{Finding, Tree, report, root};

const CRATES: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "\"resolved\": \"https://registry.npmjs.org/";

fn check(packages: &[Package]) -> Vec<String> {
    let foreign = |package: &&Package| package.source.as_deref().is_some_and(|from| from != CRATES);
    let odd = packages.iter().filter(foreign);
    odd.map(|package| format!("{} {}: from {:?}", package.name, package.version, package.source))
        .collect()
}

/// npm writes down where it downloaded from; a lock file may also leave that out.
fn check_npm(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.below("package-lock.json", "") {
        for (at, _) in file.text.match_indices("\"resolved\":") {
            if !file.text[at..].starts_with(NPM) {
                findings
                    .push(file.finding(at, "remove this address, or use the public registry's"));
            }
        }
    }
    findings
}

#[test]
fn every_source_is_public() {
    let findings = check(packages());
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    let lock = std::fs::read_to_string(root().join("package-lock.json")).unwrap();
    report(&check_npm(&Tree::sample(&[("package-lock.json", &lock)])));
}

#[test]
fn other_sources_are_found() {
    let from = |source: &str| Package { source: Some(source.into()), ..sample("a", "1.0.0") };
    assert_eq!(
        check(&[from(CRATES), from("git+https://host.example/a"), from("registry+x")]).len(),
        2
    );
    let bad = "\"resolved\": \"https://mirror.example/a.tgz\"";
    assert_eq!(check_npm(&Tree::sample(&[("package-lock.json", bad)])).len(), 1);
    let good = format!("{NPM}a.tgz\"");
    assert!(check_npm(&Tree::sample(&[("package-lock.json", &good)])).is_empty());
}
