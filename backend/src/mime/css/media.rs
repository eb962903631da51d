//! Conditions of `@media` and `@supports`: words, lengths and comparisons, nothing that loads.

use cssparser::{Parser, Token};

use super::value::{Refused, asked_of_height, is_word, number, refused};
use crate::mime::html::edits::{Text, What};

/// Conditions nested deeper than this are none of a mail's.
const DEPTH_LIMIT: usize = 6;

/// Reads a condition and writes it anew; answers whether it asks for a dark view.
pub(super) fn write(input: &mut Parser<'_>, text: &mut Text) -> Result<bool, Refused> {
    level(input, text, 0)
}

fn level(input: &mut Parser<'_>, text: &mut Text, depth: usize) -> Result<bool, Refused> {
    if depth > DEPTH_LIMIT {
        return Err(refused());
    }
    let (mut space, mut first, mut dark) = (false, true, false);
    loop {
        let start = input.position();
        let token = match input.next_including_whitespace_and_comments() {
            Ok(Token::WhiteSpace(_) | Token::Comment(_)) => {
                space = true;
                continue;
            }
            Ok(token) => token.clone(),
            Err(_) => return Ok(dark),
        };
        if std::mem::take(&mut space) && !first {
            text.push_char(' ');
        }
        first = false;
        match token {
            Token::Ident(word) if is_word(&word) => text.push(&word.to_ascii_lowercase()),
            Token::Number { .. } | Token::Percentage { .. } | Token::Dimension { .. } => {
                number(input.slice_from(start), text)?;
            }
            Token::Comma => text.push_char(','),
            Token::Colon => text.push_char(':'),
            Token::Delim(c @ ('/' | '>' | '=')) => text.push_char(c),
            Token::Delim('<') if depth > 0 => text.push_char('<'),
            Token::ParenthesisBlock => dark |= block(input, text, depth)?,
            _ => return Err(refused()),
        }
    }
}

fn block(input: &mut Parser<'_>, text: &mut Text, depth: usize) -> Result<bool, Refused> {
    let mut inside = Text::default();
    let mut dark = input.parse_nested_block(|input| level(input, &mut inside, depth + 1))?;
    let plain: String = inside.as_str().split_whitespace().collect();
    match plain.as_str() {
        "prefers-color-scheme:dark" => {
            dark = true;
            text.push_edit("(prefers-color-scheme:dark)", What::Scheme(true));
        }
        "prefers-color-scheme:light" => {
            text.push_edit("(prefers-color-scheme:light)", What::Scheme(false));
        }
        plain if asked_of_height(plain).is_some() => {
            text.push(asked_of_height(plain).unwrap_or_default());
        }
        // What else depends on the frame's height would change it, and be asked again.
        plain if depends_on_height(plain) => return Err(refused()),
        // Nothing that is written is to look like a tag.
        plain if plain.contains('<') => text.push(&format!("({})", turned(inside.as_str())?)),
        _ => {
            text.push_char('(');
            text.append(&inside);
            text.push_char(')');
        }
    }
    Ok(dark)
}

fn depends_on_height(plain: &str) -> bool {
    let names = plain.split([':', '<', '>', '=']);
    let bare = |name: &str| {
        let name = name.strip_prefix("min-").or_else(|| name.strip_prefix("max-")).unwrap_or(name);
        matches!(name, "height" | "block-size" | "aspect-ratio" | "orientation")
    };
    names.into_iter().any(bare)
}

/// A comparison the other way round: `a < b` as `b > a`.
fn turned(comparison: &str) -> Result<String, Refused> {
    if comparison.contains('>') || comparison.contains('(') {
        return Err(refused());
    }
    let mut pieces = comparison.split('<');
    let mut text = pieces.next().unwrap_or_default().trim().to_owned();
    for piece in pieces {
        let (sign, rest) = match piece.strip_prefix('=') {
            Some(rest) => (">=", rest),
            None => (">", piece),
        };
        text = format!("{} {sign} {text}", rest.trim());
    }
    Ok(text)
}
