//! A language is complete when it says so, and every text is shown somewhere.

use std::collections::BTreeSet;

use crate::rust;
use crate::tree::{File, Finding, Tree, report, repository};

const FOLDER: &str = "frontend/locales/";
const SOURCE: &str = "frontend/locales/en.toml";
const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

fn check(tree: &Tree) -> Vec<Finding> {
    let Some(source) = tree.below(SOURCE, "").next() else {
        return vec![Finding { path: SOURCE.into(), line: 0, advice: "is missing".into() }];
    };
    let wanted = keys(source);
    let mut findings = unused(tree, source, &wanted);
    for file in tree.below(FOLDER, ".toml").filter(|file| file.path != SOURCE) {
        let known: BTreeSet<&str> = keys(file).into_iter().map(|(_, key)| key).collect();
        let complete = file.text.lines().any(|line| line.trim() == "complete = true");
        for (_, key) in wanted.iter().filter(|(_, key)| complete && !known.contains(key)) {
            findings.push(file.finding(0, format!("is complete but lacks {key:?}")));
        }
        for (at, key) in keys(file) {
            if !wanted.iter().any(|(_, name)| *name == key) {
                findings.push(file.finding(at, format!("{key:?} is not in {SOURCE}")));
            }
        }
    }
    findings
}

/// The build makes a variant `Key::LoginHeading` of `login.heading`: some code must name it.
fn unused(tree: &Tree, source: &File, keys: &[(usize, &str)]) -> Vec<Finding> {
    let mut named = BTreeSet::new();
    for file in tree.below("frontend/src/", ".rs") {
        let code = rust::code(&file.text).text;
        named.extend(rust::names(&code).into_iter().map(|(_, name)| name.to_owned()));
    }
    let unused = keys.iter().filter(|(_, key)| !named.contains(&variant(key)));
    unused
        .map(|(at, key)| source.finding(*at, format!("nothing shows {key:?}: remove it")))
        .collect()
}

/// Keys with their places, each plural once.
fn keys(file: &File) -> Vec<(usize, &str)> {
    let mut keys: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        let key = line.strip_prefix('"').and_then(|rest| rest.split_once("\" = "));
        if let Some((key, _)) = key {
            let base = key.rsplit_once('.').filter(|(_, last)| PLURALS.contains(last));
            let base = base.map_or(key, |(base, _)| base);
            if !keys.iter().any(|(_, known)| *known == base) {
                keys.push((at, base));
            }
        }
        at += line.len();
    }
    keys
}

fn variant(key: &str) -> String {
    let words = key.split(['.', '_']).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

#[test]
fn locales_are_complete_and_used() {
    report(&check(repository()));
}

#[cfg(test)]
mod tests {
    use super::{SOURCE, Tree, check};

    const CODE: &str = "fn f() { text(Key::ListSelectedAll); text(Key::A); }";
    const ENGLISH: &str = "[messages]\n\"list.selected_all.one\" = \"\"\n\
                           \"list.selected_all.other\" = \"\"\n\"a\" = \"\"\n";

    fn advice(english: &str, chinese: &str) -> Vec<String> {
        let files = [
            (SOURCE, english),
            ("frontend/locales/zh-Hans.toml", chinese),
            ("frontend/src/a.rs", CODE),
        ];
        check(&Tree::sample(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_whole_language_passes() {
        let chinese = format!("complete = true\n{ENGLISH}");
        assert!(advice(ENGLISH, &chinese).is_empty());
        assert!(advice(ENGLISH, "complete = false\n").is_empty());
    }

    #[test]
    fn gaps_strangers_and_unused_texts_are_found() {
        assert_eq!(advice(ENGLISH, "complete = true\n\"a\" = \"\"\n").len(), 1);
        assert_eq!(advice(ENGLISH, "\"b\" = \"\"\n").len(), 1);
        let unused = advice(&format!("{ENGLISH}\"c.d\" = \"\"\n"), "");
        assert_eq!(unused, ["frontend/locales/en.toml:5: nothing shows \"c.d\": remove it"]);
    }
}
