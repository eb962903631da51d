//! Just enough of Rust's lexer: where comments and strings are, and what follows a keyword.

use std::ops::Range;

/// A source text apart from its comments and strings.
pub struct Code {
    /// As long as the text; comments and the insides of strings are spaces, line ends stay.
    pub text: String,
    /// The insides of string literals, as ranges of the text.
    pub strings: Vec<Range<usize>>,
}

/// Reads a source file.
pub fn code(source: &str) -> Code {
    let bytes = source.as_bytes();
    let mut out = bytes.to_vec();
    let mut strings = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source.as_bytes()[at..];
        let (blank, next) = if rest.starts_with(b"//") {
            let end = at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            (at..end, end)
        } else if rest.starts_with(b"/*") {
            let end = at + comment(rest);
            (at..end, end)
        } else if let Some((inside, end)) = raw_string(bytes, at).or_else(|| string(bytes, at)) {
            strings.push(inside.clone());
            (inside, end)
        } else if let Some(end) = character(source, at) {
            (at + 1..end - 1, end)
        } else {
            (at..at, at + 1)
        };
        out[blank].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        at = next;
    }
    Code { text: String::from_utf8(out).expect("whole characters were blanked"), strings }
}

/// The length of the (nested) comment at the start.
fn comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let step = match &rest[at..] {
            [b'/', b'*', ..] => 1,
            [b'*', b'/', ..] => -1,
            _ => 0,
        };
        depth += step;
        at += if step == 0 { 1 } else { 2 };
        if depth == 0 {
            break;
        }
    }
    at
}

fn string(bytes: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    (bytes[at] == b'"').then(|| {
        let mut end = at + 1;
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let end = end.min(bytes.len());
        (at + 1..end, (end + 1).min(bytes.len()))
    })
}

fn raw_string(bytes: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let part_of_name = at > 0 && is_word(bytes[at - 1]) && bytes[at - 1] != b'b';
    if bytes[at] != b'r' || part_of_name {
        return None;
    }
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    let start = at + 1 + hashes + 1;
    if bytes.get(start - 1) != Some(&b'"') {
        return None;
    }
    let close = [b"\"".to_vec(), vec![b'#'; hashes]].concat();
    let length = bytes[start..].windows(close.len()).position(|window| window == close)?;
    Some((start..start + length, start + length + close.len()))
}

/// The end of the character literal that starts here; a lifetime is none.
fn character(source: &str, at: usize) -> Option<usize> {
    let inside = source.get(at..)?.strip_prefix('\'')?;
    let length = match inside.strip_prefix('\\') {
        Some(escape) => 1 + escape.get(1..)?.find('\'')? + 1,
        None => inside.chars().next()?.len_utf8(),
    };
    inside[length..].starts_with('\'').then_some(at + length + 2)
}

/// Says whether a byte can be part of a name.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Every name in the code with its place.
pub fn names(code: &str) -> Vec<(usize, &str)> {
    let bytes = code.as_bytes();
    let mut names = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
        if length > 0 {
            names.push((at, &code[at..at + length]));
        }
        at += length.max(1);
    }
    names
}

/// The range inside the bracket that opens at `open`, up to its partner.
pub fn inside(code: &str, open: usize) -> Range<usize> {
    let mut depth = 0;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + 1..at;
        }
    }
    open..open
}

#[cfg(test)]
mod tests {
    use super::{code, inside, names};

    fn check(source: &str, expect: &str) {
        assert_eq!(code(source).text, expect);
        assert_eq!(code(source).text.len(), source.len());
    }

    #[test]
    fn comments_and_strings_are_blank() {
        check("a // b\nc", "a     \nc");
        check("a /* b /* c */ d */ e", "a                   e");
        check(r#"f("a\"b", 'c', '\'', 'l: 'a)"#, r#"f("    ", ' ', '  ', 'l: 'a)"#);
        check("r#\"a\"b\"# x", "r#\"   \"# x");
        check("br\"é\" tar", "br\"  \" tar");
    }

    #[test]
    fn the_insides_of_strings_are_known() {
        assert_eq!(code("a(\"bc\")").strings.first(), Some(&(3..5)));
    }

    #[test]
    fn names_and_brackets() {
        assert_eq!(names("fn a_b(c)"), [(0, "fn"), (3, "a_b"), (7, "c")]);
        assert_eq!(inside("{a(b)}c", 0), 1..5);
    }
}
