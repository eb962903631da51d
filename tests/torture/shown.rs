//! What ends up on the screen, thrown at: HTML with style sheets, and plain text.

use std::time::Duration;

use anyhow::Result;
use postern::mime;
use postern::mime::document::Theme;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use super::pure::until;

const MARKUP: [&str; 80] = [
    "<script>",
    "</script>",
    "<svg>",
    "<math>",
    "<mtext>",
    "<style>",
    "</style>",
    "<table>",
    "<td>",
    "</table>",
    "<img src=x onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">",
    "<a href='data:text/html,x'>",
    "</a>",
    "<iframe srcdoc='<script>'>",
    "<form action=x>",
    "<input>",
    "<template>",
    "<noscript>",
    "<title>",
    "<textarea>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<p style=\"background:url(//x)\">",
    "<p style='position:fixed'>",
    "expression(1)",
    "@import 'x';",
    "<base href=x>",
    "<meta http-equiv=refresh>",
    "<link rel=stylesheet href=x>",
    "&lt;script&gt;",
    "&#x3c;",
    "\u{0}",
    "<b",
    ">",
    "\"",
    "'",
    "=",
    "<select>",
    "<option>",
    "<mglyph>",
    "text",
    "<style>p{",
    "}</style>",
    "<style>@media (min-width:1px){p{",
    "@supports (display:grid){",
    "}",
    "{",
    ";",
    "&:hover ",
    "& + a,",
    "> b",
    "body ",
    "html ",
    "p::before",
    ":not(",
    ":is(",
    ")",
    "(",
    "content:'x'",
    "content:\"\\",
    "color:red",
    "background:url(https://x.test/a)",
    "background:image-set('//x.test' 1x)",
    "--x:1",
    "\\3c /style\\3e ",
    "<br>-- <br>",
    "<div>-- </div>",
    "<blockquote class=gmail_quote>",
    "<object type=image/png data=//x.test/a>",
    "<button style='color:red'>",
    "<x-y class=a>",
    "<marquee>",
    "<p rebel=word data-m-x=//x.test>",
    "[rebel],",
    "[data-x]::after{content:attr(rebel)}",
    "@counter-style a{symbols:",
    "<img src=https://x.test/a width=1 height=1>",
];

const WORDS: [&str; 30] = [
    "> ",
    ">>> ",
    ">",
    "-- ",
    "\n",
    "\r\n",
    "\r",
    " \n",
    "https://a.test/x_(y)?z=1&w",
    "http://",
    "www.a.test.",
    "mailto:a@a.test",
    "javascript:alert(1)",
    "<https://a.test>",
    "<script>",
    "</div>",
    "&lt;",
    "&",
    "\"",
    "'",
    "\u{0}",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{2028}",
    "。",
    "）",
    "陈",
    "e\u{301}",
    "\t",
    "word ",
];

/// HTML: what comes out holds nothing that acts, and stays as it is when it is cleaned again.
pub fn html(lasts: Duration) -> Result<String> {
    let piece = prop_oneof![9 => select(&MARKUP[..]).prop_map(str::to_owned), 1 => ".{0,8}"];
    let text = prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat());
    until(lasts, &text, |text| {
        let shown = mime::html::sanitise(&text, |_| None);
        safe(&shown.html)?;
        let again = mime::html::sanitise(&shown.html, |_| None);
        prop_assert_eq!(&again.html, &shown.html, "cleaned again, it is another");
        stays_inside(shown.styles())?;
        let whole = mime::document::document(&shown, Theme::Dark, &|_| None);
        prop_assert_eq!(whole.matches("<span").count(), whole.matches("</span>").count());
        let again = mime::html::sanitise(&format!("<style>{}</style>", shown.styles()), |_| None);
        stays_inside(again.styles())
    })
}

/// The style sheet ends where it ends, and asks for nothing.
fn stays_inside(sheet: &str) -> Result<(), TestCaseError> {
    prop_assert!(!sheet.contains('<') && !sheet.contains('"'), "{sheet}");
    // Whatever is a text of the mail's own stands in single quotes, and holds none.
    let code: String = sheet.split('\'').step_by(2).collect();
    for never in ["url(", "//", "image-set", "@import", "@font-face"] {
        prop_assert!(!code.to_ascii_lowercase().contains(never), "{never} in {sheet}");
    }
    prop_assert_eq!(code.matches('{').count(), code.matches('}').count(), "{}", sheet);
    prop_assert_eq!(sheet.matches('\'').count() % 2, 0, "{}", sheet);
    Ok(())
}

/// Plain text: what is written of it is HTML that the sanitiser finds nothing to take from, and reads
/// as the same words; what is quoted of it stays text.
pub fn text(lasts: Duration) -> Result<String> {
    let piece = prop_oneof![9 => select(&WORDS[..]).prop_map(str::to_owned), 1 => ".{0,8}"];
    let written = prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat());
    until(lasts, &(0..3_usize, written), |(kind, written)| {
        let flowed = [mime::Flowed::Fixed, mime::Flowed::Flowed, mime::Flowed::DelSp][kind];
        let shown = mime::text::to_html(&written, flowed);
        safe(&shown)?;
        let cleaned = mime::html::sanitise(&shown, |_| None);
        prop_assert_eq!(mime::html_to_text(&cleaned.html), mime::html_to_text(&shown));
        prop_assert_eq!(words(&untagged(&shown)), words(&written), "every word is there");
        for line in mime::quote::quote(&written).lines() {
            prop_assert!(line.starts_with('>'), "a line of a quotation: {line:?}");
        }
        Ok(())
    })
}

/// The letters and digits of a text, in order.
fn words(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What stands between the tags, with its characters as they were.
fn untagged(html: &str) -> String {
    let between = html.split('<').filter_map(|piece| Some(piece.split_once('>')?.1));
    let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    names.iter().fold(between.collect(), |text: String, (name, meant)| text.replace(name, meant))
}

/// No element that acts, no attribute that runs.
pub fn safe(html: &str) -> Result<(), TestCaseError> {
    let lower = html.to_ascii_lowercase();
    for never in [
        "<script", "<iframe", "<object", "<embed", "<form", "<meta", "<link", "<base", "<svg",
        "<style",
    ] {
        prop_assert!(!lower.contains(never), "{never} in {html}");
    }
    for tag in lower.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        prop_assert!(!tag.contains(" onerror=") && !tag.contains("\"javascript:"), "<{tag}>");
    }
    Ok(())
}
