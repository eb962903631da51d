//! What becomes of each element: a closed list of those that show something and do nothing.

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays, under this name.
    Keep(&'static str),
    /// Its tags go, what is in it stays.
    Unwrap,
    /// It goes with all that is in it.
    Drop,
}

/// Elements that stay as they are, each with nothing but looks.
const KEPT: &[&str] = &[
    "a",
    "abbr",
    "acronym",
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

/// What becomes of an element of HTML.
pub(super) fn of_html(name: &str) -> Fate {
    if let Ok(found) = KEPT.binary_search(&name) {
        return Fate::Keep(KEPT[found]);
    }
    match name {
        "listing" | "plaintext" | "xmp" => Fate::Keep("pre"),
        "dir" | "menu" => Fate::Keep("ul"),
        "hgroup" | "search" => Fate::Keep("section"),
        "base" | "basefont" | "bgsound" | "embed" | "frame" | "frameset" | "iframe" | "link"
        | "meta" | "noembed" | "noframes" | "param" | "script" | "source" | "style"
        | "template" | "title" | "track" | "datalist" => Fate::Drop,
        _ => Fate::Unwrap,
    }
}

/// What becomes of an element of MathML: its words stay.
pub(super) fn of_math(name: &str) -> Fate {
    match name {
        "annotation" | "annotation-xml" | "script" | "style" => Fate::Drop,
        _ => Fate::Unwrap,
    }
}

/// What becomes of an element of SVG: the words that it would have drawn stay.
pub(super) fn of_svg(name: &str) -> Fate {
    match name {
        "svg" | "g" | "a" | "switch" | "text" | "tspan" | "textPath" => Fate::Unwrap,
        _ => Fate::Drop,
    }
}

/// Elements that have no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "area" | "br" | "col" | "hr" | "img" | "wbr")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_holds_nothing_active() {
        assert!(KEPT.is_sorted());
        for name in ["script", "form", "input", "button", "svg", "math", "object", "link", "dialog"]
        {
            assert!(!matches!(of_html(name), Fate::Keep(_)), "{name}");
        }
    }
}
