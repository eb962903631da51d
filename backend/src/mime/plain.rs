//! HTML to readable text, for quoting, previews and HTML that cannot be shown.

use super::html;

/// What the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Everything that shows, link targets included.
    Full,
    /// Only words; hidden text too, for senders put the preview there.
    Words,
}

/// Readable text of any HTML: quotes as `> `, lists, link targets in angle brackets.
pub fn html_to_text(source: &str) -> String {
    to_text(&html::sanitise(source, |_| None).html, Reading::Full)
}

/// Text of HTML that the sanitiser wrote, which is well-formed.
pub(super) fn to_text(sanitised: &str, reading: Reading) -> String {
    let mut writer = Writer::new(reading);
    let mut rest = sanitised;
    while !rest.is_empty() {
        if rest.starts_with('<') {
            let end = tag_end(rest);
            writer.tag(rest[1..end].trim_end_matches('>'));
            rest = &rest[end..];
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            writer.text(&unescape(&rest[..end]));
            rest = &rest[end..];
        }
    }
    writer.out.trim_end().to_owned()
}

struct Writer {
    reading: Reading,
    out: String,
    /// Line breaks owed before the next word.
    breaks: usize,
    at_start: bool,
    space: bool,
    quotes: usize,
    /// Quote depth of the line before.
    quotes_before: usize,
    pre: usize,
    depth: usize,
    hidden_from: Option<usize>,
    lists: Vec<Option<usize>>,
    links: Vec<(String, usize)>,
}

impl Writer {
    fn new(reading: Reading) -> Self {
        Self {
            reading,
            out: String::new(),
            breaks: 0,
            at_start: true,
            space: false,
            quotes: 0,
            quotes_before: 0,
            pre: 0,
            depth: 0,
            hidden_from: None,
            lists: Vec::new(),
            links: Vec::new(),
        }
    }

    fn tag(&mut self, tag: &str) {
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        let void = matches!(name, "br" | "hr" | "img" | "col" | "wbr");
        if closing {
            self.depth = self.depth.saturating_sub(1);
            if self.hidden_from == Some(self.depth) {
                self.hidden_from = None;
            }
        } else if !void {
            let hidden = self.reading == Reading::Full && tag.contains("display:none");
            if hidden && self.hidden_from.is_none() {
                self.hidden_from = Some(self.depth);
            }
            self.depth += 1;
        }
        if self.hidden_from.is_none() {
            self.shape(name, tag, closing);
        }
    }

    /// What an element does to the lines around it.
    fn shape(&mut self, name: &str, tag: &str, closing: bool) {
        match name {
            "br" => self.breaks += 1,
            "hr" => {
                self.line(1);
                if self.reading == Reading::Full {
                    self.word("---");
                }
                self.line(1);
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "dl" | "figure" => {
                self.line(2);
            }
            "div" | "tr" | "dt" | "dd" | "section" | "article" | "center" | "address"
            | "caption" => self.line(1),
            "td" | "th" => self.space = true,
            "blockquote" => {
                self.line(if self.quotes == 0 { 2 } else { 1 });
                self.quotes =
                    if closing { self.quotes.saturating_sub(1) } else { (self.quotes + 1).min(20) };
            }
            "pre" => {
                self.line(2);
                self.pre = if closing { self.pre.saturating_sub(1) } else { self.pre + 1 };
            }
            "ul" | "ol" => {
                self.line(if self.lists.len() <= usize::from(closing) { 2 } else { 1 });
                if closing {
                    self.lists.pop();
                } else {
                    self.lists.push((name == "ol").then_some(0));
                }
            }
            "li" => self.list_item(closing),
            "a" => self.link(tag, closing),
            "img" if self.reading == Reading::Full => {
                if let Some(alt) = attribute(tag, "alt").filter(|alt| !alt.trim().is_empty()) {
                    self.text(&format!("[{}]", alt.trim()));
                }
            }
            _ => {}
        }
    }

    fn list_item(&mut self, closing: bool) {
        self.line(1);
        if closing || self.reading == Reading::Words {
            return;
        }
        let marker = match self.lists.last_mut() {
            Some(Some(count)) => {
                *count += 1;
                format!("{count}. ")
            }
            _ => "- ".to_owned(),
        };
        let indent = "  ".repeat(self.lists.len().clamp(1, 10) - 1);
        self.word(&format!("{indent}{marker}"));
        self.at_start = true;
    }

    fn link(&mut self, tag: &str, closing: bool) {
        if !closing {
            self.links.push((attribute(tag, "href").unwrap_or_default(), self.out.len()));
            return;
        }
        let Some((href, from)) = self.links.pop() else { return };
        let shown = self.out.get(from..).unwrap_or_default().trim();
        let target = href.strip_prefix("mailto:").unwrap_or(&href);
        let told =
            shown.is_empty() || target.trim_end_matches('/').ends_with(shown.trim_end_matches('/'));
        if self.reading == Reading::Full && !href.is_empty() && !told {
            self.word(&format!(" <{target}>"));
        }
    }

    /// Ends the line; `count` 2 leaves an empty one.
    fn line(&mut self, count: usize) {
        self.breaks = self.breaks.max(count);
    }

    fn text(&mut self, text: &str) {
        if self.hidden_from.is_some() {
            return;
        }
        if self.pre > 0 {
            for (index, line) in text.split('\n').enumerate() {
                self.breaks += usize::from(index > 0);
                if !line.is_empty() {
                    self.word(line);
                }
            }
            return;
        }
        let blank = |c: char| c.is_whitespace();
        self.space |= text.starts_with(blank);
        for word in text.split(blank).filter(|word| !word.is_empty()) {
            self.word(word);
            self.space = true;
        }
        self.space = text.ends_with(blank) || (self.space && text.trim().is_empty());
    }

    fn word(&mut self, word: &str) {
        if self.breaks > 0 && !self.out.is_empty() {
            for _ in 0..self.breaks.min(3) {
                // A quoted empty line carries its marks too, or the quote falls apart.
                if self.out.ends_with('\n') {
                    self.out.push_str(&">".repeat(self.quotes.min(self.quotes_before)));
                }
                self.out.push('\n');
            }
        }
        if self.out.is_empty() || self.breaks > 0 {
            let marks = self.quotes;
            self.out.push_str(&">".repeat(marks));
            self.out.push_str(if marks > 0 { " " } else { "" });
            self.at_start = true;
        }
        if self.space && !self.at_start {
            self.out.push(' ');
        }
        self.out.push_str(word);
        (self.breaks, self.at_start, self.space) = (0, false, false);
        self.quotes_before = self.quotes;
    }
}

/// End of the tag that `text` starts with; a `>` inside a quoted value does not count.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescape(after.split('"').next().unwrap_or_default()))
}

fn unescape(text: &str) -> String {
    if !text.contains(['&', '\u{a0}']) {
        return text.to_owned();
    }
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("\u{a0}", " "),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expect: &str) {
        assert_eq!(html_to_text(source), expect, "{source}");
    }

    #[test]
    fn blocks_become_lines() {
        check(
            "<p>one\n two</p><p>three<br>four</p><div>five</div>",
            "one two\n\nthree\nfour\n\nfive",
        );
        check("a<br><br>b", "a\n\nb");
        check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc");
        check("<pre>x\n  y\n\nz</pre>", "x\n  y\n\nz");
    }

    #[test]
    fn quotes_lists_and_links_are_written_down() {
        check("<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n>\n> b\n\nc");
        check("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c");
        check(
            "<a href=\"https://a.test/x\">here</a> <a href='https://b.test'>b.test</a>",
            "here <https://a.test/x> b.test",
        );
        check("<img alt=\"Logo &gt;\">x", "[Logo >]x");
    }

    #[test]
    fn what_does_not_show_is_not_read() {
        check(
            "<style>p{}</style><script>x()</script><div style='display:none'>pre<b>h</b></div>y",
            "y",
        );
        check("&lt;b&gt; &amp;amp;", "<b> &amp;");
    }
}
