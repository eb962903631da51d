//! ENABLE (RFC 5161): extensions that change what the server says have to be asked for.

use crate::store::Error;
use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::imap::wire::{Exchange, Name, Response};

impl ImapConnection {
    /// Asks for an extension, once; whether the server switched it on. Only what it names in
    /// ENABLED counts: some say OK and mean nothing.
    pub(in crate::store::imap) async fn enable(
        &mut self,
        extension: &'static str,
    ) -> Result<bool, Error> {
        if let Some(on) = self.enabled.get(extension) {
            return Ok(*on);
        }
        // The command exists only while no mailbox is selected (RFC 5161 §3.1).
        if !self.capabilities.has("ENABLE") || self.selection.is_some() && !self.unselect().await? {
            return Ok(false);
        }
        let mut on = false;
        let take = |response: &Response| {
            let content = response.untagged(Name::Enabled);
            on |= content.is_some_and(|(_, content)| names(content, extension));
            content.is_some()
        };
        match self.run_each(Command::new(format!("ENABLE {extension}")), take).await {
            Ok(exchange) => self.absorb(exchange.untagged),
            Err(Error::Refused { .. }) => on = false,
            Err(error) => return Err(error),
        }
        self.enabled.insert(extension, on);
        Ok(on)
    }
}

/// Whether the server said in an exchange that an extension is on.
pub(in crate::store::imap) fn is_on(exchange: &Exchange, extension: &str) -> bool {
    let contents = exchange.untagged.iter().filter_map(|it| it.untagged(Name::Enabled));
    contents.into_iter().any(|(_, content)| names(content, extension))
}

fn names(content: &[u8], extension: &str) -> bool {
    let mut words = content.split(|byte| byte.is_ascii_whitespace());
    words.any(|word| word.eq_ignore_ascii_case(extension.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_is_on() {
        assert!(names(b" CONDSTORE qresync\r\n", "QRESYNC"));
        assert!(!names(b" CONDSTORE\r\n", "QRESYNC"));
        assert!(!names(b"\r\n", "QRESYNC"));
    }
}
