//! ENVELOPE (RFC 9051 §7.5.2) to ours, tolerant of what is missing.

use postern_shared::address::Address;
use postern_shared::envelope::Envelope;

use super::text::{decoded, seconds};
use crate::store::imap::ext::token::Value;

/// Reads an ENVELOPE; none if it is no list or has not even a date and a subject.
pub(crate) fn envelope(value: &Value<'_>) -> Option<Envelope> {
    let fields = value.list();
    if fields.len() < 2 {
        return None;
    }
    let text =
        |index: usize| fields.get(index).and_then(Value::bytes).map(decoded).unwrap_or_default();
    let people = |index: usize| fields.get(index).map(addresses).unwrap_or_default();
    let from = people(2);
    let differs = |people: Vec<Address>| if people == from { Vec::new() } else { people };
    Some(Envelope {
        sent_at: seconds(&fields[0].text()),
        subject: text(1),
        sender: differs(people(3)),
        reply_to: differs(people(4)),
        to: people(5),
        cc: people(6),
        bcc: people(7),
        in_reply_to: text(8),
        message_id: text(9),
        from,
    })
}

/// The addresses of a list. The ends of a group have no place here.
fn addresses(value: &Value<'_>) -> Vec<Address> {
    let list = value.list();
    // One address where a list of them should be.
    if matches!(list.first(), Some(Value::String(_) | Value::Atom(_))) {
        return one_address(list, false).into_iter().collect();
    }
    // A group is opened by a name without a host and closed by nothing at all (RFC 9051 §7.5.2).
    let closed = |at: usize| list[at + 1..].iter().any(|it| is_nothing(it.list()));
    let all = list.iter().enumerate();
    all.filter_map(|(at, address)| one_address(address.list(), closed(at))).collect()
}

fn is_nothing(fields: &[Value<'_>]) -> bool {
    fields.len() >= 3 && fields.iter().all(|field| *field == Value::Nil)
}

/// `(name route mailbox host)`; `in_group`: the end of a group follows.
fn one_address(fields: &[Value<'_>], in_group: bool) -> Option<Address> {
    /// What servers write for a host that is not there.
    const NO_HOST: [&str; 4] =
        ["MISSING_DOMAIN", ".MISSING-HOST-NAME.", "missing-host-name", ".SYNTAX-ERROR."];
    let text =
        |index: usize| fields.get(index).and_then(Value::bytes).map(decoded).unwrap_or_default();
    let (mut name, mut local, mut host) = (text(0), text(2), text(3));
    let hostless = matches!(fields.get(3), None | Some(Value::Nil));
    if hostless && in_group && name.is_empty() || fields.len() < 3 {
        return None;
    }
    if NO_HOST.contains(&host.as_str()) {
        host.clear();
    }
    if local == "MISSING_MAILBOX" {
        local.clear();
    }
    // Name and address in each other's place.
    if host.is_empty() && !local.contains('@') && is_email(&name) {
        std::mem::swap(&mut name, &mut local);
    }
    let local = local.trim_start_matches('<').trim_end_matches('>');
    let host = host.trim_end_matches('>');
    let email = match (local.is_empty(), host.is_empty()) {
        (_, true) => local.to_owned(),
        (true, false) => host.to_owned(),
        (false, false) => format!("{local}@{host}"),
    };
    if name.is_empty() && email.is_empty() { None } else { Some(Address { name, email }) }
}

fn is_email(text: &str) -> bool {
    let plain = !text.contains([' ', '<', '"']);
    plain && text.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::imap::ext::token::Tokens;

    fn read(content: &str) -> Option<Envelope> {
        let values = Tokens::new(content.as_bytes()).all().unwrap();
        envelope(&values[0])
    }

    fn check(people: &str, expect: &str) {
        let envelope = read(&format!("(NIL \"s\" {people} NIL NIL NIL NIL NIL NIL NIL)")).unwrap();
        let one = |it: &Address| format!("{}<{}>", it.name, it.email);
        assert_eq!(envelope.from.iter().map(one).collect::<String>(), expect, "{people}");
    }

    #[test]
    fn the_example_of_the_rfc_is_read() {
        let gray = "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\"))";
        let envelope = read(&format!(
            "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary and minutes\" \
             {gray} {gray} {gray} ((NIL NIL \"imap\" \"cac.washington.edu\")) \
             ((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\") (\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) \
             NIL NIL \"<B27397-0100000@cac.washington.ed>\")"
        ));
        let envelope = envelope.unwrap();
        assert_eq!(envelope.sent_at, Some(837_595_405));
        assert_eq!(envelope.subject, "IMAP4rev2 WG mtg summary and minutes");
        assert_eq!(envelope.from[0].email, "gray@cac.washington.edu");
        assert!(envelope.sender.is_empty() && envelope.reply_to.is_empty());
        assert_eq!((envelope.to.len(), envelope.cc[1].name.as_str()), (1, "John Klensin"));
        assert_eq!(envelope.message_id, "<B27397-0100000@cac.washington.ed>");
    }

    #[test]
    fn people_are_read_however_they_are_written() {
        check(
            "((\"A B\" NIL \"a\" \"b.test\")(NIL NIL \"c\" \"d.test\"))",
            "A B<a@b.test><c@d.test>",
        );
        check("((\"A\"NIL\"a\"\"b.test\") ({1}\r\nC \"@x,@y\" {1}\r\nc d))", "A<a@b.test>C<c@d>");
        check("(\"A\" NIL \"a\" \"b.test\")", "A<a@b.test>");
        check("NIL", "");
        check("()", "");
        check("((NIL NIL \"team\" NIL)(NIL NIL \"b\" \"b.test\")(NIL NIL NIL NIL))", "<b@b.test>");
        check("((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL))", "");
        check("((NIL NIL \"root\" NIL))", "<root>");
        check("((\"Root\" NIL \"root\" \"MISSING_DOMAIN\"))", "Root<root>");
        check("((\"a@b.test\" NIL \"Ann\" NIL))", "Ann<a@b.test>");
        check("((\"Ann\" NIL \"a@b.test\" NIL))", "Ann<a@b.test>");
        check("((\"Ann\" NIL \"<a\" \"b.test>\"))", "Ann<a@b.test>");
        check("((\"Ann\" NIL NIL \"b.test\"))", "Ann<b.test>");
        check("((NIL NIL NIL NIL))", "");
        check("((\"Gr\u{fc}n\" NIL \"g\" \"b.test\"))", "Gr\u{fc}n<g@b.test>");
    }

    #[test]
    fn missing_ends_are_missing_and_no_more() {
        let full = read("(NIL \"s\" NIL NIL NIL NIL NIL NIL \"<r@a>\" \"<m@a>\")").unwrap();
        assert_eq!((&full.in_reply_to[..], &full.message_id[..]), ("<r@a>", "<m@a>"));
        let short = read("(NIL \"s\" NIL NIL NIL NIL NIL NIL \"<r@a>\")").unwrap();
        assert_eq!((&short.in_reply_to[..], &short.message_id[..]), ("<r@a>", ""));
        assert_eq!(read("(NIL \"s\")").unwrap().subject, "s");
        assert_eq!(read("(NIL)"), None);
        assert_eq!(read("NIL"), None);
    }
}
