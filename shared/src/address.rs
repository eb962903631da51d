//! Addresses and groups (RFC 5322 §3.4).

use serde::{Deserialize, Serialize};

/// One address: a display name and an addr-spec, both decoded to Unicode.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Address {
    /// The display name; empty where there is none.
    pub name: String,
    /// `local@domain`, as it stood in the header; may be empty or malformed in received mail.
    pub email: String,
}

impl Address {
    /// What a person reads: the name, or the address where there is no name or one that reads like
    /// somebody else's address.
    #[must_use]
    pub fn shown(&self) -> &str {
        let unnamed = self.name.is_empty() || (self.poses() && !self.email.is_empty());
        if unnamed { &self.email } else { &self.name }
    }

    /// Whether the name holds an address of another domain; signs that only look like `@` count.
    ///
    /// One pass by hand: this is in the page's first module, and searching in texts is large.
    fn poses(&self) -> bool {
        let (name, email) = (self.name.as_bytes(), self.email.as_bytes());
        let own = email.iter().rposition(|byte| *byte == b'@').map_or(email.len(), |at| at + 1);
        // Where what may be a host begins, and where it ends without the dots behind it.
        let (mut begins, mut ends) = (None, 0);
        let (mut after_dot, mut dotted) = (false, false);
        // The end of the name ends a host like any other sign that cannot stand in one.
        let behind = (name.len(), '>');
        for (at, c) in self.name.char_indices().chain([behind]) {
            let next = at + c.len_utf8();
            let opens = matches!(c, '@' | '＠' | '﹫');
            match c {
                '.' | '。' | '．' | '｡' | '․' => after_dot = true,
                _ if opens || ends_host(c) => {
                    let host = begins.take().map(|begins| &name[begins..ends]);
                    if dotted && host.is_some_and(|host| !host.eq_ignore_ascii_case(&email[own..]))
                    {
                        return true;
                    }
                    (begins, ends, after_dot, dotted) = (opens.then_some(next), next, false, false);
                }
                _ => (ends, dotted) = (next, dotted || after_dot),
            }
        }
        false
    }

    /// Whether both stand for the same mailbox: addr-specs compared without regard to ASCII case.
    #[must_use]
    pub fn same_mailbox(&self, other: &Self) -> bool {
        self.email.eq_ignore_ascii_case(&other.email)
    }
}

/// What cannot stand in a host: spaces of every kind, and signs that set addresses apart.
fn ends_host(c: char) -> bool {
    matches!(c, '\0'..=' ' | '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{3000}')
        || matches!(c, '"' | '\'' | '(' | ')' | ',' | ':' | ';' | '<' | '>' | '[' | ']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_another_address_is_not_shown_in_its_place() {
        let check = |name: &str, email: &str, shown: &str| {
            assert_eq!(Address { name: name.into(), email: email.into() }.shown(), shown);
        };
        check("Ann", "ann@a.test", "Ann");
        check("", "ann@a.test", "ann@a.test");
        check("Ann @ Work", "ann@a.test", "Ann @ Work");
        check("Ann (ann@a.test)", "ann@a.test", "Ann (ann@a.test)");
        check("ceo@bank.example", "x@leak.test", "x@leak.test");
        check("\"ceo@bank.example\" (Boss)", "x@leak.test", "x@leak.test");
        check("ceo＠bank。example", "x@leak.test", "x@leak.test");
        check("ceo@bank.example", "", "ceo@bank.example");
        check("@handle", "ann@a.test", "@handle");
        check("Ann ann@A.TEST. and ann@a.test", "ann@a.test", "Ann ann@A.TEST. and ann@a.test");
        check("x@a.test@b.test", "ann@a.test", "ann@a.test");
        check("ceo@bank.example...", "x@leak.test", "x@leak.test");
    }
}
