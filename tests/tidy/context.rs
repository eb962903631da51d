//! Stores are provided in one place, so that a reader finds all of them there.

use crate::rust;
use crate::tree::{Finding, Tree, report, repository};

const HOME: &str = "frontend/src/app.rs";

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.below("frontend/src/", ".rs").filter(|file| file.path != HOME) {
        let code = rust::code(&file.text).text;
        for (at, name) in rust::names(&code) {
            if name == "provide_context" {
                findings.push(file.finding(at, format!("provide it in {HOME}")));
            }
        }
    }
    findings
}

#[test]
fn contexts_are_provided_in_one_file() {
    report(&check(repository()));
}

#[test]
fn a_context_elsewhere_is_found() {
    let bad = "//! provide_context\nfn f() {\n    provide_context(1);\n}";
    assert!(check(&Tree::sample(&[(HOME, bad)])).is_empty());
    assert_eq!(check(&Tree::sample(&[("frontend/src/views/a.rs", bad)]))[0].line, 3);
}
