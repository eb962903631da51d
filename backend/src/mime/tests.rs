//! Whole messages: our fixtures with their snapshots, and the public corpora where they are present.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::*;

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mime/fixtures");
    let raw = std::fs::read(folder.join(format!("{name}.eml"))).expect("a fixture");
    let parsed = parse(raw, &Limits::default());
    let mut shown = String::new();
    let _ = writeln!(shown, "{:#?}", parsed.headers);
    for part in &parsed.parts {
        let Part { section, content_type, charset, name, disposition, size, .. } = part;
        let name = attachment::file_name(name.as_deref(), content_type);
        let _ =
            writeln!(shown, "{section} {content_type} {charset:?} {name:?} {disposition:?} {size}");
    }
    let display = body::choose(&parsed.parts);
    let cids: Vec<_> = parsed.parts.iter().filter_map(|part| part.content_id.clone()).collect();
    let rendered = body::render(&parsed, move |id| {
        cids.iter().any(|cid| cid == id).then(|| format!("/blob/{id}"))
    });
    let _ = writeln!(shown, "{display:?}\n{:?} {:?}", parsed.defects, rendered.defects);
    let _ = writeln!(shown, "blocked {} colours {}", rendered.blocked_images, rendered.own_colours);
    let _ = writeln!(
        shown,
        "--- html\n{}\n--- preview\n{}\n--- quote\n{}",
        rendered.html,
        preview::preview(&parsed),
        quote::quote_text(&parsed)
    );
    insta::with_settings!({ snapshot_path => "fixtures", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, shown);
    });
}

#[test]
fn newsletter_with_inline_and_remote_pictures() {
    check("newsletter");
}

#[test]
fn sections_count_through_messages_in_messages() {
    check("nested");
}

#[test]
fn text_html_text_in_one_mixed() {
    check("sandwich");
}

#[test]
fn raw_eight_bit_headers_and_names() {
    check("raw_headers");
}

#[test]
fn broken_mime_still_shows_its_words() {
    check("broken");
}

#[test]
fn flowed_answer_with_a_signature() {
    check("flowed");
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Words in the bytes after the header, in any encoding that needs no decoding.
fn holds_words(parsed: &Parsed) -> bool {
    parsed.parts.iter().any(|part| {
        part.content_type.starts_with("text/")
            && part.disposition != Disposition::Attachment
            && part.size > 0
            && !quote::part_text(part, &parsed.text(part).0).trim().is_empty()
    })
}

/// Sections of leaf parts that are neither shown nor offered, those of attached messages aside.
fn lost_parts(parsed: &Parsed) -> Vec<String> {
    let body::Display { rich, plain, attachments } = body::choose(&parsed.parts);
    let inside = |part: &Part| {
        let mut parent = part.parent;
        while let Some(index) = parent {
            if parsed.parts[index].is_message() {
                return true;
            }
            parent = parsed.parts[index].parent;
        }
        false
    };
    let mut known: Vec<_> = [rich, plain, attachments].concat();
    // A container stands for what it holds, and the other way round.
    for (index, part) in parsed.parts.iter().enumerate().filter(|(_, p)| p.embedded.is_some()) {
        let container = part.parent.expect("it lies in one");
        if known.contains(&index) || known.contains(&container) {
            known.extend([index, container]);
        }
        if part.disposition == Disposition::Inline {
            known.push(index);
        }
    }
    let parts = parsed.parts.iter().enumerate();
    let lost = parts
        .filter(|(index, part)| !part.is_multipart() && !inside(part) && !known.contains(index));
    lost.map(|(_, part)| part.section.clone()).collect()
}

#[test]
fn every_message_of_the_corpora_shows_something() {
    let Some(folder) = crate::corpora::find("mime") else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let mut silent = Vec::new();
    for path in
        paths.iter().filter(|path| path.extension().is_some_and(|e| e == "eml" || e == "mbox"))
    {
        let parsed = parse(std::fs::read(path).expect("a readable message"), &Limits::default());
        assert!(!parsed.defects.contains(&Defect::Unreadable), "{}", path.display());
        let rendered = body::render(&parsed, |_| None);
        assert_harmless(&rendered.html, &path.display().to_string());
        let told = insight::of_message(&parsed, &trust::Reader::default()).cards;
        if holds_words(&parsed) && told.is_empty() && !body::is_readable(&rendered.html) {
            silent.push(path.display().to_string());
        }
        assert_eq!(lost_parts(&parsed), Vec::<String>::new(), "{}", path.display());
        let _ = (preview::preview(&parsed), quote::quote_text(&parsed));
    }
    assert!(paths.len() > 1000, "the corpus is whole");
    assert!(silent.is_empty(), "nothing shown of {} messages: {silent:#?}", silent.len());
}

/// Every element that may appear, written here once more on purpose.
const KNOWN: &[&str] = &[
    "a",
    "abbr",
    "address",
    "area",
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
    "details",
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
    "map",
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
    "summary",
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

/// The static part of "nothing runs and nothing loads": checked on tags, not on text.
pub(super) fn assert_harmless(html: &str, of: &str) {
    for tag in html.split('<').skip(1) {
        let tag = tag.trim_start_matches('/');
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(KNOWN.contains(&name.as_str()), "{of}: <{name}>");
        let inside = attributes(tag.split('>').next().unwrap_or_default());
        for (name, value) in inside {
            let value = value.to_ascii_lowercase();
            assert!(
                !name.starts_with("on")
                    && !["srcset", "background", "action", "ping"].contains(&name.as_str()),
                "{of}: {name}"
            );
            match name.as_str() {
                "href" => assert!(
                    ["http://", "https://", "mailto:", "tel:", "#"]
                        .iter()
                        .any(|s| value.trim().starts_with(s)),
                    "{of}: {value}"
                ),
                "src" => assert!(
                    value.starts_with("data:image/") && !value.contains("svg"),
                    "{of}: {value}"
                ),
                "name" => {
                    assert!(tag.starts_with("map ") || tag.starts_with("a "), "{of}: {value}");
                }
                "style" => assert!(
                    !value.replace("url('data:image/", "").contains("url")
                        // An escape only inside of a text.
                        && (!value.contains("\\") || value.contains("'"))
                        && !value.contains("position:fixed")
                        && !value.contains('@'),
                    "{of}: {value}"
                ),
                _ => {}
            }
        }
    }
}

/// `name="value"` pairs of a serialised tag.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(' ').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once("=\"") {
        if name.contains('>') {
            break;
        }
        let (value, next) = after.split_once('"').unwrap_or((after, ""));
        found.push((name.trim().to_owned(), value.to_owned()));
        rest = next;
    }
    found
}

#[test]
fn no_attack_of_the_corpora_survives() {
    let Some(path) = crate::corpora::find("html-attacks.json") else { return };
    let attacks: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON");
    let payloads = attacks["payloads"].as_array().expect("a list");
    assert!(payloads.len() > 900, "the corpus is whole");
    for payload in payloads {
        let id = payload["id"].as_str().unwrap_or_default();
        let raw = format!(
            "Subject: x\r\nContent-Type: {}; charset=utf-8\r\n\r\n{}",
            payload["context"].as_str().unwrap_or("text/html"),
            payload["html"].as_str().unwrap_or_default()
        );
        let rendered = body::render(&parse(raw, &Limits::default()), |_| None);
        assert_harmless(&rendered.html, id);
        let css = rendered.styles();
        let css = css.replace("url('data:image/", "");
        assert!(!css.contains(['<', '@']) || css.contains("@media"), "{id}: {css}");
        // An escape only inside of a text.
        assert!(!css.contains('\\') || css.contains(['\'', '@']), "{id}: {css}");
        assert!(!css.contains("url(") && !css.contains("position:fixed"), "{id}: {css}");
        assert!(!rendered.defects.contains(&Defect::UnstableHtml), "{id} does not come to rest");
    }
}

#[test]
fn benign_html_of_the_corpora_keeps_its_words() {
    let Some(path) = crate::corpora::find("html-benign.json") else { return };
    let benign: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON");
    for payload in benign["payloads"].as_array().expect("a list") {
        let source = payload["html"].as_str().unwrap_or_default();
        let kept = html_to_text(source);
        for word in visible_words(source) {
            assert!(kept.contains(&word), "{}: {word} in {kept}", payload["id"]);
        }
    }
}

/// Words between tags that stand alone, a rough second opinion on what is visible.
fn visible_words(source: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut hidden = false;
    for piece in source.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag
            .trim_start_matches('/')
            .split(char::is_whitespace)
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if ["style", "script", "title", "template", "iframe", "svg"].contains(&name.as_str()) {
            hidden = !tag.starts_with('/');
        }
        if !hidden && !tag.starts_with('!') {
            words.extend(
                text.split(|c: char| !c.is_ascii_alphabetic())
                    .filter(|w| w.len() > 3)
                    .map(str::to_owned),
            );
        }
    }
    words
}
