//! The filter on single declarations and sheets.

use super::super::html::urls::Urls;
use super::*;

fn urls() -> Urls {
    Urls::new(Box::new(|id| (id == "a@b").then(|| "/api/blob/1".to_owned())))
}

fn check(style: &str, expect: &str) {
    let mut urls = urls();
    let kept = filter(style, &mut Context::new(&mut urls));
    assert_eq!(kept.as_str(), expect, "{style}");
    assert_eq!(filter(expect, &mut Context::new(&mut urls)).as_str(), expect, "again");
}

fn check_sheet(css: &str, expect: &str) {
    let (mut urls, mut text) = (urls(), Text::default());
    filter_sheet(css, "m0", &mut text, &mut Context::new(&mut urls));
    assert_eq!(
        text.as_str().replace("div:where(.m0)", "ROOT").replace(":where(.m0) ", "§ "),
        expect,
        "{css}"
    );
}

#[test]
fn looks_are_kept() {
    check("COLOR: Red; font-family: 'Segoe UI', Arial", "color:Red;font-family:'Segoe UI', Arial");
    check("width:calc(100% - (2 * 3px)) !important", "width:calc(100% - (2 * 3px)) !important");
    check("background:#FFF;color:rgba(0,0,0,.5)", "background:#FFF;color:rgba(0,0,0,.5)");
    check("border:1px/**/solid red", "border:1px solid red");
    check(
        "--brand: #ff0000; color: var(--brand, blue)",
        "--brand:#ff0000;color:var(--brand, blue)",
    );
    check(
        "background:linear-gradient(90deg, #fff 0%, red)",
        "background:linear-gradient(90deg, #fff 0%, red)",
    );
    check("position:relative;top:-.5em", "position:relative;top:-.5em");
    check("c\\6flor:r\\65 d", "color:red");
    check("font-family:\"A\\\"</style>\"", "font-family:'A\\22 \\3c /style\\3e '");
}

#[test]
fn pictures_go_through_the_table() {
    check("background:url(https://x.test/a) no-repeat", "background:none no-repeat");
    check("background:u\\72l('//x.test/a')", "background:none");
    check("background:url(cid:a@b)", "background:url('/api/blob/1')");
    check("background:url(cid:other)", "background:none");
    check("background:url(javascript:x)", "background:none");
    let mut urls = urls();
    filter(
        "background:url(https://x.test/a);color:red;color:url(//y.test)",
        &mut Context::new(&mut urls),
    );
    assert_eq!(urls.mark(), (1, 0));
}

#[test]
fn whatever_loads_covers_or_hides_from_the_filter_goes() {
    for bad in [
        "position:fixed",
        "position:fi/**/xed",
        "position:var(--x)",
        "position:-webkit-sticky",
        "color:expression(alert(1))",
        "background:image-set('a' 1x)",
        "--x:url(//x)",
        "width:attr(data-x)",
        "color:red/*",
        "content:'x'",
        "behavior:url(x)",
        "@import 'x'",
        "color:red)",
        "color:&#x28;",
        "background:element(#x)",
        "background:-webkit-cross-fade(url(x),url(y),50%)",
        "-moz-binding:url(x)",
        "cursor:url(x)",
        "font-family:\"a\n;b",
        "color:red!important!important",
        "color:url(x)",
        "src:url(x)",
        "filter:url(#x)",
        "color:{red}",
        "color:[red]",
    ] {
        let mut urls = urls();
        let kept = filter(bad, &mut Context::new(&mut urls));
        assert!(kept.is_empty() || kept.as_str() == "color:red", "{bad}: {}", kept.as_str());
        assert_eq!(urls.mark(), (0, 0), "{bad}");
    }
}

#[test]
fn rules_stay_within_the_mail() {
    check_sheet("p, .a > b{color:red}", "§ p,§ .a>b{color:red}");
    check_sheet("html body .x{color:red}", "ROOT div:where(.m0b) .x{color:red}");
    check_sheet(":root{color:red}", "ROOT{color:red}");
    check_sheet(
        "body{background:#eee;margin:0}",
        "§ div:where(.m0b){background:#eee;margin:0}ROOT{background:#eee}",
    );
    check_sheet(
        ".sm\\:w{width:1px}#\\31 a{width:2px}",
        "§ .sm\\3a w{width:1px}§ #\\31 a{width:2px}",
    );
    check_sheet("td[class=\"x y\"]{width:1px}", "§ td[class='x y']{width:1px}");
    check_sheet("li:nth-child(2n+1):not(.a){width:1px}", "§ li:nth-child(2n+1):not(.a){width:1px}");
    check_sheet("a:hover{background:url(https://x.test)}", "§ a:hover{background:none}");
}

#[test]
fn conditions_are_kept_and_everything_else_goes() {
    check_sheet(
        "@media only screen and (max-width: 600px){.a{width:100%!important}}",
        "@media only screen and (max-width: 600px){§ .a{width:100%!important}}",
    );
    check_sheet(
        "@media (prefers-color-scheme: dark){p{color:#fff}}",
        "@media (prefers-color-scheme:dark){§ p{color:#fff}}",
    );
    check_sheet("@import url(//x.test);@font-face{src:url(//x)}p{color:red}", "§ p{color:red}");
    check_sheet("@charset 'x';<!-- p{color:red} -->", "§ p{color:red}");
    check_sheet("p::before{content:'x'}q:after{color:red}p{color:red}", "§ p{color:red}");
    check_sheet("@media x{@media y{@media z{@media a{@media b{p{color:red}}}}}}", "");
    check_sheet("p{color:red", "§ p{color:red}");
    check_sheet("</style><script>{color:red}p{color:blue}", "§ p{color:blue}");
    check_sheet("@keyframes a{from{color:red}}@layer b{p{color:red}}", "");
}
