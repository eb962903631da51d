//! Who really sent a message: a plain line, what looks wrong, and how it was checked.

use std::sync::Arc;

use leptos::prelude::*;
use postern_shared::address::Address;
use postern_shared::trust::{
    Authentication, Check, Finding, Protection, Standing, Trust, Via, Warning,
};

use super::{About, Note, Tone, unread};
use crate::i18n::{Key, list, text, text_with};
use crate::state::drafts::recipients::written;
use crate::ui::icon::icon;

/// Everything that is known of the sender; nothing where nobody said anything.
#[component]
pub fn Trusted(about: Arc<About>) -> impl IntoView {
    let trust = &about.insight.trust;
    let standing = standing(trust, &about.from).map(|(tone, said)| match &trust.authentication {
        Some(found) => view! { <Checked tone said found=found.clone() /> }.into_any(),
        None => view! { <Note tone said /> }.into_any(),
    });
    let found = trust.warnings.iter().map(|one| warning(one, &about.from));
    let via = trust.via.as_ref().map(|via| (Tone::Plain, via_of(via)));
    let protections = trust.protection.iter().map(|one| (Tone::Plain, protection(*one)));
    let unread = unread(&about).map(|said| (Tone::Caution, said));
    let first = about.insight.first_contact.then(|| (Tone::Plain, text(Key::TrustFirst)));
    let others = found.chain(first).chain(via).chain(protections).chain(unread);
    let others = others.map(|(tone, said)| view! { <Note tone said /> }).collect_view();
    view! { {standing} {others} }
}

/// The line, and behind it what the server found.
#[component]
fn Checked(tone: Tone, said: String, found: Authentication) -> impl IntoView {
    let server = found.server.clone();
    let all = [("SPF", found.spf), ("DMARC", found.dmarc), ("ARC", found.arc)];
    let named = found.dkim.into_iter().map(|check| ("DKIM", Some(check)));
    let checks = all.into_iter().chain(named).filter_map(|(name, check)| {
        let Check { finding, domain } = check?;
        let said = text(finding_key(finding));
        Some(view! { <dt>{name}</dt> <dd>{[said, domain].join(" ")}</dd> })
    });
    view! {
        <details class=tone.class()>
            <summary>
                {icon(tone.shape())}
                <span class="note-text" dir="auto">{said}</span>
            </summary>
            <p>{text_with(Key::TrustServer, &[("server", &server)])}</p>
            <dl>{checks.collect_view()}</dl>
        </details>
    }
}

fn standing(trust: &Trust, from: &Address) -> Option<(Tone, String)> {
    let domain = from.email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let said = |key, domain: &str| text_with(key, &[("domain", domain)]);
    match &trust.standing {
        Standing::Unknown => None,
        Standing::Confirmed(domain) => Some((Tone::Quiet, said(Key::TrustConfirmed, domain))),
        Standing::Unconfirmed => Some((Tone::Caution, said(Key::TrustUnconfirmed, domain))),
        Standing::Failed => Some((Tone::Danger, said(Key::TrustForged, domain))),
    }
}

fn warning(warning: &Warning, from: &Address) -> (Tone, String) {
    let with = |key, name, value: &str| text_with(key, &[(name, value)]);
    let address = |key, address: &Address| with(key, "address", &written(address));
    match warning {
        // What the header gives as its address may be nothing, or be the name read once more.
        Warning::NameHoldsAddress(pretended)
            if from.email.is_empty() || from.email.eq_ignore_ascii_case(pretended) =>
        {
            (Tone::Danger, with(Key::TrustNowhere, "pretended", pretended))
        }
        Warning::NameHoldsAddress(pretended) => {
            let values = [("pretended", pretended.as_str()), ("address", from.email.as_str())];
            (Tone::Danger, text_with(Key::TrustName, &values))
        }
        Warning::MalformedSender => (Tone::Caution, text(Key::TrustMalformed)),
        Warning::SeveralSenders(all) => {
            let names: Vec<_> = all.iter().map(written).collect();
            (Tone::Caution, with(Key::TrustSeveral, "names", &list(&names)))
        }
        Warning::LooksLike { domain, known } => {
            let values = [("domain", domain.as_str()), ("known", known.as_str())];
            (Tone::Danger, text_with(Key::TrustLooksLike, &values))
        }
        Warning::MixedScripts(domain) => (Tone::Danger, with(Key::TrustMixed, "domain", domain)),
        Warning::International { domain, ascii } => {
            let values = [("domain", domain.as_str()), ("ascii", ascii.as_str())];
            (Tone::Caution, text_with(Key::TrustInternational, &values))
        }
        Warning::HiddenCharacters => (Tone::Danger, text(Key::TrustHidden)),
        Warning::ReplyGoesElsewhere(to) => (Tone::Caution, address(Key::TrustReplyElsewhere, to)),
        Warning::SentBy(by) => (Tone::Plain, address(Key::TrustSentBy, by)),
        Warning::ResentBy(by) => (Tone::Plain, address(Key::TrustResentBy, by)),
        Warning::ClaimsToBeYou => (Tone::Danger, text(Key::TrustClaimsYou)),
    }
}

fn via_of(via: &Via) -> String {
    let (author, list) = (written(&via.author), written(&via.list));
    text_with(Key::TrustVia, &[("author", &author), ("list", &list)])
}

/// A signature or an encryption is named; that it holds was checked by nobody.
fn protection(protection: Protection) -> String {
    let (key, method) = match protection {
        Protection::SmimeSigned => (Key::TrustSigned, "S/MIME"),
        Protection::SmimeEncrypted => (Key::TrustEncrypted, "S/MIME"),
        Protection::PgpSigned => (Key::TrustSigned, "OpenPGP"),
        Protection::PgpEncrypted => (Key::TrustEncrypted, "OpenPGP"),
    };
    text_with(key, &[("method", method)])
}

fn finding_key(finding: Finding) -> Key {
    match finding {
        Finding::Pass => Key::TrustPass,
        Finding::Fail => Key::TrustFail,
        Finding::SoftFail => Key::TrustSoftFail,
        Finding::Neutral => Key::TrustNeutral,
        Finding::None => Key::TrustNone,
        Finding::TemporaryError => Key::TrustTemporary,
        Finding::PermanentError => Key::TrustPermanent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::learn_rest;

    fn from() -> Address {
        Address { name: "Bank <help@bank.test>".into(), email: "x@evil.test".into() }
    }

    #[test]
    fn only_what_a_server_confirmed_is_said_to_be_so() {
        learn_rest();
        let check = |standing: Standing, expect: Option<(Tone, &str)>| {
            let trust = Trust { standing, ..Trust::default() };
            let said = super::standing(&trust, &from());
            assert_eq!(said.as_ref().map(|(tone, said)| (*tone, said.as_str())), expect);
        };
        check(Standing::Unknown, None);
        let confirmed = "Confirmed: evil.test sent this.";
        check(Standing::Confirmed("evil.test".into()), Some((Tone::Quiet, confirmed)));
        let unconfirmed = "Nothing confirms that evil.test sent this.";
        check(Standing::Unconfirmed, Some((Tone::Caution, unconfirmed)));
        let forged = "Probably forged: by its own rules, evil.test did not send this.";
        check(Standing::Failed, Some((Tone::Danger, forged)));
    }

    #[test]
    fn a_name_that_pretends_is_told_with_the_true_address() {
        learn_rest();
        let (tone, said) = warning(&Warning::NameHoldsAddress("help@bank.test".into()), &from());
        assert_eq!(tone, Tone::Danger);
        assert!(said.contains("help@bank.test") && said.contains("x@evil.test"), "{said}");
        for email in ["", "HELP@bank.test"] {
            let from = Address { email: email.into(), ..from() };
            let (_, said) = warning(&Warning::NameHoldsAddress("help@bank.test".into()), &from);
            assert!(!said.contains("comes from"), "{said}");
        }
    }

    #[test]
    fn no_signature_is_called_verified() {
        learn_rest();
        for one in [Protection::SmimeSigned, Protection::PgpSigned] {
            let said = protection(one);
            assert!(said.contains("was not checked") && !said.contains("verified"), "{said}");
        }
    }
}
