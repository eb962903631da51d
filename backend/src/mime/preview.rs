//! The first words of a message, for its row in a list.

use super::body::{choose, fallbacks};
use super::flowed::{SIGNATURE, lines};
use super::html;
use super::parse::{Parsed, text_of};
use super::part::Part;
use super::plain::{self, Reading};

/// Characters of a preview.
const LENGTH: usize = 200;

/// The encoded bytes of a part that a preview needs at most.
pub const ENOUGH: usize = 16 << 10;

/// The first words of a whole message.
pub fn preview(parsed: &Parsed) -> String {
    let display = choose(&parsed.parts);
    let found = display.plain.iter().chain(&display.rich).copied().chain(fallbacks(&parsed.parts));
    found
        .filter_map(|index| parsed.parts.get(index))
        .map(|part| {
            let encoded = parsed.encoded(part);
            preview_of(part, &encoded[..encoded.len().min(ENOUGH)])
        })
        .find(|words| !words.is_empty())
        .unwrap_or_default()
}

/// The first words of one part, from the beginning of its encoded bytes.
pub fn preview_of(part: &Part, encoded: &[u8]) -> String {
    let (content, _) = text_of(part, encoded);
    if part.content_type == "text/html" {
        let sanitised = html::sanitise(&content, |_| None).html;
        return first_words(plain::to_text(&sanitised, Reading::Words).split_whitespace());
    }
    let lines = lines(&content, part.flowed);
    let own = lines.iter().take_while(|line| line.text != SIGNATURE).filter(|line| line.depth == 0);
    let words = first_words(own.flat_map(|line| line.text.split_whitespace()));
    if words.is_empty() {
        first_words(lines.iter().flat_map(|line| line.text.split_whitespace()))
    } else {
        words
    }
}

fn first_words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    let mut room = LENGTH;
    // Rules of dashes and invisible padding say nothing.
    let speaks = |word: &&str| word.chars().any(char::is_alphanumeric) || word.chars().count() < 3;
    for word in words.filter(speaks) {
        let shown = word.chars().filter(|c| !is_invisible(*c)).take(room).collect::<String>();
        if shown.is_empty() {
            continue;
        }
        room = room.saturating_sub(shown.chars().count() + 1);
        out.push_str(if out.is_empty() { "" } else { " " });
        out.push_str(&shown);
        if room == 0 {
            break;
        }
    }
    out
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || super::header::is_bidi_control(c)
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{34f}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{Limits, parse};

    fn check(raw: &str, expect: &str) {
        assert_eq!(preview(&parse(raw.as_bytes().to_vec(), &Limits::default())), expect);
    }

    #[test]
    fn own_words_come_first() {
        check("Subject: x\n\n> old\n> text\n\nNew   words\nhere.\n-- \nsig", "New words here.");
        check("Subject: x\n\n> only a quote", "only a quote");
        check("Subject: x\n\n-----------\n\nHi", "Hi");
    }

    #[test]
    fn html_gives_words_only() {
        check(
            "Content-Type: text/html\n\n<style>x</style><div style='display:none'>Sale\u{200c}</div><p>Now &amp; here <a href='https://a.test'>go</a>",
            "Sale Now & here go",
        );
    }

    #[test]
    fn it_is_short() {
        let long = format!("Subject: x\n\n{}", "字".repeat(900));
        assert_eq!(preview(&parse(long.into_bytes(), &Limits::default())).chars().count(), 200);
    }
}
