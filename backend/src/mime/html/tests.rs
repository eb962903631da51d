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
         <td background='http://x.test/c'>y<p style='background:url(http://x.test/d);color:red'>z",
        "<img width=\"9\" alt=\"A\"><img><img>y<p style=\"color:red\">z</p>",
    );
    assert_eq!(cleaned.blocked_images, 4);
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
        "#x",
        "vbscript:x",
        "cid:x",
        "blob:x",
    ] {
        let cleaned = sanitise(&format!("<a href='{bad}'>y</a>"), |_| None).html;
        assert!(!cleaned.contains("href"), "{cleaned}");
    }
}

#[test]
fn active_elements_go_and_their_words_stay() {
    check(
        "<form action=x><button>Buy</button></form><svg><text>drawing</text></svg><mark>!</mark>",
        "Buy<mark>!</mark>",
    );
    check(
        "<script>x</script><style>y</style><iframe>z</iframe><link rel=preconnect href=//x.test><base href=//x.test>ok",
        "ok",
    );
    check("<p id=a class=b onclick=c data-x=d>e</p>", "<p>e</p>");
}

#[test]
fn a_dark_background_survives_with_its_body() {
    let cleaned = check(
        "<html><body bgcolor=#000000 style='color:#fff'>x</body></html>",
        "<div style=\"background-color:#000000\"><div bgcolor=\"#000000\" style=\"color:#fff\">x</div></div>",
    );
    assert!(cleaned.own_colours);
    assert!(!check("<p>x</p>", "<p>x</p>").own_colours);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn sanitising_twice_changes_nothing(
        source in prop::collection::vec(prop_oneof![
            "<(a href='(https://x|javascript:x)'|p|b|i|table|tr|td|div style='[a-z:;]{0,12}'|svg|math|mtext|style|title|form|select|option|button|noscript|template|img src='(cid:a|http://x|data:image/png;base64,AA)'|font color=red|blockquote|pre|li|body bgcolor=red)>",
            "</(a|p|b|i|table|tr|td|div|svg|math|style|title|form|select|button|noscript|template|font|pre)>",
            "[ -~]{0,12}", "<!--", "-->", "<!\\[CDATA\\[", "&(lt|gt|amp|nbsp|#x3c);?",
        ], 0..24)
    ) {
        let first = sanitise(&source.concat(), |_| Some("data:image/gif;base64,AA".to_owned()));
        let second = sanitise(&first.html, |_| Some("data:image/gif;base64,AA".to_owned()));
        prop_assert_eq!(&second.html, &first.html);
crate::mime::tests::assert_harmless(&first.html, "anything");
    }
}
