//! SELECT (RFC 9051 §6.3.2), with CONDSTORE (RFC 7162) where it is offered.

use super::command::Command;
use super::connection::ImapConnection;
use super::convert;
use super::ext::token::Tokens;
use super::wire::{Exchange, Name, Response, Status};
use crate::store::{Error, MailboxName, Selected};

impl ImapConnection {
    /// Selects a mailbox; free of cost if it is selected already. News of the mailbox that was
    /// selected before are dropped: take them first.
    ///
    /// # Errors
    /// `NonExistent` or `Refused`; no mailbox is selected then.
    pub async fn select(&mut self, name: &MailboxName) -> Result<Selected, Error> {
        if let Some(selected) = self.is_selected(name) {
            return Ok(selected);
        }
        let command = self.select_command(name)?;
        self.leave();
        let exchange = self.run(command).await?;
        self.enter(name, exchange)
    }

    pub(super) fn is_selected(&self, name: &MailboxName) -> Option<Selected> {
        let (current, selected) = self.selection.as_ref()?;
        (current == name && self.is_alive()).then(|| selected.clone())
    }

    pub(super) fn select_command(&self, name: &MailboxName) -> Result<Command, Error> {
        let command = Command::new("SELECT").mailbox(name)?;
        Ok(if self.capabilities.counts_changes() { command.words("(CONDSTORE)") } else { command })
    }

    /// Forgets the selected mailbox, as the server does when SELECT arrives.
    pub(super) fn leave(&mut self) {
        self.selection = None;
        self.counted = 0;
        self.changes.leave_mailbox();
    }

    /// Reads what SELECT said.
    pub(super) fn enter(
        &mut self,
        name: &MailboxName,
        exchange: Exchange,
    ) -> Result<Selected, Error> {
        let mut selected = Selected::default();
        let mut exists = None;
        let mut permanent = false;
        let mut news = Vec::new();
        for response in exchange.untagged {
            if let Some((Some(count), _)) = response.untagged(Name::Exists) {
                exists = Some(count);
            } else if response.untagged(Name::Expunge).is_some() {
                exists = exists.map(|count: u32| count.saturating_sub(1));
            } else if let Some((_, content)) = response.untagged(Name::Flags) {
                if !permanent {
                    set_flags(&mut selected, content);
                }
            } else if response.untagged(Name::List).is_some() {
                // IMAP4rev2 names the mailbox that was selected: no news.
            } else if let Some(status) = response.status() {
                if status.code_arguments("CLOSED").is_some() {
                    // What came before belongs to the mailbox that was selected before.
                    (selected, exists, permanent) = (Selected::default(), None, false);
                    news.retain(|response: &Response| response.status().is_some());
                }
                permanent |= read_code(&mut selected, status);
                news.push(response);
            } else {
                news.push(response);
            }
        }
        // A server that does not say what it keeps keeps everything (RFC 9051 §7.1).
        selected.any_keyword |= !permanent;
        // Some say HIGHESTMODSEQ and know no CHANGEDSINCE.
        let counted = self.capabilities.counts_changes();
        selected.highest_modseq = selected.highest_modseq.filter(|_| counted);
        let status = exchange.status.as_ref();
        selected.read_only = status.is_some_and(|it| it.code_arguments("READ-ONLY").is_some());
        // Silence is not an empty mailbox.
        selected.exists = exists.ok_or(Error::Garbled("SELECT without EXISTS"))?;
        self.selection = Some((name.clone(), selected.clone()));
        self.counted = selected.exists;
        self.absorb(news);
        Ok(selected)
    }
}

/// Reads a response code of SELECT; whether it was PERMANENTFLAGS.
fn read_code(selected: &mut Selected, status: &Status) -> bool {
    let number = |name: &str| status.code_arguments(name)?.trim().parse::<u64>().ok();
    let small = |name: &str| number(name).and_then(|number| u32::try_from(number).ok());
    if let Some(validity) = small("UIDVALIDITY") {
        selected.uid_validity = validity;
    }
    selected.uid_next = small("UIDNEXT").or(selected.uid_next);
    selected.highest_modseq = number("HIGHESTMODSEQ").or(selected.highest_modseq);
    let Some(flags) = status.code_arguments("PERMANENTFLAGS") else { return false };
    set_flags(selected, flags.as_bytes());
    true
}

fn set_flags(selected: &mut Selected, content: &[u8]) {
    if let Ok(Some(list)) = Tokens::new(content).next() {
        selected.any_keyword = list.list().iter().any(|flag| flag.is("\\*"));
        selected.permanent_flags = convert::flags(&list);
    }
}
