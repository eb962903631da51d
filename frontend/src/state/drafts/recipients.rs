//! Addresses as people type and paste them (RFC 5322 §3.4, leniently).

use postern_shared::address::Address;

/// Reads a list parted by commas, semicolons, tabs or lines, or of bare addresses by spaces; quotes
/// and brackets hold their own commas. Of a group its members are read (RFC 5322 §3.4).
#[must_use]
pub fn parse(text: &str) -> Vec<Address> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for letter in text.chars() {
        let free = !quoted && !bracketed;
        let parts_end =
            free && matches!(letter, ',' | ';' | '\n' | '\r' | '\t' | '、' | '，' | '；');
        match letter {
            '"' if !escaped => quoted = !quoted,
            '<' | '[' if !quoted => bracketed = true,
            '>' | ']' if !quoted => bracketed = false,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        match parts.last_mut() {
            // What stands before the colon is the group's name.
            Some(part) if free && letter == ':' && !part.trim().eq_ignore_ascii_case("mailto") => {
                part.clear();
            }
            Some(part) if !parts_end => part.push(letter),
            _ => parts.push(String::new()),
        }
    }
    parts.iter().flat_map(|part| bare(part)).filter_map(one).collect()
}

/// Addresses that only spaces part; anything else is one.
fn bare(part: &str) -> Vec<&str> {
    let words: Vec<&str> = part.split_whitespace().collect();
    let all = words.len() > 1 && words.iter().all(|word| word.contains('@') && !word.contains('"'));
    match all && !words.iter().any(|word| word.starts_with('<')) {
        true => words,
        false => vec![part],
    }
}

fn one(part: &str) -> Option<Address> {
    let part = part.trim();
    let part = part.strip_prefix("mailto:").unwrap_or(part);
    if part.is_empty() {
        return None;
    }
    let split = part.rfind('<').filter(|_| part.ends_with('>'));
    let (name, email) = match split {
        Some(at) => (part[..at].trim(), &part[at + 1..part.len() - 1]),
        None => ("", part),
    };
    let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name.to_owned(),
    };
    let name = name.replace(char::is_control, " ").trim().to_owned();
    Some(Address { name, email: email.trim().to_owned() })
}

/// Whether mail can be sent there, as far as that can be told without asking.
#[must_use]
pub fn valid(address: &Address) -> bool {
    let Some((local, domain)) = address.email.rsplit_once('@') else { return false };
    let bad = |letter: char| {
        letter.is_whitespace() || letter.is_control() || "()<>,;:\\\"[]@".contains(letter)
    };
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let local_good = quoted && !local.contains(['\r', '\n', '\\'])
        || !local.is_empty() && !local.contains(bad) && !local.split('.').any(str::is_empty);
    let literal = domain.starts_with('[') && domain.ends_with(']');
    let label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    let domain_good = literal || !domain.contains(bad) && domain.split('.').all(label);
    local_good && domain_good && address.email.len() <= 254
}

/// An address as it is typed: `Name <local@domain>`.
#[must_use]
pub fn written(address: &Address) -> String {
    match address.name.as_str() {
        "" => address.email.clone(),
        name => format!("{name} <{}>", address.email),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_lists_come_apart_at_the_right_commas() {
        let check = |text: &str, expect: &[(&str, &str)]| {
            let read = parse(text);
            let read: Vec<_> = read.iter().map(|a| (a.name.as_str(), a.email.as_str())).collect();
            assert_eq!(read, expect, "{text}");
        };
        check(
            "a@x.test, b@y.test;c@z.test\nd@z.test",
            &[("", "a@x.test"), ("", "b@y.test"), ("", "c@z.test"), ("", "d@z.test")],
        );
        check(
            "\"Last, First\" <a@x.test>, Ann B <b@x.test>",
            &[("Last, First", "a@x.test"), ("Ann B", "b@x.test")],
        );
        check("\"He said \\\"hi\\\"\" <a@x.test>", &[("He said \"hi\"", "a@x.test")]);
        check(
            "王小明 <wang@x.test>、李 <li@x.test>",
            &[("王小明", "wang@x.test"), ("李", "li@x.test")],
        );
        check("mailto:a@x.test", &[("", "a@x.test")]);
        check("<a@x.test>", &[("", "a@x.test")]);
        check(
            "a@x.test b@x.test\tc@x.test",
            &[("", "a@x.test"), ("", "b@x.test"), ("", "c@x.test")],
        );
        check("a@x.test <a@x.test>", &[("a@x.test", "a@x.test")]);
        check("Friends: Ann <a@x.test>, b@x.test;", &[("Ann", "a@x.test"), ("", "b@x.test")]);
        check("undisclosed-recipients:;", &[]);
        check("a@[IPv6:2001:db8::1]", &[("", "a@[IPv6:2001:db8::1]")]);
        check(" , ;\n", &[]);
        check("not an address", &[("", "not an address")]);
    }

    #[test]
    fn what_cannot_be_an_address_is_told_apart() {
        let check = |email: &str, expect| {
            let address = Address { name: String::new(), email: email.into() };
            assert_eq!(valid(&address), expect, "{email}");
        };
        check("a@x.test", true);
        check("a.b+c@localhost", true);
        check("用户@例子.测试", true);
        check("\"odd one\"@x.test", true);
        check("a@[192.0.2.1]", true);
        check("a@", false);
        check("@x.test", false);
        check("a b@x.test", false);
        check("a..b@x.test", false);
        check("a@x..test", false);
        check("a@-x.test", false);
        check("a@x.test\r\nBcc: b@x.test", false);
        check("plain", false);
    }
}
