//! The one table through which every address of a mail goes (URL Standard).
//!
//! Pictures: parts of the mail, raster data, or a number in the list of remote ones, which are
//! shown by the proxy or not at all. Links: web, mail and telephone, and places in the mail itself.
//! There is no other way.

use url::Url;

use super::trackers::{self, Tracker};

/// Data URLs of these types are pictures and nothing else.
const RASTER: [&str; 5] = ["image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp"];

/// More remote pictures than this are left out for good.
const REMOTE_LIMIT: usize = 5_000;
/// A longer address is none.
const LENGTH_LIMIT: usize = 8_192;
/// A longer name of a place is none.
const PLACE_LIMIT: usize = 256;

/// What a picture's address stands for.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mime) enum Picture {
    /// It is in the mail: this address may be shown.
    Inline(String),
    /// It is elsewhere: its number in the list.
    Remote(u32),
    /// It only tells the sender that the mail was read.
    Tracker,
    /// Nothing that may be shown.
    Nothing,
}

/// A picture that lies elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Where: http or https, without user name, normalised.
    pub url: String,
    /// Its address seems made for one recipient: fetching it tells who looks.
    pub personal: bool,
}

/// Answers the address of an inline part by its Content-ID.
pub(in crate::mime) type Cid = Box<dyn Fn(&str) -> Option<String>>;

/// The table while a mail is read.
pub(in crate::mime) struct Urls {
    cid: Cid,
    given: Vec<String>,
    /// Remote pictures in order.
    pub(super) remote: Vec<Remote>,
    /// What was recognised as a tracker and left out.
    pub(super) trackers: Vec<Tracker>,
}

impl Urls {
    /// An empty table.
    pub(in crate::mime) fn new(cid: Cid) -> Self {
        Self { cid, given: Vec::new(), remote: Vec::new(), trackers: Vec::new() }
    }

    /// How much the table holds, to go back to.
    pub(in crate::mime) fn mark(&self) -> (usize, usize) {
        (self.remote.len(), self.trackers.len())
    }

    /// Forgets what came since.
    pub(in crate::mime) fn back_to(&mut self, (remote, trackers): (usize, usize)) {
        self.remote.truncate(remote);
        self.trackers.truncate(trackers);
    }

    /// A picture of which nothing but the address is known.
    pub(in crate::mime) fn picture(&mut self, address: &str) -> Picture {
        self.picture_of(address, false)
    }

    /// A picture; `unseen` where it is shown too small to be seen, or not at all.
    pub(in crate::mime) fn picture_of(&mut self, address: &str, unseen: bool) -> Picture {
        let address = bare(address);
        let lower =
            |length: usize| address.get(..length).map(str::to_ascii_lowercase).unwrap_or_default();
        if self.given.contains(&address) {
            return Picture::Inline(address);
        }
        if lower(4) == "cid:" {
            return match (self.cid)(&percent_decode(&address[4..])) {
                Some(given) => {
                    self.given.push(given.clone());
                    Picture::Inline(given)
                }
                None => Picture::Nothing,
            };
        }
        if lower(5) == "data:" {
            return raster(&address[5..]);
        }
        self.remote(&address, unseen)
    }

    fn remote(&mut self, address: &str, unseen: bool) -> Picture {
        let slashes = address.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).count();
        let url = if slashes >= 2 {
            Url::parse(&format!("https://{}", &address[slashes..]))
        } else {
            Url::parse(address)
        };
        let Ok(mut url) = url else { return Picture::Nothing };
        let web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
        if !web || url.as_str().len() > LENGTH_LIMIT || self.remote.len() >= REMOTE_LIMIT {
            return Picture::Nothing;
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Picture::Nothing;
        }
        url.set_fragment(None);
        if let Some(tracker) = trackers::recognise(&url, unseen) {
            self.trackers.push(tracker);
            return Picture::Tracker;
        }
        let number = u32::try_from(self.remote.len()).expect("REMOTE_LIMIT is far below");
        self.remote.push(Remote { personal: trackers::is_personal(&url), url: url.into() });
        Picture::Remote(number)
    }
}

fn raster(rest: &str) -> Picture {
    let Some((kind, body)) = rest.split_once(',') else { return Picture::Nothing };
    let kind = kind.to_ascii_lowercase();
    let Some(kind) = kind.strip_suffix(";base64").filter(|kind| RASTER.contains(kind)) else {
        return Picture::Nothing;
    };
    let mut body = percent_decode(body);
    body.retain(|c| !c.is_ascii_whitespace());
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    match body.bytes().all(known) {
        true => Picture::Inline(format!("data:{kind};base64,{body}")),
        false => Picture::Nothing,
    }
}

/// A place in the mail itself that an address leads to, if it is nothing but that; an address that
/// says nothing leads to the mail's beginning.
pub(super) fn place(address: &str) -> Option<String> {
    let bare = bare(address);
    if bare.is_empty() {
        return Some("#".to_owned());
    }
    (bare.len() <= PLACE_LIMIT && bare.starts_with('#')).then_some(bare)
}

/// A link's address, normalised, if it is one that may be followed.
pub(super) fn link(address: &str) -> Option<Url> {
    let url = Url::parse(&bare(address)).ok()?;
    let may = match url.scheme() {
        "http" | "https" => url.host_str().is_some(),
        "mailto" | "tel" => true,
        _ => false,
    };
    (may && url.as_str().len() <= LENGTH_LIMIT).then_some(url)
}

/// An address as browsers read it: no controls or spaces at its ends, no line breaks or tabs inside.
fn bare(address: &str) -> String {
    let outer = |c: char| c <= ' ';
    address.trim_matches(outer).chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect()
}

fn percent_decode(value: &str) -> String {
    if !value.contains('%') {
        return value.to_owned();
    }
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let code = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}
