//! CSS of a mail: declarations and style sheets read as tokens, weighed, and written anew.
//!
//! Whatever is not known to be harmless is left out: properties, functions, at-rules, selectors.
//! Addresses go through the one table of `html::urls`.

pub(super) mod colour;
mod colour_names;
mod counter;
mod functions;
mod media;
mod properties;
mod rule;
mod selector;
mod sheet;
mod value;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use cssparser::Parser;

use super::html::edits::Text;
use super::html::urls::Urls;

pub(super) use sheet::{canvas as write_canvas, filter as filter_sheet};

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
    /// What lies behind the mail's root element is said, and so lies behind everything: what is
    /// said of its body lies behind the body alone.
    pub(super) root_paper: bool,
    /// What lies behind the mail's body was put behind everything.
    pub(super) body_is_canvas: bool,
    /// Attributes without a meaning that style sheets ask for.
    pub(super) asked: HashSet<String>,
}

impl<'a> Context<'a> {
    /// Nothing seen so far.
    pub(super) fn new(urls: &'a mut Urls) -> Self {
        Self {
            urls,
            own_colours: false,
            knows_dark: false,
            pictures_depend_on_state: false,
            root_paper: false,
            body_is_canvas: false,
            asked: HashSet::new(),
        }
    }
}

/// Filters the declarations of a style attribute.
pub(super) fn filter(style: &str, context: &mut Context<'_>) -> Text {
    let mut text = Text::default();
    rule::declarations(&mut Parser::new(style), &mut text, context);
    text
}

/// Filters the declarations of a style attribute; answers those of the background once more.
pub(super) fn filter_apart(style: &str, context: &mut Context<'_>) -> (Text, Text) {
    let mut text = Text::default();
    let papers = rule::declarations(&mut Parser::new(style), &mut text, context);
    let papers = rule::copy(&text, &papers);
    (text, papers)
}
