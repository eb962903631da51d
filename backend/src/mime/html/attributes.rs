//! Attributes: a closed list for each element, values read and written anew.

use std::collections::HashMap;

use html5ever::Attribute;
use html5ever::ns;
use html5ever::tendril::StrTendril;

use super::asked;
use super::edits::{Text, What};
use super::links::{self, Caution};
use super::urls::{self, Picture};
use super::write::escape_attribute;
use crate::mime::css::{self, colour::Colour};

/// Attributes that any element may have, beside those that are read.
const ANYWHERE: &[&str] = &["align", "dir", "height", "hidden", "lang", "title", "valign", "width"];

/// Attributes of single elements that are written as they are.
fn is_own(tag: &str, name: &str) -> bool {
    match tag {
        "a" => name == "name",
        "area" => matches!(name, "alt" | "coords" | "shape"),
        "bdo" => name == "dir",
        "br" => name == "clear",
        "col" | "colgroup" => name == "span",
        "details" => name == "open",
        "font" => matches!(name, "face" | "size"),
        "hr" => matches!(name, "noshade" | "size"),
        "img" => matches!(name, "alt" | "border" | "hspace" | "loading" | "vspace"),
        "li" => matches!(name, "type" | "value"),
        "ol" => matches!(name, "reversed" | "start" | "type"),
        "table" => {
            matches!(name, "border" | "cellpadding" | "cellspacing" | "frame" | "rules" | "summary")
        }
        "td" => matches!(name, "abbr" | "colspan" | "nowrap" | "rowspan"),
        "th" => matches!(name, "abbr" | "colspan" | "nowrap" | "rowspan" | "scope"),
        "ul" => name == "type",
        _ => false,
    }
}

/// What screen readers are told, by attributes that only say it.
fn is_told(name: &str) -> bool {
    matches!(
        name,
        "aria-describedby"
            | "aria-hidden"
            | "aria-label"
            | "aria-labelledby"
            | "aria-level"
            | "aria-live"
    )
}

/// Attributes that single elements have, or that are read.
const SINGLE: &[&str] = &[
    "abbr",
    "alt",
    "background",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "class",
    "clear",
    "color",
    "colspan",
    "coords",
    "data-host",
    "face",
    "frame",
    "href",
    "hspace",
    "id",
    "loading",
    "name",
    "noshade",
    "nowrap",
    "open",
    "rel",
    "reversed",
    "role",
    "rowspan",
    "rules",
    "scope",
    "shape",
    "size",
    "span",
    "src",
    "start",
    "style",
    "summary",
    "target",
    "type",
    "usemap",
    "value",
    "vspace",
];

/// Some element may have an attribute of this name.
pub(super) fn has_meaning(name: &str) -> bool {
    ANYWHERE.contains(&name) || is_told(name) || SINGLE.binary_search(&name).is_ok()
}

/// Roles that change nothing but what an element is called.
const ROLES: [&str; 8] =
    ["article", "group", "heading", "img", "list", "listitem", "none", "presentation"];

/// A picture of one dot that shows nothing.
pub(in crate::mime) const BLANK: &str =
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/// How mail programs mark what somebody typed in them, at the start of a class or an id.
const TYPED: [&str; 8] =
    ["AppleMail", "gmail_", "lineBreakAtBeginning", "moz-", "protonmail_", "yahoo", "ydp", "zmail"];

/// A place to go back to.
type Mark = ((usize, usize), usize, u32);

/// What reading attributes needs and learns.
pub(super) struct Reader<'r> {
    /// What the style sheets learned before, and the table of addresses.
    pub(super) css: css::Context<'r>,
    /// Style attributes that were read already: mails repeat them by the hundred.
    pub(super) seen_styles: HashMap<StrTendril, Text>,
    /// Links that deserve a second look.
    pub(super) cautions: Vec<Caution>,
    /// Parameters that were taken off links.
    pub(super) stripped: u32,
    /// Some element says how it is set.
    pub(super) typeset: bool,
    /// Somebody typed it in a mail program.
    pub(super) typed: bool,
}

impl<'r> Reader<'r> {
    /// Nothing read so far.
    pub(super) fn new(css: css::Context<'r>) -> Self {
        Self {
            css,
            seen_styles: HashMap::new(),
            cautions: Vec::new(),
            stripped: 0,
            typeset: false,
            typed: false,
        }
    }

    /// What was learned so far, to go back to.
    pub(super) fn mark(&self) -> Mark {
        (self.css.urls.mark(), self.cautions.len(), self.stripped)
    }

    /// Forgets what was learned since.
    pub(super) fn back_to(&mut self, (urls, cautions, stripped): Mark) {
        self.css.urls.back_to(urls);
        self.cautions.truncate(cautions);
        self.stripped = stripped;
    }

    /// Writes an element's attributes. `words` answers the text of a link.
    pub(super) fn write(
        &mut self,
        tag: &'static str,
        attributes: &[Attribute],
        words: impl Fn() -> String,
        out: &mut Text,
    ) {
        if tag == "img" {
            self.image(attributes, out);
        }
        let mut style = Text::default();
        for attribute in attributes.iter().filter(|attribute| attribute.name.ns == ns!()) {
            let (name, value) = (&*attribute.name.local, &attribute.value);
            match name {
                "style" => style = self.style(value),
                "class" | "id" => {
                    self.typed |= TYPED.iter().any(|mark| value.starts_with(mark));
                    plain(name, value, out);
                }
                "role" if ROLES.contains(&&**value) => plain(name, value, out),
                "bgcolor" => self.colour(name, value, out),
                "color" if matches!(tag, "font" | "hr") => self.colour(name, value, out),
                "usemap" if tag == "img" => map_name(name, value, out),
                "name" if tag == "map" => map_name(name, value, out),
                "title" if tag == "a" => {}
                _ if ANYWHERE.contains(&name) || is_told(name) || is_own(tag, name) => {
                    plain(name, value, out);
                }
                _ => asked::write(&self.css.asked, attribute, attributes, out),
            }
        }
        let behind = find(attributes, "background");
        if let Some(behind) = behind.filter(|_| holds_background(tag)) {
            style = self.background(behind, &style);
        }
        if !style.is_empty() {
            out.push(" style=\"");
            out.append(&style);
            out.push_char('"');
        }
        if matches!(tag, "a" | "area") {
            self.link(attributes, &words(), out);
        }
    }

    /// A picture's source. A tracker leaves an empty place: mails set their lines by such dots.
    fn image(&mut self, attributes: &[Attribute], out: &mut Text) {
        let Some(source) = find(attributes, "src") else { return };
        match self.css.urls.picture_of(source, is_unseen(attributes)) {
            Picture::Inline(address) => plain("src", &address, out),
            Picture::Remote(number) => out.push_edit("", What::Source(number)),
            Picture::Tracker => plain("src", BLANK, out),
            Picture::Nothing => {}
        }
    }

    fn style(&mut self, value: &StrTendril) -> Text {
        if let Some(seen) = self.seen_styles.get(value) {
            return seen.clone();
        }
        let remote = self.css.urls.mark();
        let text = css::filter(value, &mut self.css);
        self.typeset |= is_typeset(&text);
        // A style with a picture is read each time, so that each is counted.
        if self.css.urls.mark() == remote {
            self.seen_styles.insert(value.clone(), text.clone());
        }
        text
    }

    /// `background="…"` as the declaration that it is; the style attribute may overrule it.
    fn background(&mut self, address: &str, style: &Text) -> Text {
        let mut text = Text::default();
        match self.css.urls.picture(address) {
            Picture::Inline(address) => {
                let quoted = format!("background-image:url('{address}')");
                text = css::filter(&quoted, &mut self.css);
            }
            Picture::Remote(number) => {
                self.css.own_colours = true;
                text.push("background-image:");
                text.push_edit("none", What::Address(number));
            }
            Picture::Tracker | Picture::Nothing => {}
        }
        if !text.is_empty() && !style.is_empty() {
            text.push_char(';');
        }
        text.append(style);
        text
    }

    fn colour(&mut self, name: &str, value: &str, out: &mut Text) {
        let Some((written, colour)) = legacy_colour(value) else { return };
        let what = if name == "bgcolor" {
            self.css.own_colours |= !colour.is_plain_paper();
            What::Paper(colour)
        } else {
            What::Ink(colour)
        };
        out.push_char(' ');
        out.push(name);
        out.push("=\"");
        out.push_edit(&written, what);
        out.push_char('"');
    }

    fn link(&mut self, attributes: &[Attribute], words: &str, out: &mut Text) {
        let Some(href) = find(attributes, "href") else { return };
        // It stays within the frame's document: nothing but the mail has names there.
        if let Some(place) = urls::place(href) {
            return plain("href", &place, out);
        }
        let Some(link) = links::read(href, words) else { return };
        plain("href", &link.href, out);
        // One that was written before stays, if it tells the truth.
        let before = find(attributes, "data-host").filter(|before| ***before == link.real_host);
        if link.caution.is_some() || before.is_some() {
            plain("data-host", &link.real_host, out);
        }
        out.push(" target=\"_blank\" rel=\"noopener noreferrer\"");
        self.stripped = self.stripped.saturating_add(link.stripped);
        self.cautions.extend(link.caution);
    }
}

/// True for declarations that say how something is set.
pub(super) fn is_typeset(style: &Text) -> bool {
    let looks = ["background", "color", "font", "height", "margin", "padding", "width"];
    looks.iter().any(|look| style.as_str().contains(look))
}

/// The value of an attribute.
pub(super) fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a StrTendril> {
    let named =
        |attribute: &&Attribute| attribute.name.ns == ns!() && &*attribute.name.local == name;
    attributes.iter().find(named).map(|attribute| &attribute.value)
}

/// Writes an attribute as it is.
pub(super) fn plain(name: &str, value: &str, out: &mut Text) {
    out.push_char(' ');
    out.push(name);
    out.push("=\"");
    escape_attribute(value, out);
    out.push_char('"');
}

fn map_name(name: &str, value: &str, out: &mut Text) {
    let bare = value.trim().trim_start_matches('#');
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !bare.is_empty() && bare.chars().all(known) {
        let hash = if name == "usemap" { "#" } else { "" };
        plain(name, &format!("{hash}{bare}"), out);
    }
}

fn holds_background(tag: &str) -> bool {
    matches!(tag, "div" | "table" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr")
}

/// A colour as old attributes write it, and as it is written here.
fn legacy_colour(value: &str) -> Option<(String, Colour)> {
    let value = value.trim();
    if let Some(colour) = Colour::named(value) {
        return Some((value.to_ascii_lowercase(), colour));
    }
    let digits = value.strip_prefix('#').unwrap_or(value);
    let colour = Colour::hex(digits).filter(|_| matches!(digits.len(), 3 | 6))?;
    Some((format!("#{digits}"), colour))
}

/// True for a picture of one dot at most, or one that its own style hides.
fn is_unseen(attributes: &[Attribute]) -> bool {
    let dot = |value: &str| matches!(value.trim().trim_end_matches("px"), "0" | "1");
    let side = |name| find(attributes, name).is_some_and(|value| dot(value));
    if side("width") && side("height") {
        return true;
    }
    let Some(style) = find(attributes, "style") else { return false };
    let mut sides = (side("width"), side("height"));
    for declaration in style.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let value = value.trim().trim_end_matches("!important").trim_end().to_ascii_lowercase();
        match name.trim().to_ascii_lowercase().as_str() {
            "display" if value == "none" => return true,
            "width" | "max-width" => sides.0 |= dot(&value),
            "height" | "max-height" => sides.1 |= dot(&value),
            _ => {}
        }
    }
    sides.0 && sides.1
}
