//! Links: where they really lead, what their text pretends, and what they tell on the way.

use url::Url;

use super::urls;

/// A link, ready to be written.
pub(super) struct Link {
    /// The address, normalised, without tracking parameters and user name.
    pub(super) href: String,
    /// The host it leads to, in letters too where it is written in punycode.
    pub(super) real_host: String,
    /// The reason.
    pub(super) caution: Option<Caution>,
    /// Parameters that were taken off.
    pub(super) stripped: u32,
}

/// Why a link deserves a second look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caution {
    /// The host that it leads to, as letters where it is written in punycode.
    pub host: String,
    /// What is odd about it.
    pub reason: Reason,
}

/// What is odd about a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its text names another host, this one.
    OtherHost(String),
    /// The host holds letters of other scripts.
    Punycode,
    /// A name stands before the host, as if it were the host.
    UserName,
}

/// Query parameters that only tell the sender or an advertiser who follows a link.
const TRACKING: &[&str] = &[
    "_bta_c",
    "_bta_tid",
    "_hsenc",
    "_hsmi",
    "_ke",
    "_kx",
    "dclid",
    "dm_i",
    "fbclid",
    "gbraid",
    "gclid",
    "gclsrc",
    "igshid",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "msclkid",
    "oly_anon_id",
    "oly_enc_id",
    "rb_clickid",
    "s_cid",
    "trk_contact",
    "trk_msg",
    "trk_sid",
    "twclid",
    "vero_conv",
    "vero_id",
    "wbraid",
    "yclid",
];

/// Reads a link; none where it leads nowhere that may be followed. `text` is what the reader sees.
pub(super) fn read(address: &str, text: &str) -> Option<Link> {
    let mut url = urls::link(address)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Some(Link {
            href: url.into(),
            real_host: String::new(),
            caution: None,
            stripped: 0,
        });
    }
    let named = !url.username().is_empty() || url.password().is_some();
    if named {
        // Neither can fail for an address with a host.
        let _ = (url.set_username(""), url.set_password(None));
    }
    let stripped = strip(&mut url);
    let host = url.host_str().unwrap_or_default().to_owned();
    let letters = letters(&host);
    let reason = match pretended(text).filter(|shown| !same_owner(shown, &host)) {
        Some(shown) => Some(Reason::OtherHost(shown)),
        None if letters != host => Some(Reason::Punycode),
        None => named.then_some(Reason::UserName),
    };
    let caution = reason.map(|reason| Caution { host: letters.clone(), reason });
    let real_host = match letters == host {
        true => host,
        false => format!("{letters} = {host}"),
    };
    Some(Link { href: url.into(), real_host, caution, stripped })
}

fn strip(url: &mut Url) -> u32 {
    let Some(query) = url.query() else { return 0 };
    let tracks = |piece: &&str| {
        let name = piece.split('=').next().unwrap_or_default().to_ascii_lowercase();
        name.starts_with("utm_") || TRACKING.binary_search(&name.as_str()).is_ok()
    };
    let stripped = query.split('&').filter(tracks).count();
    if stripped > 0 {
        let kept: Vec<&str> = query.split('&').filter(|piece| !tracks(piece)).collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(&kept));
    }
    u32::try_from(stripped).unwrap_or(u32::MAX)
}

/// A host in letters, where it is written in punycode.
fn letters(host: &str) -> String {
    if !host.split('.').any(|label| label.starts_with("xn--")) {
        return host.to_owned();
    }
    let (letters, result) = idna::domain_to_unicode(host);
    if result.is_ok() { letters } else { host.to_owned() }
}

/// The host that a text reads as, if it reads as an address at all.
fn pretended(text: &str) -> Option<String> {
    let mut text = text.trim().trim_matches(|c: char| "<>()[]\"'«».,:;!".contains(c));
    // Marks that are not seen hide nothing.
    let seen: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'))
        .collect();
    text = &seen;
    if text.len() > 300 || text.contains(char::is_whitespace) {
        return None;
    }
    let lower = text.to_lowercase();
    let rest = ["https://", "http://"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    let said = rest.is_some();
    let host = rest.unwrap_or(&lower).split(['/', '?', '#', ':']).next()?;
    if host.contains('@') && !said {
        return None;
    }
    let host = host.rsplit('@').next()?;
    let labels: Vec<&str> = host.split('.').collect();
    let top = labels.last()?;
    let known = said || lower.starts_with("www.") || TOP.contains(top);
    let valid = labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && top.chars().all(char::is_alphabetic)
        && top.chars().count() >= 2;
    if !(known && valid) {
        return None;
    }
    Some(idna::domain_to_ascii(host).unwrap_or_else(|_| host.to_owned()))
}

/// Ends by which a bare word is read as a host: `paypal.com`, but not `readme.txt`.
const TOP: &[&str] = &[
    "com", "net", "org", "gov", "edu", "io", "co", "eu", "de", "fr", "uk", "pl", "cn", "jp", "ru",
    "nl", "it", "es", "ch", "at", "be", "se", "no", "dk", "fi", "cz", "us", "ca", "au", "in", "br",
    "info", "biz", "app", "dev", "shop", "online", "bank", "test", "example",
];

/// The same host, one below the other, or both below one that somebody can own.
fn same_owner(one: &str, two: &str) -> bool {
    let (one, two) =
        (one.strip_prefix("www.").unwrap_or(one), two.strip_prefix("www.").unwrap_or(two));
    one == two || owned(one).is_some_and(|owner| owned(two) == Some(owner))
}

/// The last labels of a host that can be registered; a rough list, cautious where it matters.
fn owned(host: &str) -> Option<&str> {
    let mut ends = host.rmatch_indices('.').map(|(at, _)| at + 1);
    let (top, second) = (ends.next()?, ends.next());
    let before = &host[second.unwrap_or(0)..top - 1];
    let shared = host.len() - top == 2
        && ["ac", "co", "com", "edu", "gov", "ne", "net", "or", "org"].contains(&before);
    Some(match (shared, second) {
        (false, second) => &host[second.unwrap_or(0)..],
        (true, Some(_)) => &host[ends.next().unwrap_or(0)..],
        (true, None) => host,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(href: &str, text: &str, expect: Option<Reason>) {
        let link = read(href, text).expect("a link");
        assert_eq!(link.caution.map(|caution| caution.reason), expect, "{href} {text}");
    }

    #[test]
    fn a_text_that_names_another_host_is_found() {
        let other = |host: &str| Some(Reason::OtherHost(host.to_owned()));
        check("https://evil.test/x", "https://bank.example/login", other("bank.example"));
        check("https://evil.test/x", " www.bank.example ", other("www.bank.example"));
        check("https://evil.test/x", "paypal.com", other("paypal.com"));
        check("https://evil.test/x", "pay\u{200b}pal.com", other("paypal.com"));
        check("https://paypal.com.evil.test/", "paypal.com", other("paypal.com"));
        check("https://b.co.uk/", "a.co.uk", other("a.co.uk"));
        check("https://mail.bank.example/", "www.bank.example", None);
        check("https://shop.a.co.uk/", "a.co.uk", None);
        for text in ["Click here", "readme.txt", "3.14", "bob@bank.example", "Dr.Who", ""] {
            check("https://evil.test/x", text, None);
        }
    }

    #[test]
    fn letters_of_other_scripts_and_user_names_are_told() {
        check("https://www.аpple.test/", "Apple", Some(Reason::Punycode));
        check("https://bank.example@evil.test/", "Log in", Some(Reason::UserName));
        let link = read("https://bank.example:1@evil.test/", "x").expect("a link");
        assert_eq!(link.href, "https://evil.test/");
    }

    #[test]
    fn what_only_tracks_is_taken_off() {
        let link = read("https://a.test/?id=7&utm_source=x&fbclid=y#z", "a").expect("a link");
        assert_eq!((link.href.as_str(), link.stripped), ("https://a.test/?id=7#z", 2));
        assert_eq!(read("https://a.test/?mc_eid=1", "a").expect("a link").href, "https://a.test/");
        assert!(TRACKING.is_sorted());
    }
}
