//! What a header says of the mailing list behind a message (RFC 2369, RFC 2919, RFC 8058).

use postern_shared::list::{MailingList, Unsubscribe};

use super::header::{Headers, one_line};

/// The list that a message came through; none where its header names none.
pub(super) fn read(headers: &Headers) -> Option<MailingList> {
    let field = |value: &Option<String>| value.as_deref().unwrap_or_default().to_owned();
    let (name, id) = identity(&field(&headers.list_id));
    let post = field(&headers.list_post);
    let list = MailingList {
        post: addresses(&post).iter().find_map(|address| mailbox(address)),
        unsubscribe: unsubscribe(headers),
        archive: addresses(&field(&headers.list_archive)).into_iter().find(|it| is_https(it)),
        help: addresses(&field(&headers.list_help)).into_iter().find(|it| is_https(it)),
        id,
        name,
    };
    (list != MailingList::default()).then_some(list)
}

/// `Name <talk.example.test>`.
fn identity(field: &str) -> (String, String) {
    match field.rsplit_once('<') {
        Some((name, id)) => {
            let name = name.trim().trim_matches('"');
            (one_line(name), id.split('>').next().unwrap_or_default().trim().to_owned())
        }
        None => (String::new(), field.trim().to_owned()),
    }
}

/// Ways out; only `https` pages and mail, nothing that a click could do harm with.
fn unsubscribe(headers: &Headers) -> Vec<Unsubscribe> {
    let field = headers.list_unsubscribe.as_deref().unwrap_or_default();
    let post = headers.list_unsubscribe_post.as_deref().unwrap_or_default();
    // RFC 8058 §3.1: this key and value, and nothing else.
    let one_click = post.replace(' ', "").eq_ignore_ascii_case("List-Unsubscribe=One-Click");
    let way = |address: String| {
        if is_https(&address) {
            let one = one_click && address.is_ascii();
            return Some(if one {
                Unsubscribe::OneClick(address)
            } else {
                Unsubscribe::Page(address)
            });
        }
        let to = mailbox(&address)?;
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let hold = |key: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let mut found = pairs.filter(|(name, _)| name.eq_ignore_ascii_case(key));
            found.next().map(|(_, value)| percent(value)).unwrap_or_default()
        };
        Some(Unsubscribe::Mail { to, subject: one_line(&hold("subject")), body: hold("body") })
    };
    addresses(field).into_iter().filter_map(way).take(8).collect()
}

/// What stands in angle brackets; commas lie inside and outside.
fn addresses(field: &str) -> Vec<String> {
    let pieces = field.split('<').skip(1).filter_map(|piece| piece.split_once('>'));
    let bare = |address: &str| address.split_whitespace().collect::<String>();
    pieces.map(|(address, _)| bare(address)).filter(|address| !address.is_empty()).collect()
}

fn is_https(address: &str) -> bool {
    let rest = address.get(..8).filter(|head| head.eq_ignore_ascii_case("https://"));
    rest.is_some() && address.len() > 8 && !address.contains(char::is_control)
}

/// The address of a `mailto:`.
fn mailbox(address: &str) -> Option<String> {
    address.get(..7).filter(|head| head.eq_ignore_ascii_case("mailto:"))?;
    let to = percent(address[7..].split('?').next().unwrap_or_default());
    // One recipient, and no way to slip in another header.
    let plain = to.matches('@').count() == 1 && !to.contains([',', ';', '<', '>', '\r', '\n', ' ']);
    plain.then_some(to)
}

fn percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let decoded = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, decoded) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (byte, _) => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::header::headers;

    fn list(lines: &str) -> Option<MailingList> {
        read(&headers(format!("{lines}\n\n").as_bytes()))
    }

    #[test]
    fn a_list_says_who_it_is() {
        let found = list(
            "List-Id: \"The Talk\" <talk.a.test>\nList-Post: <mailto:talk@a.test>\n\
             List-Archive: <https://a.test/>\nList-Help: <mailto:help@a.test>",
        );
        let found = found.expect("a list");
        assert_eq!((found.name.as_str(), found.id.as_str()), ("The Talk", "talk.a.test"));
        assert_eq!(found.post.as_deref(), Some("talk@a.test"));
        assert_eq!((found.archive.as_deref(), found.help), (Some("https://a.test/"), None));
        assert_eq!(list("Subject: x"), None);
    }

    #[test]
    fn only_safe_ways_out_are_offered() {
        let found = list(
            "List-Unsubscribe: <javascript:alert(1)>, <http://127.0.0.1/logout>,\n \
             <https://a.test/u?x=1,2>, <mailto:u@a.test?subject=un%20sub&body=b>, <mailto:a@b.test,c@d.test>\n\
             List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        );
        let mail =
            Unsubscribe::Mail { to: "u@a.test".into(), subject: "un sub".into(), body: "b".into() };
        let expect = [Unsubscribe::OneClick("https://a.test/u?x=1,2".into()), mail];
        assert_eq!(found.expect("a list").unsubscribe, expect);
        let found = list("List-Unsubscribe: <https://a.test/u>").expect("a list");
        assert_eq!(found.unsubscribe, [Unsubscribe::Page("https://a.test/u".into())]);
    }
}
