//! No file is longer than a reader can hold in mind.

use crate::tree::{File, Finding, Tree, report, repository};

const LIMITS: [(&str, usize); 5] =
    [(".rs", 400), (".css", 150), (".js", 400), (".mjs", 400), (".ts", 400)];

fn check(tree: &Tree) -> Vec<Finding> {
    let limit = |file: &File| LIMITS.iter().find(|(suffix, _)| file.path.ends_with(suffix));
    let too_long = |file: &File| {
        let limit = limit(file)?.1;
        let lines = file.text.lines().count();
        (lines > limit).then(|| {
            let advice = format!("{lines} lines, the limit is {limit}: split it by what it does");
            Finding { path: file.path.clone(), line: lines, advice }
        })
    };
    tree.files.iter().filter_map(too_long).collect()
}

#[test]
fn no_file_is_too_long() {
    report(&check(repository()));
}

#[test]
fn a_long_file_is_found() {
    let (good, bad) = ("x\n".repeat(150), "x\n".repeat(151));
    assert!(check(&Tree::sample(&[("a.css", &good), ("b.rs", &bad)])).is_empty());
    assert_eq!(check(&Tree::sample(&[("a.css", &bad)]))[0].line, 151);
}
