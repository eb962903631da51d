//! Text as the HTML that the editor begins with.

/// How a quotation is marked: to the left, as programs recognise it.
const CITE: &str = "<blockquote type=\"cite\" style=\"margin:0 0 0 2px;padding-inline-start:12px;\
border-inline-start:2px solid #b8c2c5\">";
/// An empty line.
pub const EMPTY: &str = "<div dir=\"auto\"><br></div>";

/// Plain text as HTML: a block a line, `> ` as quotations.
#[must_use]
pub fn from_text(text: &str) -> String {
    let mut html = String::new();
    let mut depth = 0;
    for line in text.split('\n') {
        let (here, words) = quoted(line);
        html.push_str(&CITE.repeat(here.saturating_sub(depth)));
        html.push_str(&"</blockquote>".repeat(depth.saturating_sub(here)));
        depth = here;
        html.push_str(&block(words));
    }
    html.push_str(&"</blockquote>".repeat(depth));
    html
}

/// How often a line is quoted, and what it says.
fn quoted(line: &str) -> (usize, &str) {
    let (mut depth, mut rest) = (0, line);
    while let Some(inner) = rest.strip_prefix('>') {
        depth += 1;
        // Marks may stand apart; what is said keeps its own spaces.
        rest = inner.strip_prefix(' ').filter(|it| it.starts_with('>')).unwrap_or(inner);
    }
    let words = if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
    (depth, words)
}

/// One line as a block.
#[must_use]
pub fn block(line: &str) -> String {
    match line.trim_end() {
        "" => EMPTY.to_owned(),
        _ => ["<div dir=\"auto\">", &escape(line), "</div>"].concat(),
    }
}

/// HTML quoted.
#[must_use]
pub fn cite(html: &str) -> String {
    [CITE, html, "</blockquote>"].concat()
}

/// Text that can stand between tags; spaces that HTML would drop stay.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = true;
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            ' ' if space => out.push_str("&nbsp;"),
            '\t' => out.push_str("&nbsp;&nbsp; "),
            other => out.push(other),
        }
        space = letter == ' ' && !space || letter == '\t';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_lines_and_does_nothing() {
        let check = |text: &str, expect: &str| assert_eq!(from_text(text), expect);
        check("a", "<div dir=\"auto\">a</div>");
        check("<b>&\"", "<div dir=\"auto\">&lt;b&gt;&amp;&quot;</div>");
        check("", EMPTY);
        check("a  b", "<div dir=\"auto\">a &nbsp;b</div>");
    }

    #[test]
    fn marks_become_quotations_as_deep_as_they_are() {
        let html = from_text("hi\n> one\n>> two\n> > three\n> four\nfive");
        assert_eq!(html.matches("<blockquote").count(), 2);
        assert_eq!(html.matches("</blockquote>").count(), 2);
        let bare = html.replace(CITE, "[").replace("</blockquote>", "]");
        let bare = bare.replace("<div dir=\"auto\">", "").replace("</div>", "|");
        assert_eq!(bare, "hi|[one|[two|three|]four|]five|");
    }
}
