//! Whole style sheets: rules and conditions, nothing that loads, names or moves.

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser,
};

use super::rule::{self, Around, DEPTH_LIMIT};
use super::selector::{self, Selectors};
use super::value::{Refused, refused};
use super::{Context, counter, media};
use crate::mime::html::edits::Text;

/// More than this is not written.
pub(super) const BYTE_LIMIT: usize = 1 << 20;

/// Filters a style sheet; its rules reach only what stands below the class `scope`.
pub(in crate::mime) fn filter(css: &str, scope: &str, text: &mut Text, context: &mut Context<'_>) {
    let mut sheet = Sheet { scope, text, context, depth: 0 };
    for _ in StyleSheetParser::new(&mut Parser::new(css), &mut sheet) {}
}

/// Puts what lies behind the mail's root or body behind everything: behind the page where the mail
/// is all that is on it, else behind its own part (CSS Backgrounds 3 §2.11.2).
pub(in crate::mime) fn canvas(papers: &Text, scope: &str, text: &mut Text) {
    text.push(&format!("html:where(.is-whole),div:where(html:not(.is-whole) .{scope}){{"));
    text.append(papers);
    text.push_char('}');
}

struct Sheet<'s, 'a> {
    scope: &'s str,
    text: &'s mut Text,
    context: &'s mut Context<'a>,
    depth: usize,
}

impl<'i> QualifiedRuleParser<'i> for Sheet<'_, '_> {
    type Prelude = Selectors;
    type QualifiedRule = ();
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<Selectors, Refused> {
        if self.text.len() > BYTE_LIMIT {
            return Err(refused());
        }
        let mut selectors = selector::list(input, self.scope, None)?;
        self.context.asked.extend(selectors.asked.drain(..));
        Ok(selectors)
    }

    fn parse_block(
        &mut self,
        selectors: Selectors,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), Refused> {
        let around = Around { scope: self.scope, selectors: &selectors, depth: self.depth };
        rule::write(around, input, self.text, self.context);
        Ok(())
    }
}

/// A condition with its name in front.
pub(super) struct Condition(Text);

impl Condition {
    /// Writes it around what `inside` writes; nothing where that is nothing.
    pub(super) fn write(&self, text: &mut Text, inside: impl FnOnce(&mut Text)) {
        let mark = text.mark();
        text.append(&self.0);
        text.push_char('{');
        let begin = text.len();
        inside(text);
        if text.len() == begin {
            text.back_to(mark);
        } else {
            text.push_char('}');
        }
    }
}

/// Reads a condition.
pub(super) fn condition(
    name: &str,
    input: &mut Parser<'_>,
    context: &mut Context<'_>,
) -> Result<Condition, Refused> {
    let mut text = Text::default();
    match name.to_ascii_lowercase().as_str() {
        "media" => text.push("@media "),
        "supports" => text.push("@supports "),
        _ => return Err(refused()),
    }
    context.knows_dark |= media::write(input, &mut text)?;
    Ok(Condition(text))
}

/// What stands before the block of a rule with a name.
enum Prelude {
    Condition(Condition),
    /// The name of a way of counting.
    Counter(String),
}

impl<'i> AtRuleParser<'i> for Sheet<'_, '_> {
    type Prelude = Prelude;
    type AtRule = ();
    type Error = ();

    fn parse_prelude(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
    ) -> Result<Prelude, Refused> {
        if name.eq_ignore_ascii_case("counter-style") {
            return counter::name(input).map(Prelude::Counter);
        }
        condition(&name, input, self.context).map(Prelude::Condition)
    }

    fn parse_block(
        &mut self,
        prelude: Prelude,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), Refused> {
        if self.depth >= DEPTH_LIMIT {
            return Err(refused());
        }
        let condition = match prelude {
            Prelude::Condition(condition) => condition,
            Prelude::Counter(name) => {
                counter::write(&name, input, self.text, self.context);
                return Ok(());
            }
        };
        let (scope, depth) = (self.scope, self.depth + 1);
        condition.write(self.text, |text| {
            let mut inner = Sheet { scope, text, context: self.context, depth };
            for _ in RuleBodyParser::new(input, &mut inner) {}
        });
        Ok(())
    }
}

impl<'i> DeclarationParser<'i> for Sheet<'_, '_> {
    type Declaration = ();
    type Error = ();
}

impl RuleBodyItemParser<'_, (), ()> for Sheet<'_, '_> {
    fn parse_declarations(&self) -> bool {
        false
    }

    fn parse_qualified(&self) -> bool {
        true
    }
}
