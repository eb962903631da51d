//! Values with parameters, such as Content-Type and Content-Disposition (RFC 2045 §5.1).

/// A word and its parameters; RFC 2231 forms (`filename*0*`) are passed on as they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Value {
    /// In lower case: `text/plain`, `attachment`.
    pub word: String,
    pub parameters: Vec<(String, Vec<u8>)>,
}

impl Value {
    pub fn parameter(&self, name: &str) -> Option<&[u8]> {
        let found = self.parameters.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice()).filter(|value| !value.is_empty())
    }
}

/// Reads an unfolded field's value, leniently.
pub(crate) fn value(text: &[u8]) -> Value {
    let mut pieces = split_outside_quotes(text, b';').into_iter();
    let word = pieces.next().unwrap_or_default();
    let word: Vec<u8> = word.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let parameters = pieces.filter_map(|piece| {
        let equals = piece.iter().position(|byte| *byte == b'=')?;
        let name = String::from_utf8_lossy(piece[..equals].trim_ascii()).into_owned();
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        is_name.then(|| (name, unquote(piece[equals + 1..].trim_ascii())))
    });
    Value {
        word: String::from_utf8_lossy(&word).to_ascii_lowercase(),
        parameters: parameters.collect(),
    }
}

/// Splits at a byte that is in no quoted string, and leaves out comments.
fn split_outside_quotes(text: &[u8], at: u8) -> Vec<Vec<u8>> {
    let (mut pieces, mut quoted, mut escaped, mut comment) = (vec![Vec::new()], false, false, 0);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted || comment > 0 => escaped = true,
            b'"' if comment == 0 => quoted = !quoted,
            b'(' if !quoted => comment += 1,
            b')' if comment > 0 => {
                comment -= 1;
                continue;
            }
            byte if *byte == at && !quoted && comment == 0 => {
                pieces.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if comment == 0
            && let Some(piece) = pieces.last_mut()
        {
            piece.push(*byte);
        }
    }
    pieces
}

fn unquote(text: &[u8]) -> Vec<u8> {
    let Some(inner) = text.strip_prefix(b"\"") else { return text.to_vec() };
    let (mut plain, mut escaped) = (Vec::new(), false);
    for byte in inner {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => {
                escaped = true;
                continue;
            }
            b'"' => break,
            _ => {}
        }
        plain.push(*byte);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_split_outside_quotes_and_comments() {
        let read = value(b"Text / Plain (a; b); charset=\"utf-8\"; name=\"a;\\\"b\"; x*0=1");
        assert_eq!(read.word, "text/plain");
        let expect: [(String, Vec<u8>); 3] = [
            ("charset".into(), b"utf-8".to_vec()),
            ("name".into(), b"a;\"b".to_vec()),
            ("x*0".into(), b"1".to_vec()),
        ];
        assert_eq!(read.parameters, expect);
    }
}
