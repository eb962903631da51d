//! Text that is written once and shown in more than one way.
//!
//! The text itself is the cautious way: no remote address, light colours. Beside it stands where
//! something else goes when the reader wants it, so that nothing is ever searched for in it.

use super::super::css::colour::Colour;

/// What may stand in the place of a stretch of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mime) enum What {
    /// A `src` attribute for a remote picture; the text has none.
    Source(u32),
    /// `url(…)` of a remote picture; the text says `none`.
    Address(u32),
    /// A colour of text or lines.
    Ink(Colour),
    /// A colour behind text.
    Paper(Colour),
    /// A media condition that asks for a dark (true) or a light view.
    Scheme(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edit {
    at: usize,
    length: usize,
    what: What,
}

/// Text and what may change in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::mime) struct Text {
    out: String,
    edits: Vec<Edit>,
}

/// A place to go back to.
#[derive(Clone, Copy)]
pub(in crate::mime) struct Mark(usize, usize);

impl Text {
    /// The text as it stands.
    pub(in crate::mime) fn as_str(&self) -> &str {
        &self.out
    }

    /// Nothing was written.
    pub(in crate::mime) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Writes text.
    pub(in crate::mime) fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Writes a character.
    pub(in crate::mime) fn push_char(&mut self, c: char) {
        self.out.push(c);
    }

    /// Writes text that may change.
    pub(in crate::mime) fn push_edit(&mut self, text: &str, what: What) {
        self.edits.push(Edit { at: self.out.len(), length: text.len(), what });
        self.out.push_str(text);
    }

    /// Writes another text with all that may change in it.
    pub(in crate::mime) fn append(&mut self, other: &Self) {
        self.append_range(other, 0, other.out.len());
    }

    /// Writes a stretch of another text.
    pub(in crate::mime) fn append_range(&mut self, other: &Self, from: usize, to: usize) {
        let shift = self.out.len();
        self.out.push_str(&other.out[from..to]);
        let inside = other.edits[other.edits.partition_point(|edit| edit.at < from)..].iter();
        let inside = inside.take_while(|edit| edit.at < to);
        self.edits.extend(inside.map(|edit| Edit { at: edit.at - from + shift, ..*edit }));
    }

    /// Where the text ends now.
    pub(in crate::mime) fn mark(&self) -> Mark {
        Mark(self.out.len(), self.edits.len())
    }

    /// Bytes written so far.
    pub(in crate::mime) fn len(&self) -> usize {
        self.out.len()
    }

    /// Forgets what was written since.
    pub(in crate::mime) fn back_to(&mut self, mark: Mark) {
        self.out.truncate(mark.0);
        self.edits.truncate(mark.1);
    }

    /// Moves the numbers of remote pictures, where two tables become one.
    pub(in crate::mime) fn renumber(&mut self, by: u32) {
        for edit in &mut self.edits {
            if let What::Source(number) | What::Address(number) = &mut edit.what {
                *number += by;
            }
        }
    }

    /// The text with every change that `change` answers.
    pub(in crate::mime) fn show(&self, change: impl Fn(What) -> Option<String>) -> String {
        let mut shown = String::with_capacity(self.out.len() + self.edits.len() * 32);
        let mut at = 0;
        for edit in &self.edits {
            if let Some(other) = change(edit.what) {
                shown.push_str(&self.out[at..edit.at]);
                shown.push_str(&other);
                at = edit.at + edit.length;
            }
        }
        shown.push_str(&self.out[at..]);
        shown
    }
}
