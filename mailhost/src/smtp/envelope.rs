//! The SMTP envelope: MAIL FROM and RCPT TO with their parameters (RFC 5321 §4.1.2).

/// A path and its parameters, such as `<a@b> SIZE=10 BODY=8BITMIME`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// Empty for `<>`.
    pub address: String,
    pub parameters: Vec<(String, Option<String>)>,
}

/// Reads what follows `FROM:` or `TO:`; source routes are dropped.
pub(crate) fn path(text: &str, keyword: &str) -> Option<Path> {
    let (found, rest) = text.trim().split_once(':')?;
    if !found.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = rest.trim_start().strip_prefix('<')?;
    let close = closing(rest)?;
    let address = &rest[..close];
    let address = match address.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => address,
    };
    let parameters =
        rest[close + 1..].split_ascii_whitespace().map(|word| match word.split_once('=') {
            Some((name, value)) => (name.to_ascii_uppercase(), Some(value.to_owned())),
            None => (word.to_ascii_uppercase(), None),
        });
    Some(Path { address: address.to_owned(), parameters: parameters.collect() })
}

/// The `>` that is in no quoted local part.
fn closing(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().find_map(|(at, character)| {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(at),
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let shown = path(text, "FROM").map(|path| {
            let parameter = |(name, value): &(String, Option<String>)| match value {
                Some(value) => format!(" {name}={value}"),
                None => format!(" {name}"),
            };
            path.address + &path.parameters.iter().map(parameter).collect::<String>()
        });
        assert_eq!(shown.as_deref(), expect, "{text}");
    }

    #[test]
    fn paths_are_read_with_their_parameters() {
        check("FROM:<a@b>", Some("a@b"));
        check("from: <a@b> size=10 SMTPUTF8", Some("a@b SIZE=10 SMTPUTF8"));
        check("FROM:<>", Some(""));
        check("FROM:<@x,@y:a@b>", Some("a@b"));
        check("FROM:<\"a>b\"@c>", Some("\"a>b\"@c"));
        check("FROM:a@b", None);
        check("TO:<a@b>", None);
    }
}
