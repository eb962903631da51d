//! A mailbox that just had news is looked at once more.
//!
//! The watching connection tells what differs from what it told last, and some servers let it wait
//! for that (Dovecot: half a second). What came and went in between is no news to it; the command
//! connection may have shown it to a window all the same, as it hears with every answer. Until the
//! next poll the page would show what is not there.

use std::time::Duration;

use postern_shared::mailbox::MailboxId;

use super::actor::{Actor, Chore};
use crate::clock::Clock;

/// How long after the news; longer than any server waits before it tells.
const AFTER: Duration = Duration::from_secs(2);

/// What is to be looked at again, and when on the clock's `elapsed` time.
#[derive(Debug, Default)]
pub(super) struct SecondLook {
    due: Option<(Duration, Vec<MailboxId>)>,
}

impl SecondLook {
    /// Plans one; what is planned already is not put off.
    pub(super) fn plan(&mut self, mailbox: &MailboxId, clock: &Clock) {
        let (_, mailboxes) = self.due.get_or_insert_with(|| (clock.elapsed() + AFTER, Vec::new()));
        if !mailboxes.contains(mailbox) {
            mailboxes.push(mailbox.clone());
        }
    }

    /// Resolves when it is time; never where nothing is planned.
    pub(super) fn due(&self, clock: &Clock) -> impl Future<Output = ()> + use<> {
        clock.due(self.due.as_ref().map(|(due, _)| *due))
    }
}

impl Actor {
    /// Looks again at what had news.
    pub(super) fn look_again(&mut self) {
        let (_, mailboxes) = self.second_look.due.take().unwrap_or_default();
        for mailbox in mailboxes.into_iter().filter(|id| self.windows.has(id)).collect::<Vec<_>>() {
            self.later(Chore::Refresh(mailbox));
        }
    }
}
