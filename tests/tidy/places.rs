//! No text names a place that exists on one machine only.

use crate::tree::{Finding, Tree, report, repository};

/// In halves, so that this file passes.
const PLACES: [(&str, &str); 7] = [
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("C:\\", "Users"),
    ("/wo", "rk/"),
    ("/t", "mp/"),
    ("file", ":///"),
];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for (start, end) in PLACES {
            let place = format!("{start}{end}");
            for (at, _) in file.text.match_indices(&place) {
                // `framework/`, `/api/home/`: only where a path starts.
                let inner = file.text[..at].bytes().next_back();
                if !inner
                    .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"}.-_".contains(&byte))
                {
                    let advice = format!("`{place}…` is one machine's: use a relative path");
                    findings.push(file.finding(at, advice));
                }
            }
        }
    }
    findings
}

#[test]
fn no_text_names_a_machine() {
    report(&check(repository()));
}

#[test]
fn a_machines_path_is_found() {
    let bad = format!("see {}{}x/y", "/ho", "me/");
    assert_eq!(check(&Tree::sample(&[("README.md", &bad)])).len(), 1);
    let good = format!("see a{}{}x/y", "/ho", "me/");
    assert!(check(&Tree::sample(&[("README.md", &good)])).is_empty());
}
