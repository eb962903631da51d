//! The base subject (RFC 5256 §2.1), in the languages whose mail programs translate "Re:". Pure.

use super::fold::fold;

/// Prefixes of answers and forwards, folded and without their colon.
const PREFIXES: [&str; 30] = [
    "re", "fw", "fwd", "aw", "wg", "antw", "sv", "vs", "vb", "ynt", "odp", "pd", "ref", "rif",
    "rv", "res", "enc", "tr", "vl", "doorst", "回复", "回覆", "答复", "答覆", "转发", "轉寄",
    "轉發", "返信", "転送", "回信",
];
/// Deeper than this nobody answers; what is left then stays.
const MOST: usize = 50;

/// A subject without what answering, forwarding and mailing lists put around it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct BaseSubject {
    /// The rest, folded.
    pub text: String,
    /// Whether something said that it is an answer or a forward.
    pub is_reply: bool,
}

/// Finds the base of a subject.
pub(crate) fn base_subject(subject: &str) -> BaseSubject {
    let folded = fold(subject);
    let mut text: String = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut is_reply = false;
    for _ in 0..MOST {
        if let Some(rest) = text.strip_suffix("(fwd)") {
            (text, is_reply) = (rest.trim_end().to_owned(), true);
        } else if let Some(inner) =
            text.strip_prefix("[fwd:").and_then(|rest| rest.strip_suffix(']'))
        {
            (text, is_reply) = (inner.trim().to_owned(), true);
        } else if let Some(rest) = without_prefix(&text) {
            (text, is_reply) = (rest.to_owned(), true);
        } else if let Some(rest) = without_blob(&text) {
            text = rest.to_owned();
        } else {
            break;
        }
    }
    BaseSubject { text, is_reply }
}

/// Without `re:`, `re[2]:`, `aw：` at the beginning.
fn without_prefix(text: &str) -> Option<&str> {
    let end = text.find([':', '：', '['])?;
    PREFIXES.iter().find(|prefix| **prefix == text[..end].trim_end())?;
    let rest = &text[end..];
    let rest = match rest.strip_prefix('[') {
        Some(blob) => blob.split_once(']').map(|(_, rest)| rest)?,
        None => rest,
    };
    Some(rest.strip_prefix([':', '：'])?.trim_start())
}

/// Without a `[list]` at the beginning, where something follows it.
fn without_blob(text: &str) -> Option<&str> {
    let (blob, rest) = text.strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    (!blob.contains('[') && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(subject: &str, text: &str, is_reply: bool) {
        assert_eq!(base_subject(subject), BaseSubject { text: text.into(), is_reply }, "{subject}");
    }

    #[test]
    fn prefixes_of_every_language_go() {
        check("Hello  World", "hello world", false);
        check("Re: AW: Fwd: Hello", "hello", true);
        check("RE[2]: Hello", "hello", true);
        check("回复：会议", "会议", true);
        check("[dev] Re: [dev] Build (fwd)", "build", true);
        check("[Fwd: Hello]", "hello", true);
        check("[dev]", "[dev]", false);
        check("Reply: soon", "reply: soon", false);
        check("Re:", "", true);
        check("", "", false);
        check(&"re:".repeat(1000), &"re:".repeat(950), true);
    }
}
