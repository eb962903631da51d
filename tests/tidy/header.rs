//! Every Rust file says first what it is for.

use crate::tree::{Finding, Tree, report, repository};

fn check(tree: &Tree) -> Vec<Finding> {
    let bare = tree.below("", ".rs").filter(|file| !file.text.starts_with("//! "));
    bare.map(|file| file.finding(0, "open the file with `//! ` and one sentence on its purpose"))
        .collect()
}

#[test]
fn every_file_has_its_header() {
    report(&check(repository()));
}

#[test]
fn a_file_without_header_is_found() {
    assert_eq!(check(&Tree::sample(&[("a.rs", "use b;\n"), ("c.rs", "//! Does.\n")])).len(), 1);
}
