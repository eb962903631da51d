//! QRESYNC (RFC 7162): a mailbox is selected and the answer says what changed since it was known.

use super::esearch::{self, Unread};
use super::token::{Tokens, Value};
use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::imap::fetched::Fetched;
use crate::store::imap::wire::{Name, Response};
use crate::store::{Error, FlagsOf, Known, MailboxName, Selected, Since};

/// Ranges of one VANISHED that are read; nobody expunges in more pieces at once.
const MOST_RANGES: usize = 100_000;

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
        let since = gathered.settled(known.uids);
        Ok((selected, since.filter(|since| same && since.adds_up(known.uids, self.counted))))
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
            if vanished_now(content).is_some() {
                // It went after the mailbox was selected, and counts from there.
                return false;
            }
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
        let read = fetched.and_then(|it| Some((it.uid()?, it.flags()?)));
        match read {
            Some((uid, flags)) => self.since.changed.push(FlagsOf { uid, flags }),
            None => self.unread = true,
        }
        true
    }

    /// Tells what changed apart from what came; none where a part could not be read.
    fn settled(mut self, known: &[u32]) -> Option<Since> {
        let Since { vanished, changed, arrived, .. } = &mut self.since;
        vanished.sort_unstable();
        vanished.dedup();
        let is_known = |uid: u32| known.binary_search(&uid).is_ok();
        arrived.extend(changed.iter().map(|of| of.uid).filter(|uid| !is_known(*uid)));
        arrived.sort_unstable();
        arrived.dedup();
        changed.retain(|of| is_known(of.uid) && vanished.binary_search(&of.uid).is_err());
        (!self.unread).then_some(self.since)
    }
}

/// `SELECT name (QRESYNC (validity modseq))`. Without a set of uids the server also tells what came
/// (RFC 7162 §3.2.5.1).
fn select_command(name: &MailboxName, known: Known<'_>) -> Result<Command, Error> {
    let Known { uid_validity, modseq, .. } = known;
    let parameters = format!("(QRESYNC ({uid_validity} {modseq}))");
    Ok(Command::new("SELECT").mailbox(name)?.words(&parameters))
}

/// The ranges of uids that a VANISHED names; none where it speaks of earlier, or cannot be read.
pub(in crate::store::imap) fn vanished_now(content: &[u8]) -> Option<Vec<(u32, u32)>> {
    let values = Tokens::new(content).all().ok()?;
    let [set] = &values[..] else { return None };
    let ranges: Result<Vec<_>, _> = esearch::ranges(set.bytes()?).take(MOST_RANGES + 1).collect();
    ranges.ok().filter(|ranges| ranges.len() <= MOST_RANGES)
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
        let known = Known { uid_validity: 67_890_007, modseq: 20_050_715, uids: &[41, 43, 99] };
        let command = select_command(&name, known).unwrap();
        let expect = "SELECT \"INBOX\" (QRESYNC (67890007 20050715))";
        assert_eq!(command.as_line(), Some(expect));
    }

    #[test]
    fn what_does_not_add_up_is_not_believed() {
        let check = |vanished: &[u32], arrived: &[u32], exists, expect: bool| {
            let (vanished, arrived) = (vanished.to_vec(), arrived.to_vec());
            let since = Since { vanished, arrived, ..Since::default() };
            assert_eq!(since.adds_up(&[3, 5, 9], exists), expect, "{since:?}");
        };
        check(&[5], &[10, 12], 4, true);
        check(&[5], &[10, 12], 3, false);
        check(&[5], &[4], 3, false);
        check(&[], &[], 3, true);
        check(&[], &[], 2, false);
    }
}
