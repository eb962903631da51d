//! One IMAP connection: runs commands, and judges each by the wire's record.
//!
//! A command that is one line is run by async-imap; one with literals, a pipeline or IDLE is run
//! on the wire itself. Both end in `settle`: no tagged OK, no success. A verb whose future is
//! dropped midway leaves the connection unusable, because nobody knows what is still to come.

use std::collections::HashMap;

use async_imap::Session;
use tokio::time::timeout;

use super::capabilities::Capabilities;
use super::command::{Command, LiteralMode};
use super::limits::Limits;
use super::news;
use super::patience::{Overdue, Patience};
use super::refusal::{is_cut_off, is_too_many, refused};
use super::wire::{Condition, Event, Exchange, Failure, ImapWire, Name, Response, Traffic};
use crate::store::change::{Change, Changes};
use crate::store::mailbox_name::Spelling;
use crate::store::{Error, MailboxName, News, Selected, positions};

/// Whether a connection can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    /// A command is under way; met at the begin of another, it was dropped midway.
    Busy,
    Dead,
}

/// A signed-in connection to an IMAP server.
#[derive(Debug)]
pub struct ImapConnection {
    pub(super) session: Session<ImapWire>,
    pub(super) capabilities: Capabilities,
    pub(super) limits: Limits,
    /// The selected mailbox, kept current by what the server tells.
    pub(super) selection: Option<(MailboxName, Selected)>,
    pub(super) changes: Changes,
    /// Messages in it by what was told and taken as news so far.
    pub(super) counted: u32,
    /// Extensions that were asked for, and whether they are on.
    pub(super) enabled: HashMap<&'static str, bool>,
    /// The server searches for ASCII alone (BADCHARSET).
    pub(super) searches_ascii: bool,
    state: State,
    last_tag: u32,
    defects: u64,
}

impl ImapConnection {
    pub(super) fn signed_in(
        session: Session<ImapWire>,
        capabilities: Capabilities,
        limits: Limits,
    ) -> Self {
        Self {
            session,
            capabilities,
            limits,
            selection: None,
            changes: Changes::default(),
            counted: 0,
            enabled: HashMap::new(),
            searches_ascii: false,
            state: State::Ready,
            last_tag: 0,
            defects: 0,
        }
    }

    /// What the server offers to this user.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Whether another verb can be tried on this connection.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.state == State::Ready
    }

    /// The selected mailbox.
    #[must_use]
    pub fn selected(&self) -> Option<(&MailboxName, &Selected)> {
        self.selection.as_ref().map(|(name, selected)| (name, selected))
    }

    /// Bytes that went over this connection, after TLS.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.session.get_ref().counters().traffic()
    }

    /// Responses so far that nobody could read.
    #[must_use]
    pub fn defects(&self) -> u64 {
        self.defects
    }

    /// The news since the last call; those of the selected mailbox in terms of `known`, the uids of
    /// its oldest messages, ascending.
    pub fn take_news(&mut self, known: &[u32]) -> News {
        let (news, counted) = positions::read(known, self.counted, self.changes.take());
        self.counted = counted;
        news
    }

    /// Whether there are news.
    #[must_use]
    pub fn has_news(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Messages in the selected mailbox as of the news taken last.
    #[must_use]
    pub fn counted(&self) -> u32 {
        self.counted
    }

    /// Counts anew from so many messages: the server's own number did not hold.
    pub fn count_from(&mut self, messages: usize) {
        self.counted = u32::try_from(messages).unwrap_or(u32::MAX);
    }

    /// Asks for news.
    ///
    /// # Errors
    /// As every verb: refused, or the connection is lost.
    pub async fn noop(&mut self) -> Result<(), Error> {
        self.run_quietly(Command::new("NOOP")).await
    }

    /// Says goodbye. The connection is of no use afterwards.
    pub async fn logout(&mut self) {
        if self.begin(None).is_ok() {
            // The server closes; whether it still answers makes no difference.
            let farewell = timeout(self.limits.logout_time, self.session.logout());
            drop(farewell.await);
        }
        self.state = State::Dead;
    }

    pub(super) fn wire(&mut self) -> &mut ImapWire {
        self.session.get_mut()
    }

    /// Starts a command; without a tag async-imap gives it one.
    pub(super) fn begin(&mut self, tag: Option<String>) -> Result<(), Error> {
        if self.state != State::Ready {
            self.state = State::Dead;
            return Err(Error::Lost("an earlier command was not completed".into()));
        }
        self.state = State::Busy;
        self.wire().begin(tag);
        Ok(())
    }

    pub(super) fn next_tag(&mut self) -> String {
        self.last_tag = self.last_tag.wrapping_add(1);
        format!("P{}", self.last_tag)
    }

    /// How mailbox names are spelt on this connection.
    pub(super) fn spelling(&self) -> Spelling {
        let utf8 = self.enabled.get("UTF8=ACCEPT") == Some(&true);
        if utf8 || self.capabilities.is_rev2_alone() { Spelling::Utf8 } else { Spelling::Utf7 }
    }

    /// How literals may be sent.
    pub(super) fn literal_mode(&self) -> LiteralMode {
        if self.capabilities.has("LITERAL+") {
            LiteralMode::NonSynchronising(64 << 10)
        } else if self.capabilities.has("LITERAL-") {
            LiteralMode::NonSynchronising(4096)
        } else {
            LiteralMode::Synchronising
        }
    }

    /// Runs a command to its tagged OK, and gives what the server said.
    pub(super) async fn run(&mut self, command: Command) -> Result<Exchange, Error> {
        let command = command.spelt(self.spelling());
        let patience = self.patience();
        let Some(line) = command.as_line() else {
            let (tag, mode) = (self.next_tag(), self.literal_mode());
            let writes = command.writes(&tag, mode);
            self.begin(Some(tag))?;
            let outcome = patience.wait(drive(self.wire(), writes)).await;
            return self.settle(outcome);
        };
        self.begin(None)?;
        let outcome = patience.wait(self.session.run_command_and_check_ok(line)).await;
        self.settle_typed(outcome)
    }

    /// How long a command is waited for.
    pub(super) fn patience(&self) -> Patience {
        Patience {
            silence: self.limits.silence,
            whole: self.limits.exchange_time,
            counters: self.session.get_ref().counters(),
        }
    }

    /// Runs a command of which only the success counts.
    pub(super) async fn run_quietly(&mut self, command: Command) -> Result<(), Error> {
        let exchange = self.run(command).await?;
        self.absorb(exchange.untagged);
        Ok(())
    }

    /// Runs commands in one write. The outer error is the connection's, the inner ones each
    /// command's.
    pub(super) async fn run_pipelined(
        &mut self,
        commands: Vec<Command>,
    ) -> Result<Vec<Result<Exchange, Error>>, Error> {
        self.run_pipelined_within(None, commands).await
    }

    /// The same; a literal of at least `least` octets is let go by, with an empty one in its place.
    pub(super) async fn run_pipelined_within(
        &mut self,
        least: Option<usize>,
        commands: Vec<Command>,
    ) -> Result<Vec<Result<Exchange, Error>>, Error> {
        let mut results = Vec::with_capacity(commands.len());
        let spelling = self.spelling();
        let commands: Vec<Command> = commands.into_iter().map(|it| it.spelt(spelling)).collect();
        if commands.iter().any(|command| command.as_line().is_none()) {
            for command in commands {
                results.push(self.run(command).await);
                if !self.is_alive() {
                    break;
                }
            }
            return Ok(results);
        }
        let mut tags = Vec::new();
        let mut write = Vec::new();
        for command in commands {
            let tag = self.next_tag();
            write.extend(command.writes(&tag, LiteralMode::Synchronising).concat());
            tags.push(tag);
        }
        let mut writes = vec![write];
        for tag in tags {
            self.begin(Some(tag))?;
            if let Some(least) = least {
                self.wire().spool(least);
            }
            let patience = self.patience();
            let outcome = patience.wait(drive(self.wire(), std::mem::take(&mut writes))).await;
            results.push(self.settle(outcome));
            if !self.is_alive() {
                let lost = results.pop().and_then(Result::err);
                return Err(lost.unwrap_or(Error::Garbled("a pipeline")));
            }
        }
        Ok(results)
    }

    /// Ends a command that async-imap ran.
    pub(super) fn settle_typed<T>(
        &mut self,
        outcome: Result<async_imap::error::Result<T>, Overdue>,
    ) -> Result<Exchange, Error> {
        // async-imap also reads responses that it has no use for into a channel; ours is the
        // wire's record.
        while self.session.unsolicited_responses.try_recv().is_ok() {}
        let failure = self.wire().take_failure();
        let outcome = outcome.map(|result| match (result, failure) {
            (_, Some(failure)) => Err(failure),
            (Err(error), None) => Err(Failure::Io(std::io::Error::other(error))),
            (Ok(_), None) => Ok(()),
        });
        self.settle(outcome)
    }

    /// Ends a command: gives what the server said if it said OK.
    pub(super) fn settle(
        &mut self,
        outcome: Result<Result<(), Failure>, Overdue>,
    ) -> Result<Exchange, Error> {
        let exchange = self.wire().take_exchange();
        self.defects += u64::from(exchange.defects);
        let Some(status) = &exchange.status else {
            self.state = State::Dead;
            return Err(self.lost(exchange, outcome));
        };
        self.state = State::Ready;
        if let Some(capabilities) = Capabilities::of_status(status) {
            self.capabilities = capabilities;
        }
        if status.code_arguments("ALERT").is_some() {
            self.changes.push(Change::Alert(status.text.clone()));
        }
        if status.condition == Condition::Ok {
            return Ok(exchange);
        }
        let error = if is_cut_off(&status.text) {
            self.state = State::Dead;
            Error::Lost(status.text.clone().into())
        } else {
            refused(status)
        };
        self.absorb(exchange.untagged);
        Err(error)
    }

    fn lost(&mut self, exchange: Exchange, outcome: Result<Result<(), Failure>, Overdue>) -> Error {
        let farewell = exchange.untagged.iter().rev().filter_map(Response::status);
        let mut farewell = farewell.filter(|status| status.condition == Condition::Bye);
        let refused = farewell.find(|status| is_too_many(&status.text)).map(|s| s.text.clone());
        self.absorb(exchange.untagged);
        match (refused, outcome) {
            (Some(text), _) => Error::TooManyConnections { text },
            (None, Err(_)) => Error::TimedOut,
            (None, Ok(Err(failure))) => failure.into(),
            (None, Ok(Ok(()))) => Failure::Closed.into(),
        }
    }

    /// Takes responses that answer nothing as news.
    pub(super) fn absorb(&mut self, responses: impl IntoIterator<Item = Response>) {
        for response in responses {
            self.absorb_one(&response);
        }
    }

    /// Takes one response as news, and keeps the selection current.
    pub(super) fn absorb_one(&mut self, response: &Response) {
        if let Some((_, content)) = response.untagged(Name::Capability) {
            self.capabilities = Capabilities::read(content);
            return;
        }
        if let Some(capabilities) = response.status().and_then(Capabilities::of_status) {
            self.capabilities = capabilities;
        }
        let Some(change) = news::change(response, self.spelling()) else { return };
        if let Some((_, selected)) = &mut self.selection {
            match &change {
                Change::Exists(count) => selected.exists = *count,
                Change::Expunged(_) => selected.exists = selected.exists.saturating_sub(1),
                Change::Vanished(ranges) => {
                    let named = ranges.iter().map(|(first, last)| (last - first).saturating_add(1));
                    let gone = named.fold(0, u32::saturating_add);
                    selected.exists = selected.exists.saturating_sub(gone);
                }
                _ => {}
            }
        }
        self.changes.push(change);
    }
}

/// Sends the writes of a command, waiting for the server between them, until it is completed.
pub(super) async fn drive(wire: &mut ImapWire, writes: Vec<Vec<u8>>) -> Result<(), Failure> {
    let mut writes = writes.into_iter().peekable();
    while let Some(write) = writes.next() {
        wire.send(&write).await?;
        if writes.peek().is_some() && go_ahead(wire).await? == Event::Done {
            return Ok(());
        }
    }
    while wire.next().await? != Event::Done {}
    Ok(())
}

/// Waits until the server wants the rest of a command, or completes it.
pub(super) async fn go_ahead(wire: &mut ImapWire) -> Result<Event, Failure> {
    loop {
        match wire.next().await? {
            Event::Untagged => {}
            event => return Ok(event),
        }
    }
}
