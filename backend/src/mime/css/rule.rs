//! What stands between the braces of a rule: declarations, and rules within it (CSS Nesting 1).
//!
//! A rule within a rule is written behind it, with `:is(…)` in the place of `&`: what is written is
//! flat.

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser,
};

use super::Context;
use super::properties::{self, Kind};
use super::selector::{self, Selectors};
use super::sheet::{self, Condition};
use super::value::{self, Refused, refused};
use crate::mime::html::edits::Text;

/// Rules in rules, and conditions in conditions.
pub(super) const DEPTH_LIMIT: usize = 4;

/// Where declarations stand in a text.
pub(super) type Places = Vec<(usize, usize)>;

/// The rule around a list of declarations.
#[derive(Clone, Copy)]
pub(super) struct Around<'r> {
    /// The class of the mail.
    pub(super) scope: &'r str,
    /// What the rule is about.
    pub(super) selectors: &'r Selectors,
    /// How many rules and conditions are around it.
    pub(super) depth: usize,
}

/// Writes what may stay of a style attribute; answers where backgrounds stand in the text.
pub(super) fn declarations(
    input: &mut Parser<'_>,
    text: &mut Text,
    context: &mut Context<'_>,
) -> Places {
    list(input, None, text, context).0
}

/// Writes what may stay of a rule, and the rules within it behind it; nothing where nothing is left.
pub(super) fn write(
    around: Around<'_>,
    input: &mut Parser<'_>,
    text: &mut Text,
    context: &mut Context<'_>,
) {
    let Around { scope, selectors, .. } = around;
    let mark = text.mark();
    text.push(&selectors.text);
    text.push_char('{');
    let inside = text.len();
    let before = context.pictures_depend_on_state;
    context.pictures_depend_on_state |= selectors.state;
    let (papers, within) = list(input, Some(around), text, context);
    context.pictures_depend_on_state = before;
    if text.len() == inside {
        text.back_to(mark);
    } else {
        text.push_char('}');
    }
    if !papers.is_empty() {
        context.root_paper |= selectors.root;
        let body = selectors.body && !context.root_paper;
        if selectors.root || body {
            context.body_is_canvas |= body;
            let papers = copy(text, &papers);
            sheet::canvas(&papers, scope, text);
        }
    }
    text.append(&within);
}

/// These declarations once more.
pub(super) fn copy(text: &Text, places: &[(usize, usize)]) -> Text {
    let mut copy = Text::default();
    for (place, (from, to)) in places.iter().enumerate() {
        if place > 0 {
            copy.push_char(';');
        }
        copy.append_range(text, *from, *to);
    }
    copy
}

fn list(
    input: &mut Parser<'_>,
    around: Option<Around<'_>>,
    text: &mut Text,
    context: &mut Context<'_>,
) -> (Places, Text) {
    let (papers, within) = (Vec::new(), Text::default());
    let mut list = List { start: text.len(), text, context, papers, around, within };
    for _ in RuleBodyParser::new(input, &mut list) {}
    (list.papers, list.within)
}

struct List<'l, 'a> {
    start: usize,
    text: &'l mut Text,
    context: &'l mut Context<'a>,
    papers: Places,
    around: Option<Around<'l>>,
    within: Text,
}

impl List<'_, '_> {
    /// The rule around this list, if there is one and it may hold others.
    fn around(&self) -> Result<Around<'_>, Refused> {
        self.around.filter(|around| around.depth < DEPTH_LIMIT).ok_or_else(refused)
    }
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
        // An element's own style makes no words.
        if kind == Kind::Content && self.around.is_none() {
            return Err(refused());
        }
        let from = value::declare((name, kind), input, self.start, self.text, self.context)?;
        if name.starts_with("background") {
            self.papers.push((from, self.text.len()));
        }
        Ok(())
    }
}

impl<'i> AtRuleParser<'i> for List<'_, '_> {
    type Prelude = Condition;
    type AtRule = ();
    type Error = ();

    fn parse_prelude(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
    ) -> Result<Condition, Refused> {
        self.around()?;
        sheet::condition(&name, input, self.context)
    }

    fn parse_block(
        &mut self,
        condition: Condition,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), Refused> {
        let around = self.around.ok_or_else(refused)?;
        let around = Around { depth: around.depth + 1, ..around };
        condition.write(&mut self.within, |text| write(around, input, text, self.context));
        Ok(())
    }
}

impl<'i> QualifiedRuleParser<'i> for List<'_, '_> {
    type Prelude = Selectors;
    type QualifiedRule = ();
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<Selectors, Refused> {
        let around = self.around()?;
        if self.within.len() > sheet::BYTE_LIMIT {
            return Err(refused());
        }
        let mut selectors = selector::list(input, around.scope, Some(around.selectors))?;
        self.context.asked.extend(selectors.asked.drain(..));
        Ok(selectors)
    }

    fn parse_block(
        &mut self,
        selectors: Selectors,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), Refused> {
        let around = self.around.ok_or_else(refused)?;
        let inner = Around { selectors: &selectors, depth: around.depth + 1, ..around };
        write(inner, input, &mut self.within, self.context);
        Ok(())
    }
}

impl RuleBodyItemParser<'_, (), ()> for List<'_, '_> {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        self.around.is_some()
    }
}
