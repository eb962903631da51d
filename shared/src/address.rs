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
        let at = email.iter().rposition(|byte| *byte == b'@').map_or(email.len(), |at| at + 1);
        let is_own = |host: &[u8]| host.eq_ignore_ascii_case(&email[at..]);
        // Where what may be a host begins, and where it ends without the dots behind it.
        let (mut begins, mut ends) = (None, 0);
        let (mut after_dot, mut dotted) = (false, false);
        for (at, c) in self.name.char_indices() {
            let next = at + c.len_utf8();
            match c {
                '@' | '＠' | '﹫' => {
                    if begins.is_some_and(|begins| dotted && !is_own(&name[begins..ends])) {
                        return true;
                    }
                    (begins, ends, after_dot, dotted) = (Some(next), next, false, false);
                }
                '.' | '。' | '．' | '｡' | '․' => after_dot = true,
                '\0'..=' '
                | '\u{a0}'
                | '\u{2000}'..='\u{200b}'
                | '\u{3000}'
                | '"'
                | '\''
                | '('
                | ')'
                | ','
                | ':'
                | ';'
                | '<'
                | '>'
                | '['
                | ']' => {
                    let host = begins.take().map(|begins| &name[begins..ends]);
                    if host.is_some_and(|host| dotted && !is_own(host)) {
                        return true;
                    }
                }
                _ => (ends, dotted) = (next, dotted || after_dot),
            }
        }
        begins.is_some_and(|begins| dotted && !is_own(&name[begins..ends]))
    }

    /// Whether both stand for the same mailbox: addr-specs compared without regard to ASCII case.
    #[must_use]
    pub fn same_mailbox(&self, other: &Self) -> bool {
        self.email.eq_ignore_ascii_case(&other.email)
    }
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
