//! What cargo knows of every package that is built here, for the bridge and for the page.

use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::tree::root;

/// A package of the lock file that some target here uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// None for our own.
    pub source: Option<String>,
    pub license: Option<String>,
    /// Names of direct dependencies, those of tests left out.
    pub uses: Vec<String>,
}

/// Every package, each version once.
pub fn packages() -> &'static [Package] {
    static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
        // Filtered: other systems' packages are neither built nor downloaded.
        let targets = ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"];
        let mut packages: Vec<Package> = targets.iter().flat_map(|target| read(target)).collect();
        packages.sort();
        packages.dedup();
        packages
    });
    &PACKAGES
}

fn read(target: &str) -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", target];
    let output = Command::new(cargo).args(args).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = metadata["packages"].as_array().unwrap();
    let name_of = |id: &Value| {
        let package = all.iter().find(|package| package["id"] == *id).unwrap();
        package["name"].as_str().unwrap().to_owned()
    };
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| {
            let package = all.iter().find(|package| package["id"] == node["id"]).unwrap();
            let text = |key: &str| package[key].as_str().map(str::to_owned);
            let built = |dependency: &&Value| {
                let kinds = dependency["dep_kinds"].as_array().unwrap();
                kinds.iter().any(|kind| kind["kind"] != "dev")
            };
            let uses = node["deps"].as_array().unwrap().iter().filter(built);
            Package {
                name: text("name").unwrap(),
                version: text("version").unwrap(),
                source: text("source"),
                license: text("license"),
                uses: uses.map(|dependency| name_of(&dependency["pkg"])).collect(),
            }
        })
        .collect()
}

/// A package for a rule's own test.
pub fn sample(name: &str, version: &str) -> Package {
    Package { name: name.into(), version: version.into(), ..Package::default() }
}

#[test]
fn both_sides_are_known() {
    let has = |name: &str| packages().iter().any(|package| package.name == name);
    assert!(has("postern") && has("postern-frontend") && has("axum") && has("leptos"));
}
