//! What a second look before sending finds: said once, all together, and never in the way.

use postern_shared::address::Address;
use postern_shared::draft::Enclosed;

use super::Composing;

/// More recipients than this who all see each other deserve a question.
const MANY: usize = 20;

/// Words that announce a file, in the languages that mail is written in; as they begin or stand.
const ANNOUNCED: [&str; 30] = [
    // English
    "attach",
    "enclosed",
    // Chinese, simplified and traditional
    "附件",
    "附上",
    "随信附",
    "隨信附",
    "附檔",
    // Polish
    "załącz",
    "zalacz",
    "w załączeniu",
    // German
    "anhang",
    "anhänge",
    "anbei",
    "angehängt",
    "beigefügt",
    "im anlage",
    "als anlage",
    "in der anlage",
    // Arabic
    "مرفق",
    "المرفق",
    "أرفق",
    "ارفقت",
    "ملحق",
    // French
    "pièce jointe",
    "pièces jointes",
    "piece jointe",
    "ci-joint",
    "en annexe",
    "je joins",
    "vous joins",
];

/// Where most people have their mail; an address that is one slip away is likely meant for it.
const KNOWN: [&str; 30] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "yahoo.co.uk",
    "icloud.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "fastmail.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "t-online.de",
    "freenet.de",
    "wp.pl",
    "onet.pl",
    "interia.pl",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "wanadoo.fr",
    "163.com",
    "126.com",
    "foxmail.com",
    "sina.com",
    "yandex.ru",
    "mail.ru",
];

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The subject is empty.
    NoSubject,
    /// The text speaks of a file, and none travels along.
    NoAttachment(&'static str),
    /// The address' domain cannot be on the internet.
    NoDomain(String),
    /// The address' domain looks like this one, mistyped.
    Mistyped(String, &'static str),
    /// So many people see each other's addresses.
    Many(usize),
    /// A list gets it without being named: it may refuse it, or answer to everybody.
    HiddenList(String),
}

/// Everything that a draft is to be looked at for; `own` are domains that the user has mail at.
#[must_use]
pub fn find(draft: &Composing, own: &[String]) -> Vec<Warning> {
    let mut found = Vec::new();
    if draft.subject.trim().is_empty() {
        found.push(Warning::NoSubject);
    }
    let no_file = |file: &Enclosed| file.content_id.is_some();
    if draft.attachments.iter().all(no_file) {
        found.extend(announced(&draft.text).map(Warning::NoAttachment));
    }
    for address in draft.recipients() {
        let warning = domain(address, own);
        found.extend(warning.filter(|warning| !found.contains(warning)));
    }
    let open = draft.to.len() + draft.cc.len();
    if open > MANY {
        found.push(Warning::Many(open));
    }
    let hidden = draft.bcc.iter().find(|address| is_list(&address.email));
    found.extend(hidden.map(|address| Warning::HiddenList(address.email.clone())));
    found
}

/// The word by which new text announces a file.
fn announced(text: &str) -> Option<&'static str> {
    // What is quoted, forwarded or signed is not what is being said.
    let said =
        text.split('\n').take_while(|line| !line.starts_with("----------") && *line != "-- ");
    let said: Vec<&str> = said.filter(|line| !line.starts_with('>')).collect();
    let said = said.join("\n").to_lowercase();
    ANNOUNCED.into_iter().find(|word| {
        let begins = |(at, _): (usize, &str)| {
            // Scripts without spaces have no beginnings of words.
            let before = said[..at].chars().next_back();
            !word.is_ascii() || before.is_none_or(|letter| !letter.is_alphanumeric())
        };
        said.match_indices(word).any(begins)
    })
}

fn domain(address: &Address, own: &[String]) -> Option<Warning> {
    let domain = address.email.rsplit_once('@')?.1.to_lowercase();
    if own.contains(&domain) || KNOWN.contains(&domain.as_str()) || domain.starts_with('[') {
        return None;
    }
    if !domain.contains('.') {
        return Some(Warning::NoDomain(address.email.clone()));
    }
    let near = |known: &&str| known.len() > 6 && one_slip(&domain, known);
    let meant = KNOWN.into_iter().find(|known| near(known))?;
    Some(Warning::Mistyped(address.email.clone(), meant))
}

/// Whether one letter more, less, other, or two exchanged make one of the other.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let front = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let back = |a: &[char], b: &[char]| {
        a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
    };
    let (a, b) = (&a[front..], &b[front..]);
    let same = back(a, b);
    match (&a[..a.len() - same], &b[..b.len() - same]) {
        ([], [_]) | ([_], []) | ([_], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

fn is_list(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let local = local.to_lowercase();
    let domain = domain.to_lowercase();
    local.ends_with("-list")
        || local.ends_with("-announce")
        || domain.starts_with("lists.")
        || domain.starts_with("groups.")
        || domain == "googlegroups.com"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::drafts::recipients::parse;
    use postern_shared::draft::{Draft, DraftOptions, Origin, Source};
    use postern_shared::upload::UploadId;

    fn draft(to: &str, text: &str) -> Composing {
        let draft = Draft {
            account: crate::state::fixtures::account(),
            from: Address::default(),
            to: parse(to),
            cc: vec![],
            bcc: vec![],
            subject: "Tea".into(),
            text: text.into(),
            origin: Origin::New,
            html: None,
            attachments: vec![],
            options: DraftOptions::default(),
        };
        Composing::from_draft(1, draft)
    }

    fn check(draft: &Composing, expect: &[Warning]) {
        assert_eq!(find(draft, &["home".to_owned()]), expect);
    }

    #[test]
    fn a_file_that_is_announced_in_any_language_and_missing_is_missed() {
        for text in [
            "See the attached plan",
            "请看附件",
            "W załączniku plan",
            "Anbei der Plan",
            "تجد الملف المرفق",
            "Vous trouverez ci-joint le plan",
        ] {
            let mut with = draft("a@x.test", text);
            assert!(matches!(&find(&with, &[])[..], [Warning::NoAttachment(_)]), "{text}");
            with.attachments.push(Enclosed {
                name: "plan".into(),
                content_type: "text/plain".into(),
                size: 1,
                source: Source::Upload(UploadId("u".into())),
                content_id: None,
            });
            check(&with, &[]);
        }
    }

    #[test]
    fn what_others_wrote_announces_nothing() {
        check(&draft("a@x.test", "Thanks!\n\n> See the attached plan"), &[]);
        check(&draft("a@x.test", "Look\n---------- Forwarded message ----------\nattached"), &[]);
        check(&draft("a@x.test", "A reattachment"), &[]);
    }

    #[test]
    fn domains_that_cannot_be_meant_are_named() {
        let mistyped = |email: &str, meant| Warning::Mistyped(email.into(), meant);
        check(&draft("a@gmial.com", ""), &[mistyped("a@gmial.com", "gmail.com")]);
        check(&draft("a@gmail.con", ""), &[mistyped("a@gmail.con", "gmail.com")]);
        check(&draft("a@outlok.com", ""), &[mistyped("a@outlok.com", "outlook.com")]);
        check(&draft("a@office", ""), &[Warning::NoDomain("a@office".into())]);
        check(&draft("a@home, b@gmail.com, c@mail.example.test", ""), &[]);
    }

    #[test]
    fn many_open_recipients_and_hidden_lists_are_asked_about() {
        let all: Vec<String> = (0..21).map(|number| format!("p{number}@x.test")).collect();
        let mut many = draft(&all.join(","), "");
        check(&many, &[Warning::Many(21)]);
        many.bcc = std::mem::take(&mut many.to);
        many.bcc.extend(parse("all@lists.x.test"));
        many.subject.clear();
        check(&many, &[Warning::NoSubject, Warning::HiddenList("all@lists.x.test".into())]);
    }
}
