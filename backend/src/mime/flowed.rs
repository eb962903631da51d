//! Lines of plain text with their quote depth, soft breaks joined (RFC 3676 §4).

use super::part::Flowed;

/// Deeper quoting than this looks the same.
const DEPTH_LIMIT: usize = 20;

/// The signature separator, RFC 3676 §4.3.
pub(super) const SIGNATURE: &str = "-- ";

/// A line as its author meant it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// How many times it was quoted.
    pub(super) depth: usize,
    /// Its text without quote marks; a whole paragraph where the text is flowed.
    pub(super) text: String,
}

/// Splits `text` into lines.
pub(super) fn lines(text: &str, flowed: Flowed) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut joins = false;
    for raw in text.trim_end_matches(['\r', '\n']).split('\n') {
        let raw = raw.strip_suffix('\r').unwrap_or(raw);
        let (depth, rest) = match flowed {
            Flowed::Fixed => loose_depth(raw),
            Flowed::Flowed | Flowed::DelSp => strict_depth(raw),
        };
        let is_signature = rest == SIGNATURE;
        let soft = flowed != Flowed::Fixed && rest.ends_with(' ') && !is_signature;
        let rest = if soft && flowed == Flowed::DelSp { &rest[..rest.len() - 1] } else { rest };
        match lines.last_mut() {
            Some(last) if joins && last.depth == depth && !is_signature => last.text.push_str(rest),
            _ => lines.push(Line { depth, text: rest.to_owned() }),
        }
        joins = soft;
    }
    lines
}

/// Quote marks as mailers without RFC 3676 write them: `>`, `> >`, `>>`.
fn loose_depth(line: &str) -> (usize, &str) {
    let (mut depth, mut rest) = (0, line);
    while let Some(after) =
        rest.strip_prefix('>').or_else(|| rest.strip_prefix(" >").filter(|_| depth > 0))
    {
        depth += 1;
        rest = after;
    }
    let rest = if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
    (depth.min(DEPTH_LIMIT), rest)
}

fn strict_depth(line: &str) -> (usize, &str) {
    let rest = line.trim_start_matches('>');
    let depth = line.len() - rest.len();
    (depth.min(DEPTH_LIMIT), rest.strip_prefix(' ').unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, flowed: Flowed, expect: &[(usize, &str)]) {
        let found = lines(text, flowed);
        let found: Vec<_> = found.iter().map(|line| (line.depth, line.text.as_str())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn soft_breaks_are_joined_and_stuffing_removed() {
        check("one \r\ntwo\r\n three\r\n", Flowed::Flowed, &[(0, "one two"), (0, "three")]);
        check("> a \n> b\n>> c \n> d", Flowed::Flowed, &[(1, "a b"), (2, "c "), (1, "d")]);
        check("语 \n言", Flowed::DelSp, &[(0, "语言")]);
        check("end \n-- \nme", Flowed::Flowed, &[(0, "end "), (0, "-- "), (0, "me")]);
    }

    #[test]
    fn fixed_text_is_left_as_it_is() {
        check("a \nb", Flowed::Fixed, &[(0, "a "), (0, "b")]);
        check("> > x\n>y\n  > z", Flowed::Fixed, &[(2, "x"), (1, "y"), (0, "  > z")]);
    }
}
