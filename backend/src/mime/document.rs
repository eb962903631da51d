//! The document that the body route serves: a fixed stylesheet around a sanitised fragment.

use super::html::Sanitised;

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

const STYLE: &str = "\
html{overflow-x:auto}\
body{margin:0;padding:16px;font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;\
overflow-wrap:anywhere;word-break:normal;background:var(--back);color:var(--fore)}\
img{max-width:100%!important}img:not([height]){height:auto}\
img:not([src]){display:inline-block;box-sizing:border-box;min-height:1.2em;border:1px dashed var(--line);color:var(--dim);font-size:12px}\
a{color:var(--link)}\
table{max-width:100%}pre{white-space:pre-wrap}\
hr{border:0;border-top:1px solid var(--line)}\
.plain{white-space:pre-wrap;overflow-wrap:anywhere;max-width:80ch;tab-size:4}\
blockquote{margin:0 0 0 2px;padding:0 0 0 12px;border-inline-start:2px solid var(--line);border-inline-end:0}\
.plain blockquote{color:var(--dim);margin-block:4px}\
.signature{color:var(--dim);margin-top:8px}";

const LIGHT: &str = ":root{color-scheme:light;--back:#fff;--fore:#131e22;--dim:#5e6a6f;--line:#dbe1e2;--link:#006a6b}";
const DARK: &str = ":root{color-scheme:dark;--back:#141b1d;--fore:#e7ecee;--dim:#909a9d;--line:#2b3336;--link:#6acac4}";

/// The complete document; dark only where the mail sets no colours of its own.
pub fn document(body: &Sanitised, theme: Theme) -> String {
    let colours = if theme == Theme::Dark && !body.own_colours { DARK } else { LIGHT };
    format!(
        "<!doctype html><html dir=\"auto\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title></title><style>{colours}{STYLE}</style></head><body dir=\"auto\">{}</body></html>",
        body.html
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(own_colours: bool, theme: Theme, expect: &str) {
        let body = Sanitised { html: "<p>x</p>".to_owned(), own_colours, ..Sanitised::default() };
        assert!(document(&body, theme).contains(expect));
    }

    #[test]
    fn only_mail_without_colours_is_darkened() {
        check(false, Theme::Dark, "color-scheme:dark");
        check(true, Theme::Dark, "color-scheme:light");
        check(false, Theme::Light, "color-scheme:light");
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
