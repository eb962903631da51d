//! Style attributes: only known properties with values made of known pieces.

/// Properties that only look, never load, cover or move out of the flow.
const PROPERTIES: &[&str] = &[
    "background",
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-left-radius",
    "border-bottom-right-radius",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-left-radius",
    "border-top-right-radius",
    "border-top-style",
    "border-top-width",
    "border-width",
    "box-sizing",
    "caption-side",
    "clear",
    "color",
    "direction",
    "display",
    "empty-cells",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-stretch",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "hyphens",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-position",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "opacity",
    "overflow",
    "overflow-wrap",
    "overflow-x",
    "overflow-y",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-decoration-color",
    "text-decoration-line",
    "text-decoration-style",
    "text-indent",
    "text-overflow",
    "text-transform",
    "unicode-bidi",
    "vertical-align",
    "visibility",
    "white-space",
    "width",
    "word-break",
    "word-spacing",
    "word-wrap",
];

const FUNCTIONS: [&str; 8] = ["rgb", "rgba", "hsl", "hsla", "calc", "min", "max", "clamp"];

/// A style attribute after filtering.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    /// What is left of it.
    pub(super) kept: String,
    /// It asked for something from elsewhere.
    pub(super) remote: bool,
    /// It sets a colour.
    pub(super) colours: bool,
}

/// Filters the declarations of a style attribute.
pub(super) fn filter(style: &str) -> Style {
    let mut filtered = Style::default();
    let lower = style.to_ascii_lowercase();
    filtered.remote = lower.contains("url(") && (lower.contains("//") || lower.contains('\\'));
    for (declaration, lower) in style.split(';').zip(lower.split(';')) {
        let Some((property, lower_value)) = lower.split_once(':') else { continue };
        let property = property.trim();
        if PROPERTIES.binary_search(&property).is_err() || !is_safe(lower_value) {
            continue;
        }
        let value = declaration[declaration.len() - lower_value.len()..].trim();
        if !filtered.kept.is_empty() {
            filtered.kept.push(';');
        }
        filtered.kept.push_str(property);
        filtered.kept.push(':');
        filtered.kept.push_str(value);
        filtered.colours |= property == "color" || property.starts_with("background");
    }
    filtered
}

/// True for a value of words, numbers, colours, quoted names and known functions, nothing else.
fn is_safe(value: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || " \t\r\n#.,%()-+*/!\"'_".contains(c);
    if value.trim().is_empty() || !value.chars().all(allowed) || value.contains("/*") {
        return false;
    }
    if value.matches('"').count() % 2 == 1 || value.matches('\'').count() % 2 == 1 {
        return false;
    }
    let mut depth = 0_i32;
    for (at, c) in value.char_indices() {
        match c {
            '(' => {
                let before = &value[..at];
                let name = before
                    .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
                    .next();
                if !name
                    .is_some_and(|name| name.is_empty() && depth > 0 || FUNCTIONS.contains(&name))
                {
                    return false;
                }
                depth += 1;
            }
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !value.contains("expression") && !value.contains("javascript")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(style: &str, expect: &str) {
        assert_eq!(filter(style).kept, expect, "{style}");
        assert_eq!(filter(expect).kept, expect, "again");
    }

    #[test]
    fn the_property_table_is_sorted() {
        assert!(PROPERTIES.is_sorted());
    }

    #[test]
    fn looks_are_kept() {
        check(
            "COLOR: Red; font-family: 'Segoe UI', Arial",
            "color:Red;font-family:'Segoe UI', Arial",
        );
        check("width:calc(100% - (2 * 3px)) !important", "width:calc(100% - (2 * 3px)) !important");
        check("background:#FFF;color:rgba(0,0,0,.5)", "background:#FFF;color:rgba(0,0,0,.5)");
    }

    #[test]
    fn whatever_loads_covers_or_hides_from_the_filter_goes() {
        for bad in [
            "background:url(https://x.test/a)",
            "background:u\\72l(//x.test)",
            "position:fixed",
            "color:expression(alert(1))",
            "background:image-set('a' 1x)",
            "color:var(--x)",
            "--x:1",
            "width:attr(data-x)",
            "background:url(/**/'x')",
            "color:red/*",
            "content:'x'",
            "behavior:url(x)",
            "@import 'x'",
            "font-family:\"a",
            "color:red)",
            "color:&#x28;",
            "background:element(#x)",
            "transform:scale(9)",
            "z-index:9",
            "-moz-binding:url(x)",
        ] {
            check(bad, "");
        }
        check("font-family:\"a;color:red", "color:red");
        assert!(filter("background:url(https://x.test/a)").remote);
    }
}
