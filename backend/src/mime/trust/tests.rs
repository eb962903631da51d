//! Whole headers, and the public collection of spoofed ones.

use super::*;
use crate::mime::{Limits, attachment, body, insight, parse};
use postern_shared::trust::Protection;

fn reader() -> Reader {
    Reader { servers: vec!["mx.a.test".into()], own: vec!["me@a.test".into()] }
}

fn trust(raw: &str) -> Trust {
    insight::of_message(&parse(raw.as_bytes().to_vec(), &Limits::default()), &reader()).trust
}

fn results(list: &str, rest: &str) -> Trust {
    trust(&format!("Authentication-Results: mx.a.test; {list}\n{rest}\n\nx"))
}

#[test]
fn a_domain_answers_for_a_message_or_does_not() {
    let check = |list: &str, expect: Standing| {
        assert_eq!(results(list, "From: ann@mail.b.test").standing, expect, "{list}");
    };
    let confirmed = || Standing::Confirmed("mail.b.test".into());
    check("dmarc=pass header.from=mail.b.test", confirmed());
    check("dmarc=pass header.from=evil.test", Standing::Unconfirmed);
    check("dmarc=fail header.from=mail.b.test; dkim=pass header.d=mail.b.test", Standing::Failed);
    check("dkim=pass header.d=b.test", confirmed());
    check("dkim=pass header.d=test", Standing::Unconfirmed);
    check("dkim=pass header.d=x.mail.b.test", Standing::Unconfirmed);
    check("spf=pass smtp.mailfrom=x@b.test; dkim=fail header.d=b.test", confirmed());
    check("spf=pass smtp.mailfrom=x@evil.test", Standing::Unconfirmed);
    check("none", Standing::Unconfirmed);
    assert_eq!(trust("From: ann@b.test\n\nx").standing, Standing::Unknown);
    let two = results("dmarc=pass header.from=b.test", "From: a@b.test, c@d.test");
    assert_eq!(two.standing, Standing::Unknown);
}

#[test]
fn what_looks_wrong_is_named() {
    let check = |from: &str, expect: &[Warning]| {
        assert_eq!(trust(&format!("{from}\n\nx")).warnings, expect, "{from}");
    };
    let held = |address: &str| Warning::NameHoldsAddress(address.into());
    check("From: Ann <ann@b.test>", &[]);
    check("From: \"ann@b.test\" <ann@b.test>", &[]);
    check("From: \"news@b.test\" <bounce@mail.b.test>", &[]);
    check("From: \"ceo@bank.example\" <x@leak.test>", &[held("ceo@bank.example")]);
    check("From: \"ceo＠bank.example (x)\" <x@leak.test>", &[held("ceo@bank.example")]);
    check("From: ceo@bank.example:x@leak.test;", &[held("ceo@bank.example")]);
    check("From: \"ceo@bank.example\": x@leak.test;", &[held("ceo@bank.example")]);
    check("From: Team: ann@b.test;", &[]);
    check("From: \"Re: ann@b.test\" <ann@b.test>", &[]);
    check("Subject: x", &[Warning::MalformedSender]);
    check("From: nobody", &[Warning::MalformedSender]);
    check("From: \"\u{202e}x\" <x@leak.test>", &[Warning::HiddenCharacters]);
    let address = |email: &str| Address { name: String::new(), email: email.into() };
    check(
        "From: x@b.test\nReply-To: y@c.test",
        &[Warning::ReplyGoesElsewhere(address("y@c.test"))],
    );
    check("From: x@b.test\nReply-To: y@mail.b.test", &[]);
    check("From: x@b.test\nSender: y@c.test", &[Warning::SentBy(address("y@c.test"))]);
    check("From: x@b.test\nResent-From: y@c.test", &[Warning::ResentBy(address("y@c.test"))]);
    let mine = results("spf=none", "From: me@a.test").warnings;
    assert_eq!(mine, [Warning::ClaimsToBeYou]);
    assert_eq!(results("dmarc=pass", "From: me@a.test").warnings, []);
}

#[test]
fn a_list_that_stands_in_from_names_the_author() {
    let list = "List-Id: <talk.l.test>\nList-Post: <mailto:talk@l.test>";
    let found = trust(&format!(
        "From: Ann via Talk <talk@l.test>\nReply-To: Ann <ann@b.test>\n{list}\n\nx"
    ));
    let author = Address { name: "Ann".into(), email: "ann@b.test".into() };
    assert_eq!(found.via.map(|via| via.author), Some(author));
    assert_eq!(found.warnings, []);
    let found = trust(&format!("From: Ann <ann@b.test>\nReply-To: talk@l.test\n{list}\n\nx"));
    assert_eq!((found.via, found.warnings), (None, Vec::new()));
}

#[test]
fn protection_is_recognised_by_its_form() {
    let check =
        |raw: &str, expect: &[Protection]| assert_eq!(trust(raw).protection, expect, "{raw}");
    let signed = |protocol: &str| {
        format!(
            "Content-Type: multipart/signed; protocol=\"application/{protocol}\"; boundary=b\n\n--b\n\nx\n--b--"
        )
    };
    check(&signed("pgp-signature"), &[Protection::PgpSigned]);
    check(&signed("pkcs7-signature"), &[Protection::SmimeSigned]);
    check(
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx",
        &[Protection::SmimeEncrypted],
    );
    check("Content-Type: application/pkcs7-mime\n\n0\u{1}", &[Protection::SmimeEncrypted]);
    check("Subject: x\n\n-----BEGIN PGP MESSAGE-----\nx", &[Protection::PgpEncrypted]);
    check("Subject: x\n\n> -----BEGIN PGP MESSAGE-----\nx", &[]);
}

/// What may never be shown of a sender, a subject or a name: what reorders, hides or breaks lines.
fn is_inert(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

#[test]
fn no_spoofed_header_of_the_corpora_passes_for_another() {
    let Some(path) = crate::corpora::find("header-attacks.json") else { return };
    let attacks: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON");
    let vectors = attacks["vectors"].as_array().expect("a list");
    assert!(vectors.len() >= 95, "the corpus is whole");
    for vector in vectors {
        let id = format!("{} {}", vector["id"], vector["technique"]);
        let encoded = vector["raw_b64"].as_str().expect("bytes");
        let (raw, _) =
            crate::mime::transfer::decode(encoded.as_bytes(), crate::mime::Encoding::Base64);
        let parsed = parse(raw, &Limits::default());
        let found = insight::of_message(&parsed, &reader()).trust;
        // Nobody who is trusted said anything: nothing in a header makes it confirmed.
        assert_eq!((&found.standing, &found.authentication), (&Standing::Unknown, &None), "{id}");
        assert!(is_inert(&parsed.headers.subject), "{id}: {:?}", parsed.headers.subject);
        for address in parsed.headers.from.iter().chain(&parsed.headers.reply_to) {
            assert!(is_inert(&address.name) && is_inert(&address.email), "{id}: {address:?}");
        }
        shows_the_sender(&id, &parsed.headers.from, &found.warnings);
        for index in body::choose(&parsed.parts).attachments {
            let part = &parsed.parts[index];
            let name = attachment::file_name(part.name.as_deref(), &part.content_type);
            assert!(is_inert(&name) && !name.contains(['/', '\\', ':']), "{id}: {name:?}");
            let ends_as_program = part.name.as_deref().is_some_and(|name| name.ends_with("exe"));
            assert_eq!(attachment::danger(&name).is_some(), ends_as_program, "{id}: {name}");
        }
    }
}

/// The bank's address shows only where it is what stands in From, or with a warning.
fn shows_the_sender(id: &str, from: &[Address], warnings: &[Warning]) {
    let names_bank = |text: &str| text.contains("bank.example") && text.contains('@');
    let Some(first) = from.first() else {
        assert!(warnings.contains(&Warning::MalformedSender), "{id}: {warnings:?}");
        return;
    };
    if names_bank(&first.name) || !first.email.contains('@') {
        assert!(!warnings.is_empty(), "{id}: {first:?}");
    }
    let honest = first.email.ends_with("leak.test") || first.email == "ceo@bank.example";
    assert!(honest || !warnings.is_empty() || !names_bank(&first.email), "{id}: {first:?}");
}
