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
        text.as_str()
            .replace("html:where(.is-whole),div:where(html:not(.is-whole) .m0)", "CANVAS")
            .replace("div:where(:not(.m0,.m0b))", "div")
            .replace("div:where(.m0)", "ROOT")
            .replace(":where(.m0) ", "§ ")
            .replace(":where(.m0,.m0 *)", "°"),
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
    check_sheet("p, .a > b{color:red}", "§ p,.a°>b{color:red}");
    check_sheet("html body .x{color:red}", "ROOT div:where(.m0b) .x{color:red}");
    check_sheet(":root{color:red}", "ROOT{color:red}");
    check_sheet(
        "body{background:#eee;margin:0}",
        "§ div:where(.m0b){background:#eee;margin:0}CANVAS{background:#eee}",
    );
    // What the root has behind it lies behind everything, and then the body's does not.
    check_sheet(
        "html{background:red}body{background:#eee}",
        "ROOT{background:red}CANVAS{background:red}§ div:where(.m0b){background:#eee}",
    );
    check_sheet("*{margin:0}", "*°{margin:0}");
    check_sheet("div{margin:0}", "§ div{margin:0}");
    check_sheet(".sm\\:w{width:1px}#\\31 a{width:2px}", ".sm\\3a w°{width:1px}#\\31 a°{width:2px}");
    check_sheet("td[class=\"x y\"]{width:1px}", "§ td[class='x y']{width:1px}");
    check_sheet("li:nth-child(2n+1):not(.a){width:1px}", "§ li:nth-child(2n+1):not(.a){width:1px}");
    check_sheet("a:hover{background:url(https://x.test)}", "§ a:hover{background:none}");
}

#[test]
fn a_selector_without_an_element_may_mean_the_root() {
    check_sheet("[lang]::after,:not(.a)>b{color:red}", "[lang]°::after,:not(.a)°>b{color:red}");
    check_sheet(".a .b:before{color:red}", ".a° .b::before{color:red}");
}

#[test]
fn attributes_without_a_meaning_get_a_name_of_ours() {
    let (mut urls, mut text) = (urls(), Text::default());
    let mut context = Context::new(&mut urls);
    let sheet = "[Rebel]{color:red}p:not([x=y]),[title]{color:red}b::after{content:attr(on-x)}";
    filter_sheet(sheet, "m0", &mut text, &mut context);
    let mut asked: Vec<_> = context.asked.iter().map(String::as_str).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["on-x", "rebel", "x"]);
    for written in ["[data-m-rebel]", ":not([data-m-x='y'])", "[title]", "attr(data-m-on-x)"] {
        assert!(text.as_str().contains(written), "{}", text.as_str());
    }
}

#[test]
fn a_mail_may_count_its_own_way() {
    check_sheet(
        "@counter-style a{system:fixed;symbols:Ⓐ '→';suffix:' ';speak-as:auto}",
        "@counter-style a{system:fixed;symbols:Ⓐ '\\2192 ';suffix:' '}",
    );
    check_sheet("@counter-style a{symbols:url(//x.test)}@counter-style{symbols:a}", "");
    check_sheet("@counter-style a/*{symbols:b}", "");
    check("list-style-type:symbols(cyclic url(//x.test))", "");
    check("list-style-type:symbols(cyclic '*')", "list-style-type:symbols(cyclic '*')");
}

#[test]
fn conditions_are_kept_and_everything_else_goes() {
    check_sheet(
        "@media only screen and (max-width: 600px){.a{width:100%!important}}",
        "@media only screen and (max-width: 600px){.a°{width:100%!important}}",
    );
    check_sheet(
        "@media (prefers-color-scheme: dark){p{color:#fff}}",
        "@media (prefers-color-scheme:dark){§ p{color:#fff}}",
    );
    check_sheet("@import url(//x.test);@font-face{src:url(//x)}p{color:red}", "§ p{color:red}");
    check_sheet("@charset 'x';<!-- p{color:red} -->", "§ p{color:red}");
    check_sheet(
        "@media (max-width:9px) and (min-width:1px){p{top:0}}",
        "@media (max-width:9px) and (min-width:1px){§ p{top:0}}",
    );
    check_sheet("@media (1px<=width<9px){p{top:0}}", "@media (9px > width >= 1px){§ p{top:0}}");
    check_sheet("@media x{@media y{@media z{@media a{@media b{p{color:red}}}}}}", "");
    check_sheet("p{color:red", "§ p{color:red}");
    check_sheet("</style><script>{color:red}p{color:blue}", "§ p{color:blue}");
    check_sheet("@keyframes a{from{color:red}}@layer b{p{color:red}}", "");
}

#[test]
fn words_before_and_behind_elements_are_kept() {
    check_sheet(
        "p::before{content:'x'}q:after{color:red}",
        "§ p::before{content:'x'}§ q::after{color:red}",
    );
    check_sheet("a::after{content:' (' attr(href) ')'}", "§ a::after{content:' (' attr(href) ')'}");
    check_sheet("p::before{content:url(//x.test/a)}", "§ p::before{content:none}");
    check_sheet("p::before .a,p::before:hover,p::part(x),:not(p::before){color:red}", "");
    check_sheet("p::before{content:expression(x);content:image-set('x' 1x)}", "");
}

#[test]
fn rules_in_rules_are_written_behind_them() {
    check_sheet(".a{color:red;b{top:0}}", ".a°{color:red}:is(.a)° b{top:0}");
    check_sheet(".a{&:hover{top:0}> b{top:1px}}", ":is(.a):hover°{top:0}:is(.a)°>b{top:1px}");
    check_sheet(".a{.b & &{top:0}}", ".b° :is(.a) :is(.a){top:0}");
    check_sheet(".a{@media (min-width:1px){top:0}}", "@media (min-width:1px){.a°{top:0}}");
    check_sheet("a:hover{b{background:url(//x.test)}}", ":is(a:hover)° b{background:none}");
    check_sheet("html{p{top:0}}", ":is(ROOT) p{top:0}");
    check_sheet("& p{top:0}", "");
    check_sheet("a{b{c{d{e{f{g{h{top:0}}}}}}}}", "");
    let grows = format!(".a{}{{top:0}}{}", "{& & & & & & & &".repeat(4), "}".repeat(4));
    let (mut urls, mut text) = (urls(), Text::default());
    filter_sheet(&grows, "m0", &mut text, &mut Context::new(&mut urls));
    assert!(text.len() < 100_000);
}

#[test]
fn nothing_depends_on_the_height_of_the_frame() {
    check("height:100vh;width:50vw", "height:600px;width:50vw");
    check("min-height:calc(50dvh + 1px)", "min-height:calc(300px + 1px)");
    check("width:10vmin;height:1cqh", "width:min(10vw,60px);height:6px");
    check_sheet("@media (min-height:700px){p{top:0}}", "@media (max-width:0){§ p{top:0}}");
    check_sheet("@media (orientation:landscape){p{top:0}}", "@media (min-width:600px){§ p{top:0}}");
    check_sheet("@media (height>1px){p{top:0}}@media (aspect-ratio:1/1){p{top:0}}", "");
}

#[test]
fn a_background_inside_of_a_text_is_a_text() {
    let mut urls = urls();
    let hidden = "font-family:'a;background:url(//x.test/);b';background:red";
    let papers = filter_apart(hidden, &mut Context::new(&mut urls)).1;
    assert_eq!(papers.as_str(), "background:red");
}
