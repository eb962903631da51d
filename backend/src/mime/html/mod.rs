//! Hostile HTML to HTML that shows text, tables and pictures, and does nothing.
//!
//! A real parser makes the tree that a browser would; one walk writes what a closed list lets
//! through. Where the tree stands as no parser would leave it, what was written is read again until
//! it comes to rest: what a browser makes of the result is what was decided here.

pub(super) mod asked;
pub(super) mod attributes;
pub(super) mod edits;
mod elements;
mod frame;
mod links;
mod nesting;
mod sanitised;
mod sink;
mod stand_in;
mod trackers;
mod tree;
pub(super) mod urls;
mod write;

#[cfg(test)]
mod tests;

pub(super) use attributes::BLANK;
pub use links::{Caution, Reason};
pub use sanitised::{Sanitised, View};
pub use trackers::{Sign, Tracker};
pub use tree::Layout;
pub use urls::Remote;

use html5ever::local_name;

use super::{Defect, css, plain, text};
use attributes::Reader;
use edits::Text;
use tree::Tree;
use urls::Urls;

/// More HTML than this is not looked at.
const BYTE_LIMIT: usize = 8 << 20;

/// Readings until the text must have come to rest.
const PASS_LIMIT: usize = 6;

/// Sanitises a mail's HTML; `cid` answers the address that serves an inline part, by Content-ID.
pub fn sanitise(html: &str, cid: impl Fn(&str) -> Option<String> + 'static) -> Sanitised {
    sanitise_part(html, 0, cid)
}

/// Sanitises one of several HTML parts of a message; `place` keeps their styles apart.
pub fn sanitise_part(
    html: &str,
    place: usize,
    cid: impl Fn(&str) -> Option<String> + 'static,
) -> Sanitised {
    let cut = html.floor_char_boundary(BYTE_LIMIT);
    let tree = Tree::parse(&html[..cut]);
    let mut urls = Urls::new(Box::new(cid));
    let mut reader = Reader::new(css::Context::new(&mut urls));
    let scope = format!("m{place}");
    let mut styles = Text::default();
    for sheet in write::style_sheets(&tree) {
        css::filter_sheet(&sheet, &scope, &mut styles, &mut reader.css);
    }
    let (declared, only_dark) = write::declares_dark(&tree);
    let knows_dark = reader.css.knows_dark || declared;
    let mut out = Text::default();
    let framed = frame::open(&tree, &scope, &mut styles, &mut reader, &mut out);
    let stable = body(&tree, &mut reader, &mut out);
    frame::close(framed, &mut out);
    let (layout, cut) = (tree.layout, tree.cut || cut < html.len());
    let mut sanitised = Sanitised::default();
    sanitised.own_colours = reader.css.own_colours;
    sanitised.cautions = std::mem::take(&mut reader.cautions);
    sanitised.stripped_parameters = reader.stripped;
    sanitised.framed = framed == frame::Framed::Yes;
    sanitised.typeset = (reader.typeset || reader.css.own_colours) && !reader.typed;
    sanitised.single = true;
    (sanitised.knows_dark, sanitised.only_dark) = (knows_dark, only_dark);
    sanitised.layout = layout;
    sanitised.defects.extend(cut.then_some(Defect::Truncated));
    if !stable {
        sanitised.defects.push(Defect::UnstableHtml);
        out = Text::default();
        out.push(&text::to_html(&as_text(html), super::Flowed::Fixed));
        styles = Text::default();
    }
    sanitised.fill(out, styles, urls);
    sanitised
}

/// Writes what is in the body; false where it does not come to rest.
fn body(tree: &Tree, reader: &mut Reader<'_>, out: &mut Text) -> bool {
    let Some(root) = tree.part(&local_name!("body")) else { return true };
    let (mark, before) = (out.mark(), reader.mark());
    if write::write(tree, root, reader, out) {
        return true;
    }
    let mut written = Text::default();
    write::write(tree, root, &mut write::Verbatim, &mut written);
    for _ in 0..PASS_LIMIT {
        let again = Tree::parse(&format!("<!doctype html><body>{}", written.as_str()));
        let Some(root) = again.part(&local_name!("body")) else { return true };
        out.back_to(mark);
        reader.back_to(before);
        if write::write(&again, root, reader, out) {
            return true;
        }
        written = Text::default();
        write::write(&again, root, &mut write::Verbatim, &mut written);
    }
    out.back_to(mark);
    reader.back_to(before);
    false
}

/// The words of HTML that cannot be shown as such.
fn as_text(html: &str) -> String {
    let tree = Tree::parse(html);
    let mut written = Text::default();
    if let Some(root) = tree.part(&local_name!("body")) {
        write::write(&tree, root, &mut write::Verbatim, &mut written);
    }
    plain::to_text(written.as_str(), plain::Reading::Full)
}
