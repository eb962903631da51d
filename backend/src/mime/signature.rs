//! A line of nothing but `-- ` in HTML, and what stands below it (RFC 3676 §4.3).
//!
//! Some programs mark a signature by the line alone, as in plain text. What is looked at is HTML that was
//! made here: every tag has its end.

/// The two dashes with their blank, as they are written here.
const MARKS: [&str; 2] = ["-- ", "--&nbsp;"];
/// The element that is put around a signature.
const OPEN: &str = "<span class=\"below-dashes\">";
const CLOSE: &str = "</span>";
/// Elements that begin a line, and end one.
const BLOCKS: [&str; 5] = ["blockquote", "br", "div", "p", "td"];
/// More signatures than this are none.
const LIMIT: usize = 50;

/// Puts an element around what stands below a line of two dashes, up to the next quotation beside
/// it or the end of what is around it.
pub(super) fn mark(html: String) -> String {
    let mut out = String::new();
    let mut rest = html.as_str();
    for _ in 0..LIMIT {
        let Some((from, until)) = find(rest) else { break };
        out.push_str(&rest[..from]);
        out.push_str(OPEN);
        out.push_str(&rest[from..until]);
        out.push_str(CLOSE);
        rest = &rest[until..];
    }
    if out.is_empty() { html } else { out + rest }
}

/// Where the first signature begins, and where it ends.
fn find(html: &str) -> Option<(usize, usize)> {
    let marks = html.match_indices("--").filter_map(|(at, _)| {
        let mark = MARKS.iter().find(|mark| html[at..].starts_with(**mark))?;
        let (before, behind) = (html[..at].trim_end(), html[at + mark.len()..].trim_start());
        let open = before.rfind('<').filter(|_| before.ends_with('>'))?;
        (is_line(&before[open..]) && is_line(behind)).then(|| {
            // A line in an element of its own begins and ends with it.
            let name = name(&before[open..]);
            let own = behind.trim_start_matches("<br>").trim_start().strip_prefix("</");
            let own = own.filter(|own| own.starts_with(name) && !before[open..].starts_with("</"));
            match own.and_then(|own| own.find('>').map(|end| &own[end + 1..])) {
                Some(behind) => (open, html.len() - behind.len()),
                None => (before.len(), html.len() - behind.len()),
            }
        })
    });
    let signature = |(from, behind)| {
        let until = behind + end(&html[behind..]);
        let said = html[behind..until].split('<').skip_while(|piece| piece.is_empty());
        let said = said.map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        said.into_iter().any(|text| !text.trim().is_empty()).then_some((from, until))
    };
    marks.filter_map(signature).next()
}

/// Where what follows ends: before a quotation beside it, or with the element around.
fn end(html: &str) -> usize {
    let mut depth = 0_usize;
    for (at, _) in html.match_indices('<') {
        let tag = &html[at..html[at..].find('>').map_or(html.len(), |end| at + end)];
        if tag.starts_with("</") {
            let Some(outer) = depth.checked_sub(1) else { return at };
            depth = outer;
            continue;
        }
        let name = name(tag);
        let quotes = ["class=", "id="].iter().any(|word| {
            let value = tag.split_once(word).map(|(_, value)| value.split('"').nth(1));
            value.flatten().is_some_and(|value| value.contains("quote"))
        });
        if depth == 0 && (quotes || matches!(name, "blockquote" | "hr" | "table")) {
            return at;
        }
        if !matches!(name, "area" | "br" | "col" | "hr" | "img" | "wbr") {
            depth += 1;
        }
    }
    html.len()
}

fn is_line(tag: &str) -> bool {
    tag.starts_with('<') && BLOCKS.contains(&name(tag))
}

/// The name of the element whose tag this begins with.
fn name(tag: &str) -> &str {
    let tag = tag.trim_start_matches(['<', '/']);
    tag.split([' ', '>']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expect: &str) {
        let marked = mark(source.to_owned());
        assert_eq!(marked.replace(OPEN, "[").replace(CLOSE, "]"), expect, "{source}");
    }

    #[test]
    fn what_is_below_two_dashes_is_a_signature() {
        check("x<br>-- <br>Ann", "x<br>[-- <br>Ann]");
        check("<div>x<br>\n--&nbsp;<br>A</div>y", "<div>x<br>[\n--&nbsp;<br>A]</div>y");
        check("x<div>-- </div><div>A</div>", "x[<div>-- </div><div>A</div>]");
        check("x<p>-- <br></p><p>A</p>", "x[<p>-- <br></p><p>A</p>]");
        check("<p>-- <br>Ann</p>x", "<p>[-- <br>Ann]</p>x");
        check(
            "<br>-- <br><b>A</b><blockquote>y<br>-- <br>B</blockquote>z",
            "<br>[-- <br><b>A</b>]<blockquote>y<br>[-- <br>B]</blockquote>z",
        );
        check(
            "<br>-- <br>A<div class=\"gmail_quote\">y</div>",
            "<br>[-- <br>A]<div class=\"gmail_quote\">y</div>",
        );
    }

    #[test]
    fn other_dashes_are_text() {
        for text in [
            "x<br>--<br>y",
            "x -- <br>y",
            "x<br>-- y",
            "<b>-- </b><br>y",
            "x<br>-- ",
            "x<br>-- <br> <br>",
            "<div>-- </div>",
        ] {
            check(text, text);
        }
    }
}
