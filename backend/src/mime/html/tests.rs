//! The sanitiser on single constructs and on anything.

use proptest::prelude::*;

use super::*;

fn check(source: &str, expect: &str) -> Sanitised {
    let cleaned = sanitise(source, |id| (id == "Logo@x").then(|| "/api/blob/1".to_owned()));
    let html = cleaned.html.replace(" target=\"_blank\" rel=\"noopener noreferrer\"", " …");
    assert_eq!(html, expect, "{source}");
    cleaned
}

#[test]
fn remote_pictures_are_counted_and_leave_their_place() {
    let cleaned = check(
        "<img src=https://x.test/a alt=A width=9><img src='//x.test/b'><img src='ht\ntp://x.test'>\
         <table><td background='http://x.test/c'>y<p style='background:url(http://x.test/d);color:red'>z",
        "<img alt=\"A\" width=\"9\"><img><img><table><tbody><tr><td style=\"background-image:none\">y\
         <p style=\"background:none;color:red\">z</p></td></tr></tbody></table>",
    );
    assert_eq!(cleaned.blocked_images, 5);
}

#[test]
fn inline_pictures_come_from_the_caller_or_from_raster_data() {
    check(
        "<img src='cid:Logo%40x'><img src=CID:Logo@x><img src=cid:other>",
        "<img src=\"/api/blob/1\"><img src=\"/api/blob/1\"><img>",
    );
    check("<img src='data:image/png;base64,AA=='>", "<img src=\"data:image/png;base64,AA==\">");
    check("<img src='data:image/svg+xml;base64,AA=='><img src=/api/blob/1>", "<img><img>");
    check("<img src='data:text/html;base64,AA=='>", "<img>");
}

#[test]
fn links_open_elsewhere_and_nothing_else_is_a_link() {
    check("<a href='https://x.test/?a=1&b'>y</a>", "<a href=\"https://x.test/?a=1&amp;b\" …>y</a>");
    check(
        "<a href='mailto:a@x.test' target=_top rel=opener>y</a>",
        "<a href=\"mailto:a@x.test\" …>y</a>",
    );
    for bad in [
        "javascript:x",
        " java\tscript:x",
        "data:text/html,x",
        "//x.test",
        "/api/blob/1",
        "/#x",
        "?a#x",
        "vbscript:x",
        "cid:x",
        "blob:x",
    ] {
        let cleaned = sanitise(&format!("<a href='{bad}'>y</a>"), |_| None).html;
        assert!(!cleaned.contains("href"), "{cleaned}");
    }
}

#[test]
fn links_within_the_mail_stay_in_its_frame() {
    check(
        "<a href='#chapter' target=_top>1</a><a href=' #a\nb'>2</a><a name=chapter>3</a>",
        "<a href=\"#chapter\">1</a><a href=\"#ab\">2</a><a name=\"chapter\">3</a>",
    );
    // What leads nowhere looks as it was meant to.
    check("<a href='#'>1</a><a href=' '>2</a>", "<a href=\"#\">1</a><a href=\"#\">2</a>");
}

#[test]
fn what_somebody_typed_is_set_as_reading_matter() {
    let designed = |html: &str| sanitise(html, |_| None).is_designed();
    assert!(designed("<div style='max-width:600px;font:20px serif'>x"));
    assert!(designed("<body bgcolor=red>x") && designed("<style>p{top:0}</style>x"));
    assert!(!designed("<p>x") && !designed("<html lang=de><body dir=ltr>x"));
    assert!(!designed("<div class=gmail_default style='font-family:serif;background:red'>x"));
}

#[test]
fn a_link_that_pretends_says_where_it_leads() {
    let cleaned = check(
        "<a href='https://evil.test/x?utm_id=1' title='https://bank.example'>https://<b>bank</b>.example</a>",
        "<a href=\"https://evil.test/x\" data-host=\"evil.test\" …>https://<b>bank</b>.example</a>",
    );
    assert_eq!(cleaned.cautions.len(), 1);
    assert_eq!(cleaned.stripped_parameters, 1);
    // Nobody else may say it: only the truth stays.
    check(
        "<a href='https://evil.test/' data-host=bank.example>x</a>",
        "<a href=\"https://evil.test/\" …>x</a>",
    );
}

#[test]
fn trackers_leave_nothing_but_their_place_and_are_named() {
    let cleaned = check(
        "a<img src=https://x.test/p?u=1 width=1 height=1><img src=https://y.test/q style='display:none'>\
         <img src=https://z.list-manage.com/track/open.php?u=1>b",
        &format!(
            "a<img src=\"{BLANK}\" width=\"1\" height=\"1\">\
             <img src=\"{BLANK}\" style=\"display:none\"><img src=\"{BLANK}\">b"
        ),
    );
    assert_eq!(cleaned.blocked_images, 0);
    let signs: Vec<Sign> = cleaned.trackers.iter().map(|tracker| tracker.sign).collect();
    assert_eq!(signs, [Sign::Unseen, Sign::Unseen, Sign::Host]);
}

#[test]
fn active_elements_go_and_their_words_stay() {
    check(
        "<form action=x><button>Buy</button></form><svg><text>drawing</text></svg><mark>!</mark>",
        "Buydrawing<mark>!</mark>",
    );
    check(
        "<script>x</script><style>y</style><iframe>z</iframe><link rel=preconnect href=//x.test><base href=//x.test>ok",
        "ok",
    );
    check("<p id=a class=b onclick=c data-x=d>e</p>", "<p id=\"a\" class=\"b\">e</p>");
    check("<xmp><b></xmp>", "<pre>&lt;b&gt;</pre>");
}

#[test]
fn what_goes_leaves_its_looks_and_a_picture_is_one() {
    check(
        "<button style='color:red' onclick=x>a</button><form id=f action=x>b</form><nobr>c</nobr>",
        "<span style=\"display:inline-block;color:red\">a</span><div id=\"f\">b</div>\
         <span style=\"white-space:nowrap\">c</span>",
    );
    check(
        "<unsubscribe style='color:red'>a</unsubscribe><label>b</label>",
        "<span style=\"color:red\">a</span>b",
    );
    check(
        "<marquee style='color:red'>a</marquee><o:p>b</o:p>",
        "<div style=\"color:red\">a</div>b",
    );
    check(
        "<object type=image/png data=cid:Logo@x width=9>a</object><object data=cid:Logo@x>b</object>",
        "<img src=\"/api/blob/1\" width=\"9\">b",
    );
    check("<object type=image/png data=javascript:x src=y></object>", "<img>");
}

#[test]
fn what_a_style_sheet_asks_for_is_kept_where_it_is_a_word() {
    let cleaned =
        sanitise("<style>[rebel]{top:0}</style><p rebel=x onclick=y>a<p rebel=//x>b", |_| None);
    assert!(cleaned.html.contains("<p data-m-rebel=\"x\">a</p><p>b</p>"), "{}", cleaned.html);
    check("<p data-m-a=b data-m-c=//x data-m-d\"e=f rebel>a", "<p data-m-a=\"b\">a</p>");
}

#[test]
fn style_sheets_are_kept_within_the_mail() {
    let cleaned = check(
        "<style>body{background:#123456}.a{color:red;position:fixed}@import '//x';</style>\
         <body class=k style='margin:0'><p class=a>x",
        "<div class=\"m0\"><div class=\"m0b k\" style=\"margin:0\"><p class=\"a\">x</p></div></div>",
    );
    assert_eq!(
        cleaned.styles(),
        ":where(.m0) div:where(.m0b){background:#123456}\
         html:where(.is-whole),div:where(html:not(.is-whole) .m0){background:#123456}\
         .a:where(.m0,.m0 *){color:red}\
         html:where(.is-whole) div:where(.m0b){background:none!important}"
    );
    assert!(cleaned.own_colours);
}

#[test]
fn a_dark_background_survives_with_its_body() {
    let cleaned = check(
        "<html><body bgcolor=#000000 style='color:#fff'>x</body></html>",
        "<div class=\"m0\"><div class=\"m0b\" style=\"background-color:#000000;color:#fff\">x</div></div>",
    );
    assert!(cleaned.styles().starts_with("html:where(.is-whole)"));
    assert!(cleaned.styles().contains(" .m0){background-color:#000000}"));
    assert!(cleaned.own_colours);
    assert!(!check("<p>x</p>", "<p>x</p>").own_colours);
}

#[test]
fn what_was_kept_out_can_be_shown() {
    let cleaned = sanitise(
        "<img src='https://x.test/a?b&amp;c'><p style='background:url(//x.test/d) #fff;color:#000'>y",
        |_| None,
    );
    assert_eq!(cleaned.html, "<img><p style=\"background:none #fff;color:#000\">y</p>");
    let picture = |remote: &Remote| Some(format!("/r/{}", remote.url.len()));
    let shown = cleaned.show(&View { dark: false, picture: &picture }).1;
    assert_eq!(
        shown,
        "<img src=\"/r/20\"><p style=\"background:url('/r/16') #fff;color:#000\">y</p>"
    );
    let dark = sanitise("<p style='background:#fff;color:#000'><font color=navy>y", |_| None);
    assert_eq!(
        dark.show(&View { dark: true, picture: &|_| None }).1,
        "<p style=\"background:#141b1d;color:#ededed\"><font color=\"#8b8bff\">y</font></p>"
    );
}

#[test]
fn what_takes_parsers_long_is_cut() {
    for source in [
        "<p><font a>".repeat(200_000),
        format!("<a{}>", " b".repeat(1_000_000)),
        (0..300_000).map(|n| format!("<font x{n}>")).collect::<String>(),
        (0..100_000).map(|n| format!("<p><font size={n}>")).collect::<String>(),
        "<div>".repeat(500_000),
        "<table><tr><td>".repeat(100_000),
        "<style>body{background:red}".to_owned() + &"body{background:#fff}".repeat(100_000),
        "<p style='".to_owned() + &"(".repeat(1_000_000) + "'>x",
        "<a href=//x>".repeat(200_000),
    ] {
        let cleaned = sanitise(&source, |_| None);
        assert!(cleaned.html.len() < 40 << 20, "{}", &source[..40]);
    }
}

/// What a parser makes of a fragment, as text: one line a node.
fn outline(html: &str) -> String {
    let tree = Tree::parse(&format!("<!doctype html><body><div>{html}</div>"));
    let mut lines = String::new();
    let mut stack: Vec<(u32, usize)> = vec![(tree.part(&local_name!("body")).expect("a body"), 0)];
    while let Some((id, depth)) = stack.pop() {
        let line = match tree.kind(id) {
            tree::Kind::Text(text) => format!("{text:?}"),
            tree::Kind::Element(name, attributes) => {
                let list: Vec<String> = attributes
                    .iter()
                    .map(|attribute| format!("{}={:?}", &*attribute.name.local, &*attribute.value))
                    .collect();
                format!("{}:{} {}", &*name.ns, &*name.local, list.join(" "))
            }
            tree::Kind::Other => "other".to_owned(),
        };
        lines.push_str(&format!("{depth} {line}\n"));
        let children: Vec<u32> = tree.children(id).collect();
        stack.extend(children.into_iter().rev().map(|id| (id, depth + 1)));
    }
    lines
}

/// The outline of what was written, read off the text alone: tags must match as they stand.
fn balanced(html: &str) -> bool {
    let mut open = Vec::new();
    for piece in html.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { return false };
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return false;
            }
            continue;
        }
        let name = tag.split(' ').next().unwrap_or_default();
        if !elements::is_void(name) {
            open.push(name);
        }
    }
    open.is_empty()
}

/// The text that a parser would write of its tree.
fn rewritten(html: &str) -> String {
    let tree = Tree::parse(&format!("<!doctype html><body>{html}"));
    let mut out = Text::default();
    write::write(
        &tree,
        tree.part(&local_name!("body")).expect("a body"),
        &mut write::Verbatim,
        &mut out,
    );
    out.as_str().to_owned()
}

#[test]
fn a_byte_order_mark_at_the_beginning_is_no_text() {
    for source in ["\u{feff}<p>x</p>", "</script>\u{feff}\u{feff} <p>x</p>"] {
        check(source, "<p>x</p>");
    }
}

const ADDRESS: &str = "data:image/gif;base64,AA==";

fn holds(source: &str) -> Result<(), TestCaseError> {
    let first = sanitise(source, |_| Some(ADDRESS.to_owned()));
    if first.defects.contains(&Defect::UnstableHtml) {
        return Ok(());
    }
    prop_assert!(balanced(&first.html), "tags do not match: {}", first.html);
    // The parser finds the very tree that was written: nothing moved, closed or repeated.
    prop_assert_eq!(&rewritten(&first.html), &first.html, "of {}", source);
    prop_assert!(!outline(&first.html).contains("other"));
    let again = sanitise(&first.html, |_| Some(ADDRESS.to_owned()));
    prop_assert_eq!(&again.html, &first.html, "cleaned again, it is another");
    // Every address is one of the table's.
    for (at, _) in first.html.match_indices("//") {
        let before = &first.html[..at];
        let link = before.ends_with("href=\"https:") || before.ends_with("href=\"http:");
        let text = before.rfind('>') > before.rfind('<') || !before.contains('<');
        let words = before.rfind("=\"").map(|from| &before[..from]).is_some_and(|head| {
            ["alt", "title", "class", "id", "width", "data-host"]
                .iter()
                .any(|name| head.ends_with(name))
        });
        prop_assert!(link || text || words, "{} in {}", &first.html[at..], first.html);
    }
    let lower = first.html.to_ascii_lowercase();
    prop_assert!(
        !lower.contains("url(") || lower.contains(ADDRESS_CSS) || !tag_holds(&lower, "url("),
        "{}",
        lower
    );
    Ok(())
}

const ADDRESS_CSS: &str = "url('data:image/gif;base64,aa==')";

/// A word stands inside of a tag's style.
fn tag_holds(html: &str, word: &str) -> bool {
    html.split("style=\"")
        .skip(1)
        .any(|piece| piece.split('"').next().is_some_and(|v| v.contains(word)))
}

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![
        "<(a href='(https://x\\.test|javascript:x|//y\\.test|http://a@b\\.test)'|p|b|i|u|table|tr|td|th|tbody|caption|colgroup|col|div style='[a-z:;()/]{0,12}'|li|ul|dl|dd|dt|h1|h2|center|ruby|rt|rp|nobr|hr|br|details|summary|svg|math|mtext|mi|style|title|form|select|option|button|noscript|template|marquee|object|frameset|plaintext|xmp|textarea|img src='(cid:a|http://x\\.test|data:image/png;base64,AA)'|div style='background:url\\((cid:a|//x\\.test)\\)'|td background='//x\\.test'|font color=red|blockquote|pre|body bgcolor=red|html|head|svg><desc|math><annotation-xml encoding=text/html)>",
        "</(a|p|b|i|table|tr|td|div|li|ul|h1|svg|math|style|title|form|select|button|noscript|template|font|pre|body|html|br)>",
        "[ -~]{0,12}", "<br>-- <br>|<div>-- </div>|<p x=\"[a-z/]{0,3}\">|<style>\\[x\\]\\{top:0\\}</style>|<object type=\"image/gif\" data=\"//x\\.test\">|<button style=\"color:red\">|<form id=\"a\">|<nobr>", "\\PC{0,3}", "\n", "\r", "&#13;", "&#10;", "<!--", "-->", "<!\\[CDATA\\[", "\\]\\]>", "&(lt|gt|amp|nbsp|#x3c|#0);?", "\u{0}",
    ], 0..32).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_is_written_is_what_is_read(source in pieces()) {
        holds(&source)?;
    }

    #[test]
    fn style_sheets_come_to_rest(source in "([a-z.#>~+*:, ]{1,8}|@media \\([a-z]{1,4}\\)|\\{|\\}|color:red;|background:url\\([a-z:/']{0,8}\\);|/\\*|\\*/|\\\\[0-9a-f]{1,3} ?|'|\"|<!--|-->|</style>|\\[|\\]|\\(|\\)|!important|;){0,24}") {
        let first = sanitise(&format!("<style>{}</style>x", source.replace("</style>", "")), |_| None);
        let css = first.styles();
        prop_assert!(!css.contains(['<', '&']) && !css.contains("url("), "{}", css);
        let mut urls = Urls::new(Box::new(|_| None));
        let (mut one, mut two) = (Text::default(), Text::default());
        css::filter_sheet(css, "m0", &mut one, &mut css::Context::new(&mut urls));
        let bare = css.replace(":where(.m0) ", "").replace(":where(.m0,.m0 *)", "").replace("div:where(.m0b)", "body").replace("div:where(.m0)", "html");
        css::filter_sheet(&bare, "m0", &mut two, &mut css::Context::new(&mut urls));
        // Written once more, rule by rule the same; what stands for the body's paper comes again.
        if !css.contains("m0b") {
            prop_assert_eq!(two.as_str(), css);
        }
    }
}
