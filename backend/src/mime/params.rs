//! Parameters of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2231).
//!
//! A value in pieces is put together as bytes before its charset is looked at: many senders cut it
//! inside a character.

use super::charset;
use super::header::decoded;

/// A piece of a parameter: `name*1*=…` has number 1 and is extended.
struct Piece {
    name: String,
    number: Option<usize>,
    extended: bool,
    value: Vec<u8>,
}

/// All parameters of a field's value, names lower case, each once.
pub fn read(field: &str) -> Vec<(String, String)> {
    let (mut pairs, mut rest) = (Vec::new(), behind_value(field.as_bytes()));
    while let Some((key, value, after)) = pair(rest) {
        if !key.is_empty() {
            pairs.push((key, value));
        }
        rest = after;
    }
    join(pairs)
}

/// Puts pieces together; `pairs` are as they stand, without quotation marks.
pub fn join(pairs: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<(String, String)> {
    let mut pieces: Vec<Piece> = pairs.into_iter().map(|(key, value)| piece(&key, value)).collect();
    let mut names: Vec<String> = Vec::new();
    for piece in &pieces {
        if !names.contains(&piece.name) {
            names.push(piece.name.clone());
        }
    }
    let of = |name: String, pieces: &mut Vec<Piece>| {
        let own: Vec<Piece> = pieces.extract_if(.., |piece| piece.name == name).collect();
        (name, value_of(own))
    };
    names.into_iter().map(|name| of(name, &mut pieces)).collect()
}

fn piece(key: &str, value: Vec<u8>) -> Piece {
    let key = key.trim().to_ascii_lowercase();
    let (key, extended) = key.strip_suffix('*').map_or((key.as_str(), false), |key| (key, true));
    let numbered =
        key.rsplit_once('*').and_then(|(name, number)| Some((name, number.parse().ok()?)));
    let (name, number) = numbered.map_or((key, None), |(name, number)| (name, Some(number)));
    Piece { name: name.to_owned(), number, extended, value }
}

/// The value of one name: what is extended wins over pieces, they over what is plain.
fn value_of(mut pieces: Vec<Piece>) -> String {
    let best = |piece: &Piece| match (piece.number, piece.extended) {
        (None, true) => 0,
        (Some(_), _) => 1,
        (None, false) => 2,
    };
    let Some(kind) = pieces.iter().map(best).min() else { return String::new() };
    pieces.retain(|piece| best(piece) == kind);
    pieces.sort_by_key(|piece| piece.number);
    pieces.dedup_by_key(|piece| piece.number);
    let extended = pieces.iter().any(|piece| piece.extended);
    let mut charset = None;
    let mut bytes = Vec::new();
    for (place, piece) in pieces.iter().enumerate() {
        let mut value = piece.value.as_slice();
        if piece.extended && place == 0 {
            let mut quotes =
                value.iter().enumerate().filter(|(_, b)| **b == b'\'').map(|(at, _)| at);
            if let (Some(first), Some(second)) = (quotes.next(), quotes.next()) {
                charset = Some(String::from_utf8_lossy(&value[..first]).into_owned());
                value = &value[second + 1..];
            }
        }
        if piece.extended {
            percent(value, &mut bytes);
        } else {
            bytes.extend_from_slice(value);
        }
    }
    if !extended && memchr::memmem::find(&bytes, b"=?").is_some() {
        return decoded(&bytes);
    }
    let charset = charset.filter(|charset| !charset.is_empty());
    charset::to_text(&bytes, charset.as_deref()).0
}

fn percent(value: &[u8], out: &mut Vec<u8>) {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let mut rest = value;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(b'%'),
            },
            (byte, _) => out.push(*byte),
        }
    }
}

/// What follows the value itself, from its first semicolon on.
fn behind_value(field: &[u8]) -> &[u8] {
    let (mut quoted, mut at) = (false, 0);
    while let Some(byte) = field.get(at) {
        match byte {
            b'"' => quoted = !quoted,
            b';' if !quoted => return &field[at..],
            _ => {}
        }
        at += 1;
    }
    &[]
}

/// The next parameter and what follows it; an empty name where there was none.
fn pair(rest: &[u8]) -> Option<(String, Vec<u8>, &[u8])> {
    let rest = skip(rest);
    if rest.is_empty() {
        return None;
    }
    let end = rest.iter().position(|byte| matches!(byte, b'=' | b';')).unwrap_or(rest.len());
    let key = String::from_utf8_lossy(&rest[..end]).trim().to_owned();
    let Some(after) = rest[end..].strip_prefix(b"=") else {
        return Some((String::new(), Vec::new(), &rest[end..]));
    };
    let after = after.trim_ascii_start();
    let (value, after) = match after.strip_prefix(b"\"") {
        Some(inside) => quoted(inside),
        None => {
            let end = after.iter().position(|byte| *byte == b';').unwrap_or(after.len());
            (unquoted(&after[..end]), &after[end..])
        }
    };
    Some((key, value, after))
}

/// Passes over semicolons, white space and comments.
fn skip(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = match rest {
            [b';' | b' ' | b'\t' | b'\r' | b'\n', after @ ..] => after,
            [b'(', after @ ..] => {
                let end = after.iter().position(|byte| *byte == b')');
                end.map_or(&[], |end| &after[end + 1..])
            }
            _ => return rest,
        };
    }
}

/// A value up to its closing mark. A backslash escapes only what needs it: paths are written too.
fn quoted(inside: &[u8]) -> (Vec<u8>, &[u8]) {
    let (mut value, mut rest) = (Vec::new(), inside);
    loop {
        rest = match rest {
            [b'\\', escaped @ (b'"' | b'\\'), after @ ..] => {
                value.push(*escaped);
                after
            }
            [b'"', after @ ..] => return (value, after),
            // A fold leaves its white space.
            [b'\r' | b'\n', after @ ..] => after,
            [byte, after @ ..] => {
                value.push(*byte);
                after
            }
            [] => return (value, rest),
        };
    }
}

fn unquoted(value: &[u8]) -> Vec<u8> {
    let comment = value.windows(2).position(|pair| matches!(pair, [b' ' | b'\t', b'(']));
    let value = value[..comment.unwrap_or(value.len())].trim_ascii();
    value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: &str, expect: &[(&str, &str)]) {
        let found = read(field);
        let found: Vec<_> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(found, expect, "{field}");
    }

    #[test]
    fn plain_quoted_and_commented_values_are_read() {
        check(
            "text/plain; charset=utf-8 (c); Format=\"flo;wed\"",
            &[("charset", "utf-8"), ("format", "flo;wed")],
        );
        check("a; name=\"C:\\dir\\x \\\"y\\\".txt\"", &[("name", "C:\\dir\\x \"y\".txt")]);
        check("a; filename=a b;c.pdf", &[("filename", "a b")]);
        check("a;;  ; x", &[]);
        check("a; filename=\"a.txt\"; filename=\"b.exe\"", &[("filename", "a.txt")]);
    }

    #[test]
    fn pieces_are_joined_before_they_are_decoded() {
        check(
            "a; filename*0*=UTF-8''%D9%8A%D8; filename*1*=%AF%40.txt",
            &[("filename", "يد@.txt")],
        );
        check("a; f*0*=utf-8''inv; f*1*=oice; f*3=.exe; f*2=.pdf", &[("f", "invoice.pdf.exe")]);
        check("a; f*=gb2312'zh'%C4%E3%BA%C3; f=\"x\"", &[("f", "你好")]);
        check("a; f*=iso-2022-jp''%1B$B%24%33%24%73%1B(B", &[("f", "こん")]);
        check("a; f*=%41%zz", &[("f", "A%zz")]);
    }

    #[test]
    fn encoded_words_in_values_are_decoded() {
        check("a; name=\"=?UTF-8?B?5L2g?= =?UTF-8?B?5aW9?=.txt\"", &[("name", "你好.txt")]);
        check("a; filename==?utf-8?Q?invoice=2Eexe?=", &[("filename", "invoice.exe")]);
    }
}
