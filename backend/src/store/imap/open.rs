//! Opening a message: its row, what it is made of, and its first bytes, in one exchange
//! (RFC 9051 §6.4.5).

use super::body::{cut, uid_fetch};
use super::command::Command;
use super::connection::ImapConnection;
use super::convert;
use super::fetched::Fetched;
use super::rows::fill;
use super::wire::Exchange;
use crate::store::{Error, MailboxName, Opened, Selected};

/// Octets of a message that come with its row: most messages are no longer.
const BEGINNING: u32 = 128 << 10;

impl ImapConnection {
    /// Selects a mailbox and opens a message of it, in one write.
    ///
    /// # Errors
    /// As `select` and `message`. The caller compares `uid_validity`.
    pub async fn open_message(
        &mut self,
        name: &MailboxName,
        uid: u32,
    ) -> Result<(Selected, Option<Opened>), Error> {
        if let Some(selected) = self.is_selected(name) {
            return Ok((selected, self.message(uid).await?));
        }
        let commands = vec![self.select_command(name)?, self.open_command(uid)?];
        self.leave();
        let mut results = self.run_bounded(commands).await?.into_iter();
        let selected = results.next().unwrap_or_else(nothing)?;
        let selected = self.enter(name, selected)?;
        let opened = results.next().unwrap_or_else(nothing)?;
        self.whole(opened, uid).await.map(|opened| (selected, opened))
    }

    /// A message of the selected mailbox; none if it is gone.
    ///
    /// # Errors
    /// As every verb.
    pub async fn message(&mut self, uid: u32) -> Result<Option<Opened>, Error> {
        let command = self.open_command(uid)?;
        let opened = self.run_bounded(vec![command]).await?.pop().unwrap_or_else(nothing)?;
        self.whole(opened, uid).await
    }

    /// A server that ignores the partial sends everything: more than was asked for is not held.
    async fn run_bounded(
        &mut self,
        commands: Vec<Command>,
    ) -> Result<Vec<Result<Exchange, Error>>, Error> {
        self.run_pipelined_within(Some(BEGINNING as usize + 1), commands).await
    }

    fn open_command(&self, uid: u32) -> Result<Command, Error> {
        let items = self.row_items();
        let items = items.trim_end_matches(')');
        let items =
            format!("{items} BODY.PEEK[HEADER.FIELDS (REFERENCES)] BODY.PEEK[]<0.{BEGINNING}>)");
        // `trim_end_matches` also took the parenthesis of PREVIEW (LAZY).
        let items = items.replace("(LAZY ", "(LAZY) ");
        Ok(uid_fetch(uid)?.words(&items))
    }

    /// Reads the answer, and asks once more for the header if that could not be read.
    async fn whole(&mut self, exchange: Exchange, uid: u32) -> Result<Option<Opened>, Error> {
        let missed = exchange.untagged.iter().any(Fetched::is_missed);
        let all_read = exchange.defects == 0 && !missed;
        match self.read_opened(exchange, uid) {
            Some((opened, true)) => Ok(Some(opened)),
            None if all_read => Ok(None),
            lacking => {
                let row = self.lean_row(uid).await?;
                let structure = lacking.and_then(|(opened, _)| opened.structure);
                Ok(row.map(|row| Opened { row, structure, ..Opened::default() }))
            }
        }
    }

    fn read_opened(&mut self, exchange: Exchange, uid: u32) -> Option<(Opened, bool)> {
        let mut opened = Opened::default();
        let (mut found, mut complete) = (false, false);
        for response in exchange.untagged {
            let fetched = Fetched::read(&response);
            let fetched =
                fetched.filter(|it| it.is_answer() && it.uid().is_none_or(|it| it == uid));
            let Some(fetched) = fetched else {
                self.absorb_one(&response);
                continue;
            };
            found = true;
            complete |= fill(&mut opened.row, &fetched);
            if let Some(structure) = fetched.get("BODYSTRUCTURE") {
                opened.structure = convert::structure(structure);
            }
            if let Some((header, _)) = fetched.body("HEADER.FIELDS") {
                opened.references = convert::references(header);
            }
            if let Some((value, partial)) = fetched.item("BODY[]") {
                let octets = fetched.slice_of(value.bytes().unwrap_or_default());
                let beginning = cut(octets, partial, 0, BEGINNING);
                opened.beginning = Some(beginning).filter(|slice| !slice.bytes.is_empty());
            }
        }
        opened.row.uid = uid;
        found.then_some((opened, complete))
    }
}

fn nothing<T>() -> Result<T, Error> {
    Err(Error::Garbled("a pipeline"))
}
