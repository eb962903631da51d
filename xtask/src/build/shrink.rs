//! Takes away what the page never uses, from the bound module and from its glue: what a dependency
//! exports for itself, and long names that both sides only repeat.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use walrus::{Module, passes};

/// Streams for servers that a dependency of Leptos exports by merely being linked.
const UNUSED_CLASSES: [&str; 3] =
    ["IntoUnderlyingByteSource", "IntoUnderlyingSink", "IntoUnderlyingSource"];
/// Under which name the module imports its glue.
const GLUE: &str = "./main_bg.js";

/// Shrinks a module and the glue that belongs to it.
pub fn shrink(module: &mut Module, glue: &str) -> Result<String> {
    let unused = |name: &str| {
        let bare = name.trim_start_matches("__wbg_");
        UNUSED_CLASSES.iter().any(|class| bare.starts_with(&class.to_lowercase()))
    };
    let exports = module.exports.iter().filter(|export| unused(&export.name));
    let exports: Vec<_> = exports.map(walrus::Export::id).collect();
    ensure!(!exports.is_empty(), "nothing is exported for server streams: drop UNUSED_CLASSES");
    exports.into_iter().for_each(|id| module.exports.delete(id));
    passes::gc::run(module);
    let mut names = BTreeMap::new();
    for import in module.imports.iter_mut().filter(|import| import.module == GLUE) {
        let short = short(names.len());
        names.insert(std::mem::replace(&mut import.name, short.clone()), short);
    }
    let (glue, kept) = rewrite(glue, &names);
    ensure!(kept == names.len(), "the glue offers {kept} of {} imported functions", names.len());
    Ok(glue)
}

/// The glue without unused classes and functions, and how many functions are left.
fn rewrite(glue: &str, names: &BTreeMap<String, String>) -> (String, usize) {
    let (mut out, mut kept) = (String::with_capacity(glue.len()), 0);
    let mut lines = glue.lines();
    while let Some(line) = lines.next() {
        let indent = &line[..line.len() - line.trim_start().len()];
        let imported = line.trim_start().split_once(": function(").map(|(name, rest)| {
            (names.get(name).map(|short| format!("{indent}{short}: function({rest}")), name)
        });
        match imported {
            Some((Some(renamed), _)) => {
                kept += 1;
                out.push_str(&renamed);
                out.push('\n');
            }
            Some((None, name)) if name.starts_with("__wb") => leave_out(line, &mut lines),
            _ if UNUSED_CLASSES.iter().any(|class| line.contains(class)) => {
                leave_out(line, &mut lines);
            }
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    (out, kept)
}

/// Passes over what begins with this line: up to where its braces are closed and it ends.
fn leave_out<'a>(first: &str, lines: &mut impl Iterator<Item = &'a str>) {
    let balance = |line: &str| {
        line.chars().fold(0, |depth, letter| match letter {
            '{' => depth + 1,
            '}' => depth - 1,
            _ => depth,
        })
    };
    let constant = first.starts_with("const ");
    let ends = |line: &str| line.ends_with(';') || !constant && line.ends_with(['}', ',']);
    let mut depth: i32 = balance(first);
    let mut last = first;
    while depth > 0 || !ends(last) {
        let Some(line) = lines.next() else { return };
        depth += balance(line);
        last = line;
    }
}

/// `a`, `b`, … `z`, `ba`, …
fn short(mut number: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return name.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{rewrite, short};
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn unused_parts_of_the_glue_go_and_the_rest_is_renamed() {
        let glue = "class IntoUnderlyingSink {\n    free() {\n}\n}\nlet a;\n\
                    const import0 = {\n    __wbg_one_1f: function(b) {\n        b();\n    },\n    \
                    __wbg_two_2f: function() { return f(function (b) {\n        b();\n    \
                    }, arguments); },\n};\nconst IntoUnderlyingSinkFinalization = (x)\n    \
                    ? {}\n    : new Y(1);\nlet c;\n";
        let check = |used: &str, expect: &str| {
            let names = BTreeMap::from([(used.to_owned(), "a".to_owned())]);
            let (glue, kept) = rewrite(glue, &names);
            let whole = format!("let a;\nconst import0 = {{\n    {expect},\n}};\nlet c;\n");
            assert_eq!((glue, kept), (whole, 1));
        };
        check("__wbg_one_1f", "a: function(b) {\n        b();\n    }");
        check(
            "__wbg_two_2f",
            "a: function() { return f(function (b) {\n        b();\n    }, arguments); }",
        );
    }

    #[test]
    fn short_names_differ() {
        let names: BTreeSet<_> = (0..2000).map(short).collect();
        assert_eq!(names.len(), 2000);
    }
}
