//! Plain text as safe HTML: quote levels, links, a dimmed signature; widths by the stylesheet.

use super::flowed::{self, SIGNATURE};
use super::part::Flowed;

/// What begins a link, and what it takes to make an address of it.
const LINKS: [(&str, &str); 4] =
    [("https://", ""), ("http://", ""), ("mailto:", ""), ("www.", "https://")];

/// HTML of `text`; the caller's stylesheet gives `.plain` its `white-space: pre-wrap`.
pub fn to_html(text: &str, flowed: Flowed) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    out.push_str("<div class=\"plain\">");
    let (mut depth, mut in_signature, mut fresh) = (0, false, true);
    for line in flowed::lines(text, flowed) {
        if line.depth != depth {
            if in_signature {
                out.push_str("</div>");
                in_signature = false;
            }
            let (open, close) =
                (line.depth.saturating_sub(depth), depth.saturating_sub(line.depth));
            (0..open).for_each(|_| out.push_str("<blockquote>"));
            (0..close).for_each(|_| out.push_str("</blockquote>"));
            (depth, fresh) = (line.depth, true);
        }
        if line.text == SIGNATURE && !in_signature {
            out.push_str("<div class=\"signature\">");
            (in_signature, fresh) = (true, true);
        }
        if !fresh {
            out.push('\n');
        }
        fresh = false;
        link(&line.text, &mut out);
    }
    if in_signature {
        out.push_str("</div>");
    }
    (0..depth).for_each(|_| out.push_str("</blockquote>"));
    out.push_str("</div>");
    out
}

/// Escapes text for element content and quoted attributes.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\t' && c != '\n' => {}
            c => out.push(c),
        }
    }
}

fn link(line: &str, out: &mut String) {
    let (mut done, mut previous) = (0, ' ');
    for (at, c) in line.char_indices() {
        let begins = at >= done && !previous.is_alphanumeric();
        previous = c;
        if !begins || !matches!(c, 'h' | 'H' | 'm' | 'M' | 'w' | 'W') {
            continue;
        }
        let Some((prefix, scheme)) =
            LINKS.iter().find(|(prefix, _)| starts_with(&line[at..], prefix))
        else {
            continue;
        };
        let target = trim_link(&line[at..]);
        if target.len() <= prefix.len() {
            continue;
        }
        escape(&line[done..at], out);
        out.push_str("<a href=\"");
        out.push_str(scheme);
        escape(target, out);
        out.push_str("\" target=\"_blank\" rel=\"noopener noreferrer\">");
        escape(target, out);
        out.push_str("</a>");
        done = at + target.len();
    }
    escape(&line[done..], out);
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// A link up to white space, a bracket or CJK punctuation, without the sentence's own punctuation.
fn trim_link(text: &str) -> &str {
    let stop = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '<' | '>' | '"' | '`')
            || matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '“' | '”')
            || super::header::is_bidi_control(c)
    };
    let mut link = &text[..text.find(stop).unwrap_or(text.len())];
    while let Some(last) = link.chars().next_back() {
        let closes = match last {
            ')' => link.matches('(').count() < link.matches(')').count(),
            ']' => link.matches('[').count() < link.matches(']').count(),
            c => matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '|' | '}'),
        };
        if !closes {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let html = to_html(text, Flowed::Fixed)
            .replace(" target=\"_blank\" rel=\"noopener noreferrer\"", "");
        assert_eq!(html, format!("<div class=\"plain\">{expect}</div>"));
    }

    #[test]
    fn markup_in_text_stays_text() {
        check(
            "<script>alert('x')</script> & \"q\"",
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot;",
        );
    }

    #[test]
    fn links_end_where_the_sentence_goes_on() {
        check(
            "see https://a.test/x?y=1&z=(2).",
            "see <a href=\"https://a.test/x?y=1&amp;z=(2)\">https://a.test/x?y=1&amp;z=(2)</a>.",
        );
        check("(http://a.test)", "(<a href=\"http://a.test\">http://a.test</a>)");
        check("请看https://a.test/路。好", "请看https://a.test/路。好");
        check(
            "请看 https://a.test/路。好",
            "请看 <a href=\"https://a.test/路\">https://a.test/路</a>。好",
        );
        check("www.a.test", "<a href=\"https://www.a.test\">www.a.test</a>");
        check("javascript:alert(1) https:// xhttps://b", "javascript:alert(1) https:// xhttps://b");
    }

    #[test]
    fn quotes_nest_by_depth() {
        check("> a\n>> b\nc", "<blockquote>a<blockquote>b</blockquote></blockquote>c");
    }

    #[test]
    fn the_signature_is_set_apart() {
        check("hi\n-- \nme", "hi<div class=\"signature\">-- \nme</div>");
    }

    #[test]
    fn blank_lines_are_kept() {
        check("a\n\nb", "a\n\nb");
    }
}
