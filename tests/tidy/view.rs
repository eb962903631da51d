//! Inside `view!`: no `style` attribute (the page's CSP forbids it) and no text (locales hold it).

use std::ops::Range;

use crate::rust::{self, Code};
use crate::tree::{Finding, Tree, report, repository};

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.below("frontend/src/", ".rs") {
        let code = rust::code(&file.text);
        for view in views(&code.text) {
            for (at, name) in rust::names(&code.text[view.clone()]) {
                let at = view.start + at;
                let plain = !code.text[..at].ends_with([':', '.', '-', '_']);
                if name == "style" && plain && code.text[at + 5..].trim_start().starts_with('=') {
                    findings.push(file.finding(at, "use a class, or `style:property=` (CSSOM)"));
                }
            }
            for text in texts(&file.text, &code, &view) {
                let advice = format!("put {:?} into frontend/locales", &file.text[text.clone()]);
                findings.push(file.finding(text.start, advice));
            }
        }
    }
    findings
}

/// The insides of the outermost `view! { … }`.
fn views(code: &str) -> Vec<Range<usize>> {
    let mut views: Vec<Range<usize>> = Vec::new();
    for (at, _) in code.match_indices("view!") {
        let open = code[at..].find(['{', '(', '[']).map(|offset| at + offset);
        let inside = open.map_or(at..at, |open| rust::inside(code, open));
        if views.last().is_none_or(|last| last.end < inside.start) {
            views.push(inside);
        }
    }
    views
}

/// String literals that are children: behind a tag or another child, alone or in braces.
fn texts(source: &str, code: &Code, view: &Range<usize>) -> Vec<Range<usize>> {
    let strings = code.strings.iter().filter(|s| view.start <= s.start && s.end <= view.end);
    let child = |string: &&Range<usize>| {
        let mut before = code.text[view.start..string.start - 1].trim_end();
        if code.text[string.end + 1..].trim_start().starts_with('}') {
            before = before.strip_suffix('{').unwrap_or(before).trim_end();
        }
        let arrow = before.ends_with("=>") || before.ends_with("->");
        !arrow && (before.is_empty() || before.ends_with(['>', '}']))
    };
    let text = |string: &&Range<usize>| source[(*string).clone()].contains(char::is_alphabetic);
    strings.filter(child).filter(text).cloned().collect()
}

#[test]
fn views_hold_neither_style_nor_text() {
    report(&check(repository()));
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    fn count(view: &str) -> usize {
        let text = format!("fn f() {{ view! {{ {view} }} }}");
        check(&Tree::sample(&[("frontend/src/views/a.rs", &text)])).len()
    }

    #[test]
    fn text_is_found() {
        assert_eq!(count(r#"<p>"Hello"</p>"#), 1);
        assert_eq!(count(r#"<p>{name()} " wrote"</p>"#), 1);
        assert_eq!(count(r#"<p>{"Hello"}</p>"#), 1);
        assert_eq!(count(r#""Hello""#), 1);
    }

    #[test]
    fn a_style_attribute_is_found() {
        assert_eq!(count(r#"<p style="color: red"></p>"#), 1);
        assert_eq!(count(r#"<p style=move || x()></p>"#), 1);
    }

    #[test]
    fn what_is_no_text_passes() {
        assert_eq!(count(r#"<p class="a" style:top=move || y()>{text(Key::A)} " · "</p>"#), 0);
        assert_eq!(count(r#"<p class=move || match a { B => "is-b", C => "" }></p>"#), 0);
        assert_eq!(count(r#"<Icon name="star"/>"#), 0);
    }
}
