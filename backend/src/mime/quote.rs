//! A message's text as it stands in a reply or a forward; the attribution is the page's, in its language.

use super::body::{choose, fallbacks};
use super::flowed::{Line, SIGNATURE, lines};
use super::parse::Parsed;
use super::part::Flowed;
use super::{Part, html_to_text};

/// The message's readable text, one line a paragraph, quotes as `> `, signature kept.
pub fn plain_text(parsed: &Parsed) -> String {
    let display = choose(&parsed.parts);
    let of = |index: usize| {
        let part = parsed.parts.get(index)?;
        Some(part_text(part, &parsed.text(part).0)).filter(|text| !text.trim().is_empty())
    };
    let all = |list: Vec<usize>| list.into_iter().filter_map(of).collect::<Vec<_>>().join("\n\n");
    [display.plain, display.rich]
        .into_iter()
        .map(all)
        .chain(fallbacks(&parsed.parts).filter_map(of))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// One part's decoded content as text with `> ` quotes and soft breaks joined.
pub fn part_text(part: &Part, content: &str) -> String {
    if part.content_type == "text/html" {
        return html_to_text(content);
    }
    let marked = |line: Line| match line.depth {
        0 => line.text,
        depth => format!("{} {}", ">".repeat(depth), line.text),
    };
    lines(content, part.flowed).into_iter().map(marked).collect::<Vec<_>>().join("\n")
}

/// The message quoted for a reply: `> ` before every line, its signature left out.
pub fn quote_text(parsed: &Parsed) -> String {
    quote(&plain_text(parsed))
}

/// Quotes plain text; existing quotes go one level deeper.
pub fn quote(text: &str) -> String {
    let kept: Vec<Line> = lines(text, Flowed::Fixed)
        .into_iter()
        .take_while(|line| line.depth > 0 || line.text != SIGNATURE)
        .collect();
    let end = kept.iter().rposition(|line| !line.text.trim().is_empty()).map_or(0, |at| at + 1);
    let quoted = kept[..end].iter().map(|line| {
        let marks = ">".repeat(line.depth + 1);
        if line.text.trim().is_empty() {
            marks
        } else {
            format!("{marks} {}", line.text.trim_end())
        }
    });
    quoted.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{Limits, parse};

    fn check(raw: &str, expect: &str) {
        assert_eq!(quote_text(&parse(raw.as_bytes().to_vec(), &Limits::default())), expect);
    }

    #[test]
    fn a_reply_goes_one_level_deeper_and_drops_the_signature() {
        check(
            "Subject: x\n\nHello\n\n> old\n>> older\n-- \nme\nphone",
            "> Hello\n>\n>> old\n>>> older",
        );
    }

    #[test]
    fn flowed_paragraphs_are_joined_before_quoting() {
        check("Content-Type: text/plain; format=flowed\n\none \ntwo\n", "> one two");
    }

    #[test]
    fn html_alone_is_quoted_as_text() {
        check(
            "Content-Type: text/html\n\n<p>Hi <b>you</b></p><blockquote>old</blockquote>",
            "> Hi you\n>\n>> old",
        );
    }
}
