//! Ways of counting that a mail makes (`@counter-style`, CSS Counter Styles 3): texts and numbers.

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser,
};

use super::Context;
use super::properties::Kind;
use super::value::{self, Refused, is_word, refused};
use crate::mime::html::edits::Text;

/// What may be said about one; none of it is a picture.
const SAID: &[&str] = &[
    "additive-symbols",
    "fallback",
    "negative",
    "pad",
    "prefix",
    "range",
    "suffix",
    "symbols",
    "system",
];

/// Reads its name.
pub(super) fn name(input: &mut Parser<'_>) -> Result<String, Refused> {
    let name = input.expect_ident_cloned()?;
    input.expect_exhausted()?;
    Some(name.to_string()).filter(|name| is_word(name)).ok_or_else(refused)
}

/// Writes what may stay of it; nothing where nothing is left.
pub(super) fn write(
    name: &str,
    input: &mut Parser<'_>,
    text: &mut Text,
    context: &mut Context<'_>,
) {
    let mark = text.mark();
    text.push("@counter-style ");
    text.push(name);
    text.push_char('{');
    let start = text.len();
    let mut body = Body { start, text, context };
    for _ in RuleBodyParser::new(input, &mut body) {}
    if text.len() == start {
        text.back_to(mark);
    } else {
        text.push_char('}');
    }
}

struct Body<'b, 'a> {
    start: usize,
    text: &'b mut Text,
    context: &'b mut Context<'a>,
}

impl<'i> DeclarationParser<'i> for Body<'_, '_> {
    type Declaration = ();
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _: &ParserState,
    ) -> Result<(), Refused> {
        let name = name.to_ascii_lowercase();
        SAID.binary_search(&name.as_str()).map_err(|_| refused())?;
        let said = (name.as_str(), Kind::Plain);
        value::declare(said, input, self.start, self.text, self.context).map(drop)
    }
}

impl AtRuleParser<'_> for Body<'_, '_> {
    type Prelude = ();
    type AtRule = ();
    type Error = ();
}

impl QualifiedRuleParser<'_> for Body<'_, '_> {
    type Prelude = ();
    type QualifiedRule = ();
    type Error = ();
}

impl RuleBodyItemParser<'_, (), ()> for Body<'_, '_> {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(SAID.is_sorted());
    }
}
