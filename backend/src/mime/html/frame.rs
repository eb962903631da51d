//! The two elements that stand for a mail's `html` and `body`, where these say anything.

use html5ever::{Attribute, local_name};

use super::attributes::{Reader, find, is_typeset, plain};
use super::edits::Text;
use super::tree::{Kind, Tree};
use crate::mime::css;

/// Whether there is a frame to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framed {
    /// Two elements are open.
    Yes,
    /// None is.
    No,
}

/// Opens the frame, if styles or attributes need it.
pub(super) fn open(
    tree: &Tree,
    scope: &str,
    styles: &mut Text,
    reader: &mut Reader<'_>,
    out: &mut Text,
) -> Framed {
    let of = |id| match tree.kind(id) {
        Kind::Element(_, attributes) => attributes.as_slice(),
        _ => &[],
    };
    let html = tree.root().map(of).unwrap_or_default();
    let body = tree.part(&local_name!("body")).map(of).unwrap_or_default();
    let root = find(html, "style").map(|style| css::filter_apart(style, &mut reader.css));
    let (root, root_papers) = root.unwrap_or_default();
    let (rest, papers) = css::filter_apart(&declared(body), &mut reader.css);
    reader.css.root_paper |= !root_papers.is_empty();
    css::filter_sheet(&link_colours(body), scope, styles, &mut reader.css);
    let behind = if reader.css.root_paper { root_papers } else { papers };
    if !behind.is_empty() {
        css::write_canvas(&behind, scope, styles);
        reader.css.body_is_canvas |= !reader.css.root_paper;
    }
    if reader.css.body_is_canvas && !reader.css.root_paper {
        // It lies behind everything already: once more would be a second coat.
        let none =
            format!("html:where(.is-whole) div:where(.{scope}b){{background:none!important}}");
        styles.push(&none);
    }
    let (mut outer, mut inner) = (Text::default(), Text::default());
    attributes(html, &root, &mut outer);
    attributes(body, &rest, &mut inner);
    let classes = |attributes| find(attributes, "class").map(|class| format!(" {class}"));
    let (of_root, of_body) = (classes(html), classes(body));
    reader.typeset |= is_typeset(&root) || is_typeset(&rest);
    if styles.is_empty() && outer.is_empty() && inner.is_empty() {
        return Framed::No;
    }
    out.push("<div");
    plain("class", &format!("{scope}{}", of_root.unwrap_or_default()), out);
    out.append(&outer);
    out.push("><div");
    plain("class", &format!("{scope}b{}", of_body.unwrap_or_default()), out);
    out.append(&inner);
    out.push_char('>');
    Framed::Yes
}

/// Closes the frame.
pub(super) fn close(framed: Framed, out: &mut Text) {
    if framed == Framed::Yes {
        out.push("</div></div>");
    }
}

/// What stays of the attributes beside the class.
fn attributes(given: &[Attribute], style: &Text, out: &mut Text) {
    for name in ["id", "dir", "lang"] {
        if let Some(value) = find(given, name) {
            plain(name, value, out);
        }
    }
    if !style.is_empty() {
        out.push(" style=\"");
        out.append(style);
        out.push_char('"');
    }
}

/// What the body's attributes say, as declarations.
fn declared(body: &[Attribute]) -> String {
    let mut all = String::new();
    let mut add = |name: &str, property: &str, unit: &str| {
        if let Some(value) = find(body, name) {
            all.push_str(&format!("{property}:{}{unit};", value.trim()));
        }
    };
    add("bgcolor", "background-color", "");
    add("text", "color", "");
    add("leftmargin", "margin-left", "px");
    add("topmargin", "margin-top", "px");
    add("rightmargin", "margin-right", "px");
    add("bottommargin", "margin-bottom", "px");
    for (name, sides) in [("marginwidth", ["left", "right"]), ("marginheight", ["top", "bottom"])] {
        for side in sides {
            add(name, &format!("margin-{side}"), "px");
        }
    }
    if let Some(background) = find(body, "background") {
        let quoted: String =
            background.chars().filter(|c| !matches!(c, '\'' | '\\' | '\n')).collect();
        all.push_str(&format!("background-image:url('{quoted}');"));
    }
    if let Some(style) = find(body, "style") {
        all.push_str(style);
    }
    all
}

/// `link`, `vlink` and `alink` as rules that every other overrules.
fn link_colours(body: &[Attribute]) -> String {
    let known = |value: &&html5ever::tendril::StrTendril| {
        value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')
    };
    let rule = |(name, state)| {
        let colour = find(body, name).filter(known)?;
        Some(format!(":where(a:{state}){{color:{colour}}}"))
    };
    [("link", "link"), ("vlink", "visited"), ("alink", "active")]
        .into_iter()
        .filter_map(rule)
        .collect()
}
