//! Signatures: put below what is typed, and exchanged when another identity is to send it.

use postern_shared::identity::{Identity, Placement};

use super::rich::{EMPTY, from_text};

/// What marks a signature in HTML; the editor's frame knows it (`public/frames/editor.js`).
const OPEN: &str = "<div class=\"postern-signature\">";

/// What an identity signs with, in both forms; empty for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// With the line of dashes above it.
    text: String,
    /// The same, marked.
    pub html: String,
    /// Where an answer has it.
    pub placement: Placement,
}

impl Signature {
    /// What an identity signs with.
    #[must_use]
    pub fn of(identity: &Identity) -> Self {
        let words = identity.signature.trim_end();
        let html = match identity.signature_html.as_str() {
            "" if words.is_empty() => String::new(),
            "" => [OPEN, &from_text("-- "), &from_text(words), "</div>"].concat(),
            html => [OPEN, &from_text("-- "), html, "</div>"].concat(),
        };
        let text = if words.is_empty() { String::new() } else { ["-- \n", words].concat() };
        Self { text, html, placement: identity.placement }
    }

    /// What follows what is typed: room, the signature, and what is answered.
    #[must_use]
    pub fn with_text(&self, below: &str) -> String {
        let signed = self.signed();
        let gap = if below.is_empty() { "" } else { "\n\n" };
        match self.placement {
            Placement::Above => [&signed, gap, below].concat(),
            Placement::Below => [gap, below, &signed].concat(),
        }
    }

    /// The same as HTML.
    #[must_use]
    pub fn with_html(&self, below: &str) -> String {
        let apart = |html: &str| match html {
            "" => String::new(),
            html => [EMPTY, html].concat(),
        };
        let (signed, below) = (apart(&self.html), apart(below));
        match self.placement {
            Placement::Above => signed + &below,
            Placement::Below => below + &signed,
        }
    }

    /// A text that may hold it, as HTML.
    #[must_use]
    pub fn rich(&self, text: &str) -> String {
        match find(text, self) {
            Some(at) if !self.html.is_empty() => {
                let (before, after) = apart(text, at, self.text.len());
                let end = if after.trim().is_empty() { String::new() } else { from_text(after) };
                [&from_text(before.trim_end_matches('\n')), EMPTY, &self.html, &end].concat()
            }
            _ => from_text(text),
        }
    }

    /// It and the room around it.
    fn signed(&self) -> String {
        match self.text.as_str() {
            "" => String::new(),
            text => ["\n\n", text, "\n"].concat(),
        }
    }
}

/// A text with another signature; none where the old one is not there as it was: then somebody
/// wrote on it, and what was written stays.
#[must_use]
pub fn exchange(text: &str, old: &Signature, new: &Signature) -> Option<String> {
    if old.text == new.text {
        return None;
    }
    if old.text.is_empty() {
        let (before, after) = apart(text, end_of_typed(text, new.placement), 0);
        return Some([before, &new.signed(), after].concat());
    }
    let (before, after) = apart(text, find(text, old)?, old.text.len());
    if new.text.is_empty() {
        let before = before.strip_suffix("\n\n").unwrap_or(before);
        return Some([before, after.strip_prefix('\n').unwrap_or(after)].concat());
    }
    Some([before, &new.text, after].concat())
}

/// The same in HTML that no editor has changed yet.
#[must_use]
pub fn exchange_html(html: &str, old: &Signature, new: &Signature) -> Option<String> {
    let (before, after) = html.split_once(old.html.as_str()).filter(|_| !old.html.is_empty())?;
    Some([before, &new.html, after].concat())
}

/// Where a signature stands, on lines of its own.
fn find(text: &str, signature: &Signature) -> Option<usize> {
    let words = signature.text.as_str();
    let alone = |at: &usize| {
        let (before, after) = apart(text, *at, words.len());
        let starts = before.is_empty() || before.ends_with('\n');
        starts && (after.is_empty() || after.starts_with('\n'))
    };
    let mut found = text.match_indices(words).map(|(at, _)| at).filter(alone);
    match signature.placement {
        _ if words.is_empty() => None,
        // What is passed on below may be signed alike.
        Placement::Above => found.next(),
        Placement::Below => found.last(),
    }
}

/// Where a signature is to stand in a text that has none.
fn end_of_typed(text: &str, placement: Placement) -> usize {
    let quoted = match placement {
        Placement::Above => quotation(text).filter(|at| *at > 0),
        Placement::Below => None,
    };
    let at = quoted.unwrap_or(text.len());
    let (before, _) = apart(text, at, 0);
    match quoted {
        Some(_) if before.ends_with("\n\n") => at - 2,
        _ => at,
    }
}

/// Where what is answered or passed on begins, with the line that names it.
fn quotation(text: &str) -> Option<usize> {
    let (mut at, mut above) = (0, None);
    for line in text.split('\n') {
        if line.starts_with('>') {
            return Some(above.unwrap_or(at));
        }
        if line.starts_with("---------- ") && line.ends_with(" ----------") {
            return Some(at);
        }
        above = (!line.trim().is_empty()).then_some(at);
        at += line.len() + 1;
    }
    None
}

/// What stands before a place, and after what stands there.
fn apart(text: &str, at: usize, length: usize) -> (&str, &str) {
    (text.get(..at).unwrap_or_default(), text.get(at + length..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(words: &str, placement: Placement) -> Signature {
        let signature = words.to_owned();
        Signature::of(&Identity { signature, placement, ..Identity::default() })
    }

    #[test]
    fn a_signature_stands_above_or_below_what_is_answered() {
        let check = |words, placement, below, expect: &str| {
            assert_eq!(signature(words, placement).with_text(below), expect);
        };
        check("Ann\n", Placement::Above, "> old\n", "\n\n-- \nAnn\n\n\n> old\n");
        check("Ann\n", Placement::Below, "> old\n", "\n\n> old\n\n\n-- \nAnn\n");
        check("Ann", Placement::Below, "", "\n\n-- \nAnn\n");
        check("", Placement::Above, "", "");
        let html = signature("Łucja\n王", Placement::Below).with_html("<p>old</p>");
        assert!(html.starts_with(&[EMPTY, "<p>old</p>", EMPTY, OPEN].concat()), "{html}");
        assert!(html.ends_with("<div dir=\"auto\">王</div></div>"), "{html}");
    }

    #[test]
    fn there_and_back_a_text_is_what_it_was() {
        let none = Signature::default();
        for placement in [Placement::Above, Placement::Below] {
            let (ann, eve) = (signature("Ann", placement), signature("Eve\nليلى", placement));
            for below in ["", "On Monday Bob wrote:\n> old\n", "---------- Fwd ----------\nTo: x\n"]
            {
                for typed in ["", "Dear Bob,\n\nyes.", "a\n"] {
                    let bare = [typed, &none.with_text(below)].concat();
                    let signed = [typed, &ann.with_text(below)].concat();
                    assert_eq!(exchange(&bare, &none, &ann).as_ref(), Some(&signed), "{bare:?}");
                    let other = exchange(&signed, &ann, &eve).unwrap();
                    assert_eq!(other, [typed, &eve.with_text(below)].concat());
                    assert_eq!(exchange(&other, &eve, &ann).as_ref(), Some(&signed));
                    assert_eq!(exchange(&signed, &ann, &none), Some(bare));
                }
            }
        }
    }

    #[test]
    fn what_was_typed_is_never_touched() {
        let (ann, eve) = (signature("Ann", Placement::Above), signature("Eve", Placement::Above));
        for text in ["Hi\n\n-- \nAnna\n", "> -- \n> Ann\n", "Hi Ann", "x-- \nAnn", ""] {
            assert_eq!(exchange(text, &ann, &eve), None, "{text:?}");
        }
        let forward = "\n\n-- \nAnn\n\n\n---------- Fwd ----------\n\nold\n-- \nAnn\n";
        let expect = forward.replacen("Ann", "Eve", 1);
        assert_eq!(exchange(forward, &ann, &eve), Some(expect));
    }

    #[test]
    fn a_text_that_becomes_rich_keeps_its_signature_marked() {
        let ann = signature("Ann", Placement::Above);
        let rich = ann.rich("Hi\n\n-- \nAnn\n\n\n> old");
        assert!(rich.contains(&ann.html) && rich.contains("<blockquote"), "{rich}");
        assert_eq!(ann.rich("Hi"), from_text("Hi"));
        let eve = signature("Eve", Placement::Above);
        let other = exchange_html(&rich, &ann, &eve).unwrap();
        assert!(other.contains(&eve.html) && !other.contains("Ann"));
        assert_eq!(exchange_html("<div>Hi</div>", &ann, &eve), None);
    }
}
