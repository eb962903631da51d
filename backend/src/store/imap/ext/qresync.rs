//! QRESYNC (RFC 7162): a mailbox is selected and the answer says what changed since it was known.

use super::esearch::{self, Unread};
use super::token::{Tokens, Value};
use crate::store::imap::ImapConnection;
use crate::store::imap::command::{Command, sets};
use crate::store::imap::fetched::Fetched;
use crate::store::imap::wire::{Name, Response};
use crate::store::{Error, FlagsOf, Known, MailboxName, Selected, Since};

/// Changes, while the answer arrives.
#[derive(Debug, Default)]
struct Gathered {
    since: Since,
    unread: bool,
}

impl ImapConnection {
    /// Selects a mailbox and says what changed since it was known. None instead of the changes
    /// where the server cannot say: it has no QRESYNC, or refuses it, or the uids are of another
    /// generation. Then the caller compares by itself.
    ///
    /// # Errors
    /// As `select`.
    pub async fn select_since(
        &mut self,
        name: &MailboxName,
        known: Known<'_>,
    ) -> Result<(Selected, Option<Since>), Error> {
        let able = known.uid_validity != 0 && known.modseq != 0;
        if !able || !self.capabilities.has("QRESYNC") || !self.enable("QRESYNC").await? {
            return Ok((self.select_anew(name).await?, None));
        }
        let command = select_command(name, known)?;
        self.leave();
        let mut exchange = match self.run(command).await {
            Err(Error::Refused { .. }) => {
                // It offers what it does not stand by.
                self.enabled.insert("QRESYNC", false);
                return Ok((self.select(name).await?, None));
            }
            other => other?,
        };
        let mut gathered = Gathered { unread: exchange.defects > 0, ..Gathered::default() };
        exchange.untagged.retain(|response| !gathered.take(response, known.uids));
        let selected = self.enter(name, exchange)?;
        let same = selected.uid_validity == known.uid_validity && selected.highest_modseq.is_some();
        Ok((selected, (same && !gathered.unread).then(|| gathered.settled())))
    }

    /// Selects a mailbox even if it is the selected one, so that the answer is of now.
    async fn select_anew(&mut self, name: &MailboxName) -> Result<Selected, Error> {
        self.leave();
        self.select(name).await
    }
}

impl Gathered {
    /// Takes a response if it tells what changed before the mailbox was selected.
    fn take(&mut self, response: &Response, known: &[u32]) -> bool {
        if let Some((_, content)) = response.untagged(Name::Vanished) {
            match vanished(content, known) {
                Ok(uids) => self.since.vanished.extend(uids),
                Err(_) => self.unread = true,
            }
            return true;
        }
        // What came before belongs to the mailbox that was selected before.
        if response.status().is_some_and(|it| it.code_arguments("CLOSED").is_some()) {
            *self = Self::default();
        }
        if response.untagged(Name::Fetch).is_none() {
            return false;
        }
        let fetched = Fetched::read(response);
        let read = fetched.and_then(|it| Some((it.seq, it.uid()?, it.flags()?)));
        match read {
            Some((seq, uid, flags)) => self.since.changed.push(FlagsOf { uid, seq, flags }),
            None => self.unread = true,
        }
        true
    }

    fn settled(mut self) -> Since {
        self.since.vanished.sort_unstable();
        self.since.vanished.dedup();
        self.since
    }
}

/// `SELECT name (QRESYNC (validity modseq uids))`; where the uids do not fit, a range of all.
fn select_command(name: &MailboxName, known: Known<'_>) -> Result<Command, Error> {
    let sets = sets(known.uids);
    let uids = match (&sets[..], known.uids.last()) {
        ([set], _) => format!(" {set}"),
        (_, Some(last)) => format!(" 1:{last}"),
        (_, None) => String::new(),
    };
    let Known { uid_validity, modseq, .. } = known;
    let parameters = format!("(QRESYNC ({uid_validity} {modseq}{uids}))");
    Ok(Command::new("SELECT").mailbox(name)?.words(&parameters))
}

/// The ranges of uids that a VANISHED names; none where it speaks of earlier, or cannot be read.
pub(in crate::store::imap) fn vanished_ranges(content: &[u8]) -> Vec<(u32, u32)> {
    let values = Tokens::new(content).all().unwrap_or_default();
    match &values[..] {
        [set] => set.bytes().map_or_else(Vec::new, |set| esearch::ranges(set).flatten().collect()),
        _ => Vec::new(),
    }
}

/// Those of `known` that a VANISHED names. Its ranges may be large: servers name what never was.
fn vanished(content: &[u8], known: &[u32]) -> Result<Vec<u32>, Unread> {
    let values = Tokens::new(content).all()?;
    let set = values.last().and_then(Value::bytes).ok_or(Unread::Garbled)?;
    let mut gone = Vec::new();
    for range in esearch::ranges(set) {
        let (first, last) = range?;
        let start = known.partition_point(|uid| *uid < first);
        gone.extend(known[start..].iter().take_while(|uid| **uid <= last));
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_known_can_vanish() {
        let check = |content: &str, expect: &[u32]| {
            let found = vanished(content.as_bytes(), &[3, 5, 6, 9, 500]);
            assert_eq!(found.as_deref(), Ok(expect), "{content}");
        };
        check(" (EARLIER) 41,43:116,118,120:211,214:540\r\n", &[500]);
        check(" (EARLIER) 1:4294967295", &[3, 5, 6, 9, 500]);
        check(" 6:5,9", &[5, 6, 9]);
        check("(earlier)7", &[]);
        assert!(vanished(b" (EARLIER) x", &[1]).is_err());
        assert!(vanished(b" (EARLIER)", &[1]).is_err());
    }

    #[test]
    fn what_is_known_is_said_shortly() {
        let name = MailboxName::from_text("INBOX");
        let check = |uids: &[u32], expect: &str| {
            let known = Known { uid_validity: 67_890_007, modseq: 20_050_715, uids };
            let command = select_command(&name, known).unwrap();
            let expect = format!("SELECT \"INBOX\" (QRESYNC (67890007 20050715{expect}))");
            assert_eq!(command.as_line(), Some(expect.as_str()));
        };
        check(&[41, 42, 43, 99], " 41:43,99");
        check(&[], "");
        let odd: Vec<u32> = (0..10_000).map(|n| n * 2 + 1).collect();
        check(&odd, " 1:19999");
    }
}
