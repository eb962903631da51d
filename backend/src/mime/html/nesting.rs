//! Whether a tree, written as HTML, is read as the same tree again (HTML §13.2.6).
//!
//! A parser moves, closes and repeats elements that stand where they may not. The rules here are
//! the ones that can bite among the elements that are kept; where one does, the writer is told to
//! read its own text once more.

/// Tags that end an open paragraph.
const ENDS_PARAGRAPH: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
];

/// Elements that are open, by name; the parser's memory as far as it matters.
#[derive(Default)]
pub(super) struct Nesting {
    open: Vec<&'static str>,
    /// Something stands where a parser would not leave it.
    pub(super) unsure: bool,
}

impl Nesting {
    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// An element begins.
    pub(super) fn begin(&mut self, name: &'static str, void: bool) {
        self.unsure |= !self.may_stand(name);
        if !void {
            self.open.push(name);
        }
    }

    /// The last element ends.
    pub(super) fn end(&mut self) {
        self.open.pop();
    }

    /// Text is written.
    pub(super) fn text(&mut self, text: &str) {
        let in_table = self.open.last().is_some_and(|parent| is_frame(parent));
        self.unsure |= in_table && !text.chars().all(super::write::is_blank);
    }

    fn may_stand(&self, name: &str) -> bool {
        let parent = self.open.last().copied().unwrap_or("div");
        let in_place = match name {
            "caption" | "colgroup" | "thead" | "tbody" | "tfoot" => parent == "table",
            "col" => parent == "colgroup",
            "tr" => matches!(parent, "thead" | "tbody" | "tfoot"),
            "td" | "th" => parent == "tr",
            "rp" | "rt" => parent == "ruby" || !self.open.contains(&"ruby"),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => !is_heading(parent),
            _ => true,
        };
        let part = matches!(
            name,
            "caption" | "colgroup" | "thead" | "tbody" | "tfoot" | "col" | "tr" | "td" | "th"
        );
        in_place
            && (part || !is_frame(parent))
            && (ENDS_PARAGRAPH.binary_search(&name).is_err() || !self.in_paragraph())
            && self.may_repeat(name)
    }

    /// A paragraph is open that this element would end.
    fn in_paragraph(&self) -> bool {
        let inner = self.open.iter().rev();
        inner
            .take_while(|open| !matches!(**open, "caption" | "table" | "td" | "th"))
            .any(|open| *open == "p")
    }

    /// Links do not nest, nor do items without their list between them.
    fn may_repeat(&self, name: &str) -> bool {
        let clash = |open: &str| match name {
            "a" => open == "a",
            "li" => open == "li",
            "dd" | "dt" => matches!(open, "dd" | "dt"),
            _ => false,
        };
        let barrier = |open: &str| match name {
            "a" => matches!(open, "caption" | "td" | "th"),
            _ => is_special(open) && !matches!(open, "address" | "div" | "p"),
        };
        if !matches!(name, "a" | "li" | "dd" | "dt") {
            return true;
        }
        for open in self.open.iter().rev() {
            if clash(open) {
                return false;
            }
            if barrier(open) {
                return true;
            }
        }
        true
    }
}

/// Elements in which only certain others may stand.
fn is_frame(name: &str) -> bool {
    matches!(name, "colgroup" | "table" | "tbody" | "tfoot" | "thead" | "tr")
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// The parser's category "special", among the elements that are kept.
fn is_special(name: &str) -> bool {
    is_frame(name)
        || ENDS_PARAGRAPH.binary_search(&name).is_ok()
        || matches!(name, "caption" | "td" | "th")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, sure: bool) {
        let mut nesting = Nesting::default();
        for name in path.split(' ') {
            let super::super::elements::Fate::Keep(name) = super::super::elements::of_html(name)
            else {
                panic!("{name} is not kept");
            };
            nesting.begin(name, false);
        }
        assert_eq!(!nesting.unsure, sure, "{path}");
    }

    #[test]
    fn what_a_parser_would_move_is_noticed() {
        assert!(ENDS_PARAGRAPH.is_sorted());
        check("p div", false);
        check("p b table", false);
        check("table tr", false);
        check("table tbody tr td p", true);
        check("p span b", true);
        check("div tr", false);
        check("table div", false);
        check("a div a", false);
        check("a table tbody tr td a", true);
        check("ul li div li", false);
        check("ul li ul li", true);
        check("dl dd div dt", false);
        check("ruby b rt", false);
        check("b rt", true);
        check("h1 h2", false);
        check("h1 div h2", true);
    }
}
