//! vCards of every version as contacts (RFC 6350, RFC 2426, vCard 2.1).

use postern_shared::card::Contact;

use super::content_line::{Line, lines};
use super::header::one_line;

/// Contacts of one file that are shown.
const LIMIT: usize = 50;
/// Values of one kind that are shown.
const VALUES: usize = 20;

/// The contacts that a text holds.
pub(super) fn read(text: &str) -> Vec<Contact> {
    let (mut found, mut open) = (Vec::new(), None::<Contact>);
    for line in lines(text) {
        let is_card = line.value.trim().eq_ignore_ascii_case("VCARD");
        match (line.name.as_str(), open.as_mut()) {
            ("BEGIN", None) if is_card => open = Some(Contact::default()),
            ("END", Some(_)) if is_card => found.extend(open.take().filter(is_somebody)),
            (_, Some(contact)) => take(contact, &line),
            _ => {}
        }
        if found.len() >= LIMIT {
            break;
        }
    }
    found
}

fn is_somebody(contact: &Contact) -> bool {
    *contact != Contact::default()
}

fn take(contact: &mut Contact, line: &Line) {
    match line.name.as_str() {
        "FN" => contact.name = one_line(&line.text()),
        "N" if contact.name.is_empty() => {
            let fields = line.fields();
            // Prefix, given, additional, family, suffix: as one writes a name.
            let order = [3, 1, 2, 0, 4].into_iter().filter_map(|at| fields.get(at));
            contact.name = joined(order);
        }
        "ORG" => contact.organisation = joined_by(&line.fields(), ", "),
        "TITLE" | "ROLE" if contact.title.is_empty() => contact.title = one_line(&line.text()),
        "EMAIL" => push(&mut contact.emails, scheme_off(&line.text(), "mailto:")),
        "TEL" => push(&mut contact.phones, scheme_off(&line.text(), "tel:")),
        "ADR" => push(&mut contact.places, joined_by(&line.fields(), ", ")),
        "URL" => {
            let url = line.text();
            let lower = url.to_ascii_lowercase();
            if lower.starts_with("https://") || lower.starts_with("http://") {
                push(&mut contact.urls, url);
            }
        }
        "BDAY" => contact.birthday = one_line(&line.text()),
        "NOTE" => contact.note = line.text(),
        _ => {}
    }
}

fn push(list: &mut Vec<String>, value: String) {
    let value = one_line(&value);
    if !value.is_empty() && list.len() < VALUES && !list.contains(&value) {
        list.push(value);
    }
}

fn scheme_off(value: &str, scheme: &str) -> String {
    let bare = value.get(..scheme.len()).filter(|head| head.eq_ignore_ascii_case(scheme));
    bare.map_or(value, |_| &value[scheme.len()..]).to_owned()
}

fn joined<'a>(fields: impl Iterator<Item = &'a String>) -> String {
    let filled: Vec<_> = fields.filter(|field| !field.is_empty()).map(String::as_str).collect();
    one_line(&filled.join(" "))
}

fn joined_by(fields: &[String], separator: &str) -> String {
    let filled: Vec<String> = fields.iter().map(|field| one_line(field)).collect();
    filled.into_iter().filter(|field| !field.is_empty()).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_read_in_every_version() {
        let text = "BEGIN:VCARD\nVERSION:4.0\nFN:Zoë Müller\nORG:Acme;Sales\nEMAIL;PREF=1:mailto:z@a.test\n\
                    TEL;VALUE=uri:tel:+49-1\nADR:;;Street 1;Town;;1234;Land\nURL:javascript:x\nURL:https://a.test\n\
                    BDAY:--0412\nEND:VCARD\nBEGIN:VCARD\nVERSION:2.1\nN:Li;Wei\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD";
        let [zoe, wei] = &read(text)[..] else { panic!("two people") };
        assert_eq!((zoe.name.as_str(), zoe.organisation.as_str()), ("Zoë Müller", "Acme, Sales"));
        assert_eq!(
            (zoe.emails.as_slice(), zoe.phones.as_slice()),
            (&["z@a.test".into()][..], &["+49-1".into()][..])
        );
        assert_eq!(zoe.places, ["Street 1, Town, 1234, Land"]);
        assert_eq!(zoe.urls, ["https://a.test"]);
        assert_eq!(wei.name, "Wei Li");
    }
}
