//! BINARY (RFC 3516): the server undoes base64 and quoted-printable, and a third less travels.

use crate::store::imap::ImapConnection;
use crate::store::imap::body::is_section;
use crate::store::{Error, Slice};

impl ImapConnection {
    /// Decoded octets of a part, from `offset` on. Never marks the message as seen.
    ///
    /// # Errors
    /// `Unsupported` where the server does not decode, at all or this part (UNKNOWN-CTE): then
    /// `body` gives it as it is. `NonExistent` if the message is gone.
    pub async fn decoded(
        &mut self,
        uid: u32,
        section: &str,
        offset: u64,
        max: u32,
    ) -> Result<Slice, Error> {
        const UNSUPPORTED: Error = Error::Unsupported("BINARY");
        if !self.capabilities.has("BINARY") {
            return Err(UNSUPPORTED);
        }
        if !is_section(section) || section.is_empty() || max == 0 {
            return Err(Error::Invalid("a section"));
        }
        let item = format!("(UID BINARY.PEEK[{section}]<{offset}.{max}>)");
        match self.slice(uid, &item, (&format!("BINARY[{section}]"), offset, max)).await {
            Err(Error::Refused { .. }) => Err(UNSUPPORTED),
            other => other,
        }
    }
}
