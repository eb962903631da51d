//! A message's text as it stands in a reply or a forward; the attribution is the page's, in its language.

use super::body::{choose, fallbacks};
use super::flowed::{Line, SIGNATURE, lines};
use super::html::{Remote, Sanitised, View, sanitise};
use super::parse::Parsed;
use super::part::Flowed;
use super::{Part, html_to_text};

/// Fields in which servers write down where they put a message.
const DELIVERED: [&str; 3] = ["Delivered-To", "X-Original-To", "Envelope-To"];
/// Bytes of a header that are looked through for them.
const HEADER_LIMIT: usize = 64 << 10;

/// The message's readable text, one line a paragraph, quotes as `> `, signature kept.
pub fn plain_text(parsed: &Parsed) -> String {
    let display = choose(&parsed.parts);
    let of = |index: usize| {
        let part = parsed.parts.get(index)?;
        Some(part_text(part, &parsed.text(part).0)).filter(|text| !text.trim().is_empty())
    };
    let all = |list: Vec<usize>| list.into_iter().filter_map(of).collect::<Vec<_>>().join("\n\n");
    [display.plain, display.rich]
        .into_iter()
        .map(all)
        .chain(fallbacks(&parsed.parts).filter_map(of))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// One part's decoded content as text with `> ` quotes and soft breaks joined.
pub fn part_text(part: &Part, content: &str) -> String {
    if part.content_type == "text/html" {
        return html_to_text(content);
    }
    let marked = |line: Line| match line.depth {
        0 => line.text,
        depth => format!("{} {}", ">".repeat(depth), line.text),
    };
    lines(content, part.flowed).into_iter().map(marked).collect::<Vec<_>>().join("\n")
}

/// The message quoted for a reply: `> ` before every line, its signature left out.
pub fn quote_text(parsed: &Parsed) -> String {
    quote(&plain_text(parsed))
}

/// Quotes plain text; existing quotes go one level deeper.
pub fn quote(text: &str) -> String {
    let kept: Vec<Line> = lines(text, Flowed::Fixed)
        .into_iter()
        .take_while(|line| line.depth > 0 || line.text != SIGNATURE)
        .collect();
    let end = kept.iter().rposition(|line| !line.text.trim().is_empty()).map_or(0, |at| at + 1);
    let quoted = kept[..end].iter().map(|line| {
        let marks = ">".repeat(line.depth + 1);
        if line.text.trim().is_empty() {
            marks
        } else {
            format!("{marks} {}", line.text.trim_end())
        }
    });
    quoted.collect::<Vec<_>>().join("\n")
}

/// A body as it may stand in another message: its style sheets before it, remote pictures by their
/// own addresses, without what only reported to its sender.
pub fn portable(body: &Sanitised) -> String {
    let picture = |remote: &Remote| Some(remote.url.replace('&', "&amp;").replace('"', "%22"));
    let (styles, html) = body.show(&View { dark: false, picture: &picture });
    match styles.is_empty() {
        true => html,
        // In a style sheet there are no references to characters.
        false => format!("<style>{}</style>{html}", styles.replace("&amp;", "&")),
    }
}

/// HTML from elsewhere, such as what is pasted, made safe for the editor.
pub fn cleaned(html: &str) -> String {
    portable(&sanitise(html, |content_id| Some(cid(content_id))))
}

/// The address of a picture that travels with the message.
pub fn cid(content_id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@._-+=$".contains(&byte);
    let mut url = "cid:".to_owned();
    for byte in content_id.bytes() {
        match plain(byte) {
            true => url.push(char::from(byte)),
            false => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// Addresses to which servers say that they delivered a message.
pub fn delivered_to(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(&raw[..raw.len().min(HEADER_LIMIT)]);
    let mut found: Vec<String> = Vec::new();
    for line in text.lines().take_while(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim().trim_matches(['<', '>']).to_ascii_lowercase();
        let told = DELIVERED.iter().any(|known| name.eq_ignore_ascii_case(known));
        if told && value.contains('@') && !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{Limits, parse};

    fn check(raw: &str, expect: &str) {
        assert_eq!(quote_text(&parse(raw.as_bytes().to_vec(), &Limits::default())), expect);
    }

    #[test]
    fn a_reply_goes_one_level_deeper_and_drops_the_signature() {
        check(
            "Subject: x\n\nHello\n\n> old\n>> older\n-- \nme\nphone",
            "> Hello\n>\n>> old\n>>> older",
        );
    }

    #[test]
    fn flowed_paragraphs_are_joined_before_quoting() {
        check("Content-Type: text/plain; format=flowed\n\none \ntwo\n", "> one two");
    }

    #[test]
    fn what_is_pasted_keeps_its_looks_and_can_do_nothing() {
        let check = |html: &str, expect: &str| assert_eq!(cleaned(html), expect);
        check("<b onclick=x()>Hi</b><script>y()</script>", "<b>Hi</b>");
        check("<img src=cid:a@x alt=A>", "<img src=\"cid:a@x\" alt=\"A\">");
        let remote = cleaned("<img src='https://x.test/a.png?b=1&c=2' alt=A>");
        assert!(remote.contains("src=\"https://x.test/a.png?b=1&amp;c=2\""), "{remote}");
        let styled = cleaned("<style>p{color:red}</style><p>x</p>");
        assert!(styled.starts_with("<style>") && styled.contains("red"), "{styled}");
        assert!(!cleaned("<a href='javascript:x()'>x</a>").contains("script"));
    }

    #[test]
    fn servers_say_where_a_message_was_put() {
        let raw = b"Delivered-To: <Work@x.test>\r\nTo: list@x.test\r\n\r\nDelivered-To: no@x.test";
        assert_eq!(delivered_to(raw), ["work@x.test"]);
        assert!(delivered_to(b"To: a@x.test\r\n\r\n").is_empty());
    }

    #[test]
    fn a_content_id_makes_an_address_that_ends_where_it_should() {
        assert_eq!(cid("a.b@x"), "cid:a.b@x");
        assert_eq!(cid("a\" onerror=\"b"), "cid:a%22%20onerror=%22b");
    }

    #[test]
    fn html_alone_is_quoted_as_text() {
        check(
            "Content-Type: text/html\n\n<p>Hi <b>you</b></p><blockquote>old</blockquote>",
            "> Hi you\n>\n>> old",
        );
    }
}
