//! The values of declarations: read as tokens, written anew (CSS Syntax 3).
//!
//! What is written holds no quotation mark, ampersand, angle bracket or backslash but the escapes
//! that are made here, so that it may stand in an attribute as it is.

use cssparser::{ParseError, Parser, Token};

use super::Context;
use super::colour::Colour;
use super::functions::{FUNCTIONS, GRADIENTS};
use super::properties::Kind;
use crate::mime::html::asked;
use crate::mime::html::edits::{Text, What};
use crate::mime::html::urls::Picture;

/// A value that may not stand, and with it its declaration.
pub(super) type Refused = ParseError<()>;

/// A refusal.
pub(super) fn refused() -> Refused {
    ParseError::unexpected_token()
}

/// Writes a declaration, behind a semicolon if one stands before it: where it begins; nothing of
/// it, and none of its pictures, where it is refused. `start` is where the list of them begins.
pub(super) fn declare(
    (name, kind): (&str, Kind),
    input: &mut Parser<'_>,
    start: usize,
    text: &mut Text,
    context: &mut Context<'_>,
) -> Result<usize, Refused> {
    let (mark, pictures) = (text.mark(), context.urls.mark());
    if text.len() > start {
        text.push_char(';');
    }
    let from = text.len();
    text.push(name);
    text.push_char(':');
    let written = write(input, kind, text, context);
    if written.is_err() {
        text.back_to(mark);
        context.urls.back_to(pictures);
    }
    written.map(|()| from)
}

/// Writes a whole value; `name` and colon stand already.
pub(super) fn write(
    input: &mut Parser<'_>,
    kind: Kind,
    text: &mut Text,
    context: &mut Context<'_>,
) -> Result<(), Refused> {
    let start = text.len();
    tokens(input, kind, text, context)?;
    let written = &text.as_str()[start..];
    if written.trim().is_empty() {
        return Err(refused());
    }
    if kind == Kind::Position {
        let word = written.split('!').next().unwrap_or_default().trim();
        let known = ["static", "relative", "absolute", "inherit", "initial"];
        if !known.iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return Err(refused());
        }
    }
    Ok(())
}

fn tokens(
    input: &mut Parser<'_>,
    kind: Kind,
    text: &mut Text,
    context: &mut Context<'_>,
) -> Result<(), Refused> {
    let (mut space, mut first) = (false, true);
    loop {
        let start = input.position();
        let token = match input.next_including_whitespace_and_comments() {
            Ok(Token::WhiteSpace(_) | Token::Comment(_)) => {
                space = true;
                continue;
            }
            Ok(token) => token.clone(),
            Err(_) => return Ok(()),
        };
        if std::mem::take(&mut space) && !first {
            text.push_char(' ');
        }
        first = false;
        match token {
            Token::Number { .. } | Token::Percentage { .. } => {
                number(input.slice_from(start), text)?;
            }
            Token::Dimension { value, unit, .. } => match against_height(value, &unit) {
                Some(written) => text.push(&written),
                None => number(input.slice_from(start), text)?,
            },
            Token::Comma => text.push_char(','),
            Token::Delim(c @ ('/' | '+' | '-' | '*')) => text.push_char(c),
            Token::Delim('!') => {
                input.expect_ident_matching("important")?;
                input.expect_exhausted()?;
                text.push("!important");
                return Ok(());
            }
            Token::ParenthesisBlock => {
                text.push_char('(');
                input.parse_nested_block(|input| tokens(input, kind, text, context))?;
                text.push_char(')');
            }
            Token::Function(name) => function(&name, input, kind, text, context)?,
            token => word(&token, kind, text, context)?,
        }
    }
}

/// Writes a number as it stands, with its unit.
pub(super) fn number(written: &str, text: &mut Text) -> Result<(), Refused> {
    if !written.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.%".contains(&b)) {
        return Err(refused());
    }
    text.push(written);
    Ok(())
}

/// A hundredth of how high a window is taken to be, in pixels.
const HUNDREDTH: f32 = 6.0;

/// A length against the window's height, as one that does not depend on it: a frame is as high as
/// what is in it, and would grow without end.
fn against_height(value: f32, unit: &str) -> Option<String> {
    let unit = unit.to_ascii_lowercase();
    let bare = unit.trim_start_matches("cq");
    let bare = if bare == unit { bare.trim_start_matches(['s', 'l', 'd']) } else { bare };
    let pixels = value * HUNDREDTH;
    match bare {
        "vh" | "vb" => Some(format!("{pixels}px")),
        "vmin" => Some(format!("min({value}vw,{pixels}px)")),
        "vmax" => Some(format!("max({value}vw,{pixels}px)")),
        "h" | "b" | "min" | "max" if bare != unit => Some(format!("{pixels}px")),
        _ => None,
    }
}

/// What a condition asks of the window's height, as what it answers for one of that height; the
/// condition without white space.
pub(super) fn asked_of_height(condition: &str) -> Option<&'static str> {
    let (feature, value) = condition.split_once(':')?;
    let full = HUNDREDTH * 100.0;
    let pixels = || value.strip_suffix("px").unwrap_or(value).parse::<f32>().ok();
    let holds = match (feature, value) {
        ("orientation", "landscape") => return Some("(min-width:600px)"),
        ("orientation", "portrait") => return Some("(max-width:599px)"),
        ("min-height", _) => pixels()? <= full,
        ("max-height", _) => pixels()? >= full,
        _ => return None,
    };
    Some(if holds { "(min-width:0)" } else { "(max-width:0)" })
}

/// A word, a colour, a text or a picture.
fn word(
    token: &Token<'_>,
    kind: Kind,
    text: &mut Text,
    context: &mut Context<'_>,
) -> Result<(), Refused> {
    match token {
        Token::Ident(name) if is_word(name) => match Colour::named(name) {
            Some(colour) => write_colour(name, colour, kind, text, context),
            None => text.push(name),
        },
        Token::Hash(digits) | Token::IDHash(digits) => {
            let colour = Colour::hex(digits).ok_or_else(refused)?;
            write_colour(&format!("#{digits}"), colour, kind, text, context);
        }
        Token::QuotedString(inside) if kind != Kind::Variable => write_string(inside, text),
        Token::UnquotedUrl(address) => picture(address, kind, text, context)?,
        _ => return Err(refused()),
    }
    Ok(())
}

fn function(
    name: &str,
    input: &mut Parser<'_>,
    kind: Kind,
    text: &mut Text,
    context: &mut Context<'_>,
) -> Result<(), Refused> {
    let lower = name.to_ascii_lowercase();
    let paints = matches!(kind, Kind::Paper | Kind::Picture | Kind::Content);
    if lower == "url" {
        let address = input.parse_nested_block(|input| {
            let address = input.expect_string_cloned()?;
            input.expect_exhausted()?;
            Ok::<_, Refused>(address)
        })?;
        return picture(&address, kind, text, context);
    }
    if lower == "attr" && kind == Kind::Content {
        let name = input.parse_nested_block(|input| {
            let name = input.expect_ident_cloned()?;
            input.expect_exhausted()?;
            Ok::<_, Refused>(name)
        })?;
        let name = Some(name.to_ascii_lowercase()).filter(|name| is_word(name));
        let name = name.ok_or_else(refused)?;
        if asked::is_meaningless(&name) {
            text.push(&format!("attr({})", asked::written(&name)));
            context.asked.insert(name);
        } else {
            text.push(&format!("attr({name})"));
        }
        return Ok(());
    }
    context.knows_dark |= lower == "light-dark";
    let gradient = paints && GRADIENTS.binary_search(&lower.as_str()).is_ok();
    if gradient {
        context.own_colours = true;
    } else if FUNCTIONS.binary_search(&lower.as_str()).is_err() || kind == Kind::Position {
        return Err(refused());
    }
    let inner = if gradient { Kind::Plain } else { kind };
    let mut inside = Text::default();
    input.parse_nested_block(|input| tokens(input, inner, &mut inside, context))?;
    if lower == "var" && !inside.as_str().starts_with("--") {
        return Err(refused());
    }
    let written = format!("{lower}({})", inside.as_str());
    match lower.as_str() {
        "rgb" | "rgba" => match components(inside.as_str()) {
            Some(colour) => write_colour(&written, colour, kind, text, context),
            None => text.push(&written),
        },
        "color" | "color-mix" | "hsl" | "hsla" | "hwb" | "lab" | "lch" | "oklab" | "oklch"
            if kind == Kind::Paper =>
        {
            context.own_colours = true;
            text.push(&written);
        }
        _ => {
            text.push(&lower);
            text.push_char('(');
            text.append(&inside);
            text.push_char(')');
        }
    }
    Ok(())
}

/// The numbers of `rgb()`, in either notation.
fn components(inside: &str) -> Option<Colour> {
    let mut values = [0.0, 0.0, 0.0, 1.0_f32];
    let mut count = 0;
    for piece in inside.split([',', ' ', '/']).filter(|piece| !piece.is_empty()) {
        let slot = values.get_mut(count)?;
        let full = if count == 3 { 1.0 } else { 255.0 };
        *slot = match piece.strip_suffix('%') {
            Some(percent) => percent.parse::<f32>().ok()? / 100.0 * full,
            None => piece.parse().ok()?,
        };
        count += 1;
    }
    (count >= 3).then(|| Colour::rgb(values[0], values[1], values[2], values[3]))
}

fn write_colour(
    written: &str,
    colour: Colour,
    kind: Kind,
    text: &mut Text,
    context: &mut Context<'_>,
) {
    match kind {
        Kind::Ink => text.push_edit(written, What::Ink(colour)),
        Kind::Paper => {
            context.own_colours |= !colour.is_plain_paper();
            text.push_edit(written, What::Paper(colour));
        }
        _ => text.push(written),
    }
}

fn picture(
    address: &str,
    kind: Kind,
    text: &mut Text,
    context: &mut Context<'_>,
) -> Result<(), Refused> {
    if !matches!(kind, Kind::Paper | Kind::Picture | Kind::Content) {
        return Err(refused());
    }
    context.own_colours |= kind == Kind::Paper;
    if context.pictures_depend_on_state {
        text.push("none");
        return Ok(());
    }
    match context.urls.picture(address) {
        Picture::Inline(address) if address.bytes().all(is_address_byte) => {
            text.push("url(");
            write_string(&address, text);
            text.push_char(')');
        }
        Picture::Remote(number) => text.push_edit("none", What::Address(number)),
        _ => text.push("none"),
    }
    Ok(())
}

fn is_address_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~/:;,?=%+".contains(&byte)
}

/// A word without anything that would need an escape.
pub(super) fn is_word(word: &str) -> bool {
    word.chars().all(|c| matches!(c, '-' | '_') || c.is_alphanumeric())
}

/// Writes a text in single quotes, with escapes for whatever is not plain.
pub(super) fn write_string(inside: &str, text: &mut Text) {
    text.push_char('\'');
    for c in inside.chars() {
        if c.is_alphanumeric() || " -._~/:;,?=%+#()!*@|[]".contains(c) {
            text.push_char(c);
        } else {
            text.push(&format!("\\{:x} ", u32::from(c)));
        }
    }
    text.push_char('\'');
}

/// Writes the name of a class, an id or an attribute, with escapes for whatever is not plain.
pub(super) fn write_name(name: &str, text: &mut String) {
    use std::fmt::Write as _;
    for (at, c) in name.chars().enumerate() {
        let plain = matches!(c, '-' | '_') || c.is_alphanumeric();
        let leading = at == 0 && (c.is_ascii_digit() || c == '-');
        if plain && !leading {
            text.push(c);
        } else {
            let _ = write!(text, "\\{:x} ", u32::from(c));
        }
    }
}
