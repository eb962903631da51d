//! Pictures that are there to tell the sender who reads what and when.

use url::Url;

/// A picture that was recognised as a tracker and is never loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracker {
    /// The host that would have been told.
    pub host: String,
    /// How it was recognised.
    pub sign: Sign,
}

/// How a tracker was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is shown in no more than one dot, or not at all.
    Unseen,
    /// Its host does nothing else.
    Host,
    /// Its path is one that mailing services use for this.
    Path,
}

/// Hosts (and what is below them) that count openings.
const HOSTS: &[&str] = &[
    "2o7.net",
    "bananatag.com",
    "beacon.krxd.net",
    "bidr.io",
    "bnc3.mailjet.com",
    "demdex.net",
    "doubleclick.net",
    "emailtracking.hubspot.com",
    "emltrk.com",
    "etrack.io",
    "getnotify.com",
    "google-analytics.com",
    "googletagmanager.com",
    "imp.constantcontact.com",
    "li.liadm.com",
    "list-manage.com",
    "litmus-analytics.com",
    "mailfoogae.appspot.com",
    "mailstat.us",
    "mailtrack.io",
    "mandrillapp.com",
    "mixmax.com",
    "mltrk.io",
    "omtrdc.net",
    "open.convertkit-mail.com",
    "open.mkt.com",
    "openrate.aweber.com",
    "pixel.app.returnpath.net",
    "pixel.monitor1.returnpath.net",
    "pstmrk.it",
    "r.superhuman.com",
    "readnotify.com",
    "rlcdn.com",
    "sidekickopen.com",
    "signalayer.com",
    "streak-link.com",
    "t.yesware.com",
    "track.customer.io",
    "tracking.mailbutler.io",
    "tinyletterapp.com",
    "yesware.com",
];

/// Paths of mailing services, in lower case.
const PATHS: &[&str] = &[
    "/__utm.gif",
    "/email/open",
    "/emailopened",
    "/mail/open",
    "/mpss/o/",
    "/o.gif",
    "/open.aspx",
    "/open.gif",
    "/open.php",
    "/open/log/",
    "/opened.gif",
    "/pixel.gif",
    "/pixel.png",
    "/track/open",
    "/tracking/open",
    "/trk/open",
    "/wf/open",
];

/// Recognises a tracker; `unseen` where the mail shows it too small to be seen.
pub(super) fn recognise(url: &Url, unseen: bool) -> Option<Tracker> {
    let host = url.host_str()?;
    let below = |known: &str| {
        host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let path = url.path().to_ascii_lowercase();
    let sign = if unseen {
        Sign::Unseen
    } else if HOSTS.iter().any(|known| below(known)) {
        Sign::Host
    } else if PATHS.iter().any(|known| path.contains(known)) {
        Sign::Path
    } else {
        return None;
    };
    Some(Tracker { host: host.to_owned(), sign })
}

/// True where the query names somebody: an address, or a word too long and too mixed for anything
/// that many would share.
pub(super) fn is_personal(url: &Url) -> bool {
    url.query_pairs().any(|(_, value)| {
        let mixed = value.bytes().any(|b| b.is_ascii_digit())
            && value.bytes().any(|b| b.is_ascii_alphabetic());
        value.contains('@') || (value.len() >= 32 && mixed && !value.contains(['/', ' ', ',']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, unseen: bool, expect: Option<Sign>) {
        let url = Url::parse(url).expect("an address");
        assert_eq!(recognise(&url, unseen).map(|tracker| tracker.sign), expect, "{url}");
    }

    #[test]
    fn trackers_show_by_size_host_or_path() {
        check("https://x.test/a.png", false, None);
        check("https://x.test/a.png", true, Some(Sign::Unseen));
        check("https://shop.us1.list-manage.com/track/a?u=1", false, Some(Sign::Host));
        check("https://notlist-manage.com/a", false, None);
        check("https://u1.ct.shop.test/wf/open?upn=x", false, Some(Sign::Path));
    }

    #[test]
    fn addresses_for_one_person_are_known() {
        let personal = |url| is_personal(&Url::parse(url).expect("an address"));
        assert!(personal("https://x.test/a.png?to=bob%40y.test"));
        assert!(personal("https://x.test/a.png?k=3f9c2b7a55d04e0f9f1c8e6b7a1d2c3e"));
        assert!(!personal("https://x.test/a.png?w=600&v=12"));
    }
}
