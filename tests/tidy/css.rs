//! Colours and layers come from tokens: a theme is one file, and nothing fights over `z-index`.

use crate::tree::{File, Finding, Tree, report, repository};

const TOKENS: &str = "frontend/style/tokens.css";
const FUNCTIONS: [&str; 10] =
    ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch(", "color("];
const NAMED: [&str; 16] = [
    "black", "white", "gray", "grey", "red", "green", "blue", "yellow", "orange", "purple", "pink",
    "brown", "teal", "navy", "silver", "gold",
];

fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.below("frontend/", ".css").filter(|file| file.path != TOKENS);
    files.flat_map(judge).collect()
}

fn judge(file: &File) -> Vec<Finding> {
    let css = without_comments(&file.text);
    let mut findings = Vec::new();
    let mut start = 0;
    for (at, end) in css.match_indices(['{', '}', ';']) {
        let (declaration, place) = (&css[start..at], start);
        start = at + 1;
        // What ends in `{` is a selector or a condition.
        let Some((property, value)) = declaration.split_once(':').filter(|_| end != "{") else {
            continue;
        };
        let place = place + declaration.len() - declaration.trim_start().len();
        let value = value.trim();
        if let Some(colour) = colour(value) {
            let advice = format!("`{colour}`: give the colour a name in {TOKENS}, write var(--…)");
            findings.push(file.finding(place, advice));
        }
        if property.trim() == "z-index" && !value.starts_with("var(--") {
            findings
                .push(file.finding(place, format!("name the layer in {TOKENS}, write var(--…)")));
        }
    }
    findings
}

fn colour(value: &str) -> Option<&str> {
    let words = || value.split([' ', ',', '(', ')', '/']);
    let hex = |word: &&str| {
        word.strip_prefix('#').is_some_and(|digits| {
            digits.len() >= 3 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    let function = |name: &&str| {
        value.match_indices(name).any(|(at, _)| {
            !value[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        })
    };
    let named = words().find(|word| NAMED.contains(&word.to_lowercase().as_str()));
    words().find(hex).or(named).or_else(|| FUNCTIONS.into_iter().find(function))
}

/// Comments as spaces, so that places stay.
fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        let (comment, tail) = after.split_once("*/").unwrap_or((after, ""));
        out.push_str(before);
        out.extend(format!("/*{comment}*/").chars().map(|c| if c == '\n' { c } else { ' ' }));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[test]
fn style_sheets_use_tokens() {
    report(&check(repository()));
}

#[cfg(test)]
mod tests {
    use super::{TOKENS, Tree, check};

    fn count(css: &str) -> usize {
        check(&Tree::sample(&[("frontend/src/a.css", css)])).len()
    }

    #[test]
    fn colours_and_layers_are_found() {
        assert_eq!(count("a { color: #fff; }"), 1);
        assert_eq!(count("a { border: 1px solid oklch(0.5 0 0) }"), 1);
        assert_eq!(count("a { b { background: white } }"), 1);
        assert_eq!(count("a { z-index: 10; }"), 1);
        assert_eq!(check(&Tree::sample(&[(TOKENS, "a { color: #fff; }")])).len(), 0);
    }

    #[test]
    fn names_and_selectors_pass() {
        assert_eq!(count("#add:hover { color: var(--ink) } /* color: red; */"), 0);
        assert_eq!(count("a { color: color-mix(in oklch, var(--a), var(--white)) }"), 0);
        assert_eq!(count("a { z-index: var(--layer-menu); white-space: nowrap }"), 0);
    }
}
