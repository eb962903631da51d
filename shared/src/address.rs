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
    /// What a person reads: the name, or the address where there is no name.
    #[must_use]
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    /// Whether both stand for the same mailbox: addr-specs compared without regard to ASCII case.
    #[must_use]
    pub fn same_mailbox(&self, other: &Self) -> bool {
        self.email.eq_ignore_ascii_case(&other.email)
    }
}
