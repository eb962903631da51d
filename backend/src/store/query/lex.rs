//! The tokens of a query, each with its place.
//!
//! Full-width signs, as Chinese and Japanese keyboards write them, count as their ASCII twins.

use super::{Error, ErrorKind};

/// A token and where it begins, in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub at: u32,
    pub kind: Kind,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `OR` or `|`
    Or,
    /// `AND`
    And,
    /// `NOT`, or `-` straight before something
    Not,
    /// `name:` straight before its value
    Key(String),
    /// A word, or a quoted text
    Text(String),
}

/// Keys of the language; what looks like another one is part of a word.
const KEYS: [&str; 20] = [
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "body",
    "text",
    "has",
    "is",
    "in",
    "before",
    "after",
    "since",
    "older_than",
    "newer_than",
    "larger",
    "smaller",
    "filename",
    "list",
    "label",
];

/// Reads a query into tokens.
pub(super) fn tokens(input: &str) -> Result<Vec<Token>, Error> {
    let all: Vec<char> = input.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let (kind, end) = match sign(all[at]) {
            space if space.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (Kind::Open, at + 1),
            ')' => (Kind::Close, at + 1),
            '|' => (Kind::Or, at + 1),
            '"' => quoted(&all, at)?,
            '-' if applies(&all, at) => (Kind::Not, at + 1),
            _ => word(&all, at),
        };
        tokens.push(Token { at: place(at), kind });
        at = end;
    }
    Ok(tokens)
}

/// Whether a minus stands before something and not inside a word.
fn applies(all: &[char], at: usize) -> bool {
    all.get(at + 1).is_some_and(|next| !next.is_whitespace() && !matches!(sign(*next), '-' | ')'))
}

fn quoted(all: &[char], at: usize) -> Result<(Kind, usize), Error> {
    let length = all[at + 1..].iter().position(|c| sign(*c) == '"');
    let length = length.ok_or(Error { position: place(at), kind: ErrorKind::OpenQuote })?;
    let end = at + 1 + length;
    Ok((Kind::Text(all[at + 1..end].iter().collect()), end + 1))
}

fn word(all: &[char], at: usize) -> (Kind, usize) {
    let ends = |c: &char| c.is_whitespace() || matches!(sign(*c), '(' | ')' | '"' | '|');
    let length = all[at..].iter().position(ends).unwrap_or(all.len() - at);
    let whole = &all[at..at + length];
    if let Some(colon) = whole.iter().position(|c| sign(*c) == ':') {
        let name: String = whole[..colon].iter().collect::<String>().to_ascii_lowercase();
        if KEYS.contains(&name.as_str()) {
            return (Kind::Key(name), at + colon + 1);
        }
    }
    let text: String = whole.iter().collect();
    let kind = match text.as_str() {
        "OR" => Kind::Or,
        "AND" => Kind::And,
        "NOT" => Kind::Not,
        _ => Kind::Text(text),
    };
    // A sign that ends words can stand first only where it is one of the tokens above.
    (kind, at + length.max(1))
}

/// A full-width or typographic sign as its ASCII twin.
fn sign(c: char) -> char {
    match c {
        '（' => '(',
        '）' => ')',
        '：' => ':',
        '“' | '”' | '„' | '＂' | '「' | '」' => '"',
        '｜' => '|',
        '－' | '−' => '-',
        other => other,
    }
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
