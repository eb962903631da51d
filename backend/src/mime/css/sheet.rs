//! Whole style sheets: rules and conditions, nothing that loads, names or moves.

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser,
};

use super::selector::{self, Selectors};
use super::value::{Refused, refused};
use super::{Context, declarations, media};
use crate::mime::html::edits::Text;

/// More than this is not written.
const BYTE_LIMIT: usize = 1 << 20;
/// Conditions in conditions.
const DEPTH_LIMIT: usize = 4;

/// Filters a style sheet; its rules reach only what stands below the class `scope`.
pub(in crate::mime) fn filter(css: &str, scope: &str, text: &mut Text, context: &mut Context<'_>) {
    let mut sheet = Sheet { scope, text, context, depth: 0 };
    for _ in StyleSheetParser::new(&mut Parser::new(css), &mut sheet) {}
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
        selector::list(input, self.scope)
    }

    fn parse_block(
        &mut self,
        selectors: Selectors,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), Refused> {
        let mark = self.text.mark();
        self.text.push(&selectors.text);
        self.text.push_char('{');
        let inside = self.text.len();
        self.context.pictures_depend_on_state = selectors.state;
        let papers = declarations(input, self.text, self.context);
        self.context.pictures_depend_on_state = false;
        if self.text.len() == inside {
            self.text.back_to(mark);
            return Ok(());
        }
        self.text.push_char('}');
        if selectors.body && !papers.is_empty() {
            self.canvas(&papers);
        }
        Ok(())
    }
}

impl Sheet<'_, '_> {
    /// What lies behind the body lies behind everything.
    fn canvas(&mut self, papers: &[(usize, usize)]) {
        let mut copy = Text::default();
        for (place, (from, to)) in papers.iter().enumerate() {
            if place > 0 {
                copy.push_char(';');
            }
            copy.append_range(self.text, *from, *to);
        }
        self.text.push("div:where(.");
        self.text.push(self.scope);
        self.text.push("){");
        self.text.append(&copy);
        self.text.push_char('}');
    }
}

/// A condition with its name in front.
pub(super) struct Condition(Text);

impl<'i> AtRuleParser<'i> for Sheet<'_, '_> {
    type Prelude = Condition;
    type AtRule = ();
    type Error = ();

    fn parse_prelude(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
    ) -> Result<Condition, Refused> {
        let mut text = Text::default();
        match name.to_ascii_lowercase().as_str() {
            "media" => text.push("@media "),
            "supports" => text.push("@supports "),
            _ => return Err(refused()),
        }
        self.context.knows_dark |= media::write(input, &mut text)?;
        Ok(Condition(text))
    }

    fn parse_block(
        &mut self,
        condition: Condition,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), Refused> {
        if self.depth >= DEPTH_LIMIT {
            return Err(refused());
        }
        let mark = self.text.mark();
        self.text.append(&condition.0);
        self.text.push_char('{');
        let inside = self.text.len();
        self.depth += 1;
        for _ in RuleBodyParser::new(input, self) {}
        self.depth -= 1;
        if self.text.len() == inside {
            self.text.back_to(mark);
        } else {
            self.text.push_char('}');
        }
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
