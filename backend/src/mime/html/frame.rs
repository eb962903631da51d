//! The two elements that stand for a mail's `html` and `body`, where these say anything.

use html5ever::{Attribute, local_name};

use super::attributes::{Reader, find, plain};
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
    let (paper, rest) = colours(body, reader);
    let links = link_colours(body);
    css::filter_sheet(&links, scope, styles, &mut reader.css);
    let mut inner = Text::default();
    if let Some(id) = find(body, "id") {
        plain("id", id, &mut inner);
    }
    for name in ["dir", "lang"] {
        if let Some(value) = find(body, name).or_else(|| find(html, name)) {
            plain(name, value, &mut inner);
        }
    }
    if styles.is_empty() && inner.is_empty() && paper.is_empty() && rest.is_empty() {
        return Framed::No;
    }
    out.push("<div");
    plain("class", scope, out);
    style(&paper, out);
    out.push("><div");
    let class = find(body, "class").map(|class| format!(" {class}")).unwrap_or_default();
    plain("class", &format!("{scope}b{class}"), out);
    out.append(&inner);
    style(&rest, out);
    out.push_char('>');
    Framed::Yes
}

/// Closes the frame.
pub(super) fn close(framed: Framed, out: &mut Text) {
    if framed == Framed::Yes {
        out.push("</div></div>");
    }
}

fn style(declarations: &Text, out: &mut Text) {
    if !declarations.is_empty() {
        out.push(" style=\"");
        out.append(declarations);
        out.push_char('"');
    }
}

/// What the body's attributes say, as declarations: what lies behind everything, and all of it.
fn colours(body: &[Attribute], reader: &mut Reader<'_>) -> (Text, Text) {
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
    add("marginwidth", "margin-left", "px");
    add("marginheight", "margin-top", "px");
    if let Some(background) = find(body, "background") {
        let quoted: String =
            background.chars().filter(|c| !matches!(c, '\'' | '\\' | '\n')).collect();
        all.push_str(&format!("background-image:url('{quoted}');"));
    }
    if let Some(style) = find(body, "style") {
        all.push_str(style);
    }
    let rest = css::filter(&all, &mut reader.css);
    (css::papers(&rest), rest)
}

/// `link` as a rule.
fn link_colours(body: &[Attribute]) -> String {
    let known = |value: &&html5ever::tendril::StrTendril| {
        value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')
    };
    find(body, "link")
        .filter(known)
        .map(|link| format!("a:link{{color:{link}}}"))
        .unwrap_or_default()
}
