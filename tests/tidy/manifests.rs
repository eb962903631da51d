//! Versions stand in the workspace's manifest, once.

use crate::tree::{File, Finding, Tree, report, repository};

const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

fn check(tree: &Tree) -> Vec<Finding> {
    let members = tree.below("", "/Cargo.toml");
    members.flat_map(|file| [dependencies(file), package(file)].concat()).collect()
}

/// `x.workspace = true`, `x = { workspace = true, … }`, or a table that says so.
fn dependencies(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut at, mut inside) = (0, false);
    for section in file.text.split_inclusive("\n[") {
        let head = section.lines().next().unwrap_or_default().trim_matches(['[', ']']);
        let (last, rest) = head.rsplit_once('.').map_or((head, ""), |(a, b)| (a, b));
        let list = head.ends_with("dependencies");
        let table = !list && last.ends_with("dependencies") && !rest.is_empty();
        inside |= list || table;
        if table && !section.lines().any(|line| line.trim() == "workspace = true") {
            findings.push(file.finding(at, format!("{rest}: write `workspace = true`")));
        }
        let mut place = at;
        for line in section.split_inclusive('\n') {
            let dependency = list && line.contains('=') && !line.starts_with('#');
            if dependency && !line.contains("workspace = true") {
                let advice =
                    "name the version in the workspace's Cargo.toml, `x.workspace = true` here";
                findings.push(file.finding(place, advice));
            }
            place += line.len();
        }
        at += section.len();
    }
    if !inside {
        findings.push(file.finding(0, "this rule found no dependencies here: teach it"));
    }
    findings
}

fn package(file: &File) -> Vec<Finding> {
    let has = |wanted: &str| file.text.lines().any(|line| line.trim() == wanted);
    let mut missing: Vec<String> = INHERITED.map(|key| format!("{key}.workspace = true")).into();
    missing.retain(|line| !has(line));
    if !file.text.contains("[lints]\nworkspace = true") {
        missing.push("[lints] workspace = true".to_owned());
    }
    missing.iter().map(|line| file.finding(0, format!("lacks `{line}`"))).collect()
}

#[test]
fn members_inherit_from_the_workspace() {
    report(&check(repository()));
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    const HEAD: &str = "[package]\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\n\
        [lints]\nworkspace = true\n\n";

    fn count(dependencies: &str) -> usize {
        check(&Tree::sample(&[("a/Cargo.toml", &format!("{HEAD}{dependencies}"))])).len()
    }

    #[test]
    fn own_versions_are_found() {
        assert_eq!(count("[dependencies]\na = \"1\"\nb.workspace = true\n"), 1);
        assert_eq!(count("[dev-dependencies]\na = { path = \"../a\" }\n"), 1);
        assert_eq!(count("[dependencies.web-sys]\nfeatures = []\nversion = \"1\"\n"), 1);
        assert_eq!(count("[target.'cfg(unix)'.dependencies]\na = \"1\"\n"), 1);
        assert_eq!(check(&Tree::sample(&[("a/Cargo.toml", "[dependencies]\n")])).len(), 6);
    }

    #[test]
    fn inherited_ones_pass() {
        let all = "[dependencies]\n# a\na.workspace = true\nb = { workspace = true }\n\n\
                   [dependencies.web-sys]\nworkspace = true\nfeatures = [\"A\"]\n";
        assert_eq!(count(all), 0);
    }
}
