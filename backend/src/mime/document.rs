//! The document that the body route serves: a fixed stylesheet around a sanitised fragment.

use super::html::{Layout, Remote, Sanitised, View};
use super::signature;

/// Content-Security-Policy of a mail body before the image sources.
pub const CSP_BEFORE_IMAGES: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src ";

/// Content-Security-Policy of a mail body after the image sources.
pub const CSP_AFTER_IMAGES: &str = " data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// The iframe's `sandbox` attribute and the header's directive: scripts are never allowed.
pub const SANDBOX: &str = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// The whole policy; `image_sources` are the blob and remote routes, separated by spaces.
pub fn content_security_policy(image_sources: &str) -> String {
    format!("{CSP_BEFORE_IMAGES}{image_sources}{CSP_AFTER_IMAGES}")
}

/// What the view around the body looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on white.
    #[default]
    Light,
    /// Light text on dark, for mail that sets no colours.
    Dark,
}

impl Theme {
    /// Reads the `theme` query parameter; anything but `dark` is light.
    pub fn from_name(name: &str) -> Self {
        if name == "dark" { Self::Dark } else { Self::Light }
    }
}

/// What every mail stands on; weightless wherever the mail may know better. What says where a link
/// leads is in a layer: what is important there no mail overrules. A part of several covers no other.
const STYLE: &str = "\
@layer own{a[data-host]::after{all:initial!important;content:attr(data-host)!important;\
margin-inline-start:6px!important;padding:0 6px!important;border-radius:4px!important;\
background:#b3261e!important;color:#fff!important;font:600 12px/1.5 system-ui,sans-serif!important;\
display:inline-block!important;position:relative!important;z-index:2147483647!important}\
a[data-host]{position:static!important;overflow:visible!important;visibility:visible!important;\
opacity:1!important;clip-path:none!important;filter:none!important;mix-blend-mode:normal!important;\
transform:none!important;translate:none!important;rotate:none!important;scale:none!important;zoom:1!important}\
.is-part{display:flow-root!important;position:relative!important;isolation:isolate!important;overflow-y:clip!important}}\
html{overflow-x:auto;background:var(--back)}:where(a){overflow-wrap:break-word}\
:where(img){max-width:100vw}:where(pre){white-space:pre-wrap}\
img:not([src]){display:inline-block;box-sizing:border-box;min-height:1.2em;border:1px dashed var(--line);color:var(--dim);font-size:12px}\
.plain{white-space:pre-wrap;overflow-wrap:anywhere;max-width:80ch;tab-size:4}\
.plain blockquote{color:var(--dim);margin-block:4px}\
.signature{color:var(--dim);margin-top:8px}\
.is-framed{margin:0}:where(.is-framed>div){display:flow-root}:where(.is-framed>div>div){margin:8px}\
@media print{:root{color-scheme:light;--back:#fff;--fore:#131e22;--dim:#5e6a6f;--line:#dbe1e2;--link:#006a6b}}";

/// How text is set that nobody has set. What mail programs mark as a signature steps back.
const READING: &str = ":where(.gmail_signature,.gmail_signature_prefix,.moz-signature,.moz-txt-sig,\
.protonmail_signature_block,.k9mail-signature,.ms-outlook-mobile-signature,.bloop_sign,.sh-signature,\
.below-dashes,.-x-evo-signature,.apple-signature,#Signature,#ms-outlook-mobile-signature,#_rc_sig,#AppleMailSignature)\
{color:var(--dim)}body{overflow-wrap:anywhere;color:var(--fore);\
font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}a{color:var(--link)}\
img{max-width:100%!important}:where(img:not([height])){height:auto}:where(table){max-width:100%}\
hr{border:0;border-top:1px solid var(--line)}\
blockquote{margin:0 0 0 2px;padding:0 0 0 12px;border-inline-start:2px solid var(--line);border-inline-end:0}";

/// Tables without a doctype take no font from around them (HTML §15.3.9).
const OLD_TABLES: &str = ":where(table){font-size:initial;font-weight:initial;font-style:initial;\
font-variant:initial;line-height:initial;white-space:initial;text-align:initial}";

const LIGHT: &str = ":root{color-scheme:light;--back:#fff;--fore:#131e22;--dim:#5e6a6f;--line:#dbe1e2;--link:#006a6b}";
const DARK: &str = ":root{color-scheme:dark;--back:#141b1d;--fore:#e7ecee;--dim:#909a9d;--line:#2b3336;--link:#6acac4}body{color:var(--fore)}";

/// Asks for the layout that most mail was made for: no gap below pictures in table cells.
const ALMOST: &str = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \
\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">";

/// The complete document. A mail with colours of its own stays on light paper, unless it knows a
/// dark look; `picture` answers the address of a remote picture that may be shown.
pub fn document(
    body: &Sanitised,
    theme: Theme,
    picture: &dyn Fn(&Remote) -> Option<String>,
) -> String {
    let asked = theme == Theme::Dark && (body.knows_dark || !body.own_colours);
    let dark = asked || body.only_dark;
    let (styles, html) = body.show(&View { dark, picture });
    let html = if body.is_designed() { html } else { signature::mark(html) };
    let colours = if dark { DARK } else { LIGHT };
    let reading = if body.is_designed() { "" } else { READING };
    let (doctype, tables) = match body.layout {
        Layout::Almost => (ALMOST, ""),
        Layout::Old if body.is_designed() => (ALMOST, OLD_TABLES),
        Layout::Standard | Layout::Old => ("<!doctype html>", ""),
    };
    // A designed mail has the page to itself, as it would in a browser.
    let whole = if body.single { " class=\"is-whole\"" } else { "" };
    let framed = body.framed && body.is_designed();
    let frame = if framed { " class=\"is-framed\"" } else { "" };
    format!(
        "{doctype}<html dir=\"auto\"{whole}><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title></title><style>{colours}{STYLE}{reading}{tables}</style><style>{styles}</style></head>\
         <body dir=\"auto\"{frame}>{html}</body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, theme: Theme, expect: &str) {
        let shown = document(&super::super::html::sanitise(html, |_| None), theme, &|_| None);
        assert!(shown.contains(expect), "{shown}");
    }

    #[test]
    fn only_mail_without_colours_is_darkened() {
        check("<p>x", Theme::Dark, "color-scheme:dark");
        check("<p style='color:black;background:white'>x", Theme::Dark, "color:#ededed");
        check("<p style='background:navy'>x", Theme::Dark, "color-scheme:light");
        check("<p>x", Theme::Light, "color-scheme:light");
    }

    #[test]
    fn mail_that_knows_the_dark_decides_itself() {
        let mail =
            "<style>p{background:navy}@media (prefers-color-scheme:dark){p{color:red}}</style><p>x";
        check(mail, Theme::Dark, "@media (min-width:0){");
        check(mail, Theme::Dark, "color-scheme:dark");
        check(mail, Theme::Light, "@media (max-width:0){");
        let night = "<meta name=color-scheme content='only dark'><body bgcolor=navy>x";
        check(night, Theme::Light, "color-scheme:dark");
    }

    #[test]
    fn a_designed_mail_has_the_page_to_itself() {
        let mail = "<body bgcolor=navy style='margin:0'><p>x";
        check(mail, Theme::Light, "<html dir=\"auto\" class=\"is-whole\">");
        check(mail, Theme::Light, "<body dir=\"auto\" class=\"is-framed\"><div class=\"m0\">");
        check(mail, Theme::Light, "html:where(.is-whole)");
        check("<p>x", Theme::Light, "font:15px/1.5");
        let mut two = super::super::html::sanitise(mail, |_| None);
        two.append(super::super::html::sanitise_part(mail, 1, |_| None));
        let shown = document(&two, Theme::Light, &|_| None);
        assert!(shown.contains("<html dir=\"auto\"><head>"), "{shown}");
    }

    #[test]
    fn signatures_step_back_where_the_mail_has_no_look_of_its_own() {
        check("<p>x<div class=gmail_signature>Ann</div>", Theme::Light, ".gmail_signature,");
        let designed = "<style>p{color:red}</style><p>x<div class=gmail_signature>Ann</div>";
        let designed = super::super::html::sanitise(designed, |_| None);
        assert!(!document(&designed, Theme::Light, &|_| None).contains(".gmail_signature,"));
    }

    #[test]
    fn the_layout_of_old_browsers_is_kept() {
        let old = "<style>p{color:red}</style><table><tr><td>x</table>";
        check(old, Theme::Light, "XHTML 1.0 Transitional");
        check(&format!("<!doctype html>{old}"), Theme::Light, "<!doctype html>");
        check("<div>x</div>", Theme::Light, "<!doctype html>");
    }

    #[test]
    fn what_says_where_a_link_leads_is_not_hidden_by_the_link() {
        let own = STYLE.find("a[data-host]{position:static!important").expect("it is there");
        assert!(STYLE[..own].starts_with("@layer own{") && !STYLE[..own].contains("}}"));
    }

    #[test]
    fn the_policy_is_the_one_decided() {
        assert_eq!(
            content_security_policy("https://m.test/api/blob/"),
            "default-src 'none'; style-src 'unsafe-inline'; img-src https://m.test/api/blob/ data:; \
             form-action 'none'; base-uri 'none'; frame-ancestors 'self'; \
             sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        );
        assert!(CSP_AFTER_IMAGES.ends_with(SANDBOX));
    }
}
