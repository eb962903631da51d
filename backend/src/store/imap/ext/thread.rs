//! THREAD (RFC 5256): which messages belong together, read without recursion.

use crate::store::imap::ImapConnection;
use crate::store::imap::command::Command;
use crate::store::imap::search::key;
use crate::store::imap::wire::{Name, Response};
use crate::store::{Criteria, Error};

impl ImapConnection {
    /// The threads of the messages that match: uids of each, parents before their children.
    ///
    /// # Errors
    /// `Unsupported` where the server does not thread by references.
    pub async fn threads(&mut self, criteria: Criteria) -> Result<Vec<Vec<u32>>, Error> {
        let offered = |wanted: &str| self.capabilities.values("THREAD").any(|it| it == wanted);
        // The first one ties by references alone; the other also what only has the same subject.
        let algorithm = ["REFS", "REFERENCES"].into_iter().find(|it| offered(it));
        let algorithm = algorithm.ok_or(Error::Unsupported("THREAD"))?;
        let Some((_, selected)) = &self.selection else { return Err(Error::Invalid("no mailbox")) };
        let silence_is_none = selected.exists == 0 || criteria != Criteria::All;
        let command = Command::new(format!("UID THREAD {algorithm} UTF-8")).words(key(criteria));
        let limit = self.limits.uids;
        let (mut found, mut answered, mut unread) = (Vec::new(), false, false);
        let take = |response: &Response| {
            let content = response.untagged(Name::Thread);
            if let Some((_, content)) = content {
                answered = true;
                match threads(content, limit) {
                    Some(threads) => found.extend(threads),
                    None => unread = true,
                }
            }
            content.is_some()
        };
        let exchange = self.run_each(command, take).await?;
        let silence_is_none = silence_is_none && exchange.defects == 0;
        self.absorb(exchange.untagged);
        if unread || !answered && !silence_is_none {
            return Err(Error::Garbled("THREAD"));
        }
        Ok(found)
    }
}

/// `(1 2 (3)(4 5))(6)`: each outermost parenthesis is a thread.
fn threads(content: &[u8], limit: usize) -> Option<Vec<Vec<u32>>> {
    let (mut found, mut thread) = (Vec::new(), Vec::new());
    let (mut depth, mut total) = (0_usize, 0_usize);
    let mut at = 0;
    while let Some(byte) = content.get(at) {
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && !thread.is_empty() {
                    found.push(std::mem::take(&mut thread));
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'0'..=b'9' if depth > 0 => {
                let digits = content[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let number = std::str::from_utf8(&content[at..at + digits]).ok()?;
                total += 1;
                if total > limit {
                    return None;
                }
                thread.push(number.parse().ok()?);
                at += digits - 1;
            }
            _ => return None,
        }
        at += 1;
    }
    (depth == 0).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_read() {
        let check = |content: &str, expect: Option<&[&[u32]]>| {
            let found = threads(content.as_bytes(), 1000);
            let found: Option<Vec<&[u32]>> =
                found.as_ref().map(|them| them.iter().map(Vec::as_slice).collect());
            assert_eq!(found.as_deref(), expect, "{content}");
        };
        check(" (2)(3 6 (4 23)(44 7 96))\r\n", Some(&[&[2], &[3, 6, 4, 23, 44, 7, 96]]));
        check(
            " (166)(167)(168)(169)(172)((170)(179))",
            Some(&[&[166], &[167], &[168], &[169], &[172], &[170, 179]]),
        );
        check("((3)(5))", Some(&[&[3, 5]]));
        check(" ( 1  2 ) ()\t(3)", Some(&[&[1, 2], &[3]]));
        check("\r\n", Some(&[]));
        for broken in [" (1", " 1)", " (1 x)", " 1 2", " (99999999999)", " (1))"] {
            check(broken, None);
        }
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = format!("{}1{}", "(".repeat(1_000_000), ")".repeat(1_000_000));
        assert_eq!(threads(deep.as_bytes(), 10), Some(vec![vec![1]]));
        assert_eq!(threads(b"(1 2 3)", 2), None);
    }
}
