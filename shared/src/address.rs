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
    fn poses(&self) -> bool {
        let at = |c| matches!(c, '@' | '＠' | '﹫');
        let dot = |c| matches!(c, '.' | '。' | '．' | '｡' | '․');
        let own = self.email.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.name.split(at).skip(1).any(|after| {
            let word =
                after.split(|c: char| c.is_whitespace() || ",;:<>()[]\"'".contains(c)).next();
            let host = word.unwrap_or_default().trim_end_matches(dot);
            host.contains(dot) && !host.eq_ignore_ascii_case(own)
        })
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
    }
}
