//! What the sanitiser found in a mail, as it travels.

use postern_shared::message::{
    CautionReason, LinkCaution, RemoteContent, RemoteImages, Tracker, TrackerSign,
};

use crate::mime::html::{Reason, Sanitised, Sign};

/// More than this of a kind tells nobody more.
const LIMIT: usize = 100;

/// What a mail wants from elsewhere. What becomes of its images is the user's, not the mail's.
pub(super) fn remote_content(body: &Sanitised) -> RemoteContent {
    RemoteContent {
        count: body.blocked_images,
        images: RemoteImages::Off,
        trackers: trackers(body),
        cautions: cautions(body),
    }
}

/// The images that were recognised as trackers.
fn trackers(body: &Sanitised) -> Vec<Tracker> {
    let sign = |sign| match sign {
        Sign::Unseen => TrackerSign::Unseen,
        Sign::Host => TrackerSign::Host,
        Sign::Path => TrackerSign::Path,
    };
    let found = body.trackers.iter().take(LIMIT);
    found.map(|one| Tracker { host: one.host.clone(), sign: sign(one.sign) }).collect()
}

/// The links that deserve a second look, each once.
fn cautions(body: &Sanitised) -> Vec<LinkCaution> {
    let mut list: Vec<LinkCaution> = Vec::new();
    for one in &body.cautions {
        let reason = match &one.reason {
            Reason::OtherHost(shown) => CautionReason::OtherHost(shown.clone()),
            Reason::Punycode => CautionReason::Punycode,
            Reason::UserName => CautionReason::UserName,
        };
        let caution = LinkCaution { host: one.host.clone(), reason };
        if list.len() < LIMIT && !list.contains(&caution) {
            list.push(caution);
        }
    }
    list
}
