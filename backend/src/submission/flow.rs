//! Text written as format=flowed, so that long paragraphs wrap anywhere (RFC 3676 §4.2).

/// Characters of a line, its quote marks and trailing space included.
const WIDTH: usize = 72;

/// Wraps `text`, whose lines end with `\n`; the result's lines end with `\r\n`.
pub(super) fn wrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 40);
    for line in text.trim_end_matches('\n').split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line == "-- " {
            out.push_str("-- \r\n");
            continue;
        }
        let (marks, rest) = quote_marks(line.trim_end());
        wrap_line(marks, rest, &mut out);
    }
    out
}

/// The quote marks a line starts with, as RFC 3676 writes them, and what they quote.
fn quote_marks(line: &str) -> (String, &str) {
    let (mut depth, mut rest) = (0, line);
    while let Some(after) =
        rest.strip_prefix('>').or_else(|| rest.strip_prefix(" >").filter(|_| depth > 0))
    {
        depth += 1;
        rest = after;
    }
    (">".repeat(depth), if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest })
}

fn wrap_line(marks: String, text: &str, out: &mut String) {
    let mut rest = text;
    loop {
        let prefix = marks.chars().count() + 1;
        let cut = cut_at(rest, WIDTH.saturating_sub(prefix).max(20));
        let (line, after) = rest.split_at(cut);
        out.push_str(&marks);
        // Space-stuffing (§4.4): marks are followed by a space, and so is what would be misread.
        let stuffed = !marks.is_empty() && !line.is_empty()
            || line.starts_with([' ', '>'])
            || line.starts_with("From ");
        out.push_str(if stuffed { " " } else { "" });
        out.push_str(line);
        out.push_str("\r\n");
        if after.is_empty() {
            return;
        }
        rest = after;
    }
}

/// Where a line that is too long is cut: after a space that stays as its soft break.
fn cut_at(text: &str, width: usize) -> usize {
    let mut last_space = None;
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count >= width && last_space.is_some() {
            return last_space.unwrap_or(text.len());
        }
        // A cut inside a run of spaces would move the rest of the run to the next line.
        if c == ' ' && !text[at + 1..].starts_with(' ') {
            last_space = Some(at + 1);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{Flowed, Part, quote};

    fn check(text: &str) -> String {
        let wrapped = wrap(text);
        let part =
            Part { content_type: "text/plain".into(), flowed: Flowed::Flowed, ..Part::default() };
        assert_eq!(quote::part_text(&part, &wrapped), text, "what was written is read");
        wrapped
    }

    #[test]
    fn paragraphs_are_wrapped_and_read_as_written() {
        let long = "word ".repeat(60).trim_end().to_owned();
        let wrapped = check(&long);
        assert!(wrapped.lines().count() > 3 && wrapped.lines().all(|line| line.len() <= WIDTH));
        check(&format!("> {long}\n>> {long}\n{long}"));
        check("a\n\nb\n-- \nme");
        check(&"字".repeat(500));
        check("From here\n  indented code");
    }

    #[test]
    fn a_space_at_the_end_of_a_line_does_not_join_lines() {
        assert_eq!(wrap("a  \nb"), "a\r\nb\r\n");
    }

    #[test]
    fn quotes_without_a_space_are_quotes() {
        assert_eq!(wrap(">a\n> > b"), "> a\r\n>> b\r\n");
    }
}
