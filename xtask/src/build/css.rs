//! Two style sheets: `frontend/style/` first, then the file beside each component; what only later
//! parts of the page show has a sheet of its own, which comes with them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Declared once, so that no file's place in the sheet decides what wins.
const LAYERS: &str = "@layer reset,base,ui,views;";

/// What the first screen does without, below `frontend/src`.
const LATER: [&str; 22] = [
    "ui/avatar/",
    "ui/dialog/",
    "ui/field/select.css",
    "ui/menu/",
    "ui/toast/",
    "ui/tooltip/",
    "views/composer/",
    "views/message_list/tools.css",
    "views/message_view/cards/",
    "views/message_view/files.css",
    "views/message_view/header.css",
    "views/message_view/invitation.css",
    "views/message_view/notes/",
    "views/message_view/paper.css",
    "views/message_view/print.css",
    "views/message_view/thread.css",
    "views/message_view/viewer/",
    "views/outbox/",
    "views/pieces/pieces.css",
    "views/servers/",
    "views/settings/",
    "views/transfers/",
];

/// When a style sheet is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// For the first screen.
    First,
    /// With the parts that come later.
    Later,
}

/// Collects and minifies. A file that names no layer itself gets that of its folder.
pub fn collect(root: &Path, when: When) -> Result<String> {
    let mut sheet = if when == When::First { LAYERS.to_owned() } else { String::new() };
    for file in files(root)?.into_iter().filter(|file| whence(root, file) == when) {
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let css = minify(&text);
        if css.starts_with("@layer") {
            sheet.push_str(&css);
        } else if !css.is_empty() {
            let path = file.strip_prefix(root).unwrap_or(&file);
            sheet.push_str(&format!("@layer {}{{{css}}}", layer(path)));
        }
    }
    Ok(sheet)
}

/// `tokens.css`, `reset.css`, `base.css`, the other shared ones, then the components, by name.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    super::fresh::walk(&root.join("frontend/style"), &mut |file| files.push(file.to_owned()))?;
    super::fresh::walk(&root.join("frontend/src"), &mut |file| files.push(file.to_owned()))?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "css"));
    let rank = |file: &PathBuf| {
        let shared = file.starts_with(root.join("frontend/style"));
        let first = ["tokens.css", "reset.css", "base.css"];
        let place = first.iter().position(|name| file.ends_with(name)).unwrap_or(first.len());
        (!shared, if shared { place } else { 0 }, file.clone())
    };
    files.sort_by_cached_key(rank);
    Ok(files)
}

fn whence(root: &Path, file: &Path) -> When {
    let path = file.strip_prefix(root.join("frontend/src")).unwrap_or(file).to_string_lossy();
    let later = LATER.iter().any(|begin| path.starts_with(begin));
    if later { When::Later } else { When::First }
}

fn layer(path: &Path) -> &'static str {
    if path.ends_with("reset.css") {
        "reset"
    } else if path.starts_with("frontend/src/ui") {
        "ui"
    } else if path.starts_with("frontend/src") {
        "views"
    } else {
        "base"
    }
}

/// Drops comments and the white space that cannot mean anything; strings are copied as they are.
pub fn minify(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    let mut space = false;
    while let Some(next) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            space = true;
        } else if next.is_whitespace() {
            rest = rest.trim_start();
            space = true;
        } else {
            let length = if matches!(next, '"' | '\'') { quoted(rest) } else { next.len_utf8() };
            if space && needs_space(out.chars().next_back(), next) {
                out.push(' ');
            }
            if next == '}' && out.ends_with(';') {
                out.pop();
            }
            space = false;
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    out
}

/// White space matters inside selectors and values, not around the marks that end them.
fn needs_space(before: Option<char>, after: char) -> bool {
    before.is_some_and(|before| !matches!(before, '{' | '}' | ';' | ',' | ':'))
        && !matches!(after, '{' | '}' | ';' | ',')
}

/// The length of the string at the start of `text`, quotes included.
fn quoted(text: &str) -> usize {
    let quote = text.chars().next();
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|&(_, c)| {
        let ends = !escaped && Some(c) == quote;
        escaped = !escaped && c == '\\';
        ends
    });
    end.map_or(text.len(), |(at, c)| at + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{When, layer, minify, whence};

    fn check(css: &str, expect: &str) {
        assert_eq!(minify(css), expect);
    }

    #[test]
    fn space_and_comments_go() {
        check("/* a */ a,\n b > c {\n  color : red;\n}\n", "a,b > c{color :red}");
        check("@media (width < 700px) { a { b: c } }", "@media (width < 700px){a{b:c}}");
    }

    #[test]
    fn meaning_stays() {
        check("a { width: calc(1px + 2px) }", "a{width:calc(1px + 2px)}");
        check("a :is(b, c) { &:hover .d { e: f } }", "a :is(b,c){&:hover .d{e:f}}");
        check("a{margin:0 auto/**/1px}", "a{margin:0 auto 1px}");
        check("a{grid:\"x  y\" / 1fr 2fr}", "a{grid:\"x  y\" / 1fr 2fr}");
    }

    #[test]
    fn strings_are_copied() {
        check(r#"a::before { content: " /* ; \" } " ; }"#, r#"a::before{content:" /* ; \" } "}"#);
        check("a{content:'unfinished", "a{content:'unfinished");
    }

    #[test]
    fn what_later_parts_show_comes_with_them() {
        let check = |path: &str, expect: When| {
            let root = Path::new("/r");
            assert!(whence(root, &root.join("frontend/src").join(path)) == expect, "{path}");
        };
        check("ui/dialog/dialog.css", When::Later);
        check("ui/grid/grid.css", When::First);
        check("../style/tokens.css", When::First);
    }

    #[test]
    fn the_folder_names_the_layer() {
        assert_eq!(layer(Path::new("frontend/style/reset.css")), "reset");
        assert_eq!(layer(Path::new("frontend/style/tokens.css")), "base");
        assert_eq!(layer(Path::new("frontend/src/ui/button/button.css")), "ui");
        assert_eq!(layer(Path::new("frontend/src/views/login/login.css")), "views");
    }
}
