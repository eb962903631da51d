//! CSS of a mail: declarations and style sheets read as tokens, weighed, and written anew.
//!
//! Whatever is not known to be harmless is left out: properties, functions, at-rules, selectors
//! that reach into generated content. Addresses go through the one table of `html::urls`.

pub(super) mod colour;
mod media;
mod properties;
mod selector;
mod sheet;
mod value;

#[cfg(test)]
mod tests;

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser,
};

use super::html::edits::Text;
use super::html::urls::Urls;
use properties::Kind;
use value::{Refused, refused};

pub(super) use sheet::filter as filter_sheet;

/// What filtering needs from the mail around, and what it learns about it.
pub(super) struct Context<'a> {
    /// The table of addresses.
    pub(super) urls: &'a mut Urls,
    /// Colours behind text, or pictures: the mail was designed on light paper.
    pub(super) own_colours: bool,
    /// The mail knows what to do on a dark page.
    pub(super) knows_dark: bool,
    /// Pictures here would tell what the reader does: they are left out.
    pub(super) pictures_depend_on_state: bool,
}

impl<'a> Context<'a> {
    /// Nothing seen so far.
    pub(super) fn new(urls: &'a mut Urls) -> Self {
        Self { urls, own_colours: false, knows_dark: false, pictures_depend_on_state: false }
    }
}

/// Filters the declarations of a style attribute.
pub(super) fn filter(style: &str, context: &mut Context<'_>) -> Text {
    let mut text = Text::default();
    declarations(&mut Parser::new(style), &mut text, context);
    text
}

/// Of declarations that were filtered, those that colour what lies behind everything.
pub(super) fn papers(filtered: &Text) -> Text {
    let mut papers = Text::default();
    let mut from = 0;
    for piece in filtered.as_str().split_inclusive(';') {
        let to = from + piece.len();
        if piece.starts_with("background") {
            papers.append_range(filtered, from, to);
        }
        from = to;
    }
    papers
}

/// Writes what may stay of a list of declarations; answers where backgrounds stand in the text.
fn declarations(
    input: &mut Parser<'_>,
    text: &mut Text,
    context: &mut Context<'_>,
) -> Vec<(usize, usize)> {
    let start = text.len();
    let mut list = List { start, text, context, papers: Vec::new() };
    for _ in RuleBodyParser::new(input, &mut list) {}
    list.papers
}

struct List<'l, 'a> {
    start: usize,
    text: &'l mut Text,
    context: &'l mut Context<'a>,
    papers: Vec<(usize, usize)>,
}

impl<'i> DeclarationParser<'i> for List<'_, '_> {
    type Declaration = ();
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _: &ParserState,
    ) -> Result<(), Refused> {
        let known = |name: &str| properties::kind(name).filter(|_| value::is_word(name));
        let lower;
        // Variables keep their case.
        let name: &str = if name.starts_with("--") || !name.bytes().any(|b| b.is_ascii_uppercase())
        {
            &name
        } else {
            lower = name.to_ascii_lowercase();
            &lower
        };
        let kind = known(name).ok_or_else(refused)?;
        let (mark, pictures) = (self.text.mark(), self.context.urls.mark());
        if self.text.len() > self.start {
            self.text.push_char(';');
        }
        let from = self.text.len();
        self.text.push(name);
        self.text.push_char(':');
        let written = value::write(input, kind, self.text, self.context);
        if written.is_err() {
            self.text.back_to(mark);
            self.context.urls.back_to(pictures);
        } else if kind == Kind::Paper {
            self.papers.push((from, self.text.len()));
        }
        written
    }
}

impl AtRuleParser<'_> for List<'_, '_> {
    type Prelude = ();
    type AtRule = ();
    type Error = ();
}

impl QualifiedRuleParser<'_> for List<'_, '_> {
    type Prelude = ();
    type QualifiedRule = ();
    type Error = ();
}

impl RuleBodyItemParser<'_, (), ()> for List<'_, '_> {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}
