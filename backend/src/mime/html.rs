//! Hostile HTML to HTML that shows text, tables and pictures, and does nothing (over ammonia).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use ammonia::{Builder, UrlRelative};

use super::{Defect, css, plain, text};

/// More HTML than this is not looked at.
const BYTE_LIMIT: usize = 8 << 20;

/// Passes until the output must have come to rest.
const PASS_LIMIT: usize = 6;

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

const DROPPED_WITH_CONTENT: &[&str] = &[
    "script", "style", "title", "template", "iframe", "noframes", "noembed", "noscript", "frameset",
];

/// Looked at by the filter; `background` only to be counted.
const ATTRIBUTES: &[&str] = &[
    "align",
    "background",
    "bgcolor",
    "dir",
    "height",
    "lang",
    "style",
    "title",
    "valign",
    "width",
];

const TAG_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "target"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("font", &["color", "face", "size"]),
    ("hr", &["color", "noshade", "size"]),
    ("img", &["alt", "border", "hspace", "src", "vspace"]),
    ("li", &["type", "value"]),
    ("ol", &["reversed", "start", "type"]),
    ("table", &["border", "cellpadding", "cellspacing", "frame", "rules", "summary"]),
    ("td", &["abbr", "colspan", "nowrap", "rowspan"]),
    ("th", &["abbr", "colspan", "nowrap", "rowspan", "scope"]),
    ("ul", &["type"]),
];

const SCHEMES: [&str; 6] = ["cid", "data", "http", "https", "mailto", "tel"];

/// Data URLs of these types are pictures and nothing else.
const RASTER: [&str; 5] = ["image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp"];

/// HTML made safe, and what it cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sanitised {
    /// A fragment for [`super::document`], free of scripts and of addresses that load by themselves.
    pub html: String,
    /// Remote pictures that were left out, backgrounds included.
    pub blocked_images: u32,
    /// The mail sets colours of its own, so that they must not be darkened.
    pub own_colours: bool,
    /// What was wrong with it.
    pub defects: Vec<Defect>,
}

#[derive(Default)]
struct Seen {
    blocked_images: u32,
    own_colours: bool,
    /// Addresses that the caller gave for cid pictures: the next pass lets them through.
    given: HashSet<String>,
}

/// Sanitises a mail's HTML; `cid` answers the address that serves an inline part, by Content-ID.
pub fn sanitise(
    html: &str,
    cid: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
) -> Sanitised {
    let cut = html.floor_char_boundary(BYTE_LIMIT);
    let mut defects = Vec::new();
    if cut < html.len() {
        defects.push(Defect::Truncated);
    }
    let seen = Arc::new(Mutex::new(Seen::default()));
    let builder = builder(cid, Arc::clone(&seen));
    let mut html = builder.clean(&body_as_block(&html[..cut])).to_string();
    // Blocked pictures lose their address in the first pass, so they are counted once.
    // A tree may be written as HTML that reads as another tree: only what comes to rest is shown.
    let mut at_rest = false;
    for _ in 0..PASS_LIMIT {
        let again = builder.clean(&html).to_string();
        at_rest = again == html;
        if at_rest {
            break;
        }
        html = again;
    }
    if !at_rest {
        defects.push(Defect::UnstableHtml);
        html = text::to_html(&plain::to_text(&html, plain::Reading::Full), super::Flowed::Fixed);
    }
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let (blocked_images, own_colours) = (seen.blocked_images, seen.own_colours);
    Sanitised { html, blocked_images, own_colours, defects }
}

fn builder(
    cid: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    seen: Arc<Mutex<Seen>>,
) -> Builder<'static> {
    let mut builder = Builder::empty();
    let attributes =
        TAG_ATTRIBUTES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect()));
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(DROPPED_WITH_CONTENT.iter().copied().collect())
        .generic_attributes(ATTRIBUTES.iter().copied().collect())
        .tag_attributes(attributes.collect())
        .set_tag_attribute_values(HashMap::from([("a", HashMap::from([("target", "_blank")]))]))
        .url_schemes(SCHEMES.into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(move |tag, name, value| {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            attribute(tag, name, value, &mut seen, &cid)
        });
    builder
}

fn attribute<'v>(
    tag: &str,
    name: &str,
    value: &'v str,
    seen: &mut Seen,
    cid: &impl Fn(&str) -> Option<String>,
) -> Option<Cow<'v, str>> {
    match (tag, name) {
        ("a", "href") => is_link(value).then_some(Cow::Borrowed(value)),
        ("img", "src") => image(value, seen, cid),
        (_, "href" | "src") => None,
        (_, "background") => {
            seen.blocked_images += u32::from(is_remote(value));
            None
        }
        (_, "style") => {
            let style = css::filter(value);
            seen.blocked_images += u32::from(style.remote);
            seen.own_colours |= style.colours;
            (!style.kept.is_empty()).then_some(Cow::Owned(style.kept))
        }
        (_, "bgcolor" | "color") => {
            let safe = !value.is_empty()
                && value.chars().all(|c| c.is_ascii_alphanumeric() || "#(),.% ".contains(c));
            seen.own_colours |= safe;
            safe.then_some(Cow::Borrowed(value))
        }
        _ => Some(Cow::Borrowed(value)),
    }
}

fn image<'v>(
    value: &'v str,
    seen: &mut Seen,
    cid: &impl Fn(&str) -> Option<String>,
) -> Option<Cow<'v, str>> {
    if seen.given.contains(value) {
        return Some(Cow::Borrowed(value));
    }
    let bare = bare(value);
    if let Some(id) = bare.strip_prefix("cid:") {
        // The id keeps its case: take it from the value, not from the lowered copy.
        let id = value.trim().get(4..).filter(|_| id.len() + 4 == value.trim().len()).unwrap_or(id);
        let address = cid(&percent_decode(id))?;
        seen.given.insert(address.clone());
        return Some(Cow::Owned(address));
    }
    if let Some(rest) = bare.strip_prefix("data:") {
        let raster = RASTER
            .iter()
            .any(|kind| rest.strip_prefix(kind).is_some_and(|after| after.starts_with(";base64,")));
        return raster.then_some(Cow::Borrowed(value));
    }
    seen.blocked_images += u32::from(is_remote(value));
    None
}

fn is_link(value: &str) -> bool {
    let bare = bare(value);
    ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| bare.starts_with(scheme))
}

fn is_remote(value: &str) -> bool {
    let bare = bare(value).replace('\\', "/");
    bare.starts_with("http:") || bare.starts_with("https:") || bare.starts_with("//")
}

/// An address as browsers read it: no white space or controls at its ends or inside.
fn bare(value: &str) -> String {
    value
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn percent_decode(value: &str) -> String {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match (first, tail) {
            (b'%', [high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                u8::from_str_radix(&value[value.len() - tail.len()..][..2], 16).ok()
            }
            _ => None,
        };
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `<body>` vanishes from a fragment, and with it a dark background that light text stands on.
fn body_as_block(html: &str) -> Cow<'_, str> {
    let lower = html.to_ascii_lowercase();
    let Some(at) = lower.match_indices("<body").map(|(at, _)| at).find(|at| {
        matches!(lower.as_bytes().get(at + 5), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n'))
    }) else {
        return Cow::Borrowed(html);
    };
    let end = lower[at..].find('>').map_or(lower.len(), |found| at + found);
    let colour: String = lower[at..end]
        .split_once("bgcolor=")
        .map(|(_, value)| value.trim_start_matches(['"', '\'']))
        .unwrap_or_default()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '#')
        .collect();
    let outer = if colour.is_empty() {
        String::new()
    } else {
        format!("<div style=\"background-color:{colour}\">")
    };
    Cow::Owned(format!("{}{outer}<div{}", &html[..at], &html[at + 5..]))
}

#[cfg(test)]
mod tests;
