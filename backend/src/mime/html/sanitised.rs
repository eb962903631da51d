//! What sanitising answers, and the ways in which it can be shown.

use super::edits::{Text, What};
use super::links::Caution;
use super::trackers::Tracker;
use super::tree::Layout;
use super::urls::{Remote, Urls};
use crate::mime::Defect;

/// HTML made safe, and what it cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sanitised {
    /// A fragment for [`super::super::document`]: nothing in it acts, and nothing in it is loaded
    /// from elsewhere.
    pub html: String,
    /// Remote pictures that were left out, backgrounds included.
    pub blocked_images: u32,
    /// Where they are; a view may show them.
    pub remote: Vec<Remote>,
    /// Pictures that only report to the sender; no view shows them.
    pub trackers: Vec<Tracker>,
    /// Links that deserve a second look.
    pub cautions: Vec<Caution>,
    /// Parameters that were taken off links because they only tell who follows them.
    pub stripped_parameters: u32,
    /// The mail is designed around colours of its own, so that it must not be darkened.
    pub own_colours: bool,
    /// The mail has a look of its own for dark pages.
    pub knows_dark: bool,
    /// It has no other.
    pub only_dark: bool,
    /// How closely it asks for the layout of old browsers.
    pub layout: Layout,
    /// What was wrong with it.
    pub defects: Vec<Defect>,
    /// Two elements around it stand for its root and its body.
    pub(in crate::mime) framed: bool,
    /// Elements in it say how they are set, and nobody typed it in a mail program.
    pub(super) typeset: bool,
    /// It is one mail's one part: there is nothing beside it.
    pub(in crate::mime) single: bool,
    text: Text,
    styles: Text,
}

/// How a mail is shown.
pub struct View<'v> {
    /// On a dark page, its colours turned where it has none of its own.
    pub dark: bool,
    /// The address that serves a remote picture; none keeps it out.
    pub picture: &'v dyn Fn(&Remote) -> Option<String>,
}

impl Sanitised {
    /// A fragment that was made here and is safe as it stands.
    pub fn from_safe(html: String) -> Self {
        let mut text = Text::default();
        text.push(&html);
        Self { html, text, ..Self::default() }
    }

    pub(super) fn fill(&mut self, text: Text, styles: Text, urls: Urls) {
        self.html = text.as_str().to_owned();
        (self.text, self.styles) = (text, styles);
        (self.remote, self.trackers) = (urls.remote, urls.trackers);
        self.blocked_images = u32::try_from(self.remote.len()).unwrap_or(u32::MAX);
    }

    /// Held to its place: it stands beside other parts of a message.
    pub(in crate::mime) fn apart(mut self) -> Self {
        if !self.html.is_empty() {
            let mut text = Text::default();
            text.push("<div class=\"is-part\">");
            text.append(&self.text);
            text.push("</div>");
            (self.html, self.text) = (text.as_str().to_owned(), text);
        }
        self
    }

    /// Puts another part of the same message below this one.
    pub fn append(&mut self, mut other: Self) {
        if other.html.is_empty() {
            self.defects.append(&mut other.defects);
            return;
        }
        self.single = other.single && self.html.is_empty();
        self.framed = other.framed && self.single;
        self.typeset |= other.typeset;
        let shift = u32::try_from(self.remote.len()).unwrap_or(u32::MAX);
        other.text.renumber(shift);
        other.styles.renumber(shift);
        self.text.append(&other.text);
        self.styles.append(&other.styles);
        self.html.push_str(&other.html);
        self.blocked_images += other.blocked_images;
        self.stripped_parameters += other.stripped_parameters;
        self.remote.append(&mut other.remote);
        self.trackers.append(&mut other.trackers);
        self.cautions.append(&mut other.cautions);
        self.defects.append(&mut other.defects);
        self.own_colours |= other.own_colours;
        self.knows_dark |= other.knows_dark;
        self.only_dark = other.only_dark && self.single;
        if self.layout == Layout::Standard {
            self.layout = other.layout;
        }
    }

    /// Somebody designed it: it is set as it says, not as reading matter.
    pub(in crate::mime) fn is_designed(&self) -> bool {
        self.typeset || self.only_dark || !self.styles.is_empty()
    }

    /// The style sheet as it is written where nothing remote is shown.
    pub fn styles(&self) -> &str {
        self.styles.as_str()
    }

    /// Style sheet and fragment for a view.
    pub fn show(&self, view: &View<'_>) -> (String, String) {
        // A mail that knows what to do in the dark is left to do it.
        let turn = view.dark && !self.own_colours && !self.knows_dark;
        let picture = |number: u32| {
            let remote = usize::try_from(number).ok().and_then(|number| self.remote.get(number))?;
            (view.picture)(remote)
        };
        let change = |what| match what {
            What::Source(number) => picture(number).map(|url| format!(" src=\"{url}\"")),
            What::Address(number) => picture(number).map(|url| format!("url('{url}')")),
            What::Ink(colour) => turn.then(|| colour.ink_in_the_dark()),
            What::Paper(colour) => turn.then(|| colour.paper_in_the_dark()),
            What::Scheme(dark) if dark == view.dark => Some("(min-width:0)".to_owned()),
            What::Scheme(_) => Some("(max-width:0)".to_owned()),
        };
        (self.styles.show(change), self.text.show(change))
    }
}
